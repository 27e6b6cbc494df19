import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Every pyproject.toml under a folder, by its path from where the command runs, in the order of the names. */
export async function* pyprojects(
  folder: string,
): AsyncGenerator<{ readonly file: string; readonly text: string }> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const inner = path.join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      yield* pyprojects(inner);
    // What is no file, such as a pipe, might never end.
    else if (entry.name === 'pyproject.toml' && (await stat(inner)).isFile()) {
      yield { file: inner, text: await readFile(inner, 'utf8') };
    }
  }
}
