import { readFile, realpath } from 'node:fs/promises';
import { run } from '../command.js';
import type { Entry } from './tar.js';

/** The libraries of this machine that programs are linked to, and the folders of these; none where they are static. */
export async function librariesOf(programs: readonly string[]): Promise<Entry[]> {
  // It fails on a static program.
  const { stdout } = await run('ldd', programs);
  const linked = stdout.matchAll(/(?:^|\s)\/(\S+) \(0x/g);
  const libraries = [...new Set([...linked].map(([, name = '']) => name))];
  const folders = libraries.flatMap((name) => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [
    ...[...new Set(folders)].map((name): Entry => ({ name, folder: true, mode: 0o755 })),
    ...(await Promise.all(libraries.map(copied))),
  ];
}

async function copied(name: string): Promise<Entry> {
  return { name, content: await readFile(await realpath(`/${name}`)), mode: 0o755 };
}
