import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cgroup } from './cgroup.js';

/** Where a node sees its run folder: a short path that no mount of the node hides. */
export const insideFolder = '/run/node';

/** The files of a run folder that more than one process of a run uses, by their paths in it. */
export const runFile = {
  /** The owner of the run, see {@link Owner}. */
  owner: 'owner.json',
  /** An administrator's. */
  kubeconfig: 'etc/admin.kubeconfig',
  /** The supervisor's HTTP socket. */
  control: 'control.sock',
  containerd: 'containerd.sock',
  certificateAuthority: 'etc/ca.crt',
  logs: 'logs',
};

/** The prefix of each run folder's name. */
export const runPrefix = 'centaur-node-';

/** The process that a run folder belongs to, and what to remove if it dies. */
export interface Owner {
  /** See {@link identity}. */
  readonly identity: string;
  readonly cgroups: readonly Cgroup[];
  /** Whether it stays up without the process that started it. */
  readonly stays: boolean;
}

export async function readOwner(folder: string): Promise<Owner | undefined> {
  const text = await readFile(path.join(folder, runFile.owner), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * A name for a process that no other process ever has: process ids are reused, start times within one boot are not. It
 * is undefined if the process does not exist.
 */
export async function identity(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // See proc(5): the command in parentheses may contain spaces; the state is the 3rd field, the start time the 22nd.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z') return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${pid}@${fields[18]}@${boot.trim()}`;
}

/** The process id in an identity. */
export function processId(owner: Owner): number {
  return Number.parseInt(owner.identity, 10);
}

/** Whether the process that keeps a run is alive. */
export async function isKept(owner: Owner): Promise<boolean> {
  return (await identity(processId(owner))) === owner.identity;
}
