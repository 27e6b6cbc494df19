/** Rules about the pods of the release: those that hold in every chart, for the chart's own keys, and a few of its own. */
import {
  and,
  autoscalerRules,
  type ContainerResources,
  containerResources,
  each,
  eq,
  hasPrefix,
  isNonEmpty,
  type Member,
  mapOf,
  ne,
  not,
  type RuleGroup,
  resourceRules,
  rules,
  schedulingRules,
  str,
  volumeRules,
  when,
} from '../helm/authoring.js';
import type { Platform } from './platform.js';
import type { Values } from './values/index.js';
import { connectUser } from './values/onepassword-connect.js';

interface Own {
  readonly volumes: readonly string[];
  readonly mounts: readonly string[];
}

/** The volumes and mounts of the chart's own pods. A test compares it with the manifests. */
export const ownVolumes = {
  api: { volumes: ['firewall-ca', 'tmp'], mounts: ['/firewall-certs', '/tmp'] },
  ironProxy: {
    volumes: ['config', 'run', 'ca', 'tmp'],
    mounts: ['/run/iron-proxy', '/etc/resolv.conf', '/etc/iron-proxy-ca', '/tmp'],
  },
  'onepasswordConnect.connect': {
    volumes: ['data', 'credentials'],
    mounts: ['/home/opuser/.op/data', '/home/opuser/.op/1password-credentials.json'],
  },
} as const satisfies { readonly [workload: string]: Own };

function workloadsOf({ api, ironProxy, onepasswordConnect: { connect } }: Values) {
  return [
    { key: 'api', values: api, containers: [containerResources('api.resources', api.resources)] },
    {
      key: 'ironProxy',
      values: ironProxy,
      containers: [containerResources('ironProxy.resources', ironProxy.resources)],
    },
    {
      key: 'onepasswordConnect.connect',
      values: connect,
      containers: [
        containerResources('onepasswordConnect.connect.api.resources', connect.api.resources),
        containerResources('onepasswordConnect.connect.sync.resources', connect.sync.resources),
      ],
    },
  ] as const;
}

/** The rules by their headings. */
export function workloadRules({ values }: Platform): readonly RuleGroup[] {
  const workloads = workloadsOf(values);
  return [
    rules(
      'Resources and scaling',
      ...resourceRules(...workloads.flatMap(({ containers }) => containers), sandboxContainer(values)),
      ...autoscalerRules(
        ...workloads.map(({ key, values: { autoscaling }, containers }) => ({
          key: `${key}.autoscaling`,
          autoscaling,
          resource: 'cpu' as const,
          containers,
        })),
      ),
    ),
    rules(
      'Scheduling',
      ...schedulingRules(
        ...workloads.map(({ key, values: { tolerations, topologySpreadConstraints } }) => ({
          keys: {
            tolerations: `${key}.tolerations`,
            topologySpreadConstraints: `${key}.topologySpreadConstraints`,
          },
          tolerations,
          topologySpreadConstraints,
        })),
      ),
    ),
    rules(
      'Volumes',
      ...volumeRules(
        ...workloads.map(({ key, values: { extraVolumes, extraVolumeMounts } }) => ({
          keys: { volumes: `${key}.extraVolumes`, mounts: `${key}.extraVolumeMounts` },
          own: ownVolumes[key],
          volumes: extraVolumes,
          mounts: extraVolumeMounts,
        })),
      ),
    ),
    rules('DNS', ...dnsRules(workloads, values)),
    rules("Connect's user", ...userRules(values)),
  ];
}

/** The API gives these to the sandboxes that it creates; an empty amount is not set. */
function sandboxContainer({ sandbox: { resources } }: Values): ContainerResources {
  const given = ({ cpu, memory }: typeof resources.requests, name: string) =>
    mapOf<string>({ cpu: when(cpu, (amount) => amount), memory: when(memory, (amount) => amount) }, name);
  return {
    key: 'sandbox.resources',
    requests: given(resources.requests, 'sandboxRequests'),
    limits: given(resources.limits, 'sandboxLimits'),
  };
}

function dnsRules(
  workloads: ReturnType<typeof workloadsOf>,
  { ironProxy }: Values,
): readonly Member<string>[] {
  return [
    ...workloads.map(({ key, values: { dnsPolicy, dnsConfig } }) =>
      when<string>(
        and(eq(dnsPolicy, 'None'), not(isNonEmpty(dnsConfig.nameservers))),
        `${key}.dnsConfig.nameservers: with the dnsPolicy None the pods have no DNS server but those named here: name one, such as 10.96.0.10, or choose another ${key}.dnsPolicy`,
      ),
    ),
    // The search domain in which names end in a namespace: resolver.sh recognizes it by its neighbour, which may be
    // missing.
    each(ironProxy.dnsConfig.searches, (domain) =>
      when(
        hasPrefix('svc.', domain),
        str`ironProxy.dnsConfig.searches: below ${domain} a name ends in a namespace, whose owner would get the credentials for a host of that name: leave the domain out, and write the names of Services with their namespace and svc`,
      ),
    ),
  ];
}

/** Connect's images can write to their own files only as this user; OpenShift assigns another one if none is given. */
function userRules({ onepasswordConnect: { connect } }: Values): readonly Member<string>[] {
  const contexts = {
    podSecurityContext: connect.podSecurityContext,
    containerSecurityContext: connect.containerSecurityContext,
  };
  return Object.entries(contexts).map(([key, context]) =>
    when(context, ({ runAsUser }) =>
      when(runAsUser, (user) =>
        when(
          ne(user, connectUser),
          str`onepasswordConnect.connect.${key}.runAsUser: Connect's images are made for the user ${connectUser}: set ${connectUser}, or null where the cluster assigns a user`,
        ),
      ),
    ),
  );
}
