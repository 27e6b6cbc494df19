import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { byBytes } from '../text/go-syntax.js';
import { codeOf } from './failure.js';

/** A folder or a file. */
interface Place {
  /** As it is reached from where the command runs. */
  readonly path: string;
  /** Without links in it. */
  readonly real: string;
}

interface Found {
  /** The folders that were looked into, without links in their paths. */
  readonly folders: Set<string>;
  /** The path by which each file is called, by the one without links in it. */
  readonly files: Map<string, string>;
  /** The folders that links lead to. */
  readonly links: Place[];
}

const fileName = 'pyproject.toml';

/**
 * Every pyproject.toml under the folders, each once, by its path from where the command runs. Folders that links lead to
 * come after all others, so that a file is called by a path without links where it has one.
 */
export function* pyprojects(
  folders: readonly string[],
): Generator<{ readonly file: string; readonly text: string }> {
  const found: Found = {
    folders: new Set(),
    files: new Map(),
    links: folders.map(path.normalize).map(resolved),
  };
  while (found.links.length > 0) {
    const round = found.links.splice(0).sort((left, right) => byBytes(left.path, right.path));
    for (const folder of round) lookInto(folder, found);
  }
  for (const file of found.files.values()) yield { file, text: readFileSync(file, 'utf8') };
}

function lookInto(folder: Place, found: Found): void {
  const file = inside(folder, fileName);
  if (found.folders.has(folder.real)) {
    if (found.files.has(file.real)) add(file, found);
    return;
  }
  found.folders.add(folder.real);
  const entries = readdirSync(folder.path, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (entry.name === fileName && !entry.isDirectory()) {
      // What is no file, such as a pipe, might never end.
      if (entry.isFile()) add(file, found);
      else if (statSync(file.path).isFile()) add(resolved(file.path), found);
    } else if (mayHoldTools(entry)) {
      const inner = inside(folder, entry.name);
      if (entry.isDirectory()) {
        lookInto(inner, found);
      } else if (leadsToFolder(inner.path)) {
        const target = resolved(inner.path);
        if (!isAround(target, folder)) found.links.push(target);
      }
    }
  }
}

/** A tool is called after the folder in a file's path: that is the file's own, where some way leads through it. */
function add(file: Place, { files }: Found): void {
  const known = files.get(file.real);
  const own = folderName(file.real);
  if (known === undefined || (folderName(known) !== own && folderName(file.path) === own)) {
    files.set(file.real, file.path);
  }
}

function folderName(file: string): string {
  return path.basename(path.dirname(path.resolve(file)));
}

function mayHoldTools(entry: Dirent): boolean {
  if (entry.name.startsWith('.') || entry.name === 'node_modules') return false;
  return entry.isDirectory() || entry.isSymbolicLink();
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch (error) {
    if (nowhere.includes(codeOf(error))) return false;
    throw error;
  }
}

const nowhere: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

function inside(folder: Place, name: string): Place {
  return { path: path.join(folder.path, name), real: path.join(folder.real, name) };
}

function resolved(link: string): Place {
  return { path: link, real: realpathSync.native(link) };
}

function isAround(outer: Place, folder: Place): boolean {
  const way = path.relative(outer.real, folder.real);
  return way !== '..' && !way.startsWith(`..${path.sep}`);
}
