/** Checks that the pods of a release run, and run what the release says. */
import type { CoreV1Event, V1ContainerStatus, V1Deployment, V1Pod } from '@kubernetes/client-node';
import { counted } from '../text/counted.js';
import { printable } from '../text/printable.js';
import type { Cluster } from './cluster.js';
import { type Finding, finding, type Outcome } from './verify-findings.js';

/** A Deployment with its pods, and the warnings about them. */
export interface Workload {
  /** The component: `iron-proxy`. */
  readonly component: string;
  readonly deployment: V1Deployment;
  /** Without those that are being removed. */
  readonly pods: readonly V1Pod[];
  readonly warnings: readonly CoreV1Event[];
}

const componentLabel = 'app.kubernetes.io/component';

export async function readWorkloads(
  cluster: Cluster,
  deployments: readonly V1Deployment[],
): Promise<readonly Workload[]> {
  const { core, namespace, ask } = cluster;
  const events = await ask('list the events', () =>
    core.listNamespacedEvent({ namespace, fieldSelector: 'type=Warning,involvedObject.kind=Pod' }),
  );
  const workloads: Workload[] = [];
  for (const deployment of deployments) {
    const pods = await podsOf(cluster, deployment);
    const names = new Set(pods.map(({ metadata }) => metadata?.name));
    const component = deployment.metadata?.labels?.[componentLabel] ?? deployment.metadata?.name ?? '';
    const warnings = events.items.filter(({ involvedObject }) => names.has(involvedObject.name));
    workloads.push({ component, deployment, pods, warnings });
  }
  return workloads;
}

async function podsOf({ core, namespace, ask }: Cluster, { spec }: V1Deployment): Promise<readonly V1Pod[]> {
  const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await ask('list the pods', () => core.listNamespacedPod({ namespace, labelSelector }));
  return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

/** Whether the pods of a workload are those of its present settings, and ready. */
export function workloadFinding(workload: Workload): Finding {
  return finding(`pods of ${workload.component}`, outcomeOf(workload));
}

function outcomeOf({ deployment, pods, warnings }: Workload): Outcome {
  const { spec, status, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  const ready = pods.filter(isReady).length;
  const isCurrent =
    status?.observedGeneration === metadata?.generation &&
    (status?.updatedReplicas ?? 0) === (status?.replicas ?? 0);
  if (wanted > 0 && isCurrent && ready === wanted && pods.length === wanted) {
    return { passed: `${counted(wanted, 'pod')} ready, with the present settings` };
  }
  const [trouble] = pods
    .flatMap(troublesOf)
    .concat(warnings.map(({ reason, message }) => ({ reason: reason ?? '', message: message ?? '' })));
  if (trouble !== undefined) {
    const { container, reason, message } = trouble;
    const where = container === undefined ? '' : `${container}: `;
    return {
      failed: `${ready} of ${wanted} ready: ${where}${printable([reason, message].filter(Boolean).join(': '))}`,
      fix:
        remedies.find(({ of }) => of.test(reason))?.fix ??
        'See "A pod does not start" in docs/operations.md.',
    };
  }
  if (wanted === 0) return { failed: 'it has no pods: its replicas are 0', fix: 'Scale it up.' };
  return {
    failed: `${ready} of ${wanted} ready${isCurrent ? '' : ', and some still have earlier settings'}: they are starting`,
    fix: 'Wait for them, for example with --wait.',
  };
}

interface Trouble {
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
}

/** What keeps a pod from starting; a container that merely waits for its turn is none. */
function troublesOf({ status, spec }: V1Pod): readonly Trouble[] {
  const initial = new Set(spec?.initContainers?.map(({ name }) => name));
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const unscheduled = status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  return [
    ...(unscheduled === undefined ? [] : [{ reason: 'not scheduled', message: unscheduled.message ?? '' }]),
    ...containers.flatMap((container) => troubleOf(container, initial.has(container.name))),
  ];
}

function troubleOf(
  { name, state, lastState, ready }: V1ContainerStatus,
  isInitial: boolean,
): readonly Trouble[] {
  const { waiting } = state ?? {};
  const ended = state?.terminated ?? lastState?.terminated;
  const failed = ended !== undefined && ended.exitCode !== 0 && !ready ? ended : undefined;
  if (failed !== undefined) {
    // An init container of the chart says why it refuses; what a server printed last may contain anything.
    const message = isInitial ? (failed.message ?? '').trim() : `exit status ${failed.exitCode}`;
    return [{ container: name, reason: failed.reason === 'Error' ? '' : (failed.reason ?? ''), message }];
  }
  if (waiting === undefined || ['ContainerCreating', 'PodInitializing'].includes(waiting.reason ?? ''))
    return [];
  return [{ container: name, reason: waiting.reason ?? '', message: waiting.message ?? '' }];
}

const remedies: readonly { readonly of: RegExp; readonly fix: string }[] = [
  {
    of: /^CreateContainerConfigError$|^FailedMount$/,
    fix: 'Create the Secret or the key that it names: centaur-chart bootstrap makes what is missing.',
  },
  {
    of: /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/,
    fix: "Check the image's registry, name and tag in the values, and global.imagePullSecrets.",
  },
  { of: /^OOMKilled$/, fix: "Raise the container's memory limit in the values." },
  {
    of: /^not scheduled$/,
    fix: 'Make room on a node, or change resources, nodeSelector or tolerations in the values.',
  },
];

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
