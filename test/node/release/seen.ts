/** What an operator sees of a namespace's pods in case of trouble: the output of `kubectl describe pods`. */
import type { Node } from '../cluster/node.js';
import { until } from '../cluster/until.js';

/**
 * A line for each container that does not run as it should, as `<component> <container>: <reason>: <message>`, and one for
 * each warning, as `<pod> <reason>: <message>`.
 */
export async function troubles(node: Node, namespace: string): Promise<readonly string[]> {
  const list = async <Item>(...kind: readonly string[]): Promise<readonly Item[]> =>
    JSON.parse(await node.kubectl('get', ...kind, '--namespace', namespace, '--output', 'json')).items;
  const pods = await list<PodObject>('pods');
  const warnings = await list<EventObject>('events', '--field-selector', 'type=Warning');
  return [
    ...pods.flatMap(({ metadata, status: { initContainerStatuses = [], containerStatuses = [] } }) =>
      [...initContainerStatuses, ...containerStatuses].flatMap(({ name, state, lastState }) =>
        [state.waiting, state.terminated, lastState.terminated]
          .filter((part) => part !== undefined && part.reason !== 'Completed')
          .map((part) => {
            const component = metadata.labels?.['app.kubernetes.io/component'] ?? metadata.name;
            return `${component} ${name}: ${part?.reason}: ${part?.message?.trim() ?? ''}`;
          }),
      ),
    ),
    ...warnings.map(({ involvedObject, reason, message }) => `${involvedObject.name} ${reason}: ${message}`),
  ];
}

/** Waits until {@link troubles} contains this line. */
export async function sees(node: Node, namespace: string, line: RegExp, seconds = 90): Promise<void> {
  let last: readonly string[] = [];
  await until(
    `an operator sees ${line}`,
    async () => {
      last = await troubles(node, namespace);
      if (!last.some((trouble) => line.test(trouble))) throw new Error(`there is\n${last.join('\n')}`);
      return true;
    },
    seconds,
  );
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status: {
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state: { readonly waiting?: Reason; readonly terminated?: Reason };
  readonly lastState: { readonly terminated?: Reason };
}

interface Reason {
  readonly reason?: string;
  readonly message?: string;
}

interface EventObject {
  readonly involvedObject: { readonly name: string };
  readonly reason: string;
  readonly message: string;
}
