/**
 * The process outside a node that represents it. It starts the node in separate namespaces; when it is told to stop, or
 * its starter is gone for any reason, it removes everything of the node. It runs in the node's network namespace, so
 * its process id is the way into that.
 */

import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandPath } from '../../system/commands.js';
import { spawn } from '../../system/processes.js';
import { type Cgroup, cgroupsNamed, enter, kill, makeCgroup, ownCgroups, removeCgroups } from './cgroup.js';
import { keepLogs } from './logs.js';
import { processNamespace } from './machine.js';
import { identity, type Owner, runFile } from './run-folder.js';
import type { SupervisorOptions } from './supervisor.js';

/** The keeper's command line argument, as JSON. */
export interface KeeperOptions {
  readonly folder: string;
  /** The folders of the programs that the node runs. */
  readonly programs: readonly string[];
  /** Whether the node stays up without its starter. */
  readonly stays: boolean;
}

const { folder, programs, stays }: KeeperOptions = JSON.parse(process.argv[2] ?? '');

const before = await ownCgroups();
let cgroups: Cgroup[] = [];
try {
  cgroups = await cgroupsNamed(path.basename(folder));
  const owner: Owner = { identity: (await identity(process.pid)) ?? '', cgroups, stays };
  await writeFile(path.join(folder, runFile.owner), JSON.stringify(owner));
  for (const cgroup of cgroups) await makeCgroup(cgroup.folder);
  await enter(cgroups, process.pid);
  await lifeOfNode({ folder, programs, cgroups, outside: await processNamespace() });
} catch (error) {
  console.error(
    `${error instanceof Error ? error.message : error}; the logs are in ${await keepLogs(folder)}`,
  );
  process.exitCode = 1;
}
await enter(before, process.pid);
await removeCgroups(cgroups);
await rm(folder, { recursive: true, force: true });
process.exit();

/** Starts the node and resolves when it was stopped. @throws Error if it ends by itself. */
async function lifeOfNode(options: SupervisorOptions): Promise<void> {
  const node = startNode(options);
  const { pid } = node;
  if (pid === undefined) throw new Error("setpriv can't be started");
  let stopping = false;
  const stop = async () => {
    stopping = true;
    // If it ends before its parent, the node's first process is reaped by the parent, not eventually by the machine's
    // init.
    const [first = pid] = await children(pid);
    kill(first);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  if (!stays) process.stdin.on('close', stop).resume();
  node.once('message', async () => {
    for (const each of [process.pid, pid]) await enter(before, each);
    node.send('outside');
  });
  await once(node, 'close');
  if (!stopping) throw new Error('the node ended by itself');
}

async function children(parent: number): Promise<number[]> {
  const listed = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
  return listed.split(' ').filter(Boolean).map(Number);
}

/**
 * The kernel ends all processes of a node and undoes its mounts with the first process of its process namespace. That
 * one is ended when `unshare` ends, and `unshare` when this process ends, even by SIGKILL.
 */
function startNode(options: SupervisorOptions) {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--mount-proc', '--cgroup', '--ipc'];
  const supervisor = fileURLToPath(new URL('supervisor.js', import.meta.url));
  const init = [commandPath('tini'), '--', process.execPath, supervisor, JSON.stringify(options)];
  return spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...namespaces, '--fork', '--kill-child', ...init],
    {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: path.join(folder, runFile.certificateAuthority) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
}
