/** Writes a set of files into a folder: each is replaced completely, and if one cannot be written, none is. */
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, Failure, reasonOf } from './failure.js';

export interface FileSet {
  readonly folder: string;
  /** Contents by path below the folder, with `/` as separator. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that only their owner may read; the others get the system's default permissions. */
  readonly secret?: ReadonlySet<string>;
  /**
   * Whether an existing file outside the set was made by an earlier run, so that it is removed. `head` is how its
   * content begins. Called for the files in the folder itself, and for all below those of its folders that the set
   * uses. If omitted, no file is removed.
   */
  readonly isOurs?: ((file: string, head: string) => boolean) | undefined;
}

/**
 * New files are first written to the disk in a hidden folder. Only then are they moved into place, and the files that
 * they replace are kept until all have been moved. The folder itself is not replaced: it may be a mount, or in use by a
 * shell or an editor. Only its owner can read the hidden folder, and files have their permissions from the start.
 *
 * @throws {Failure} with what could not be written; the folder is then unchanged
 */
export async function writeFiles({ folder, files, secret, isOurs }: FileSet): Promise<void> {
  const created: string[] = [];
  let at = folder;
  let stage: string | undefined;
  try {
    const leftovers = await leftoversOf({ folder, files, isOurs });
    await makeFolder(folder, created);
    stage = await mkdtemp(path.join(folder, stagePrefix));
    const changes: Change[] = [];
    for (const [index, [file, text]] of [...files].entries()) {
      at = path.join(folder, file);
      const fresh = path.join(stage, `new-${index}`);
      await writeDurably(fresh, text, secret?.has(file) ? 0o600 : 0o666);
      changes.push({ target: at, fresh, former: await copied(at, path.join(stage, `former-${index}`)) });
    }
    for (const [index, file] of leftovers.entries()) {
      at = path.join(folder, file);
      changes.push({ target: at, former: await copied(at, path.join(stage, `leftover-${index}`)) });
    }
    await apply(changes, created, (change) => {
      at = change.target;
    });
    await removeEmptied(folder, leftovers);
    await rm(stage, { recursive: true });
  } catch (error) {
    if (stage !== undefined) await rm(stage, { recursive: true, force: true });
    for (const made of created.reverse()) await rmdir(made).catch(() => {});
    throw new Failure(1, `cannot write ${at}: ${reasonOf(error)}; nothing was changed`);
  }
}

const stagePrefix = '.centaur-chart-';

/** A file's new content, and a copy of the old file; without new content the file is removed. */
interface Change {
  readonly target: string;
  readonly fresh?: string;
  readonly former: string | undefined;
}

/** Makes all changes, or reverts those that it made. */
async function apply(
  changes: readonly Change[],
  created: string[],
  starting: (change: Change) => void,
): Promise<void> {
  const done: Change[] = [];
  try {
    for (const change of changes) {
      starting(change);
      if (change.fresh === undefined) {
        await rm(change.target);
      } else {
        await makeFolder(path.dirname(change.target), created);
        await rename(change.fresh, change.target);
      }
      done.push(change);
    }
  } catch (error) {
    for (const { target, former } of done.reverse()) {
      await (former === undefined ? rm(target, { force: true }) : rename(former, target));
    }
    throw error;
  }
}

async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function copied(file: string, copy: string): Promise<string | undefined> {
  try {
    await copyFile(file, copy, constants.COPYFILE_EXCL);
    return copy;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Creates a folder and its parents, and records which it created, the innermost last. */
async function makeFolder(folder: string, created: string[]): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const made = [path.resolve(folder)];
  while (made[0] !== path.resolve(first)) made.unshift(path.dirname(made[0] ?? ''));
  created.push(...made);
}

async function leftoversOf({ folder, files, isOurs }: FileSet): Promise<readonly string[]> {
  if (isOurs === undefined) return [];
  const used = new Set([...files.keys()].flatMap((file) => file.split('/').slice(0, -1).slice(0, 1)));
  const present = [
    ...(await entriesOf(folder)).filter((entry) => entry.isFile()).map((entry) => entry.name),
    ...(await Promise.all([...used].map((inner) => filesBelow(folder, inner)))).flat(),
  ];
  const found: string[] = [];
  for (const file of present.sort()) {
    if (!files.has(file) && isOurs(file, await headOf(path.join(folder, file)))) found.push(file);
  }
  return found;
}

async function filesBelow(folder: string, inner: string): Promise<readonly string[]> {
  const entries = await entriesOf(path.join(folder, inner));
  const found = entries.map(async (entry) => {
    const file = `${inner}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, file) : entry.isFile() ? [file] : [];
  });
  return (await Promise.all(found)).flat();
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Folders below the set's own that contained only leftovers. */
async function removeEmptied(folder: string, leftovers: readonly string[]): Promise<void> {
  for (const file of leftovers) {
    for (let inner = path.posix.dirname(file); inner !== '.'; inner = path.posix.dirname(inner)) {
      await rmdir(path.join(folder, inner)).catch(() => {});
    }
  }
}
