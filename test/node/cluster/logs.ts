import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { nodeCache } from './project.js';
import { runFile } from './run-folder.js';

const kept = path.join(nodeCache, 'logs');
const keptRuns = 10;

/**
 * Copies the logs of a run's parts and pods to a permanent place, and returns it; only those of the newest runs are
 * kept.
 */
export async function keepLogs(runFolder: string): Promise<string> {
  const name = `${new Date().toISOString().replaceAll(':', '-')}-${path.basename(runFolder)}`;
  const target = path.join(kept, name);
  await cp(path.join(runFolder, runFile.logs), target, { recursive: true });
  const older = (await readdir(kept)).sort().slice(0, -keptRuns);
  for (const each of older) await rm(path.join(kept, each), { recursive: true, force: true });
  return target;
}
