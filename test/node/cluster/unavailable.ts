import { run } from './command.js';

/** A node can't run on this machine: the message says why and what would change it. */
export class NodeUnavailable extends Error {
  override readonly name = 'NodeUnavailable';
}

/** @throws NodeUnavailable when this machine, or this user on it, can't have a node. */
export async function assertAvailable(): Promise<void> {
  if (process.platform !== 'linux') {
    throw new NodeUnavailable(
      `a node runs containers of Linux, and this is ${process.platform}: use a Linux machine`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new NodeUnavailable('a node needs root for its namespaces and mounts: run this with sudo');
  }
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--cgroup', '--ipc'];
  const tried = await run('unshare', [...namespaces, 'mount', '-t', 'tmpfs', 'tmpfs', '/run']);
  if (tried.code !== 0) {
    throw new NodeUnavailable(
      `root may make no namespaces and mounts here, as in a container that is not privileged: ${tried.stderr.trim()}`,
    );
  }
}
