/**
 * The values of the chart: one definition from which come the JSON schema, the TypeScript type, `values.yaml` with its
 * comments, the table in the chart's README, and the expressions that the components read.
 */
import Type, { type Static, type TProperties } from 'typebox';
import { kubernetes, type Symbolic } from '../helm/authoring.js';
import { serverPatternOrEmpty } from '../secrets/host.js';
import { harnessesSchema, proxyKeys, toolsSchema } from '../secrets/proxy-values.js';

/** An object whose keys are all known: a misspelt one is refused. */
function closed<P extends TProperties>(properties: P, description: string) {
  return Type.Object(properties, { additionalProperties: false, description });
}

export function imageSchema(defaults: { readonly repository: string; readonly tag: string }) {
  return closed(
    {
      repository: kubernetes.imageRepository({
        description: 'Registry and repository, without a tag.',
        default: defaults.repository,
      }),
      tag: kubernetes.imageTag({
        description: 'Image tag. Quote a tag that looks like a number: "1.10".',
        default: defaults.tag,
      }),
      digest: kubernetes.orEmpty(
        kubernetes.imageDigest({
          description: 'Digest that pins the image beyond its tag: sha256:<64 hexadecimal digits>.',
          default: '',
        }),
      ),
      pullPolicy: Type.Enum(['IfNotPresent', 'Always', 'Never'], {
        description: 'When the kubelet pulls the image.',
        default: 'IfNotPresent',
      }),
    },
    'The image.',
  );
}

interface PodDefaults {
  /** The user and group that the image is made for. */
  readonly user: number;
  /** Whether the image writes nowhere but in its volumes. */
  readonly readOnly: boolean;
  /** What the chart adds to the pods' `dnsConfig`. */
  readonly dnsConfig?: string;
  readonly resources: { readonly [kind: string]: { readonly [resource: string]: string } };
}

/** The keys that every workload has, in Kubernetes' own shapes. */
function podKeys({ user, readOnly, dnsConfig = '', resources }: PodDefaults) {
  return {
    resources: Type.Optional(
      kubernetes.resources({
        description: 'Resource requests and limits of the container.',
        default: resources,
      }),
    ),
    nodeSelector: Type.Optional(
      kubernetes.labels({ description: 'Node labels that the pods require.', default: {} }),
    ),
    tolerations: Type.Optional(
      Type.Array(kubernetes.toleration(), { description: 'Taints that the pods tolerate.', default: [] }),
    ),
    affinity: Type.Optional(
      kubernetes.affinity({
        description: 'Affinity to nodes and to other pods.',
        default: {},
      }),
    ),
    topologySpreadConstraints: Type.Optional(
      Type.Array(kubernetes.topologySpreadConstraint(), {
        description: 'Rules that spread the pods across zones or nodes.',
        default: [],
      }),
    ),
    priorityClassName: Type.Optional(
      kubernetes.orEmpty(
        kubernetes.dnsSubdomain({ description: 'Name of an existing PriorityClass.', default: '' }),
      ),
    ),
    podAnnotations: Type.Optional(
      kubernetes.annotations({ description: 'Additional annotations for the pods.', default: {} }),
    ),
    podLabels: Type.Optional(
      kubernetes.labels({
        description: 'Additional labels for the pods. Labels that the chart itself selects by are refused.',
        default: {},
        reserved: '^(app|(app[.]kubernetes[.]io|helm[.]sh|centaur[.]ai)/.*)$',
      }),
    ),
    podSecurityContext: Type.Optional(
      kubernetes.podSecurityContext({
        description: 'Security context of the pods. The default meets the Pod Security profile "restricted".',
        default: {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: user,
          fsGroup: user,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      }),
    ),
    containerSecurityContext: Type.Optional(
      kubernetes.securityContext({
        description: 'Security context of the containers.',
        default: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: readOnly,
          capabilities: { drop: ['ALL'] },
        },
      }),
    ),
    dnsPolicy: Type.Enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'], {
      description: 'Where the pods take the settings of DNS from, to which dnsConfig adds.',
      default: 'ClusterFirst',
    }),
    dnsConfig: kubernetes.podDnsConfig({
      description: `Name servers, search domains and options of DNS.${dnsConfig}`,
      default: {},
    }),
    extraVolumes: Type.Optional(
      Type.Array(kubernetes.volume(), { description: 'Additional volumes for the pods.', default: [] }),
    ),
    extraVolumeMounts: Type.Optional(
      Type.Array(kubernetes.volumeMount(), { description: 'Where the containers mount them.', default: [] }),
    ),
  };
}

/** Of workloads that connect to hosts outside, see resolver.ts. */
const ndots = ' The option ndots is 1 unless it is set here.';

const podKeysSchema = Type.Object(podKeys({ user: 0, readOnly: true, resources: {} }));
export type PodKeys = Static<typeof podKeysSchema>;

/** How many pods a workload has, and how many may be missing. */
function scalingKeys() {
  return {
    podDisruptionBudget: closed(
      {
        enabled: Type.Boolean({
          description: 'Keep a minimum number of pods running while nodes are drained.',
          default: false,
        }),
        maxUnavailable: Type.Unsafe<number | string>({
          type: ['integer', 'string'],
          minimum: 0,
          pattern: '^(100|[1-9]?[0-9])%$',
          description: 'Maximum number of unavailable pods: a number, or a percentage such as "50%".',
          default: 1,
        }),
      },
      'A PodDisruptionBudget.',
    ),
    autoscaling: closed(
      {
        enabled: Type.Boolean({
          description: 'Let Kubernetes choose the number of pods by their CPU usage.',
          default: false,
        }),
        minReplicas: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Minimum number of pods.',
          default: 1,
        }),
        maxReplicas: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Maximum number of pods.',
          default: 5,
        }),
        targetCPUUtilizationPercentage: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Target average CPU usage, in percent of the requested CPU. Above it, pods are added.',
          default: 80,
        }),
      },
      'A HorizontalPodAutoscaler, which replaces the fixed number of pods.',
    ),
  };
}

const scalingSchema = Type.Object(scalingKeys());
export type ScalingKeys = Static<typeof scalingSchema>;

function port(description: string, value: number) {
  return kubernetes.unprivilegedPort({ description, default: value });
}

function replicas() {
  return Type.Integer({ minimum: 0, maximum: 1000, description: 'The number of pods.', default: 1 });
}

function name(description: string, value: string) {
  return kubernetes.dnsSubdomain({ description, default: value });
}

function secretKey(description: string, value: string) {
  return kubernetes.dataKey({ description, default: value });
}

function flag(description: string, value: boolean) {
  return Type.Boolean({ description, default: value });
}

function seconds(description: string, value: number) {
  return Type.Integer({ minimum: 1, maximum: 31_536_000, description, default: value });
}

function gracePeriod(description: string, value: number) {
  return Type.Integer({ minimum: 0, maximum: 3600, description, default: value });
}

function count(description: string, value: number) {
  return Type.Integer({ minimum: 1, maximum: 1_000_000, description, default: value });
}

function sandboxResources(description: string, defaults: { readonly cpu: string; readonly memory: string }) {
  const amount = (what: string, value: string) =>
    Type.String({
      pattern: '^([0-9]+([.][0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?)?$',
      description: what,
      default: value,
    });
  return closed(
    {
      cpu: amount('CPU as a string, such as "500m" or "2".', defaults.cpu),
      memory: amount('Memory, such as "512Mi".', defaults.memory),
    },
    description,
  );
}

/** A release or component name: what a Service may be called. */
const nameOrEmpty = (description: string) =>
  kubernetes.orEmpty(kubernetes.dnsLabel({ description, default: '' }));

const extraEnv = (description: string) => kubernetes.environment({ description, default: {} });

function probe(description: string, failureThreshold: number) {
  return kubernetes.probeThresholds(
    { failureThreshold, periodSeconds: 10, timeoutSeconds: 5 },
    { description },
  );
}

const probeSchema = probe('', 1);
export type ProbeKeys = Static<typeof probeSchema>;

function connectServer(what: string, image: string, httpPort: number) {
  return closed(
    {
      imageRepository: kubernetes.imageRepository({
        description: 'Registry and repository of the image, without a tag.',
        default: image,
      }),
      httpPort: port('Port of its HTTP server.', httpPort),
      logLevel: Type.Enum(['error', 'warn', 'info', 'debug', 'trace'], {
        description: 'Log level.',
        default: 'info',
      }),
      resources: Type.Optional(
        kubernetes.resources({
          description: 'Resource requests and limits of the container.',
          default: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        }),
      ),
    },
    what,
  );
}

export const valuesSchema = Type.Object(
  {
    nameOverride: nameOrEmpty("Replaces the chart's name in object names and labels."),
    fullnameOverride: nameOrEmpty('Replaces <release>-<name> in object names.'),

    global: closed(
      {
        imagePullSecrets: Type.Optional(
          Type.Array(kubernetes.localObjectReference(), {
            description: 'Registry Secrets for every pod. The API also passes them on to sandboxes.',
            default: [],
          }),
        ),
      },
      'Settings for every component.',
    ),

    secretManager: closed(
      {
        existingSecretName: name(
          'The infra Secret. It must exist before the installation; the chart never creates it.',
          'centaur-infra-env',
        ),
        envPrefix: Type.String({
          maxLength: 128,
          pattern: '^[A-Za-z0-9._-]*$',
          description: 'Prefix of the keys in the Secret. Environment variables in the pods have no prefix.',
          default: '',
        }),
      },
      "Where the services' own secrets and the token of the secret source come from.",
    ),

    firewall: closed(
      {
        existingCaSecretName: name(
          "The Secret with iron-proxy's CA certificate, under the key ca-cert.pem.",
          'centaur-firewall-ca',
        ),
        existingCaKeySecretName: name(
          'The Secret with the CA certificate and its private key, under the keys ca-cert.pem and ca-key.pem. Only iron-proxy mounts it.',
          'centaur-firewall-ca-key',
        ),
        ca: closed(
          {
            certPem: kubernetes.secretValue({
              description:
                'The certificate in PEM, and below it others that clients are to trust; no key. The chart then makes both Secrets itself.',
            }),
            keyPem: kubernetes.secretValue({
              description:
                'Its private key in PEM, without a passphrase. It is readable in the release: prefer Secrets that exist.',
            }),
          },
          'A CA given in the values; both or neither.',
        ),
      },
      'The CA that iron-proxy terminates TLS with. Its Secrets must exist before the installation, unless `ca` is set.',
    ),

    ironProxy: closed(
      {
        ...proxyKeys,
        image: imageSchema({ repository: 'ironsh/iron-proxy', tag: '0.45.0' }),
        replicas: replicas(),
        ...scalingKeys(),
        terminationGracePeriodSeconds: gracePeriod(
          'Seconds that open requests have to finish before a pod that is being replaced cuts them. The pod stops as soon as no connection is open.',
          330,
        ),
        service: closed(
          {
            proxyPort: port('Port for clients: CONNECT and SOCKS5.', 8080),
            managementPort: port(
              'Port of the management API, through which the API reloads the configuration.',
              9092,
            ),
            healthPort: port('Port of /healthz.', 9090),
            pgPortRangeStart: port('Port for the declared databases.', 5432),
            pgPortRangeEnd: port(
              "Last port of the range that the API hands out to the sandboxes' proxies.",
              5471,
            ),
          },
          'Ports. They must be distinct and above 1023, because iron-proxy does not run as root.',
        ),
        ...podKeys({
          user: 65532,
          readOnly: true,
          dnsConfig: ndots,
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
        }),
      },
      'The egress proxy. It resolves credentials and writes them into requests to allowed hosts.',
    ),

    onepasswordConnect: closed(
      {
        connect: closed(
          {
            create: flag(
              'Deploy 1Password Connect with the release. Only in the mode onepassword-connect.',
              false,
            ),
            url: Type.String({
              maxLength: 2048,
              pattern: serverPatternOrEmpty,
              description:
                'A Connect server that exists already, instead of create, with its host in lower case: http://connect.example.internal:8080, or http://connect.tools.svc:8080 in another namespace. Never the API of the release: it would be sent the token.',
              default: '',
            }),
            applicationName: kubernetes.dnsLabel({
              description: 'Name of its Deployment and Service. Each release in a namespace needs its own.',
              default: 'onepassword-connect',
            }),
            credentialsName: name(
              "The Secret with Connect's credentials. It must exist before the installation.",
              'centaur-onepassword-connect-credentials',
            ),
            credentialsKey: secretKey(
              'Key of the JSON file, exactly as downloaded and not base64-encoded once more.',
              '1password-credentials.json',
            ),
            version: kubernetes.imageTag({
              description: 'Tag of both images.',
              default: '1.8.1',
            }),
            imagePullPolicy: Type.Enum(['IfNotPresent', 'Always', 'Never'], {
              description: 'When the kubelet pulls the images.',
              default: 'IfNotPresent',
            }),
            replicas: replicas(),
            ...scalingKeys(),
            api: connectServer('The server that answers lookups.', 'docker.io/1password/connect-api', 8080),
            sync: connectServer(
              "The server that keeps the vaults' items up to date.",
              'docker.io/1password/connect-sync',
              8081,
            ),
            ...withoutResources(podKeys({ user: 999, readOnly: true, resources: {} })),
          },
          "A Connect server. Keys have the same names as in 1Password's own chart where they mean the same.",
        ),
      },
      '1Password Connect answers lookups inside the cluster, without the rate limits of a service account.',
    ),

    tools: toolsSchema,
    harnesses: harnessesSchema,

    secrets: closed(
      {
        bootstrapSecretName: kubernetes.orEmpty(
          kubernetes.dnsSubdomain({
            description: 'Name of a Secret that the API bootstraps sandboxes from. Empty means none.',
            default: '',
          }),
        ),
      },
      'Other Secrets.',
    ),

    api: closed(
      {
        replicaCount: replicas(),
        image: imageSchema({ repository: 'centaur-api', tag: 'latest' }),
        ...scalingKeys(),
        logLevel: Type.Enum(['DEBUG', 'INFO', 'WARNING', 'ERROR'], {
          description: 'Log level.',
          default: 'INFO',
        }),
        extraEnv: extraEnv(
          'Additional environment variables. They override those that the chart sets, except the ones that decide where credentials come from or what sandboxes get: these have keys of their own. Never put a credential here. Kubernetes replaces $(NAME) with the value of another variable; write $$(NAME) for a literal $(NAME).',
        ),
        terminationGracePeriodSeconds: gracePeriod(
          'Seconds that running work has to finish when a pod stops.',
          35,
        ),
        startupProbe: probe('The startup probe: failures tolerated before the first success.', 30),
        livenessProbe: probe('The liveness probe: failures after which the container is restarted.', 6),
        readinessProbe: probe('The readiness probe: failures after which the pod receives no requests.', 6),
        executionWorkerEnabled: flag('Run agent executions in this process.', false),
        workflowWorkerEnabled: flag('Run workflows in this process.', true),
        warmPoolEnabled: flag('Keep a pool of sandboxes ready in advance.', false),
        slackEtlEnabled: flag('Copy Slack messages into the database.', false),
        victoriaMetricsPushEnabled: flag('Push metrics to VictoriaMetrics.', false),
        slackSyncIntervalSeconds: seconds('Interval between syncs of recent messages, in seconds.', 3600),
        slackBackfillIntervalSeconds: seconds('Interval between backfill runs, in seconds.', 3600),
        slackBackfillChannelBatchLimit: count('Maximum number of channels in one backfill run.', 20),
        slackSyncBackfillLookbackDays: count('Number of days that the backfill covers.', 30),
        slackSyncThreadLookbackDays: count('Number of days for which threads are checked again.', 3),
        companyContextDocumentsIntervalSeconds: seconds(
          'Interval between updates of the company context, in seconds.',
          14400,
        ),
        slackEtlExcludedChannelPatterns: Type.String({
          description: 'Channels that are never copied: comma-separated patterns.',
          default: '',
        }),
        egressDiscovery: closed(
          {
            enabled: flag('Let the API discover Services that lead out of the cluster.', true),
            namespace: kubernetes.dnsLabel({
              description: 'Namespace of these Services. The API may list Services there.',
              default: 'centaur-egress',
            }),
            createNamespace: flag(
              'Create the namespace with the release; it survives an uninstall. Set to false if it exists already.',
              true,
            ),
            clusterDomain: kubernetes.dnsSubdomain({
              description: "The cluster's DNS domain.",
              default: 'cluster.local',
            }),
            tailnetFqdnAnnotation: Type.String({
              maxLength: 317,
              pattern: '^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$',
              description: 'Annotation that names the host behind a Service.',
              default: 'tailscale.com/tailnet-fqdn',
            }),
          },
          'Discovery of Services that stand for hosts outside the cluster.',
        ),
        ...podKeys({
          user: 1000,
          readOnly: false,
          dnsConfig: ndots,
          resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '2Gi' } },
        }),
      },
      'The control plane. It creates sandboxes and their proxies.',
    ),

    sandbox: closed(
      {
        image: imageSchema({ repository: 'centaur-sandbox', tag: 'latest' }),
        runtimeClassName: kubernetes.orEmpty(
          kubernetes.dnsSubdomain({
            description: "Name of a RuntimeClass, such as gVisor's. Empty means the cluster's default.",
            default: '',
          }),
        ),
        reposPath: kubernetes.absolutePath({
          description: 'Path of the repositories, in the API and in sandboxes.',
          default: '/repos',
        }),
        extraEnv: extraEnv(
          "Additional environment variables for sandboxes, taken literally. Never put a credential here, only its placeholder: a sandbox is not trusted. For a declared database, give iron-proxy's address: postgresql://app_user@HOST:PORT/DATABASE.",
        ),
        resources: closed(
          {
            requests: sandboxResources('Resources that a sandbox requests.', {
              cpu: '100m',
              memory: '512Mi',
            }),
            limits: sandboxResources('Maximum resources of a sandbox. Empty means no limit.', {
              cpu: '',
              memory: '',
            }),
          },
          'Resource requests and limits of a sandbox.',
        ),
      },
      'What each sandbox gets that the API creates.',
    ),

    networkPolicy: closed(
      {
        enabled: flag('Deny, in both directions, all traffic that the chart does not need.', true),
        apiIngressSourceNamespaces: Type.Array(kubernetes.dnsLabel(), {
          description: 'Namespaces whose pods may reach the API.',
          default: [],
        }),
        apiServerPort: kubernetes.port({
          description: 'Port of the Kubernetes API server behind its Service.',
          default: 6443,
        }),
        apiServerCidrs: Type.Array(kubernetes.cidr(), {
          description:
            'Address ranges of the Kubernetes API server. Empty lets the API reach its ports on any address.',
          default: [],
        }),
      },
      'NetworkPolicies: default deny, and rules for each allowed flow on both ends.',
    ),
  },
  { additionalProperties: false },
);

function withoutResources<P extends { resources: unknown }>({
  resources: _,
  ...rest
}: P): Omit<P, 'resources'> {
  return rest;
}

export type Values = Symbolic<Static<typeof valuesSchema>>;
