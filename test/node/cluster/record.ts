import path from 'node:path';
import { printed } from './command.js';
import type { Node } from './node.js';
import { runFile } from './run-folder.js';

/** How a container was started, according to containerd's record: also for one that has ended. */
export interface Started {
  readonly environment: { readonly [name: string]: string };
  /** The mount points in the container, except those that the runtime gives each. */
  readonly mounts: readonly string[];
}

/** The records of a pod's init containers, by their names. */
export async function startedInit(
  node: Node,
  namespace: string,
  pod: string,
): Promise<{ readonly [container: string]: Started }> {
  const read = await node.kubectl('get', 'pod', pod, '--namespace', namespace, '--output', 'json');
  const { status }: { readonly status: { readonly initContainerStatuses?: readonly Status[] } } =
    JSON.parse(read);
  const records = (status.initContainerStatuses ?? []).map(async ({ name, containerID }) => {
    return [name, await started(node, containerID.replace('containerd://', ''))] as const;
  });
  return Object.fromEntries(await Promise.all(records));
}

interface Status {
  readonly name: string;
  readonly containerID: string;
}

async function started(node: Node, id: string): Promise<Started> {
  const socket = path.join(node.folder, runFile.containerd);
  const command = ['--address', socket, '--namespace', 'k8s.io', 'containers', 'info', '--spec'];
  const args = [...command, id];
  const spec: Spec = JSON.parse(printed(await node.run('ctr', args), ['ctr', ...args]));
  const variables = spec.process.env.map((variable) => variable.split(/=(.*)/s).slice(0, 2));
  return {
    environment: Object.fromEntries(variables),
    mounts: spec.mounts
      .map(({ destination }) => destination)
      .filter(
        (destination) => !/^\/(proc|sys|dev|etc\/(hosts|hostname|resolv\.conf))($|\/)/.test(destination),
      )
      .sort(),
  };
}

/** The fields that are read here: https://github.com/opencontainers/runtime-spec/blob/main/config.md */
interface Spec {
  readonly process: { readonly env: readonly string[] };
  readonly mounts: readonly { readonly destination: string }[];
}
