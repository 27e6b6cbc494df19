/** Objects of the API server. */
import { printed } from '../cluster/command.js';
import type { Node } from '../cluster/node.js';

/** The parts of a pod that locate it in the network. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
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
