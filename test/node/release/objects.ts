/** Objects of the API server. */
import { parseAllDocuments } from 'yaml';
import { printed } from '../cluster/command.js';
import type { Node } from '../cluster/node.js';
import { until } from '../cluster/until.js';

/** The parts of a pod that locate it in the network. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    /** Absent where a pod has none, as the API server leaves out what is empty. */
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[];
  };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/**
 * What the API server lists at a path, such as `/api/v1/pods`. kubectl passes it on unchanged, which for thousands of
 * objects takes a fraction of the time of its own lists.
 */
export async function listed<Item>(
  node: Node,
  resource: string,
  ...flags: readonly string[]
): Promise<readonly Item[]> {
  const list: { items: readonly Item[] } = JSON.parse(await node.kubectl('get', '--raw', resource, ...flags));
  return list.items;
}

/** The output of `kubectl create` for objects; `flags` may set the user, for example. */
export async function created(
  node: Node,
  objects: readonly object[],
  ...flags: readonly string[]
): Promise<string> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const args = ['create', ...flags, '--filename', '-'];
  return printed(await node.run('kubectl', args, { input }), ['kubectl', ...args]);
}

/** Waits until all pods of a namespace are ready. */
export async function allPodsReady(node: Node, namespace: string): Promise<void> {
  const ready = ['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=120s'];
  await node.kubectl(...ready, '--namespace', namespace);
}

/** The flags of kubectl that make it act as the API of a release: what its Role lacks is refused. */
export function asApi(namespace: string, release = 'centaur'): readonly string[] {
  return ['--as', `system:serviceaccount:${namespace}:${release}-centaur-api`];
}

/** What shows that an object is the same one, and that nothing has modified it. */
export interface Version {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: Version & { readonly name: string; readonly namespace?: string };
}

/** The objects of a manifest as they are in the cluster, by kind and name, once their status is stable. */
export async function versionsOf(
  node: Node,
  manifest: string,
  namespace: string,
): Promise<ReadonlyMap<string, Version>> {
  const named = parseAllDocuments(manifest)
    .map((document): KubernetesObject | null => document.toJS())
    .flatMap((object) => (object === null ? [] : [inNamespace(object, namespace)]));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: named });
  const read = async () => {
    const { code, stdout, stderr } = await node.run('kubectl', ['get', '-f', '-', '-o', 'json'], { input });
    if (code !== 0) throw new Error(stderr);
    const { items }: { items: readonly KubernetesObject[] } = JSON.parse(stdout);
    return new Map(
      items.map(({ kind, metadata: { name, uid, resourceVersion, generation = 0 } }) => [
        `${kind}/${name}`,
        { uid, resourceVersion, generation },
      ]),
    );
  };
  let last = await read();
  return until('the objects are at rest', async () => {
    const now = await read();
    const atRest = JSON.stringify([...now]) === JSON.stringify([...last]);
    last = now;
    return atRest ? now : undefined;
  });
}

/** An object of a manifest that names its namespace, as those of the chart's previous version do not. */
function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  if (object.kind === 'Namespace') return object;
  return { ...object, metadata: { namespace, ...object.metadata } };
}
