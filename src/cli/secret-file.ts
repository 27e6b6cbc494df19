/** A file of secrets that is made once. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, Failure, givenPath, reasonOf } from './failure.js';
import { writeFiles } from './write-files.js';

/**
 * @throws {Failure} if something is there that is not an empty file: its secrets may be in use, and are nowhere else. A
 *   link may lead to a file that others read.
 */
export async function assertNew(file: string): Promise<void> {
  try {
    const found = await lstat(file);
    if (found.isFile() && found.size === 0) return;
    const what = found.isFile() ? 'exists, and the secrets in it may be in use' : 'is not a regular file';
    throw new Failure(2, `--output-file: ${givenPath(file)} ${what}: give the name of a new file`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    if (codeOf(error) === undefined) throw error;
    throw new Failure(2, `--output-file: cannot write ${givenPath(file)}: ${reasonOf(error)}`);
  }
}

/**
 * Writes the file completely or not at all, readable only by its owner from the start.
 *
 * @throws {Failure} if it cannot be written, or see {@link assertNew}
 */
export async function writeSecretFile(file: string, text: string): Promise<void> {
  await assertNew(file);
  const name = path.basename(file);
  await writeFiles({ folder: path.dirname(file), files: new Map([[name, text]]), secret: new Set([name]) });
}
