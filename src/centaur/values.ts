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
        description: 'A tag. Quote one that looks like a number: "1.10".',
        default: defaults.tag,
      }),
      digest: kubernetes.orEmpty(
        kubernetes.imageDigest({
          description: 'Pins the image beyond its tag: sha256:<64 hexadecimal digits>.',
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
      kubernetes.resources({ description: 'Requests and limits of the container.', default: resources }),
    ),
    nodeSelector: Type.Optional(
      kubernetes.labels({ description: 'Labels that a node must have.', default: {} }),
    ),
    tolerations: Type.Optional(
      Type.Array(kubernetes.toleration(), { description: 'Taints that the pods tolerate.', default: [] }),
    ),
    affinity: Type.Optional(
      kubernetes.affinity({
        description: 'Which nodes, and which other pods, to be near to or far from.',
        default: {},
      }),
    ),
    topologySpreadConstraints: Type.Optional(
      Type.Array(kubernetes.topologySpreadConstraint(), {
        description: 'How the pods are spread over zones or nodes.',
        default: [],
      }),
    ),
    priorityClassName: Type.Optional(
      kubernetes.orEmpty(
        kubernetes.dnsSubdomain({ description: 'A PriorityClass that exists.', default: '' }),
      ),
    ),
    podAnnotations: Type.Optional(
      kubernetes.annotations({ description: 'More annotations for the pods.', default: {} }),
    ),
    podLabels: Type.Optional(
      kubernetes.labels({
        description:
          "More labels for the pods. The chart's own, by which its objects find each other, are refused.",
        default: {},
        reserved: '^(app|(app[.]kubernetes[.]io|helm[.]sh|centaur[.]ai)/.*)$',
      }),
    ),
    podSecurityContext: Type.Optional(
      kubernetes.podSecurityContext({
        description: "The pods' security context. Kubernetes' restricted profile holds with the default.",
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
        description: "The containers' security context.",
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
      Type.Array(kubernetes.volume(), { description: 'More volumes for the pods.', default: [] }),
    ),
    extraVolumeMounts: Type.Optional(
      Type.Array(kubernetes.volumeMount(), { description: 'Where the containers see them.', default: [] }),
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
        enabled: Type.Boolean({ description: 'Keep some pods when nodes are drained.', default: false }),
        maxUnavailable: Type.Unsafe<number | string>({
          type: ['integer', 'string'],
          minimum: 0,
          pattern: '^(100|[1-9]?[0-9])%$',
          description: 'How many pods may be missing: a number, or a percentage such as "50%".',
          default: 1,
        }),
      },
      'A PodDisruptionBudget.',
    ),
    autoscaling: closed(
      {
        enabled: Type.Boolean({ description: 'Let Kubernetes choose the number of pods.', default: false }),
        minReplicas: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'At least so many pods.',
          default: 1,
        }),
        maxReplicas: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'At most so many pods.',
          default: 5,
        }),
        targetCPUUtilizationPercentage: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Mean use of the requested CPU, in percent, above which a pod is added.',
          default: 80,
        }),
      },
      'A HorizontalPodAutoscaler; it takes the place of the number of replicas.',
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
      cpu: amount('CPU, as text: "500m" or "2".', defaults.cpu),
      memory: amount('Memory: "512Mi".', defaults.memory),
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
        description: 'The image, without a tag.',
        default: image,
      }),
      httpPort: port('The port of its HTTP server.', httpPort),
      logLevel: Type.Enum(['error', 'warn', 'info', 'debug', 'trace'], {
        description: 'How much it logs.',
        default: 'info',
      }),
      resources: Type.Optional(
        kubernetes.resources({
          description: 'Requests and limits of the container.',
          default: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        }),
      ),
    },
    what,
  );
}

export const valuesSchema = Type.Object(
  {
    nameOverride: nameOrEmpty("Takes the place of the chart's name in names and labels."),
    fullnameOverride: nameOrEmpty('Takes the place of <release>-<name> in names.'),

    global: closed(
      {
        imagePullSecrets: Type.Optional(
          Type.Array(kubernetes.localObjectReference(), {
            description: 'Secrets for registries, for every pod; the API hands them to sandboxes too.',
            default: [],
          }),
        ),
      },
      'What holds for every part.',
    ),

    secretManager: closed(
      {
        existingSecretName: name(
          'The infra Secret. It exists before the install; the chart never makes it.',
          'centaur-infra-env',
        ),
        envPrefix: Type.String({
          maxLength: 128,
          pattern: '^[A-Za-z0-9._-]*$',
          description: "What the Secret's keys begin with. Variables in the pods have no prefix.",
          default: '',
        }),
      },
      'Where boot-time service secrets and the token of the secret source come from.',
    ),

    firewall: closed(
      {
        existingCaSecretName: name(
          "The Secret with iron-proxy's CA certificate: ca-cert.pem.",
          'centaur-firewall-ca',
        ),
        existingCaKeySecretName: name(
          'The Secret with the CA certificate and its key: ca-cert.pem and ca-key.pem. Only iron-proxy mounts it.',
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
      'The CA with which iron-proxy terminates TLS. The Secrets exist before the install.',
    ),

    ironProxy: closed(
      {
        ...proxyKeys,
        image: imageSchema({ repository: 'ironsh/iron-proxy', tag: '0.45.0' }),
        replicas: replicas(),
        ...scalingKeys(),
        terminationGracePeriodSeconds: gracePeriod(
          'Seconds that requests under way have to end before a pod that is replaced cuts them. It goes as soon as no connection is open.',
          330,
        ),
        service: closed(
          {
            proxyPort: port('Where clients reach the proxy: CONNECT and SOCKS5.', 8080),
            managementPort: port(
              'The management API, with which the API has it reload its configuration.',
              9092,
            ),
            healthPort: port('Metrics and /healthz.', 9090),
            pgPortRangeStart: port('Where the proxy listens for every declared database.', 5432),
            pgPortRangeEnd: port(
              "The last port of the range that the API gives to the sandboxes' proxies.",
              5471,
            ),
          },
          'Ports; all distinct, and above 1023, because the proxy is not root.',
        ),
        ...podKeys({
          user: 65532,
          readOnly: true,
          dnsConfig: ndots,
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
        }),
      },
      'The egress proxy: it resolves credentials and writes them into requests to allowed hosts.',
    ),

    onepasswordConnect: closed(
      {
        connect: closed(
          {
            create: flag(
              'Deploy 1Password Connect with the release, in the mode onepassword-connect.',
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
              description:
                'The name of its Deployment and Service: one of its own for each release of a namespace.',
              default: 'onepassword-connect',
            }),
            credentialsName: name(
              "The Secret with Connect's credentials. It exists before the install.",
              'centaur-onepassword-connect-credentials',
            ),
            credentialsKey: secretKey(
              'The key that holds the JSON file as downloaded, not base64 of it.',
              '1password-credentials.json',
            ),
            version: kubernetes.imageTag({
              description: 'The tag of both images.',
              default: '1.8.1',
            }),
            imagePullPolicy: Type.Enum(['IfNotPresent', 'Always', 'Never'], {
              description: 'When the kubelet pulls the images.',
              default: 'IfNotPresent',
            }),
            replicas: replicas(),
            ...scalingKeys(),
            api: connectServer('Answers look-ups.', 'docker.io/1password/connect-api', 8080),
            sync: connectServer(
              "Keeps the vaults' items up to date.",
              'docker.io/1password/connect-sync',
              8081,
            ),
            ...withoutResources(podKeys({ user: 999, readOnly: true, resources: {} })),
          },
          "A Connect server. The keys are those of 1Password's own chart, where they mean the same.",
        ),
      },
      '1Password Connect: answers look-ups inside the cluster, without the rate limits of a service account.',
    ),

    tools: toolsSchema,
    harnesses: harnessesSchema,

    secrets: closed(
      {
        bootstrapSecretName: kubernetes.orEmpty(
          kubernetes.dnsSubdomain({
            description: 'A Secret that the API is told of for bootstrapping sandboxes; none where empty.',
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
          description: 'How much it logs.',
          default: 'INFO',
        }),
        extraEnv: extraEnv(
          'More environment variables. One of these wins over one that the chart sets itself, unless that decides where credentials come from or what sandboxes get: those have keys of their own. Never a credential. Kubernetes puts the value of another variable in the place of $(NAME); $$(NAME) stands for $(NAME) itself.',
        ),
        terminationGracePeriodSeconds: gracePeriod('Seconds that running work has to end.', 35),
        startupProbe: probe('Until the first success, so many failures are forgiven.', 30),
        livenessProbe: probe('After so many failures the container is restarted.', 6),
        readinessProbe: probe('After so many failures the pod gets no requests.', 6),
        executionWorkerEnabled: flag('Run agent executions in this process.', false),
        workflowWorkerEnabled: flag('Run workflows in this process.', true),
        warmPoolEnabled: flag('Keep sandboxes ready before they are asked for.', false),
        slackEtlEnabled: flag("Copy Slack's messages into the database.", false),
        victoriaMetricsPushEnabled: flag('Push metrics to VictoriaMetrics.', false),
        slackSyncIntervalSeconds: seconds('Seconds between two syncs of recent messages.', 3600),
        slackBackfillIntervalSeconds: seconds('Seconds between two runs of the backfill.', 3600),
        slackBackfillChannelBatchLimit: count('Channels for one run of the backfill.', 20),
        slackSyncBackfillLookbackDays: count('Days that the backfill goes back.', 30),
        slackSyncThreadLookbackDays: count('Days for which threads are looked at again.', 3),
        companyContextDocumentsIntervalSeconds: seconds(
          'Seconds between two updates of the company context.',
          14400,
        ),
        slackEtlExcludedChannelPatterns: Type.String({
          description: 'Channels that are never copied: patterns, separated by commas.',
          default: '',
        }),
        egressDiscovery: closed(
          {
            enabled: flag('Let the API find Services that lead out of the cluster.', true),
            namespace: kubernetes.dnsLabel({
              description: 'The namespace of these Services. The API may list Services there.',
              default: 'centaur-egress',
            }),
            createNamespace: flag(
              'Make the namespace with the release; it survives an uninstall. Off where it exists already.',
              true,
            ),
            clusterDomain: kubernetes.dnsSubdomain({
              description: "The cluster's DNS domain.",
              default: 'cluster.local',
            }),
            tailnetFqdnAnnotation: Type.String({
              maxLength: 317,
              pattern: '^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$',
              description: 'The annotation that names the host behind a Service.',
              default: 'tailscale.com/tailnet-fqdn',
            }),
          },
          'Services for hosts outside the cluster.',
        ),
        ...podKeys({
          user: 1000,
          readOnly: false,
          dnsConfig: ndots,
          resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '2Gi' } },
        }),
      },
      'The control plane: it creates sandboxes and their proxies.',
    ),

    sandbox: closed(
      {
        image: imageSchema({ repository: 'centaur-sandbox', tag: 'latest' }),
        runtimeClassName: kubernetes.orEmpty(
          kubernetes.dnsSubdomain({
            description: "A RuntimeClass, for example gVisor's; the cluster's default where empty.",
            default: '',
          }),
        ),
        reposPath: kubernetes.absolutePath({
          description: 'Where repositories are, in the API and in sandboxes.',
          default: '/repos',
        }),
        extraEnv: extraEnv(
          "More environment variables for sandboxes, exactly as they are. Never a credential, only its placeholder: a sandbox is not trusted. For a declared database, iron-proxy's address: postgresql://app_user@HOST:PORT/DATABASE.",
        ),
        resources: closed(
          {
            requests: sandboxResources('What a sandbox asks for.', { cpu: '100m', memory: '512Mi' }),
            limits: sandboxResources('What a sandbox may use at most; no limit where empty.', {
              cpu: '',
              memory: '',
            }),
          },
          'Requests and limits of a sandbox.',
        ),
      },
      'What the API gives each sandbox that it creates.',
    ),

    networkPolicy: closed(
      {
        enabled: flag('Deny what is not in the table of flows, in both directions.', true),
        apiIngressSourceNamespaces: Type.Array(kubernetes.dnsLabel(), {
          description: 'Namespaces whose pods may reach the API.',
          default: [],
        }),
        apiServerPort: kubernetes.port({
          description: 'The port of the Kubernetes API server behind its Service.',
          default: 6443,
        }),
        apiServerCidrs: Type.Array(kubernetes.cidr(), {
          description:
            'Addresses of the Kubernetes API server. Where empty, the API may reach its ports on any address.',
          default: [],
        }),
      },
      'NetworkPolicies: default deny, and one rule for each flow, on both of its ends.',
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
