import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { lock } from './lock.js';

/**
 * A file or folder that one process makes and all others use: it exists completely or not at all.
 *
 * @param build makes it under the given temporary name.
 * @param note for the waiting user, such as "about 2 minutes".
 */
export async function builtOnce(
  target: string,
  build: (partial: string) => Promise<unknown>,
  note = 'once',
): Promise<string> {
  if (existsSync(target)) return target;
  await mkdir(path.dirname(target), { recursive: true });
  const shown = path.relative(process.cwd(), target);
  const release = await lock(`${target}.building`, () =>
    say(`waiting for ${shown}, which another builds ...`),
  );
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const ticker = setInterval(() => say(`building ${shown} ... ${seconds()} s`), 10_000);
  try {
    if (existsSync(target)) return target;
    say(`building ${shown}, ${note} ...`);
    // A unique name: a child of a dead process may still write under another.
    const partial = `${target}.${process.pid}.partial`;
    await build(partial);
    await rename(partial, target);
    say(`built ${shown} in ${seconds()} s`);
    return target;
  } finally {
    clearInterval(ticker);
    await removePartial(target).finally(release);
  }
}

/** Leftovers of this build if it failed, and of others that were stopped. */
async function removePartial(target: string): Promise<void> {
  const { dir, base } = path.parse(target);
  const partial = (await readdir(dir)).filter(
    (name) => name.startsWith(`${base}.`) && name.endsWith('.partial'),
  );
  await Promise.all(partial.map((name) => rm(path.join(dir, name), { recursive: true, force: true })));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A short name for the content of these files of a folder, and these words. */
export async function digest(folder: string, files: readonly string[], ...words: string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(words));
  for (const file of files) hash.update(file).update(await readFile(path.join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}
