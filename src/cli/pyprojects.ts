import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Every pyproject.toml under a folder, by its path from where the command runs, in the order of the names. */
export function* pyprojects(folder: string): Generator<{ readonly file: string; readonly text: string }> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const inner = path.join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      yield* pyprojects(inner);
    // What is no file, such as a pipe, might never end.
    else if (entry.name === 'pyproject.toml' && (entry.isFile() || statSync(inner).isFile())) {
      yield { file: inner, text: readFileSync(inner, 'utf8') };
    }
  }
}
