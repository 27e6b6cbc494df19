import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeCgroups } from './cgroup.js';
import { isKept, type Owner, readOwner, runPrefix } from './run-folder.js';

const young = 60_000;

/** A node that is up, or was when its keeper ended without cleaning. */
export interface Run {
  readonly folder: string;
  /** Missing while the run is being created. */
  readonly owner: Owner | undefined;
}

export async function runs(): Promise<Run[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(runPrefix));
  const folders = names.map((name) => path.join(tmpdir(), name));
  return Promise.all(folders.map(async (folder) => ({ folder, owner: await readOwner(folder) })));
}

/**
 * Removes the remains of runs whose keeper was killed: the kernel has ended their processes and undone their mounts.
 */
export async function removeAbandonedRuns(): Promise<void> {
  for (const { folder, owner } of await runs()) {
    const abandoned = owner ? !(await isKept(owner)) : await isOld(folder);
    if (!abandoned) continue;
    await removeCgroups(owner?.cgroups ?? []);
    await rm(folder, { recursive: true, force: true });
  }
}

async function isOld(folder: string): Promise<boolean> {
  const made = await stat(folder).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > young;
}
