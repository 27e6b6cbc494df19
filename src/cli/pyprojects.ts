import { accessSync, constants, type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { byBytes } from '../text/go-syntax.js';
import { codeOf, Failure, givenPath, pathOf, reasonOf } from './failure.js';

/** A folder or a file. */
export interface Place {
  /** The path from the command's working directory. */
  readonly path: string;
  /** The path without links. */
  readonly real: string;
}

/** A folder with third-party content installed by a package manager. */
export interface InstalledFolder {
  readonly path: string;
  /** The evidence, such as "with pyvenv.cfg". */
  readonly sign: string;
}

/** A file or folder that could not be read. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** A pyproject.toml. */
export interface FoundFile {
  /** The path from the command's working directory. */
  readonly file: string;
  /** The path from the folder around all named ones: it is the same from any working directory. */
  readonly origin: string;
}

export interface Pyprojects {
  /** Each file once, by a path without links if it has one. */
  readonly files: readonly FoundFile[];
  /** Files and folders below the named ones that could not be read. */
  readonly unreadable: readonly Unreadable[];
  /** Folders that were skipped. */
  readonly installed: readonly InstalledFolder[];
  /** Links that were followed out of the searched folders. */
  readonly outside: readonly Place[];
}

interface Found {
  /** The named folders, and those of named files, without links in their paths. */
  readonly roots: readonly string[];
  /** The folders that were reached, without links in their paths. */
  readonly folders: Set<string>;
  /** The path that names each file in messages, by its path without links. */
  readonly files: Map<string, string>;
  readonly installed: InstalledFolder[];
  readonly outside: Place[];
  readonly unreadable: Unreadable[];
  /** The targets of links to folders. */
  readonly links: Place[];
}

const fileName = 'pyproject.toml';

/**
 * Finds every pyproject.toml under the folders, except among installed packages, where a third-party declaration would
 * send a known secret to a new host. Targets of links come after all other folders. Files may be named as well.
 *
 * @throws {Failure} naming everything that was named and cannot be read
 */
export function findPyprojects(names: readonly string[]): Pyprojects {
  const named = readable(names.map(path.normalize));
  const found: Found = {
    roots: named.map(({ real, isFolder }) => (isFolder ? real : path.dirname(real))),
    folders: new Set(),
    files: new Map(),
    installed: [],
    outside: [],
    unreadable: [],
    links: named.filter(({ isFolder }) => isFolder),
  };
  for (const file of inOrder(named.filter(({ isFolder }) => !isFolder))) add(file, found);
  while (found.links.length > 0) {
    for (const folder of inOrder(found.links.splice(0))) {
      if (lookInto(folder, found)) noteOutside(folder, found);
    }
  }
  const around = folderAround(named.map((place) => path.dirname(path.resolve(place.path))));
  const { installed, outside, unreadable } = found;
  return {
    files: [...found.files.values()].map((file) => ({
      file,
      origin: path.relative(around, path.resolve(file)).split(path.sep).join('/'),
    })),
    installed,
    outside,
    unreadable,
  };
}

/** In an order that does not depend on the working directory. */
function inOrder<P extends Place>(places: readonly P[]): readonly P[] {
  return [...places].sort((left, right) => byBytes(path.resolve(left.path), path.resolve(right.path)));
}

/** The innermost folder that contains all of these folders, or is one of them. */
function folderAround(folders: readonly string[]): string {
  let [around = path.sep] = folders;
  while (!folders.every((folder) => isWithin(folder, around))) around = path.dirname(around);
  return around;
}

interface Named extends Place {
  readonly isFolder: boolean;
}

/** @throws {Failure} naming each that can't be read, or is neither a folder nor a file */
function readable(names: readonly string[]): readonly Named[] {
  const unreadable: Unreadable[] = [];
  const places = names.flatMap((name) =>
    attempted(name, unreadable, (): readonly Named[] => {
      const target = statSync(name);
      if (target.isDirectory()) readdirSync(name);
      else if (target.isFile()) accessSync(name, constants.R_OK);
      else unreadable.push({ path: name, reason: 'it is neither a folder nor a file' });
      return [{ ...resolved(name), isFolder: target.isDirectory() }];
    }),
  );
  const reasons = unreadable.map((one) => `cannot read ${givenPath(one.path)}: ${one.reason}`);
  if (reasons.length > 0) throw new Failure(2, reasons.join('\n'));
  return places;
}

/** The result, or nothing if the operating system refuses, which is then recorded. */
function attempted<T>(at: string, unreadable: Unreadable[], read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    unreadable.push({ path: pathOf(error) ?? at, reason: reasonOf(error) });
    return [];
  }
}

/** Whether the folder was not reached before and does not belong to installed packages. */
function lookInto(folder: Place, found: Found): boolean {
  const file = inside(folder, fileName);
  if (found.folders.has(folder.real)) {
    if (found.files.has(file.real)) add(file, found);
    return false;
  }
  found.folders.add(folder.real);
  if (passedOver(folder, nameSign(folder.real), found)) return false;
  const entries = attempted(folder.path, found.unreadable, () =>
    readdirSync(folder.path, { withFileTypes: true }),
  );
  if (passedOver(folder, contentSign(entries.map(({ name }) => name)), found)) return false;
  for (const entry of [...entries].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const inner = inside(folder, entry.name);
    attempted(inner.path, found.unreadable, () => {
      lookAt(entry, inner, folder, found);
      return [];
    });
  }
  return true;
}

function lookAt(entry: Dirent, inner: Place, folder: Place, found: Found): void {
  if (entry.name === fileName && !entry.isDirectory()) {
    // Special files such as pipes might never end.
    if (entry.isFile()) add(inner, found);
    else if (statSync(inner.path).isFile()) addLinked(inner.path, folder, found);
  } else if (!entry.name.startsWith('.')) {
    if (entry.isDirectory()) lookInto(inner, found);
    else if (entry.isSymbolicLink() && leadsToFolder(inner.path)) follow(inner.path, folder, found);
  }
}

/** A link to a folder, which is searched later unless it contains the link. */
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

/** A tool is named after the folder in a file's path: its real folder, if a path leads through it. */
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
/** Folders next to an installed package, or containing one. */
const installedEndings: readonly string[] = ['.dist-info', '.egg', '.egg-info'];

function nameSign(folder: string): string | undefined {
  const name = path.basename(folder);
  if (installedNames.includes(name)) return `called ${name}`;
  const ending = installedEndings.find((ending) => name.endsWith(ending));
  return ending && `called *${ending}`;
}

/**
 * A virtual environment of venv, virtualenv or uv has a pyvenv.cfg (https://docs.python.org/3/library/venv.html), one
 * of conda a conda-meta. Next to each package that it installs, including with --target into any folder, pip puts a
 * *.dist-info (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
 */
function contentSign(entries: readonly string[]): string | undefined {
  const mark = ['pyvenv.cfg', 'conda-meta'].find((name) => entries.includes(name));
  if (mark !== undefined) return `with ${mark}`;
  return entries.some((name) => name.endsWith('.dist-info')) ? 'with *.dist-info' : undefined;
}

/** The evidence that a link leads into a folder of installed packages that does not contain the link. */
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

/** A path may lead through folders without list permission. */
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

/** Whether a path equals a folder, or is below it; both without links. */
function isWithin(inner: string, folder: string): boolean {
  const way = path.relative(folder, inner);
  return way !== '..' && !way.startsWith(`..${path.sep}`);
}
