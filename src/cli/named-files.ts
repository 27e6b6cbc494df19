/** Files, folders and patterns that were named on the command line. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { byBytes } from '../text/go-syntax.js';
import { printable } from '../text/printable.js';
import { Failure } from './failure.js';
import { isStdin, type NamedFile } from './read-files.js';

/**
 * The files that arguments name: a folder's own *.yaml and *.yml, and what a pattern such as `values/*.yaml` matches,
 * each in the order of names. Any other argument is a file.
 *
 * @throws {Failure} for a folder or pattern without files
 */
export async function filesNamed(operands: readonly NamedFile[]): Promise<readonly NamedFile[]> {
  return (await Promise.all(operands.map(filesOf))).flat();
}

async function filesOf(operand: NamedFile): Promise<readonly NamedFile[]> {
  const { name } = operand;
  if (isStdin(name)) return [operand];
  const found = await stat(name).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) return [operand];
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (found !== undefined) {
    const entries = await readdir(name);
    const files = entries
      .filter((entry) => /^[^.].*\.ya?ml$/.test(entry))
      .map((entry) => path.join(name, entry));
    if (files.length === 0)
      throw new Failure(2, `${printable(name)}: the folder has no *.yaml or *.yml files`);
    return inOrder(files, operand);
  }
  if (!isDynamicPattern(name)) return [operand];
  const files = await glob(name, { expandDirectories: false, absolute: path.isAbsolute(name) });
  if (files.length === 0) throw new Failure(2, `${printable(name)}: no file matches the pattern`);
  return inOrder(files, operand);
}

function inOrder(files: readonly string[], operand: NamedFile): readonly NamedFile[] {
  return files.toSorted(byBytes).map((name) => ({ ...operand, name }));
}
