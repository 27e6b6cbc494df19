import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  type Authored,
  and,
  type Conditional,
  type Expr,
  each,
  entries,
  hasKey,
  ifElse,
  join,
  KubeDeployment,
  KubeNamespace,
  KubeRole,
  KubeRoleBinding,
  KubeService,
  KubeServiceAccount,
  type Member,
  map,
  mapOf,
  ne,
  not,
  release,
  spread,
  str,
  stringTemplate,
  toJson,
  trimSuffix,
  trunc,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import { infraVariable } from './infra-secret.js';
import type { Platform } from './platform.js';
import {
  caChecksum,
  caFile,
  caMount,
  caVolume,
  httpProbe,
  imageReference,
  literal,
  podFields,
  pullSecretNames,
  secondsUntilUnknown,
} from './pod.js';
import { wholeNamesFirst } from './resolver.js';
import { Scaling } from './scaling.js';
import { clientCaScript, startCheck } from './start-checks.js';

/** The API's only port. */
export const apiPort = 8000;

/** The control plane: it creates sandboxes and their proxies, and holds no credential and no token that could fetch one. */
export class Api extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const { values, names } = platform;
    const { api } = values;
    const metadata = { name: names.api, labels: names.labels('api') };

    new KubeServiceAccount(this, 'service-account', { metadata });

    new KubeRole(this, 'role', {
      comment: 'What the API needs in order to create sandboxes, their proxies and the policies around them.',
      metadata,
      rules: roleRules,
    });

    new KubeRoleBinding(this, 'role-binding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.api },
      subjects: [{ kind: 'ServiceAccount', name: names.api, namespace: release.Namespace }],
    });

    new KubeService(this, 'service', {
      metadata,
      spec: {
        selector: names.selectorLabels('api'),
        ports: [{ name: 'http', port: apiPort, targetPort: 'http' }],
      },
    });

    new KubeDeployment(this, 'deployment', {
      metadata,
      spec: {
        replicas: when(not(api.autoscaling.enabled), api.replicaCount),
        selector: { matchLabels: names.selectorLabels('api') },
        template: {
          metadata: {
            labels: { ...names.selectorLabels('api'), ...spread(api.podLabels) },
            annotations: {
              // `kubectl exec` says nothing about the init container.
              'kubectl.kubernetes.io/default-container': 'api',
              ...caChecksum(values),
              ...spread(api.podAnnotations),
            },
          },
          spec: {
            serviceAccountName: names.api,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: api.terminationGracePeriodSeconds,
            ...podFields(api, values),
            dnsConfig: wholeNamesFirst(api),
            initContainers: [
              startCheck(values, clientCaScript, [values.firewall.existingCaSecretName, caFile], {
                name: 'ca',
                resources: when(api.resources, (resources) => resources),
                securityContext: when(api.containerSecurityContext, (context) => context),
                volumeMounts: [caMount],
              }),
            ],
            containers: [
              {
                name: 'api',
                image: imageReference({ image: api.image }),
                imagePullPolicy: api.image.pullPolicy,
                ports: [{ name: 'http', containerPort: apiPort }],
                env: environment(platform),
                startupProbe: httpProbe('/health', 'http', api.startupProbe),
                livenessProbe: httpProbe('/health', 'http', api.livenessProbe),
                readinessProbe: httpProbe('/health/ready', 'http', api.readinessProbe),
                lifecycle: { preStop: { exec: { command: ['sleep', String(secondsUntilUnknown)] } } },
                resources: when(api.resources, (resources) => resources),
                securityContext: when(api.containerSecurityContext, (context) => context),
                volumeMounts: [
                  caMount,
                  { name: 'tmp', mountPath: '/tmp' },
                  each(api.extraVolumeMounts, (mount) => mount),
                ],
              },
            ],
            volumes: [
              caVolume(values.firewall.existingCaSecretName),
              { name: 'tmp', emptyDir: {} },
              each(api.extraVolumes, (volume) => volume),
            ],
          },
        },
      },
    });

    new Scaling(this, 'scaling', { ...metadata, selector: names.selectorLabels('api'), keys: api });
    new EgressDiscovery(this, 'egress-discovery', platform);
  }
}

/** What the API may do in the release's namespace. */
const roleRules: k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['pods', 'services'], verbs: ['create', 'delete', 'get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/attach', 'pods/exec'], verbs: ['create', 'get'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'get'] },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  },
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: ['create', 'delete', 'get', 'list', 'watch'],
  },
];

/** Lets the API find the Services for egress from the cluster, in the one namespace that contains them. */
class EgressDiscovery extends Construct {
  constructor(scope: Construct, id: string, { values, names }: Platform) {
    super(scope, id);
    const { enabled, namespace, createNamespace } = values.api.egressDiscovery;
    // The namespace may serve several releases, so the name tells which one the Role belongs to.
    const name = trimSuffix('-', trunc(253, str`${release.Namespace}-${names.api}`));
    const metadata = { name, namespace, labels: names.labels('api') };

    new KubeNamespace(this, 'namespace', {
      when: and(enabled, createNamespace, ne(namespace, release.Namespace)),
      metadata: {
        name: namespace,
        labels: names.labels('api'),
        annotations: { 'helm.sh/resource-policy': 'keep' },
      },
    });

    new KubeRole(this, 'role', {
      when: enabled,
      metadata,
      rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }],
    });

    new KubeRoleBinding(this, 'role-binding', {
      when: enabled,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: names.api, namespace: release.Namespace }],
    });
  }
}

// -------------------------------------------------------------------------------------------------- environment

/** The single keys of the infra Secret, then settings; `api.extraEnv` overrides both for variables that it may set. */
function environment(platform: Platform): readonly Member<k8s.EnvVar>[] {
  const { values, infraKeys } = platform;
  return [
    each(infraKeys.api, (key) => when(not(hasKey(values.api.extraEnv, key)), infraVariable(values, key))),
    each(settings(platform), (value, name) => ({ name, value })),
  ];
}

/**
 * The API's settings, by variable name. `api.extraEnv` overrides those that it may set: put a new one either among
 * these or among the guarded ones.
 */
function settings(platform: Platform) {
  const { values, names } = platform;
  const { api, ironProxy, sandbox } = values;
  const noProxy = stringTemplate(
    'centaur.api.noProxy',
    'Hosts in the cluster, which the API reaches without the proxy.',
    str`localhost,127.0.0.1,$(KUBERNETES_SERVICE_HOST),${names.api},${names.ironProxy},.svc,.svc.${api.egressDiscovery.clusterDomain}`,
  );
  const guarded = Object.entries(guardedSettings(platform)).map(
    ([variable, { value }]) => [variable, value] as const,
  );

  const all = mapOf<string>(
    {
      // The API's own egress. Whatever these say, it holds only placeholders.
      HTTPS_PROXY: str`http://${names.ironProxy}:${ironProxy.service.proxyPort}`,
      NO_PROXY: noProxy,
      no_proxy: noProxy,
      SSL_CERT_FILE: caFile,
      REQUESTS_CA_BUNDLE: caFile,

      // What sandboxes run, as which user, and their size. They are not trusted, whatever they run.
      AGENT_IMAGE: imageReference({ image: sandbox.image }),
      AGENT_API_URL: str`http://${names.api}:${apiPort}`,
      KUBERNETES_AGENT_IMAGE_PULL_POLICY: sandbox.image.pullPolicy,
      REPOS_PATH: literal(sandbox.reposPath),

      // Settings of this process.
      CENTAUR_LOG_LEVEL: api.logLevel,
      EXECUTION_WORKER_ENABLED: oneOrZero(api.executionWorkerEnabled),
      WORKFLOW_WORKER_ENABLED: oneOrZero(api.workflowWorkerEnabled),
      WARM_POOL_ENABLED: oneOrZero(api.warmPoolEnabled),
      VICTORIA_METRICS_PUSH_ENABLED: oneOrZero(api.victoriaMetricsPushEnabled),
      SLACK_ETL_ENABLED: oneOrZero(api.slackEtlEnabled),
      SLACK_SYNC_INTERVAL_SECONDS: str`${api.slackSyncIntervalSeconds}`,
      SLACK_BACKFILL_INTERVAL_SECONDS: str`${api.slackBackfillIntervalSeconds}`,
      SLACK_BACKFILL_CHANNEL_BATCH_LIMIT: str`${api.slackBackfillChannelBatchLimit}`,
      SLACK_SYNC_BACKFILL_LOOKBACK_DAYS: str`${api.slackSyncBackfillLookbackDays}`,
      SLACK_SYNC_THREAD_LOOKBACK_DAYS: str`${api.slackSyncThreadLookbackDays}`,
      COMPANY_CONTEXT_DOCUMENTS_INTERVAL_SECONDS: str`${api.companyContextDocumentsIntervalSeconds}`,
      SLACK_ETL_EXCLUDED_CHANNEL_PATTERNS: literal(api.slackEtlExcludedChannelPatterns),

      ...Object.fromEntries(guarded),

      // Present only if set.
      KUBERNETES_SANDBOX_CPU_REQUEST: when(sandbox.resources.requests.cpu, (amount) => amount),
      KUBERNETES_SANDBOX_MEMORY_REQUEST: when(sandbox.resources.requests.memory, (amount) => amount),
      KUBERNETES_SANDBOX_CPU_LIMIT: when(sandbox.resources.limits.cpu, (amount) => amount),
      KUBERNETES_SANDBOX_MEMORY_LIMIT: when(sandbox.resources.limits.memory, (amount) => amount),
      KUBERNETES_SANDBOX_RUNTIME_CLASS_NAME: when(sandbox.runtimeClassName, (name) => name),

      ...entries(api.extraEnv, (value) => value),
    },
    'settings',
  );
  return valueTemplate(
    'centaur.api.settings',
    "The API's settings, by the name of the environment variable.",
    all,
  );
}

/** A variable that is set only by its own key. */
interface GuardedSetting {
  /** The key, or what else determines it. */
  readonly key: string;
  readonly value: Authored<string> | Conditional<string>;
}

/**
 * Settings that determine where credentials come from, or what a sandbox or its proxy gets and may reach. Their own
 * keys are checked for what must not leak, so `api.extraEnv` must not set any of them.
 */
export function guardedSettings({ values, names, mode, connectServer }: Platform): {
  readonly [variable: string]: GuardedSetting;
} {
  const { ironProxy, secretManager, firewall, secrets, sandbox } = values;
  const { service } = ironProxy;
  const discovery = values.api.egressDiscovery;
  const set = (key: string, value: GuardedSetting['value']): GuardedSetting => ({ key, value });
  return {
    // How credentials are resolved.
    FIREWALL_MANAGER_SECRET_SOURCE: set('ironProxy.secretSource', ironProxy.secretSource),
    KUBERNETES_FIREWALL_MANAGER_SECRET_SOURCE: set('ironProxy.secretSource', ironProxy.secretSource),
    FIREWALL_MANAGER_SECRET_TTL: set('ironProxy.secretTtl', ironProxy.secretTtl),
    KUBERNETES_SECRET_ENV_NAME: set('secretManager.existingSecretName', secretManager.existingSecretName),
    KUBERNETES_SECRET_ENV_PREFIX: set('secretManager.envPrefix', secretManager.envPrefix),
    KUBERNETES_FIREWALL_CA_SECRET_NAME: set('firewall.existingCaSecretName', firewall.existingCaSecretName),
    KUBERNETES_FIREWALL_CA_KEY_SECRET_NAME: set(
      'firewall.existingCaKeySecretName',
      firewall.existingCaKeySecretName,
    ),

    // What holds them: the image of a proxy has access to all credentials.
    KUBERNETES_IRON_PROXY_IMAGE: set('ironProxy.image', imageReference({ image: ironProxy.image })),
    KUBERNETES_IRON_PROXY_IMAGE_PULL_POLICY: set('ironProxy.image.pullPolicy', ironProxy.image.pullPolicy),

    // How sandboxes are built.
    KUBERNETES_NAMESPACE: set('the namespace of the release', release.Namespace),

    // What they may reach: their proxy and the API, and the results of discovery.
    FIREWALL_HOST: set('fullnameOverride', names.ironProxy),
    KUBERNETES_API_POD_LABEL_SELECTOR: set(
      'nameOverride',
      str`app.kubernetes.io/name=${names.name},app.kubernetes.io/instance=${release.Name},app.kubernetes.io/component=api`,
    ),
    KUBERNETES_IRON_PROXY_PORT: set('ironProxy.service.proxyPort', str`${service.proxyPort}`),
    KUBERNETES_IRON_PROXY_MANAGEMENT_PORT: set(
      'ironProxy.service.managementPort',
      str`${service.managementPort}`,
    ),
    KUBERNETES_IRON_PROXY_HEALTH_PORT: set('ironProxy.service.healthPort', str`${service.healthPort}`),
    KUBERNETES_IRON_PROXY_PG_PORT_RANGE_START: set(
      'ironProxy.service.pgPortRangeStart',
      str`${service.pgPortRangeStart}`,
    ),
    KUBERNETES_IRON_PROXY_PG_PORT_RANGE_END: set(
      'ironProxy.service.pgPortRangeEnd',
      str`${service.pgPortRangeEnd}`,
    ),
    KUBERNETES_EGRESS_DISCOVERY_ENABLED: set('api.egressDiscovery.enabled', oneOrZero(discovery.enabled)),
    KUBERNETES_EGRESS_DISCOVERY_NAMESPACE: set('api.egressDiscovery.namespace', discovery.namespace),
    KUBERNETES_EGRESS_DISCOVERY_CLUSTER_DOMAIN: set(
      'api.egressDiscovery.clusterDomain',
      discovery.clusterDomain,
    ),
    KUBERNETES_EGRESS_DISCOVERY_TAILNET_FQDN_ANNOTATION: set(
      'api.egressDiscovery.tailnetFqdnAnnotation',
      discovery.tailnetFqdnAnnotation,
    ),

    // Computed, or present only if set.
    KUBERNETES_OP_CONNECT_HOST: set(
      'onepasswordConnect.connect.url',
      when(mode('onepassword-connect'), connectServer.url),
    ),
    KUBERNETES_BOOTSTRAP_SECRET_NAME: set(
      'secrets.bootstrapSecretName',
      when(secrets.bootstrapSecretName, (name) => name),
    ),
    KUBERNETES_SANDBOX_EXTRA_ENV: set('sandbox.extraEnv', literal(jsonVariables(sandbox.extraEnv))),
    KUBERNETES_SANDBOX_IMAGE_PULL_SECRETS: set('global.imagePullSecrets', join(',', pullSecretNames(values))),
  };
}

function oneOrZero(flag: Expr<boolean>): Expr<string> {
  return ifElse(flag, '1', '0');
}

/** Variables in the API's format: a JSON list of {name, value}. */
function jsonVariables(variables: Expr<{ readonly [name: string]: string }>): Expr<string> {
  const items = map(variables, (value, name) => str`{"name":${toJson(name)},"value":${toJson(value)}}`);
  return str`[${join(',', items)}]`;
}
