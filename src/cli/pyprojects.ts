import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { byBytes } from '../text/go-syntax.js';
import { codeOf } from './failure.js';

/** A folder or a file. */
export interface Place {
  /** As it is reached from where the command runs. */
  readonly path: string;
  /** Without links in it. */
  readonly real: string;
}

/** A folder whose content somebody else wrote and a package manager put there. */
export interface InstalledFolder {
  readonly path: string;
  /** What tells so, such as "with pyvenv.cfg". */
  readonly sign: string;
}

export interface Pyprojects {
  /** Each file once, by a path without links where it has one. */
  readonly files: readonly string[];
  /** Folders that were not looked into. */
  readonly installed: readonly InstalledFolder[];
  /** Links that were followed out of the folders to look in. */
  readonly outside: readonly Place[];
}

interface Found {
  /** The folders to look in, without links in their paths. */
  readonly roots: readonly string[];
  /** The folders that were reached, without links in their paths. */
  readonly folders: Set<string>;
  /** The path by which each file is called, by the one without links in it. */
  readonly files: Map<string, string>;
  readonly installed: InstalledFolder[];
  readonly outside: Place[];
  /** The folders that links lead to. */
  readonly links: Place[];
}

const fileName = 'pyproject.toml';

/**
 * Finds every pyproject.toml under the folders, but not among installed packages, where a stranger's declaration would
 * send a known secret to a new host. Folders that links lead to come after all others.
 */
export function findPyprojects(folders: readonly string[]): Pyprojects {
  const named = folders.map(path.normalize).map(resolved);
  const roots = named.map(({ real }) => real);
  const found: Found = {
    roots,
    folders: new Set(),
    files: new Map(),
    installed: [],
    outside: [],
    links: named,
  };
  while (found.links.length > 0) {
    const round = found.links.splice(0).sort((left, right) => byBytes(left.path, right.path));
    for (const folder of round) {
      if (lookInto(folder, found)) noteOutside(folder, found);
    }
  }
  return { files: [...found.files.values()], installed: found.installed, outside: found.outside };
}

/** Whether the folder was not reached before, and is not one of installed packages. */
function lookInto(folder: Place, found: Found): boolean {
  const file = inside(folder, fileName);
  if (found.folders.has(folder.real)) {
    if (found.files.has(file.real)) add(file, found);
    return false;
  }
  found.folders.add(folder.real);
  if (passedOver(folder, nameSign(folder.real), found)) return false;
  const entries = readdirSync(folder.path, { withFileTypes: true });
  if (passedOver(folder, contentSign(entries.map(({ name }) => name)), found)) return false;
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const inner = inside(folder, entry.name);
    if (entry.name === fileName && !entry.isDirectory()) {
      // What is no file, such as a pipe, might never end.
      if (entry.isFile()) add(file, found);
      else if (statSync(file.path).isFile()) addLinked(file.path, folder, found);
    } else if (!entry.name.startsWith('.')) {
      if (entry.isDirectory()) lookInto(inner, found);
      else if (entry.isSymbolicLink() && leadsToFolder(inner.path)) follow(inner.path, folder, found);
    }
  }
  return true;
}

/** A link that leads to a folder, which is looked into later unless the link's own folder is in it. */
function follow(link: string, folder: Place, found: Found): void {
  const target = resolved(link);
  if (isWithin(folder.real, target.real)) return;
  const sign = nameSign(link) ?? wayThroughInstalled(target, folder);
  if (!passedOver(target, sign, found)) found.links.push(target);
}

/** A link called pyproject.toml that leads to a file. */
function addLinked(link: string, folder: Place, found: Found): void {
  const target = resolved(link);
  if (passedOver(target, wayThroughInstalled(target, folder), found)) return;
  noteOutside(target, found);
  add(target, found);
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

function noteOutside(place: Place, { roots, outside }: Found): void {
  if (!roots.some((root) => isWithin(place.real, root))) outside.push(place);
}

function passedOver(place: Place, sign: string | undefined, { installed }: Found): boolean {
  if (sign !== undefined) installed.push({ path: place.path, sign });
  return sign !== undefined;
}

/** Names that package managers give to folders: pip, setuptools, PDM, Debian, Python itself, npm. */
const installedNames: readonly string[] = [
  '__pycache__',
  '__pypackages__',
  'dist-packages',
  'node_modules',
  'site-packages',
];
/** Folders beside an installed package, or with one in them. */
const installedEndings: readonly string[] = ['.dist-info', '.egg', '.egg-info'];

function nameSign(folder: string): string | undefined {
  const name = path.basename(folder);
  if (installedNames.includes(name)) return `called ${name}`;
  const ending = installedEndings.find((ending) => name.endsWith(ending));
  return ending && `called *${ending}`;
}

/**
 * A virtual environment of venv, virtualenv or uv has a pyvenv.cfg (https://docs.python.org/3/library/venv.html), one of
 * conda a conda-meta. Next to each package that it installs, be it with --target into any folder, pip puts a *.dist-info
 * (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
 */
function contentSign(entries: readonly string[]): string | undefined {
  const mark = ['pyvenv.cfg', 'conda-meta'].find((name) => entries.includes(name));
  if (mark !== undefined) return `with ${mark}`;
  return entries.some((name) => name.endsWith('.dist-info')) ? 'with *.dist-info' : undefined;
}

/** What tells that a link leads below a folder of installed packages that the folder of the link is not below. */
function wayThroughInstalled(target: Place, from: Place): string | undefined {
  const way = path.relative(from.real, path.dirname(target.real)).split(path.sep);
  const down = way.filter((name) => name !== '' && name !== '..');
  for (let folder = path.dirname(target.real), left = down.length; left > 0; left -= 1) {
    const sign = nameSign(folder) ?? contentSign(namesIfReadable(folder));
    if (sign !== undefined) return sign;
    folder = path.dirname(folder);
  }
  return undefined;
}

/** A way may lead through folders that others may not list. */
function namesIfReadable(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'EACCES') return [];
    throw error;
  }
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

/** Whether a path is a folder's own, or below it; both without links in them. */
function isWithin(inner: string, folder: string): boolean {
  const way = path.relative(folder, inner);
  return way !== '..' && !way.startsWith(`..${path.sep}`);
}
