/** The values file that `tools` writes and keeps up to date. */
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { isOutputOfTools } from '../secrets/tool-declarations.js';
import { printable } from '../text/printable.js';
import { codeOf, Failure, givenPath, reasonOf } from './failure.js';
import type { FileProblem } from './problem-text.js';
import { writeFiles } from './write-files.js';

/**
 * Writes the file completely, or leaves it as it is. A file with other content than this command's stays.
 *
 * @throws {Failure} if it can't be written
 */
export async function writeOutput(file: string, text: string): Promise<void> {
  const former = contentOf(file);
  if (former === text) return;
  if (former !== undefined && former.trim() !== '' && !isOutputOfTools(former)) {
    const remedy = 'give another --output-file, or remove this one';
    throw new Failure(2, `${givenPath(file)} was not written by this command, and stays as it is: ${remedy}`);
  }
  const target = former === undefined ? file : realpathSync.native(file);
  await writeFiles({ folder: path.dirname(target), files: new Map([[path.basename(target), text]]) });
}

/** What differs between the file and what it should contain, and the command that writes it; nothing if it is equal. */
export function staleness(file: string, text: string, names: readonly string[]): readonly FileProblem[] {
  const former = contentOf(file);
  if (former === text) return [];
  const message =
    former === undefined
      ? 'is missing'
      : isOutputOfTools(former)
        ? `is not up to date: ${differences(toolsIn(former), toolsIn(text)).join('; ')}`
        : 'was not written by this command';
  const command = ['tools', ...names, '--output-file', file].map(shellWord).join(' ');
  return [{ file, path: '', message, hint: `Run: centaur-chart ${command}` }];
}

/** @throws {Failure} for what is not a readable file */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Failure(2, `cannot read ${givenPath(file)}: ${reasonOf(error)}`);
  }
}

type ByName = { readonly [name: string]: unknown };

/** What a file of this command declares, by the tools' names. */
export function toolsIn(text: string): ByName {
  try {
    return members(members(parse(text)).tools);
  } catch {
    return {};
  }
}

/** In words, and without values: whoever edited the file may have put a secret there. */
function differences(former: ByName, now: ByName): readonly string[] {
  const added = Object.keys(now).filter((name) => !Object.hasOwn(former, name));
  const removed = Object.keys(former).filter((name) => !Object.hasOwn(now, name));
  const changed = Object.keys(now).filter(
    (name) => Object.hasOwn(former, name) && !isDeepStrictEqual(former[name], now[name]),
  );
  const said = [
    ...(added.length === 0 ? [] : [`it lacks ${added.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`no file declares ${removed.map(printable).join(', ')}`]),
    ...changed.map((name) => `${name} differs in ${differingKeys(former[name], now[name]).join(', ')}`),
  ];
  return said.length > 0 ? said : ['its comments or its layout differ'];
}

/** Such as `hosts` and `secrets[2]`. */
function differingKeys(former: unknown, now: unknown): readonly string[] {
  const [left, right] = [members(former), members(now)];
  return [...new Set([...Object.keys(right), ...Object.keys(left)])].flatMap((key) => {
    const [one, other] = [left[key], right[key]];
    if (isDeepStrictEqual(one, other)) return [];
    if (!Array.isArray(one) || !Array.isArray(other) || key === 'hosts') return [printable(key)];
    return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => index)
      .filter((index) => !isDeepStrictEqual(one[index], other[index]))
      .map((index) => `${key}[${index}]`);
  });
}

function members(value: unknown): ByName {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
