import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * A file or folder that one process makes and all others use: it is there whole or not at all.
 *
 * @param build makes it under the temporary name that it is given.
 */
export async function builtOnce(target: string, build: (partial: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  await mkdir(path.dirname(target), { recursive: true });
  const unlock = await locked(`${target}.lock`);
  try {
    if (existsSync(target)) return target;
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    await build(partial);
    await rename(partial, target);
    return target;
  } finally {
    unlock();
  }
}

/** A short name for the content of these files and words. */
export async function digest(files: readonly string[], ...words: string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(words));
  for (const file of files) hash.update(path.basename(file)).update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

/** Takes a lock that the kernel frees should this process die. */
function locked(file: string): Promise<() => void> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    holder.on('error', reject);
    holder.on('close', () => reject(new Error(`${file} can't be locked`)));
    holder.stdout.once('data', () => resolve(() => holder.stdin.end()));
  });
}
