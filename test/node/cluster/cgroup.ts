import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from './until.js';

/** A mounted cgroup hierarchy: one of several in version 1, the only one in version 2. */
interface Hierarchy {
  readonly mountPoint: string;
  /** The folder of this process's own cgroup in it. */
  readonly own: string;
}

/** A node's cgroup in one hierarchy, below the cgroup that the node was started in, so that its limits apply. */
export interface Cgroup {
  readonly mountPoint: string;
  readonly folder: string;
}

/** Where to put a node's cgroups, one in each hierarchy. */
export async function cgroupsNamed(name: string): Promise<Cgroup[]> {
  const cgroups = (await ownHierarchies()).map(async ({ mountPoint, own }) => {
    return { mountPoint, folder: path.join(await usableParent(mountPoint, own), name) };
  });
  return Promise.all(cgroups);
}

/** Creates a cgroup that accepts processes. */
export async function makeCgroup(folder: string): Promise<void> {
  await mkdir(folder);
  // A new cpuset of version 1 has neither processors nor memory, and accepts no processes until it does.
  if (!existsSync(path.join(folder, 'cpuset.sched_load_balance'))) return;
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    await writeFile(path.join(folder, file), await readFile(path.join(path.dirname(folder), file)));
  }
}

/** Moves a process into the cgroups. */
export async function enter(cgroups: readonly { folder: string }[], pid: number): Promise<void> {
  for (const { folder } of cgroups) await writeFile(path.join(folder, 'cgroup.procs'), `${pid}`);
}

/** The cgroups that this process is in. */
export async function ownCgroups(): Promise<{ folder: string }[]> {
  return (await ownHierarchies()).map(({ own }) => ({ folder: own }));
}

/** The processes in the cgroups and all below them, as their ids in this process's namespace. */
export async function processesIn(cgroups: readonly { folder: string }[]): Promise<number[]> {
  const ids = new Set<number>();
  for (const { folder } of cgroups) {
    for (const below of [folder, ...(await foldersBelow(folder))]) {
      const listed = await readFile(path.join(below, 'cgroup.procs'), 'utf8').catch(() => '');
      for (const id of listed.split('\n').filter(Boolean)) ids.add(Number(id));
    }
  }
  return [...ids];
}

/** Ends every process in the cgroups and all below, then removes them. */
export async function removeCgroups(cgroups: readonly { folder: string }[]): Promise<void> {
  await until('the processes of the node are gone', async () => {
    const left = await processesIn(cgroups);
    for (const pid of left) kill(pid);
    return left.length === 0;
  });
  for (const { folder } of cgroups) await removeTree(folder);
}

/** Removes the cgroups below a folder, which must not contain processes any more. */
export async function removeTree(folder: string): Promise<void> {
  for (const below of [folder, ...(await foldersBelow(folder))].reverse()) {
    await until(`the cgroup ${below} is removed`, () =>
      rmdir(below).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
      ),
    );
  }
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
  const below = await Promise.all(folders.map(async (each) => [each, ...(await foldersBelow(each))]));
  return below.flat();
}

/** Ends a process, unless it has already ended. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  // Lower numbers are whole groups of processes, see kill(2).
  if (pid < 2) throw new Error(`${pid} is no process to end`);
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** See cgroups(7): /proc/self/cgroup has this process's place, /proc/self/mountinfo where the hierarchies are. */
async function ownHierarchies(): Promise<Hierarchy[]> {
  const places = (await readFile('/proc/self/cgroup', 'utf8')).split('\n').flatMap((line) => {
    const [, controllers, place] = line.match(/^\d+:([^:]*):(.*)$/) ?? [];
    return controllers === undefined || place === undefined ? [] : [{ controllers, place }];
  });
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', mountPoint = ''] = before.split(' ');
    const [type = '', , options = ''] = after.split(' ');
    return type === 'cgroup' || type === 'cgroup2'
      ? [{ root, mountPoint, type, options: options.split(',') }]
      : [];
  });
  return places.flatMap(({ controllers, place }) => {
    const mount = mounts.find(({ root, type, options }) => {
      const same = controllers
        ? controllers.split(',').every((name) => options.includes(name))
        : type === 'cgroup2';
      return same && (place === root || place.startsWith(root === '/' ? '/' : `${root}/`));
    });
    if (!mount) return [];
    return [
      { mountPoint: mount.mountPoint, own: path.join(mount.mountPoint, path.relative(mount.root, place)) },
    ];
  });
}

const neededControllers = ['cpu', 'memory', 'pids'];

/**
 * Where a node's cgroup can be. In version 2 a cgroup that has processes passes no controllers on (cgroups(7), "no
 * internal processes"), so it is the nearest one above that does; in version 1 it is always the own one.
 */
async function usableParent(mountPoint: string, own: string): Promise<string> {
  const available = await words(path.join(mountPoint, 'cgroup.controllers'));
  if (!neededControllers.every((name) => available.includes(name))) return own;
  for (let folder = own; ; folder = path.dirname(folder)) {
    const handedOn = await words(path.join(folder, 'cgroup.subtree_control'));
    if (neededControllers.every((name) => handedOn.includes(name))) return folder;
    if (folder === mountPoint)
      throw new Error(`no cgroup above ${own} hands on ${neededControllers.join(', ')}`);
  }
}

async function words(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split(/\s+/);
}
