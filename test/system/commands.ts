/** Where commands are on this machine. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { type InstalledName, installation, installedNames } from './names.js';
import { interpreterIn, programIn } from './packages-root.js';
import { projectRoot } from './project.js';

/** Also searched if they are missing from the PATH of the user who became root. */
export const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Commands that tests need are missing: the message says which, why, and what to install. */
export class MissingCommands extends Error {
  override readonly name = 'MissingCommands';

  constructor(names: readonly InstalledName[], why: string) {
    const packages = [...new Set(names.map((name) => installation(name).from))];
    const are = names.length === 1 ? 'is' : 'are';
    super(`${names.join(', ')} ${are} missing (${why}): install ${packages.join(' ')}, as Debian calls them`);
  }
}

/**
 * The path of a command that the tests' setup installs.
 *
 * @throws MissingCommands
 */
export function commandPath(name: InstalledName): string {
  const file = placesOf(name).find(isExecutable);
  if (file === undefined) throw new MissingCommands([name], 'the start of this run says why');
  return file;
}

/**
 * The program of a command, which may be a different file than its launcher, and the folder above its libraries; the
 * interpreter of a script.
 */
export function programOf(name: InstalledName): { readonly file: string; readonly root: string } {
  const file = commandPath(name);
  const root = path.join(path.dirname(file), '../root');
  const isInstalledHere = file.startsWith(path.join(projectRoot, '.cache'));
  const program = isInstalledHere ? (interpreterIn(root, name) ?? programIn(root, name)) : undefined;
  return program === undefined ? { file, root: '/' } : { file: path.join(root, program), root };
}

export function missingCommands(): readonly InstalledName[] {
  return installedNames.filter((name) => !isOnMachine(name));
}

export function isOnMachine(name: string): boolean {
  return placesOf(name).some(isExecutable);
}

/** Where a command may be, the first choice first. */
export function placesOf(name: string): readonly string[] {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter).filter(Boolean), ...systemPath];
  return folders.map((folder) => path.join(folder, name));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
