/**
 * What each string that users write in the values can name among the things that the release keeps apart: a host, a
 * URL, a Secret, a key of one, a variable. A new place fails the test until it is added here.
 */

/** Who gets what a place names. */
export type Holder = 'the API' | 'sandboxes' | 'iron-proxy' | 'Connect';

/**
 * - `credential host`: a credential is sent there.
 * - `open host`: a sandbox reaches it, without a credential.
 * - `token URL`: iron-proxy sends the credentials of a grant there.
 * - `Connect URL`: iron-proxy sends the token of Connect there.
 * - `Secret`: it is given to somebody.
 * - `own Secret`: the name of a Secret of the release.
 * - `reference`: in the mode env a key of the infra Secret, which iron-proxy reads.
 * - `key for Connect`: a key of a Secret, which Connect reads.
 * - `variables`: of somebody, names and values.
 * - `path with variables`: the name of a folder, in which variables of the container are expanded.
 * - `nothing`: none of these. This includes images: an image has access to everything in its container.
 */
export type Kind =
  | 'credential host'
  | 'open host'
  | 'token URL'
  | 'Connect URL'
  | 'Secret'
  | 'own Secret'
  | 'reference'
  | 'key for Connect'
  | 'variables'
  | 'path with variables'
  | 'nothing';

/** What a place can name, and for whom if it differs. */
interface Row {
  readonly kind: Kind;
  readonly holder?: Holder;
  /** What else a document needs there to be valid. */
  readonly beside?: object;
}

type Rows = { readonly [place: string]: Row };

const nothing = (places: string): Rows => rows('nothing', places);

function rows(kind: Kind, places: string): Rows {
  const names = places.trim().split(/\s+/);
  return Object.fromEntries(names.map((place) => [place, { kind }]));
}

/** A secret of a type, with one more field. */
const declares = (secret: object) => ({ tools: { t: { secrets: [{ name: 'K', ...secret }] } } });
const http = { type: 'http', match_headers: ['X'], hosts: ['a.example.com'] };
const grant = (name: string, fields: object, more: object = {}) =>
  declares({
    type: 'oauth_token',
    grant: name,
    fields,
    token_endpoint: 'https://l.example.com/token',
    hosts: ['a.example.com'],
    ...more,
  });

/** A grant for each field, with the other fields that it needs. */
const grants: { readonly [field: string]: object } = {
  refresh_token: grant('refresh_token', { client_id: 'I' }),
  client_id: grant('client_credentials', { client_secret: 'S' }),
  client_secret: grant('client_credentials', { client_id: 'I' }),
  username: grant('password', { password: 'P', client_id: 'I' }),
  password: grant('password', { username: 'U', client_id: 'I' }),
  issuer: grant('jwt_bearer', { subject: 'S', private_key: 'P' }, { audience: 'a' }),
  subject: grant('jwt_bearer', { issuer: 'I', private_key: 'P' }, { audience: 'a' }),
  private_key: grant('jwt_bearer', { issuer: 'I', subject: 'S' }, { audience: 'a' }),
  private_key_id: grant('jwt_bearer', { issuer: 'I', subject: 'S', private_key: 'P' }, { audience: 'a' }),
};

const fields = Object.fromEntries(
  Object.entries(grants).flatMap(([field, beside]): readonly (readonly [string, Row])[] => {
    const place = `tools{}.secrets[].fields.${field}`;
    return [
      [place, { kind: 'reference', beside }],
      [`${place}.secret_ref`, { kind: 'reference', beside }],
      // A member of a JSON value.
      [`${place}.json_key`, { kind: 'nothing' }],
    ];
  }),
);

/** Places with Kubernetes' types below them, and for whom those name things. */
export const holders: { readonly [place: string]: Holder } = {
  'api.extraVolumes[]': 'the API',
  'api.extraVolumeMounts[]': 'the API',
  'ironProxy.extraVolumes[]': 'iron-proxy',
  'ironProxy.extraVolumeMounts[]': 'iron-proxy',
  'onepasswordConnect.connect.extraVolumes[]': 'Connect',
  'onepasswordConnect.connect.extraVolumeMounts[]': 'Connect',
};

const required: Rows = {
  'tools{}.hosts[]': {
    kind: 'credential host',
    beside: declares({ type: 'http', match_headers: ['X'] }),
  },
  'tools{}.secrets[].hosts[]': {
    kind: 'credential host',
    beside: declares({ type: 'http', match_headers: ['X'] }),
  },
  'tools{}.secrets[].token_endpoint': {
    kind: 'token URL',
    beside: grant('client_credentials', { client_id: 'I', client_secret: 'S' }),
  },
  'ironProxy.allowedHosts[]': { kind: 'open host' },
  'onepasswordConnect.connect.url': {
    kind: 'Connect URL',
    beside: { ironProxy: { secretSource: 'onepassword-connect' } },
  },

  'global.imagePullSecrets[]': { kind: 'Secret', holder: 'sandboxes' },
  'global.imagePullSecrets[].name': { kind: 'Secret', holder: 'sandboxes' },
  // Keys for other charts of the release, which the chart does not read.
  ...nothing('global{}'),
  'firewall.existingCaSecretName': { kind: 'Secret', holder: 'sandboxes' },
  'secrets.bootstrapSecretName': { kind: 'Secret', holder: 'sandboxes' },
  'secretManager.existingSecretName': { kind: 'own Secret' },
  'firewall.existingCaKeySecretName': { kind: 'own Secret' },
  'onepasswordConnect.connect.credentialsName': { kind: 'own Secret' },
  'onepasswordConnect.connect.credentialsKey': { kind: 'key for Connect' },

  'tools{}.secrets[]': { kind: 'reference', beside: { tools: { t: { hosts: ['a.example.com'] } } } },
  'tools{}.secrets[].name': { kind: 'reference', beside: { tools: { t: { secrets: [http] } } } },
  'tools{}.secrets[].secret_ref': { kind: 'reference', beside: declares(http) },
  ...fields,
  'tools{}.secrets[].access_key_id': {
    kind: 'reference',
    beside: declares({ type: 'aws_auth', secret_access_key: 'S', hosts: ['a.example.com'] }),
  },
  'tools{}.secrets[].secret_access_key': {
    kind: 'reference',
    beside: declares({ type: 'aws_auth', access_key_id: 'I', hosts: ['a.example.com'] }),
  },

  'api.extraEnv{}': { kind: 'variables', holder: 'the API' },
  'sandbox.extraEnv{}': { kind: 'variables', holder: 'sandboxes' },

  ...nothing(`
    nameOverride fullnameOverride
    onepasswordConnect.connect.applicationName
  `),
  // The prefix of the infra Secret's keys: the API's own follow it, and none of them has the ending of a token.
  ...nothing('secretManager.envPrefix'),
  // Not a name, but the CA itself.
  ...nothing('firewall.ca.certPem firewall.ca.keyPem'),
  // Images, and their settings.
  ...nothing(`
    ironProxy.image.repository ironProxy.image.tag ironProxy.image.digest
    api.image.repository api.image.tag api.image.digest
    sandbox.image.repository sandbox.image.tag sandbox.image.digest
    onepasswordConnect.connect.version
    onepasswordConnect.connect.api.imageRepository onepasswordConnect.connect.sync.imageRepository
    sandbox.runtimeClassName sandbox.reposPath
    sandbox.resources.requests.cpu sandbox.resources.requests.memory
    sandbox.resources.limits.cpu sandbox.resources.limits.memory
  `),
  // Pods: the schema refuses labels by which policies select.
  ...nothing(`
    api.nodeSelector{} api.priorityClassName api.podAnnotations{} api.podLabels{}
    api.podDisruptionBudget.maxUnavailable
    ironProxy.nodeSelector{} ironProxy.priorityClassName ironProxy.podAnnotations{} ironProxy.podLabels{}
    ironProxy.podDisruptionBudget.maxUnavailable
    onepasswordConnect.connect.nodeSelector{} onepasswordConnect.connect.priorityClassName
    onepasswordConnect.connect.podAnnotations{} onepasswordConnect.connect.podLabels{}
    onepasswordConnect.connect.podDisruptionBudget.maxUnavailable
  `),
  // Headers, places in a request, scopes and limits of a credential that is declared anyway.
  ...nothing(`
    tools{}
    tools{}.secrets[].replacer tools{}.secrets[].match_headers[]
    tools{}.secrets[].inject_header tools{}.secrets[].inject_formatter tools{}.secrets[].inject_query_param
    tools{}.secrets[].scopes[] tools{}.secrets[].audience
    tools{}.secrets[].allowed_services[] tools{}.secrets[].allowed_regions[]
    tools{}.secrets[].database
    ironProxy.headerAllowlist.extra[]
    ironProxy.secretTtl ironProxy.upstreamResponseHeaderTimeout
  `),
  // Addresses that are closed, or that the API reaches without a tool's credential; namespaces of its callers.
  ...nothing(`
    ironProxy.upstreamDenyCidrs[]
    networkPolicy.apiServerCidrs[] networkPolicy.apiIngressSourceNamespaces[] networkPolicy.metricsNamespaces[]
    networkPolicy.database.cidrs[] networkPolicy.database.namespaces[]
    networkPolicy.dns.namespaces[] networkPolicy.dns.cidrs[]
    api.egressDiscovery.namespace api.egressDiscovery.clusterDomain api.egressDiscovery.tailnetFqdnAnnotation
    api.slackEtlExcludedChannelPatterns
  `),
};

/** What is declared as optional names the same as what is declared as required. */
const optional = Object.fromEntries(
  Object.entries(required)
    .filter(([place]) => place.startsWith('tools{}.secrets[]'))
    .map(([place, row]): readonly [string, Row] => {
      const { tools }: { readonly tools?: unknown } = row.beside ?? {};
      const beside = JSON.parse(JSON.stringify({ tools }).replaceAll('"secrets":', '"optional_secrets":'));
      return [place.replace('secrets', 'optional_secrets'), { ...row, beside }];
    }),
);

/** The chart's own places. */
export const keys: Rows = { ...required, ...optional };

/** The places of Kubernetes' types; those that name only nodes, pods, volumes and files. */
export const types: { readonly [type: string]: Rows } = {
  SecretVolumeSource: rows('Secret', 'secretName'),
  SecretProjection: rows('Secret', 'name'),
  /** Only a Secret for a volume's driver is referenced like this. */
  LocalObjectReference: rows('Secret', 'name'),
  /** A driver may take the name of a Secret as an attribute. */
  CSIVolumeSource: { ...rows('Secret', 'volumeAttributes{}'), ...nothing('driver fsType') },
  VolumeMount: {
    ...rows('path with variables', 'subPathExpr'),
    ...nothing('mountPath name subPath'),
  },
  /** The Secret itself is refused, regardless of the key. */
  KeyToPath: nothing('key path'),

  AppArmorProfile: nothing('localhostProfile'),
  Capabilities: nothing('add[] drop[]'),
  ClusterTrustBundleProjection: nothing('name path signerName'),
  ConfigMapProjection: nothing('name'),
  ConfigMapVolumeSource: nothing('name'),
  DownwardAPIVolumeFile: nothing('path'),
  EmptyDirVolumeSource: nothing('medium'),
  /** Ends of connections that networkPolicy.extraEgress and .extraIngress allow, and their ports. */
  IPBlock: nothing('cidr except[]'),
  IntOrString: { '': { kind: 'nothing' } },
  LabelSelector: nothing('matchLabels{}'),
  LabelSelectorRequirement: nothing('key values[]'),
  NodeSelectorRequirement: nothing('key values[]'),
  ObjectFieldSelector: nothing('apiVersion fieldPath'),
  ObjectMeta: nothing('annotations{} labels{}'),
  PersistentVolumeClaimSpec: nothing('storageClassName volumeAttributesClassName volumeName'),
  PersistentVolumeClaimVolumeSource: nothing('claimName'),
  PodAffinityTerm: nothing('matchLabelKeys[] mismatchLabelKeys[] namespaces[] topologyKey'),
  /** A certificate of the pod's own. */
  PodCertificateProjection: nothing(
    'certificateChainPath credentialBundlePath keyPath keyType signerName userAnnotations{}',
  ),
  /** Addresses of DNS servers, and search domains: they determine what every name resolves to. */
  PodDNSConfig: nothing('nameservers[] searches[]'),
  PodDNSConfigOption: nothing('name value'),
  Quantity: { '': { kind: 'nothing' } },
  ResourceClaim: nothing('name request'),
  ResourceFieldSelector: nothing('containerName resource'),
  ResourceRequirements: nothing('limits{} requests{}'),
  SELinuxOptions: nothing('level role type user'),
  SeccompProfile: nothing('localhostProfile'),
  /**
   * A token of the pod's own ServiceAccount, whose only rights are the API's, and the API's pod has that token anyway.
   */
  ServiceAccountTokenProjection: nothing('audience path'),
  Sysctl: nothing('name value'),
  Toleration: nothing('key value'),
  TopologySpreadConstraint: nothing('matchLabelKeys[] topologyKey'),
  /** The source of a copied volume, which is never a Secret. */
  TypedLocalObjectReference: nothing('apiGroup kind name'),
  TypedObjectReference: nothing('apiGroup kind name namespace'),
  Volume: nothing('name'),
  VolumeResourceRequirements: nothing('limits{} requests{}'),
  WindowsSecurityContextOptions: nothing('gmsaCredentialSpec gmsaCredentialSpecName runAsUserName'),
};
