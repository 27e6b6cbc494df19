import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, found from this file's location, which changes when it is compiled. */
export const projectRoot = enclosing(path.dirname(fileURLToPath(import.meta.url)), 'package.json');

function enclosing(folder: string, file: string): string {
  if (existsSync(path.join(folder, file))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error(`no ${file} above ${fileURLToPath(import.meta.url)}`);
  return enclosing(parent, file);
}
