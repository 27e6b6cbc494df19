/** The content of a folder that Debian packages were extracted into. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { type InstalledName, installation } from './names.js';

const programFolders = ['usr/bin', 'usr/sbin', 'bin', 'sbin'];

/** The path of a command's program in a root, if it exists. */
export function programIn(root: string, name: InstalledName): string | undefined {
  return fileIn(root, installation(name).file ?? name);
}

/** The path of the program that runs a command's file in a root, if that is a script. */
export function interpreterIn(root: string, name: InstalledName): string | undefined {
  const { interpreter } = installation(name);
  return interpreter === undefined ? undefined : fileIn(root, interpreter);
}

function fileIn(root: string, file: string): string | undefined {
  return programFolders
    .map((folder) => path.join(folder, file))
    .find((place) => isInside(path.join(root, place)));
}

/** An absolute link leads out of the root, to the machine's own file. */
function isInside(file: string): boolean {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  return stat.isSymbolicLink() ? !path.isAbsolute(readlinkSync(file)) : stat.isFile();
}

/** The folders with libraries in a root. */
export function libraryFolders(root: string): readonly string[] {
  return ['usr/lib', 'lib'].flatMap((lib) => {
    const folder = path.join(root, lib);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    // Debian has a folder for each architecture, such as x86_64-linux-gnu.
    const inner = readdirSync(folder).filter((name) => name.includes('-linux-'));
    return inner.map((name) => path.join(lib, name));
  });
}
