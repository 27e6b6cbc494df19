import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { libraryFolders } from '../../system/packages-root.js';
import { run } from '../cluster/command.js';
import type { Entry } from './tar.js';

/**
 * The libraries that programs are linked to, and their folders; empty for static programs.
 *
 * @param root a folder of packages, whose libraries come before those of this machine, and as if they were the
 * machine's
 */
export async function librariesOf(programs: readonly string[], root = '/'): Promise<Entry[]> {
  const searched = root === '/' ? [] : libraryFolders(root).map((folder) => path.join(root, folder));
  const env = { ...process.env, LD_LIBRARY_PATH: searched.join(':') };
  // It fails on a static program.
  const { stdout } = await run('ldd', programs, { env });
  const linked = stdout.matchAll(/(?:^|\s)(\/\S+) \(0x/g);
  const libraries = [...new Set([...linked].map(([, file = '']) => file))];
  const entries = await Promise.all(libraries.map((file) => copied(file, root)));
  const folders = entries.flatMap(({ name }) => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...[...new Set(folders)].map((name): Entry => ({ name, folder: true, mode: 0o755 })), ...entries];
}

async function copied(file: string, root: string): Promise<Entry> {
  const from = file.startsWith(`${root}/`) ? root : '/';
  return { name: path.relative(from, file), content: await readFile(await realpath(file)), mode: 0o755 };
}
