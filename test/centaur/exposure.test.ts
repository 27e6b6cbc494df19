/**
 * No key of the values reveals a credential, or a token that fetches one, to anybody who must not have it: each place
 * where users write a string is classified in a table, and everything that it could name is tried there in every
 * spelling.
 */
import { describe, expect, test } from 'vitest';
import { type Holder, holders, type Kind, keys, types } from './nameable.js';
import { chart, Reader, refusal, release, render } from './release.js';
import { releases } from './releases.js';
import { type Place, placesIn, type SchemaNode, typeName } from './schema-keys.js';

const { definitions = {}, ...schema }: SchemaNode = JSON.parse(
  chart.compile().get('values.schema.json') ?? '',
);
const definitionOf = Object.fromEntries(
  Object.entries(definitions).map(([name, definition]) => [typeName(name), definition]),
);

/**
 * Places where something can be named: the chart's own, and those of Kubernetes' types at each place that has the type.
 */
interface NamingPlace {
  readonly path: string;
  readonly kind: Exclude<Kind, 'nothing'>;
  readonly holder: Holder | undefined;
  readonly beside: object;
}

function namingPlaces(place: Place, owner = place.path): readonly NamingPlace[] {
  if (place.type === undefined) {
    const { kind, holder, beside = {} } = keys[place.path] ?? { kind: 'nothing' };
    return kind === 'nothing' ? [] : [{ path: place.path, kind, holder, beside }];
  }
  return inType(place.path, place.type, owner);
}

function inType(path: string, type: string, owner: string): readonly NamingPlace[] {
  return placesIn(definitionOf[type] ?? {}).flatMap((inner) => {
    const whole = inner.path === '' ? path : `${path}.${inner.path}`;
    if (inner.type !== undefined) return inType(whole, inner.type, owner);
    const { kind = 'nothing' } = types[type]?.[inner.path] ?? {};
    return kind === 'nothing' ? [] : [{ path: whole, kind, holder: holders[owner], beside: besideOf(whole) }];
  });
}

/** The other required fields of a volume, or of a volume mount. */
function besideOf(path: string): object {
  const volumes = path.replace(/extraVolume(s|Mounts)\[\].*$/, 'extraVolumes[]');
  const named = placed(`${volumes}.name`, 'v');
  if (path.includes('.csi.')) return merged(named, placed(`${volumes}.csi.driver`, 'csi.example.com'));
  if (path.startsWith(volumes)) return named;
  const mount = placed(path.replace(/\[\].*$/, '[]'), { name: 'v', mountPath: '/v' });
  return [named, placed(`${volumes}.emptyDir.medium`, 'Memory'), mount].reduce(merged);
}

const places = placesIn(schema);
const naming = places.flatMap((place) => namingPlaces(place));

describe('each place where a string can be written', () => {
  test("of the chart's own keys is in the table, and no other is", () => {
    const own = places.filter(({ type }) => type === undefined).map(({ path }) => path);
    expect(Object.keys(keys).sort()).toEqual(own.sort());
  });

  test("of Kubernetes' types is in the table, and no other is", () => {
    const own = Object.entries(definitionOf).flatMap(([type, definition]) =>
      placesIn(definition).flatMap((place) => (place.type === undefined ? `${type}: ${place.path}` : [])),
    );
    const listed = Object.entries(types).flatMap(([type, rows]) =>
      Object.keys(rows).map((path) => `${type}: ${path}`),
    );
    expect(listed.sort()).toEqual(own.sort());
  });

  test('that names something in a type of Kubernetes names it for somebody', () => {
    const nameless = naming.filter(({ path, holder }) => !(path in keys) && holder === undefined);
    expect(nameless).toEqual([]);
    const owners = Object.keys(holders).filter((owner) => !naming.some(({ path }) => path.startsWith(owner)));
    expect(owners).toEqual([]);
  });
});

// ----------------------------------------------------------------------------------------------------------- documents

/** A way of naming everything, and the values for it. */
interface Naming {
  readonly title: string;
  readonly values: object;
  readonly api: string;
  readonly ironProxy: string;
  readonly connect: string;
  /** The cluster's domain according to the values. */
  readonly domain: string;
  readonly prefix: string;
  readonly infra: string;
  readonly credentials: string;
  readonly caKey: string;
}

const namings: readonly Naming[] = [
  {
    title: 'by default',
    values: {},
    api: 'centaur-centaur-api',
    ironProxy: 'centaur-centaur-iron-proxy',
    connect: 'onepassword-connect',
    domain: 'cluster.local',
    prefix: '',
    infra: 'centaur-infra-env',
    credentials: 'centaur-onepassword-connect-credentials',
    caKey: 'centaur-firewall-ca-key',
  },
  {
    title: 'with other names',
    values: {
      fullnameOverride: 'other',
      secretManager: { existingSecretName: 'other-infra', envPrefix: 'OP_' },
      firewall: { existingCaKeySecretName: 'other-ca-key' },
      onepasswordConnect: { connect: { applicationName: 'vault', credentialsName: 'other-credentials' } },
      api: { egressDiscovery: { clusterDomain: 'corp.example' } },
    },
    api: 'other-api',
    ironProxy: 'other-iron-proxy',
    connect: 'vault',
    domain: 'corp.example',
    prefix: 'OP_',
    infra: 'other-infra',
    credentials: 'other-credentials',
    caKey: 'other-ca-key',
  },
];

const { namespace } = release;

/** A Service in every spelling that a resolver completes or accepts, and names below it. */
const spellings = (service: string): readonly string[] =>
  [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    ...['cluster.local', 'corp.example', 'k8s.team.example.com'].map(
      (domain) => `${service}.${namespace}.svc.${domain}`,
    ),
  ].flatMap((name) => [name, `10-1-2-3.${name}`]);

/** CoreDNS's name for a pod by its address. */
const podNames = ({ domain }: Naming): readonly string[] => [
  '10-1-2-3.other.pod',
  `10-1-2-3.other.pod.${domain}`,
  `10-1-2-3.${namespace}.pod.another.example`,
];

/** Hosts with a `*` that match the API. */
const patterns = ({ api, domain }: Naming): readonly string[] => [
  `*.${domain}`,
  `*.svc.${domain}`,
  `*.${namespace}.svc`,
  `*.${namespace}.svc.another.example`,
  `*.${api}.${namespace}`,
  `${api}.*.${domain}`,
  `${api}.*.another.example`,
  `${api}.*.svc.another.example`,
  `${api}.${namespace}.*.another.example`,
  `10-1-2-3.*.${domain}`,
  `*.pod.${domain}`,
];

const helmSecret = 'sh.helm.release.v1.centaur.v1';
const tokenSecret = ({ api }: Naming) => `${api}-token-x7k2p`;

/** The Secrets that each of them must not be given. */
const withheld: { readonly [holder in Holder]: (naming: Naming) => readonly string[] } = {
  'the API': ({ infra, credentials, caKey }) => [infra, credentials, caKey],
  sandboxes: ({ infra, credentials, caKey }) => [infra, credentials, caKey],
  'iron-proxy': ({ infra, credentials }) => [infra, credentials],
  Connect: ({ infra, caKey }) => [infra, caKey],
};

const tokens = ['OP_CONNECT_TOKEN', 'OP_SERVICE_ACCOUNT_TOKEN'];
const serviceKeys = [
  ...['DATABASE_URL', 'SLACKBOT_API_KEY', 'SLACK_SIGNING_SECRET', 'SLACK_BOT_TOKEN', 'SANDBOX_SIGNING_KEY'],
  ...['IRON_MANAGEMENT_API_KEY', 'OP_VAULT', 'PG_PROXY_PASSWORD', 'POSTGRES_PASSWORD'],
];

/** A secret of each type, and every name under which a user might write its value. */
const declared = {
  tools: {
    declared: {
      hosts: ['a.example.com'],
      secrets: [
        'LEGACY',
        { type: 'http', name: 'HTTP', secret_ref: 'HTTP_ITEM', replacer: 'http-0000', match_query: true },
        { type: 'gcp_auth', name: 'GCP', secret_ref: 'GCP_KEYFILE', hosts: ['g.example.com'] },
        {
          type: 'oauth_token',
          name: 'OAUTH',
          grant: 'client_credentials',
          fields: { client_id: 'OAUTH_ID', client_secret: { secret_ref: 'OAUTH_JSON', json_key: 'secret' } },
          token_endpoint: 'https://l.example.com/token',
          hosts: ['o.example.com'],
        },
        {
          type: 'aws_auth',
          name: 'AWS',
          access_key_id: 'AWS_ID',
          secret_access_key: 'AWS_KEY',
          hosts: ['s.example.com'],
        },
        { type: 'pg_dsn', name: 'PG', secret_ref: 'PG_DSN', database: 'reports' },
      ],
    },
  },
};

/** Each name of a credential, and what it may contain instead. */
const placeholders = {
  OPENAI_API_KEY: 'OPENAI_API_KEY',
  // Of disabled harnesses.
  AMP_API_KEY: 'AMP_API_KEY',
  ANTHROPIC_API_KEY: 'ANTHROPIC_API_KEY',
  LEGACY: 'LEGACY',
  HTTP: 'http-0000',
  HTTP_ITEM: 'http-0000',
  GCP: 'GCP',
  GCP_KEYFILE: 'GCP',
  OAUTH: 'OAUTH',
  OAUTH_ID: 'OAUTH',
  OAUTH_JSON: 'OAUTH',
  AWS: 'AWS',
  AWS_ID: 'AWS',
  AWS_KEY: 'AWS',
  PG: 'PG',
  PG_DSN: 'postgresql://app_user@centaur-centaur-iron-proxy:5432/reports',
};

const value = 'a-secret-4711';
const variable = (name: string, text = value) => ({ [name]: text });

/** What is tried at a place, and the values around it. */
interface Trial {
  readonly around?: object;
  readonly refused: readonly unknown[];
  readonly taken: readonly unknown[];
}

const connectMode = { ironProxy: { secretSource: 'onepassword-connect' } };
const withConnect = merged(connectMode, { onepasswordConnect: { connect: { create: true } } });

function trialOf(place: NamingPlace, naming: Naming): Trial {
  const { kind, holder } = place;
  const { api, ironProxy, connect, prefix, domain } = naming;
  switch (kind) {
    case 'credential host':
      return {
        around: withConnect,
        refused: [...[api, ironProxy, connect].flatMap(spellings), ...podNames(naming), ...patterns(naming)],
        taken: [
          ...['a.example.com', '*.example.com', `*.other.svc.${domain}`, '10.1.2.3', '10.1.0.0/16'],
          ...[`web.${namespace}.svc.${domain}`, `${api}.other.svc.${domain}`, `x${api}.${namespace}.svc`],
        ],
      };
    case 'open host':
      return {
        around: withConnect,
        refused: [...[ironProxy, connect].flatMap(spellings), ...podNames(naming)],
        // Sandboxes may reach the API anyway.
        taken: ['*', 'a.example.com', `*.${domain}`, ...spellings(api)],
      };
    case 'token URL':
      return {
        around: withConnect,
        refused: [...[api, ironProxy, connect].flatMap(spellings), ...podNames(naming)].flatMap((host) => [
          `https://${host}`,
          `https://${host}:8443/token`,
        ]),
        taken: ['https://l.example.com/token', `https://l.example.com/${api}`, `https://x${api}/token`],
      };
    case 'Connect URL':
      return {
        refused: [...[api, ironProxy].flatMap(spellings), ...podNames(naming)]
          .flatMap((host) => [`http://${host}:8000`, `https://${host}./connect`])
          .concat(`http://${api.toUpperCase()}:8000`),
        taken: [
          ...[
            'https://connect.example.com',
            'http://10.1.2.3:8080',
            `http://connect.other.svc.${domain}.:8080`,
          ],
          // The default name of 1Password's own chart, which may be installed next to the release.
          ...[`http://${connect}:8080`, `http://connect.example.com/${api}`],
        ],
      };
    case 'Secret':
      return {
        refused: [...withheld[holder ?? 'sandboxes'](naming), helmSecret, tokenSecret(naming)],
        taken: ['another', 'centaur-firewall-ca', `x-${naming.infra}`],
      };
    case 'own Secret':
      return { refused: [helmSecret, tokenSecret(naming)], taken: ['another'] };
    case 'reference':
      return {
        around: { ironProxy: { secretSource: 'env' } },
        refused: [
          ...(place.path.endsWith('secret_ref') ? serviceKeys : ['DATABASE_URL']),
          ...['OP_CONNECT_TOKEN', 'A_OP_SERVICE_ACCOUNT_TOKEN', 'OP_CONNECT_TOKEN'.slice(prefix.length)],
          prefix === '' ? 'ca-key.pem' : 'HTTPS_PROXY',
        ],
        taken: ['CONNECT_TOKEN_OF_ANOTHER', 'REPORTS_DATABASE_URL'],
      };
    case 'key for Connect':
      return {
        refused: [
          ...['ca-key.pem', ...serviceKeys.map((key) => `${prefix}${key}`)],
          ...tokens.flatMap((token) => [`${prefix}${token}`, `A_${token}`]),
        ],
        taken: ['credentials.json', '1password-credentials.json'],
      };
    case 'variables':
      return {
        around: declared,
        refused: [
          ...tokens.flatMap((token) => [token, `${prefix}${token}`, `A_${token}`]),
          ...Object.keys(placeholders).flatMap((name) => [name, `${prefix}${name}`]),
        ]
          .map((name) => variable(name))
          .concat(
            variable('HTTP', 'HTTP'),
            variable('PG_DSN', 'postgresql://reader@db.example.com/reports'),
            variable('PG_DSN', 'postgresql://app_user:pw@db.example.com/reports'),
            variable('PG_DSN', 'postgresql://app_user@db.example.com/reports?password=pw'),
          ),
        taken: [
          variable('PORT'),
          ...Object.entries(placeholders).flatMap(([name, text]) => [
            variable(name, text),
            variable(`${prefix}${name}`, text),
          ]),
          variable('PG', 'postgres://app_user:$(PG_PROXY_PASSWORD)@proxy/reports?sslmode=disable'),
        ],
      };
    case 'path with variables':
      return holder === 'iron-proxy'
        ? { refused: ['$(OP_CONNECT_TOKEN)', 'a/$(WAREHOUSE_API_KEY)'], taken: ['a/b'] }
        : { refused: [], taken: ['a/b', '$(POD_NAME)'] };
  }
}

describe.each(namings)('named $title, nothing that is withheld can be named', (known) => {
  test.each(naming)('at $path ($kind)', (place) => {
    const { around = {}, refused, taken } = trialOf(place, known);
    const said = (tried: unknown) =>
      refusal(JSON.stringify([known.values, around, place.beside, placed(place.path, tried)].reduce(merged)));
    for (const tried of taken) expect(said(tried), JSON.stringify(tried)).toBe('');
    for (const tried of refused) {
      const message = said(tried);
      expect(message, JSON.stringify(tried)).toContain(keyOf(place.path));
      expect(message).not.toContain(value);
    }
  });
});

describe.each(namings)('named $title, the hosts of a tool', (known) => {
  const withHosts = (host: string, secrets: readonly object[]) =>
    refusal(
      JSON.stringify(
        [known.values, withConnect, { tools: { t: { hosts: [host], secrets } } }].reduce(merged),
      ),
    );
  const own = { type: 'http', name: 'K', match_headers: ['X'], hosts: ['a.example.com'] };

  test.each([
    ['declares no secret', []],
    ['declares one with hosts of its own', [own]],
    ['declares one for Google', [{ type: 'gcp_auth', name: 'G' }]],
  ])('lead sandboxes to nothing that is closed to them, where it %s', (_, secrets) => {
    const closed = [...[known.ironProxy, known.connect].flatMap(spellings), ...podNames(known)];
    for (const host of closed) {
      expect(withHosts(host, secrets), host).toContain(`tools.t.hosts: ${host} would lead sandboxes to`);
    }
    for (const host of ['a.example.com', ...spellings(known.api)]) expect(withHosts(host, secrets)).toBe('');
  });
});

/** The key that a message about a place begins with. */
function keyOf(path: string): string {
  if (!path.startsWith('tools')) return path.replace(/[[{].*$/, '');
  return path.includes('optional_secrets') ? 'tools.t.optional_secrets[0]' : 'tools.t.secrets[0]';
}

/** Values with only this at a place: the first member of lists, the key `t` of open maps or the whole map. */
function placed(path: string, tried: unknown): object {
  const isMap = typeof tried === 'object' && path.endsWith('{}');
  const steps = (isMap ? path.slice(0, -2) : path).replaceAll('{}', '.t').replaceAll('[]', '.[]').split('.');
  const inner = steps.reduceRight<unknown>(
    (found, step) => (step === '[]' ? [found] : { [step]: found }),
    tried,
  );
  return Object(inner);
}

/** Merges two documents, including the members of lists. */
function merged(one: object, other: object): object {
  if (Array.isArray(one) && Array.isArray(other)) {
    const longer = one.length > other.length ? one : other;
    return longer.map((_, index) => mergedValue(one[index], other[index]));
  }
  const left: { readonly [key: string]: unknown } = { ...one };
  const right: { readonly [key: string]: unknown } = { ...other };
  return Object.fromEntries(
    [...new Set([...Object.keys(left), ...Object.keys(right)])].map((key) => [
      key,
      mergedValue(left[key], right[key]),
    ]),
  );
}

function mergedValue(one: unknown, other: unknown): unknown {
  if (other === undefined) return one;
  const isContainer = (part: unknown): part is object => typeof part === 'object' && part !== null;
  return isContainer(one) && isContainer(other) ? merged(one, other) : other;
}

// ------------------------------------------------------------------------------------------ content of a release

/** Each variable of the API, with the only key that sets it; undefined if `api.extraEnv` overrides it. */
const apiVariables: { readonly [variable: string]: string | undefined } = {
  FIREWALL_MANAGER_SECRET_SOURCE: 'ironProxy.secretSource',
  KUBERNETES_FIREWALL_MANAGER_SECRET_SOURCE: 'ironProxy.secretSource',
  FIREWALL_MANAGER_SECRET_TTL: 'ironProxy.secretTtl',
  KUBERNETES_OP_CONNECT_HOST: 'onepasswordConnect.connect.url',
  OP_VAULT: 'OP_VAULT in the infra Secret',
  KUBERNETES_SECRET_ENV_NAME: 'secretManager.existingSecretName',
  KUBERNETES_SECRET_ENV_PREFIX: 'secretManager.envPrefix',
  KUBERNETES_BOOTSTRAP_SECRET_NAME: 'secrets.bootstrapSecretName',
  KUBERNETES_FIREWALL_CA_SECRET_NAME: 'firewall.existingCaSecretName',
  KUBERNETES_FIREWALL_CA_KEY_SECRET_NAME: 'firewall.existingCaKeySecretName',
  KUBERNETES_IRON_PROXY_IMAGE: 'ironProxy.image',
  KUBERNETES_IRON_PROXY_IMAGE_PULL_POLICY: 'ironProxy.image.pullPolicy',
  KUBERNETES_NAMESPACE: 'the namespace of the release',
  KUBERNETES_SANDBOX_EXTRA_ENV: 'sandbox.extraEnv',
  KUBERNETES_SANDBOX_IMAGE_PULL_SECRETS: 'global.imagePullSecrets',
  FIREWALL_HOST: 'fullnameOverride',
  KUBERNETES_API_POD_LABEL_SELECTOR: 'nameOverride',
  KUBERNETES_IRON_PROXY_PORT: 'ironProxy.service.proxyPort',
  KUBERNETES_IRON_PROXY_MANAGEMENT_PORT: 'ironProxy.service.managementPort',
  KUBERNETES_IRON_PROXY_HEALTH_PORT: 'ironProxy.service.healthPort',
  KUBERNETES_IRON_PROXY_PG_PORT_RANGE_START: 'ironProxy.service.pgPortRangeStart',
  KUBERNETES_IRON_PROXY_PG_PORT_RANGE_END: 'ironProxy.service.pgPortRangeEnd',
  KUBERNETES_EGRESS_DISCOVERY_ENABLED: 'api.egressDiscovery.enabled',
  KUBERNETES_EGRESS_DISCOVERY_NAMESPACE: 'api.egressDiscovery.namespace',
  KUBERNETES_EGRESS_DISCOVERY_CLUSTER_DOMAIN: 'api.egressDiscovery.clusterDomain',
  KUBERNETES_EGRESS_DISCOVERY_TAILNET_FQDN_ANNOTATION: 'api.egressDiscovery.tailnetFqdnAnnotation',

  // Settings of the API itself.
  DATABASE_URL: undefined,
  SLACKBOT_API_KEY: undefined,
  SLACK_SIGNING_SECRET: undefined,
  SANDBOX_SIGNING_KEY: undefined,
  IRON_MANAGEMENT_API_KEY: undefined,
  PG_PROXY_PASSWORD: undefined,
  HTTPS_PROXY: undefined,
  NO_PROXY: undefined,
  no_proxy: undefined,
  SSL_CERT_FILE: undefined,
  REQUESTS_CA_BUNDLE: undefined,
  CENTAUR_LOG_LEVEL: undefined,
  EXECUTION_WORKER_ENABLED: undefined,
  WORKFLOW_WORKER_ENABLED: undefined,
  WARM_POOL_ENABLED: undefined,
  VICTORIA_METRICS_PUSH_ENABLED: undefined,
  SLACK_ETL_ENABLED: undefined,
  SLACK_SYNC_INTERVAL_SECONDS: undefined,
  SLACK_BACKFILL_INTERVAL_SECONDS: undefined,
  SLACK_BACKFILL_CHANNEL_BATCH_LIMIT: undefined,
  SLACK_SYNC_BACKFILL_LOOKBACK_DAYS: undefined,
  SLACK_SYNC_THREAD_LOOKBACK_DAYS: undefined,
  COMPANY_CONTEXT_DOCUMENTS_INTERVAL_SECONDS: undefined,
  SLACK_ETL_EXCLUDED_CHANNEL_PATTERNS: undefined,

  // What a sandbox runs, its size, and where it finds the API; it is not trusted in any case.
  AGENT_IMAGE: undefined,
  AGENT_API_URL: undefined,
  REPOS_PATH: undefined,
  KUBERNETES_AGENT_IMAGE_PULL_POLICY: undefined,
  KUBERNETES_SANDBOX_CPU_REQUEST: undefined,
  KUBERNETES_SANDBOX_MEMORY_REQUEST: undefined,
  KUBERNETES_SANDBOX_CPU_LIMIT: undefined,
  KUBERNETES_SANDBOX_MEMORY_LIMIT: undefined,
  KUBERNETES_SANDBOX_RUNTIME_CLASS_NAME: undefined,
};

/** Releases that together set every variable and create every object. */
const everyRelease = [
  ...Object.values(releases),
  'secrets: {bootstrapSecretName: b}\nsandbox: {runtimeClassName: gvisor, resources: {limits: {cpu: "1", memory: 1Gi}}}\n',
].map((text) => render(text));

describe("the API's variables", () => {
  const names = everyRelease.flatMap(({ get }) =>
    Object.keys(get('Deployment', 'centaur-centaur-api').container('api').env),
  );
  // The one that the release with everything sets itself.
  const own = new Set(names.filter((name) => name !== 'A'));

  test('are all classified', () => {
    expect(Object.keys(apiVariables).sort()).toEqual([...own].sort());
  });

  test.each(Object.entries(apiVariables))('%s is set by %s', (name, key) => {
    const text = `api: {extraEnv: {${name}: ${value}}}`;
    if (key === undefined) {
      const { env } = render(text).get('Deployment', 'centaur-centaur-api').container('api');
      expect(env[name]).toBe(value);
      return;
    }
    const said = refusal(text);
    expect(said).toContain(`api.extraEnv: ${name} decides`);
    expect(said).toContain(`set ${key} instead`);
    expect(said).not.toContain(value);
  });
});

/** Objects of one release, by kind. */
const readersOf = (kind: string) =>
  everyRelease.map(({ objects }) =>
    objects.map((object) => new Reader(object)).filter((reader) => reader.at('kind') === kind),
  );

test('every Service of a release is one of the hosts that get no credential', () => {
  const services = new Set(
    readersOf('Service').flatMap((readers) => readers.map((reader) => String(reader.at('metadata', 'name')))),
  );
  expect(services.size).toBe(3);
  for (const service of services) {
    const tool = { ...merged(withConnect, {}), tools: { t: { hosts: [service], secrets: ['KEY'] } } };
    expect(refusal(JSON.stringify(tool)), service).toContain(`KEY would be sent to ${service}.`);
  }
});

test('a Secret that is only given to iron-proxy or Connect is withheld from the API and from sandboxes', () => {
  const secretsOf = (reader: Reader) =>
    [...JSON.stringify(reader.pod.value).matchAll(/"(?:secretName|secretKeyRef":\{"name)":"([^"]+)"/g)].map(
      ([, name = '']) => name,
    );
  const given = readersOf('Deployment').flat();
  const names = (component: string) =>
    given
      .filter((reader) => reader.at('metadata', 'labels', 'app.kubernetes.io/component') === component)
      .flatMap(secretsOf);
  const kept = new Set([...names('iron-proxy'), ...names('connect')]);
  expect([...kept].sort()).toEqual([
    'centaur-firewall-ca-key',
    'centaur-infra-env',
    'centaur-onepassword-connect-credentials',
  ]);
  for (const secret of kept) {
    expect(refusal(`api: {extraVolumes: [{name: v, secret: {secretName: ${secret}}}]}`)).toContain(secret);
    expect(refusal(`secrets: {bootstrapSecretName: ${secret}}`)).toContain(secret);
  }
});
