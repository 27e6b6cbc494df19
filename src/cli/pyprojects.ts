import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { byBytes } from '../helm/go-syntax.js';

interface Folder {
  /** As it is reached from where the command runs. */
  readonly path: string;
  /** Without links in it. */
  readonly real: string;
}

/**
 * Every pyproject.toml under the folders, each once, by its path from where the command runs. Folders that links lead to
 * come after all others, so that a tool is called after its own folder where both are found.
 */
export function* pyprojects(
  folders: readonly string[],
): Generator<{ readonly file: string; readonly text: string }> {
  const seen = new Set<string>();
  let found: readonly Folder[] = folders.map(path.normalize).map(resolved);
  while (found.length > 0) {
    const links: Folder[] = [];
    for (const folder of [...found].sort((left, right) => byBytes(left.path, right.path))) {
      yield* filesIn(folder, seen, links);
    }
    found = links;
  }
}

function* filesIn(
  folder: Folder,
  seen: Set<string>,
  links: Folder[],
): Generator<{ readonly file: string; readonly text: string }> {
  if (seen.has(folder.real)) return;
  seen.add(folder.real);
  const entries = readdirSync(folder.path, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const inner = path.join(folder.path, entry.name);
    if (entry.name === 'pyproject.toml' && !entry.isDirectory()) {
      // What is no file, such as a pipe, might never end.
      if (entry.isFile() || statSync(inner).isFile())
        yield { file: inner, text: readFileSync(inner, 'utf8') };
    } else if (mayHoldTools(entry)) {
      if (entry.isDirectory()) {
        yield* filesIn({ path: inner, real: path.join(folder.real, entry.name) }, seen, links);
      } else if (statSync(inner).isDirectory()) {
        const target = resolved(inner);
        if (!isAround(target, folder)) links.push(target);
      }
    }
  }
}

function mayHoldTools(entry: Dirent): boolean {
  if (entry.name.startsWith('.') || entry.name === 'node_modules') return false;
  return entry.isDirectory() || entry.isSymbolicLink();
}

function resolved(folder: string): Folder {
  return { path: folder, real: realpathSync.native(folder) };
}

function isAround(outer: Folder, folder: Folder): boolean {
  const way = path.relative(outer.real, folder.real);
  return way !== '..' && !way.startsWith(`..${path.sep}`);
}
