/**
 * The restricted Pod Security Standard:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, in the words and with the meaning of
 * the API server's admission for 1.36 (k8s.io/pod-security-admission/policy).
 */

/** What the standard does not allow in an object's pods; empty for an object that does not create pods. */
export function restrictedProblems(object: unknown): readonly string[] {
  const pod = podOf(object);
  if (pod === undefined) return [];
  return controls.flatMap(({ reason, details }) => details(pod).map((detail) => `${reason} (${detail})`));
}

/** The pod that an object is, or the template of those that it creates. */
function podOf(object: unknown): Pod | undefined {
  const template = [
    object,
    at(object, 'spec', 'template'),
    at(object, 'spec', 'jobTemplate', 'spec', 'template'),
  ].find((candidate) => Array.isArray(at(candidate, 'spec', 'containers')));
  if (template === undefined) return undefined;
  const spec = at(template, 'spec');
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    listAt(spec, list).map((container) => ({
      who: `container "${at(container, 'name')}"`,
      context: at(container, 'securityContext'),
      container,
    })),
  );
  return {
    spec,
    context: at(spec, 'securityContext'),
    annotations: at(template, 'metadata', 'annotations'),
    containers,
    setters: [{ who: 'pod', context: at(spec, 'securityContext') }, ...containers],
    windows: at(spec, 'os', 'name') === 'windows',
    ownUsers: at(spec, 'hostUsers') === false,
  };
}

interface Pod {
  readonly spec: unknown;
  readonly context: unknown;
  readonly annotations: unknown;
  readonly containers: readonly Container[];
  /** The pod and its containers: each may have a security context. */
  readonly setters: readonly Setter[];
  /** Windows does not have Linux's users, capabilities or seccomp. */
  readonly windows: boolean;
  /** The pod is in a user namespace, where root is unprivileged outside. */
  readonly ownUsers: boolean;
}
interface Setter {
  readonly who: string;
  readonly context: unknown;
}
interface Container extends Setter {
  readonly container: unknown;
}

/** One control of the standard: what it forbids, and where a pod violates it. */
interface Control {
  readonly reason: string;
  readonly details: (pod: Pod) => readonly string[];
}

const controls: readonly Control[] = [
  {
    reason: 'host namespaces',
    details: ({ spec }) =>
      ['hostNetwork', 'hostPID', 'hostIPC']
        .filter((key) => at(spec, key) === true)
        .map((key) => `${key}=true`),
  },
  {
    reason: 'privileged',
    details: ({ containers }) =>
      containers
        .filter(({ context }) => at(context, 'privileged') === true)
        .map(({ who }) => `${who} must not set securityContext.privileged=true`),
  },
  {
    reason: 'hostProcess',
    details: ({ setters }) =>
      setters
        .filter(({ context }) => at(context, 'windowsOptions', 'hostProcess') === true)
        .map(({ who }) => `${who} must not set securityContext.windowsOptions.hostProcess=true`),
  },
  {
    reason: 'unrestricted capabilities',
    details: ({ containers, windows }) =>
      windows
        ? []
        : containers.flatMap(({ who, context }) => {
            const dropped = listAt(context, 'capabilities', 'drop');
            const added = listAt(context, 'capabilities', 'add').filter(
              (name) => name !== 'NET_BIND_SERVICE',
            );
            return [
              ...(dropped.includes('ALL')
                ? []
                : [`${who} must set securityContext.capabilities.drop=["ALL"]`]),
              ...added.map((name) => `${who} must not include "${name}" in securityContext.capabilities.add`),
            ];
          }),
  },
  {
    reason: 'restricted volume types',
    details: ({ spec }) =>
      listAt(spec, 'volumes').flatMap((volume) =>
        keysOf(volume)
          .filter((key) => key !== 'name' && !volumeTypes.has(key))
          .map((key) => `volume "${at(volume, 'name')}" uses restricted volume type "${key}"`),
      ),
  },
  {
    reason: 'hostPort',
    details: ({ containers }) =>
      containers.flatMap(({ who, container }) =>
        listAt(container, 'ports')
          .map((port) => at(port, 'hostPort') ?? 0)
          .filter((port) => port !== 0)
          .map((port) => `${who} uses hostPort ${port}`),
      ),
  },
  {
    reason: 'probe or lifecycle host',
    details: ({ containers }) =>
      containers.flatMap(({ who, container }) =>
        handlers
          .flatMap((handler) => [
            at(container, ...handler, 'httpGet', 'host'),
            at(container, ...handler, 'tcpSocket', 'host'),
          ])
          .filter((host) => host !== undefined && host !== '')
          .map((host) => `${who} uses probe or lifecycle host "${host}"`),
      ),
  },
  {
    reason: 'forbidden AppArmor profile',
    details: ({ setters, annotations }) => [
      ...setters.flatMap(({ who, context }) =>
        typeOf(context, 'appArmorProfile')
          .filter((type) => type !== 'RuntimeDefault' && type !== 'Localhost')
          .map((type) => `${who} must not set AppArmor profile type to "${type}"`),
      ),
      ...keysOf(annotations)
        .filter((key) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'))
        .filter((key) => !/^$|^runtime\/default$|^localhost\//.test(`${at(annotations, key)}`))
        .map((key) => `annotation must not set AppArmor profile type to "${key}=${at(annotations, key)}"`),
    ],
  },
  {
    reason: 'seLinuxOptions',
    details: ({ setters }) =>
      setters.flatMap(({ who, context }) => {
        const options = at(context, 'seLinuxOptions');
        const forbidden = [
          ...[at(options, 'type') ?? '']
            .filter((type) => !seLinuxTypes.has(type))
            .map((type) => `type "${type}"`),
          ...['user', 'role']
            .filter((key) => (at(options, key) ?? '') !== '')
            .map((key) => `${key} may not be set`),
        ];
        return forbidden.map((what) => `${who} set forbidden securityContext.seLinuxOptions: ${what}`);
      }),
  },
  {
    reason: 'procMount',
    details: ({ containers }) =>
      containers.flatMap(({ who, context }) =>
        [at(context, 'procMount') ?? 'Default']
          .filter((type) => type !== 'Default')
          .map((type) => `${who} must not set securityContext.procMount to "${type}"`),
      ),
  },
  {
    reason: 'forbidden sysctls',
    details: ({ context }) =>
      listAt(context, 'sysctls')
        .map((sysctl) => at(sysctl, 'name'))
        .filter((name) => !sysctls.has(name))
        .map(String),
  },
  {
    reason: 'allowPrivilegeEscalation != false',
    details: ({ containers, windows }) =>
      containers
        .filter(({ context }) => !windows && at(context, 'allowPrivilegeEscalation') !== false)
        .map(({ who }) => `${who} must set securityContext.allowPrivilegeEscalation=false`),
  },
  {
    reason: 'runAsNonRoot != true',
    details: ({ setters, containers, context, ownUsers }) => {
      if (ownUsers) return [];
      const said = setters.filter((setter) => at(setter.context, 'runAsNonRoot') === false);
      const unsaid = containers.filter(
        (container) => (at(container.context, 'runAsNonRoot') ?? at(context, 'runAsNonRoot')) === undefined,
      );
      return [
        ...said.map(({ who }) => `${who} must not set securityContext.runAsNonRoot=false`),
        ...unsaid.map(({ who }) => `pod or ${who} must set securityContext.runAsNonRoot=true`),
      ];
    },
  },
  {
    reason: 'runAsUser=0',
    details: ({ setters, ownUsers }) =>
      setters
        .filter(({ context }) => !ownUsers && at(context, 'runAsUser') === 0)
        .map(({ who }) => `${who} must not set runAsUser=0`),
  },
  {
    reason: 'seccompProfile',
    details: ({ setters, containers, context, windows }) => {
      if (windows) return [];
      const unsaid = containers.filter(
        (container) =>
          [container.context, context].flatMap((one) => typeOf(one, 'seccompProfile')).length === 0,
      );
      return [
        ...setters.flatMap(({ who, context }) =>
          typeOf(context, 'seccompProfile')
            .filter((type) => type !== 'RuntimeDefault' && type !== 'Localhost')
            .map((type) => `${who} must not set securityContext.seccompProfile.type to "${type}"`),
        ),
        ...unsaid.map(
          ({ who }) =>
            `pod or ${who} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
        ),
      ];
    },
  },
];

const volumeTypes = new Set([
  ...[
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'image',
    'persistentVolumeClaim',
    'projected',
  ],
  'secret',
]);

const seLinuxTypes = new Set<unknown>([
  ...['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'],
]);

const sysctls = new Set<unknown>([
  'kernel.shm_rmid_forced',
  ...['ip_local_port_range', 'tcp_syncookies', 'ping_group_range', 'ip_unprivileged_port_start'].map(ipv4),
  ...['ip_local_reserved_ports', 'tcp_keepalive_time', 'tcp_fin_timeout', 'tcp_keepalive_intvl'].map(ipv4),
  ...['tcp_keepalive_probes', 'tcp_rmem', 'tcp_wmem'].map(ipv4),
]);

function ipv4(name: string): string {
  return `net.ipv4.${name}`;
}

const handlers = [
  ...[['livenessProbe'], ['readinessProbe'], ['startupProbe']],
  ...[
    ['lifecycle', 'postStart'],
    ['lifecycle', 'preStop'],
  ],
];

/** The type of a profile, if given. */
function typeOf(context: unknown, profile: string): readonly unknown[] {
  return at(context, profile) === undefined ? [] : [at(context, profile, 'type')];
}

/** The value at a path; undefined if it is absent or null. */
function at(value: unknown, ...path: readonly string[]): unknown {
  const found = path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );
  return found ?? undefined;
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
