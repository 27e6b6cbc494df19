import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** How a folder differs, to the byte, from its expected files: a line for each file. */
export function differences(folder: string, files: ReadonlyMap<string, string>): readonly string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const present = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  return [...new Set([...files.keys(), ...present])].sort().flatMap((file) => {
    const text = files.get(file);
    if (text === undefined) return [`${file} is made by nothing`];
    if (!present.includes(file)) return [`${file} is missing`];
    return readFileSync(path.join(folder, file)).equals(Buffer.from(text))
      ? []
      : [`${file} differs from its source`];
  });
}
