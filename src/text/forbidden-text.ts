/**
 * Strings that a Helm chart does not pass on unchanged, so values must not contain them.
 *
 * - YAML does not allow U+007F to U+009F, U+FFFE and U+FFFF, and in YAML 1.1, which Helm reads and writes, U+0085,
 *   U+2028 and U+2029 are line breaks. For a map with such a string, `toYaml` yields nothing at all, without an error,
 *   or lines at the wrong indentation.
 * - U+FEFF is a byte order mark to YAML. The reader of Helm and Kubernetes looks for one at the start of its buffer
 *   instead of at its actual position (`is_bom` of go-yaml): one in a block scalar can silently remove the first
 *   character of a later line.
 * - The key `<<` merges maps, and `toYaml` writes it bare.
 * - `toYaml` also yields nothing for a map with a key of more than 1024 characters of JSON: it writes JSON and reads
 *   that as YAML, which looks no further for the colon after a key. A character or an escape takes at most two of them.
 * - Helm deletes `<no value>` from its output: https://github.com/helm/helm/pull/7652.
 */

import { placedCharacter } from './character.js';
import { type GoCode, goCall } from './go-code.js';
import { goJson } from './go-syntax.js';
import { isList, type Value, type ValuePath } from './json.js';

const characters = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const deleted = '<no value>';
const mergeKey = '<<';
const longestKey = 499;

export const forbiddenTextMessage =
  'a string contains a character that YAML does not allow (U+007F to U+009F, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF), ' +
  'or "<no value>", which Helm deletes, or a key is "<<", which merges maps, or has 500 characters or more: ' +
  'remove the characters, or rename the key';

/** The Go equivalent of {@link holdsForbiddenText} for `.Values`. */
export const forbiddenTextCondition = goCall(
  'or',
  matches(
    '[\\x{7f}-\\x{9f}\\x{2028}\\x{2029}\\x{feff}\\x{fffe}\\x{ffff}]',
    goCall('printf', '"%v"', '.Values'),
  ),
  matches(`${deleted}|[[ ]"${mergeKey}":`, goCall('printf', '"%q"', '.Values')),
  matches(`[{,]"([^"\\\\]|\\\\.){${longestKey + 1},}":`, goCall('toJson', '.Values')),
);

function matches(pattern: string, text: GoCode): GoCode {
  return goCall('regexMatch', `\`${pattern}\``, text);
}

/** Whether Helm deletes a part of the string. */
export function isDeleted(text: string): boolean {
  return text.includes(deleted);
}

/** Whether values must not contain the string. */
export function isForbidden(text: string): boolean {
  return characters.test(text) || isDeleted(text);
}

/**
 * Whether the value contains a forbidden string or key at any depth. Maps and lists in `sound` are not checked again,
 * and those found to be sound are added.
 */
export function holdsForbiddenText(value: Value, sound = new WeakSet<object>()): boolean {
  if (typeof value === 'string') return isForbidden(value);
  if (typeof value !== 'object' || value === null || sound.has(value)) return false;
  const holds = isList(value)
    ? value.some((member) => holdsForbiddenText(member, sound))
    : Object.entries(value).some(([key, member]) => isForbiddenKey(key) || holdsForbiddenText(member, sound));
  if (!holds) sound.add(value);
  return holds;
}

/** The end of every {@link ForbiddenText}'s message. */
export const notPassedOn = "a chart can't pass it on unchanged";

/** A string that values must not contain. */
export interface ForbiddenText {
  readonly path: ValuePath;
  /** What is wrong: the character and its place are shown, but not the string. */
  readonly message: string;
  readonly hint: string;
}

/** Every forbidden string and key, each with its place. */
export function forbiddenTexts(value: Value, path: ValuePath = []): readonly ForbiddenText[] {
  if (typeof value === 'string') return isForbidden(value) ? [{ path, ...reason(value, 'the string') }] : [];
  if (typeof value !== 'object' || value === null || !holdsForbiddenText(value)) return [];
  if (isList(value)) return value.flatMap((member, index) => forbiddenTexts(member, [...path, index]));
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, key];
    return isForbiddenKey(key) ? [{ path: at, ...reason(key, 'this key') }] : forbiddenTexts(member, at);
  });
}

function reason(text: string, what: string): Omit<ForbiddenText, 'path'> {
  const character = [...text].findIndex((one) => characters.test(one));
  if (character >= 0) {
    return {
      message: `${placedCharacter(text, character)} is not allowed: ${notPassedOn}`,
      hint: 'Remove the character, which may be invisible.',
    };
  }
  if (isDeleted(text)) {
    const message = `${what} contains ${deleted}, which Helm deletes: ${notPassedOn}`;
    return { message, hint: 'Write something else.' };
  }
  return text === mergeKey
    ? { message: `the key << merges maps: ${notPassedOn}`, hint: 'Write the keys out.' }
    : {
        message: `${what} has more than ${longestKey} characters: ${notPassedOn}`,
        hint: 'Choose a shorter key.',
      };
}

function isForbiddenKey(key: string): boolean {
  return key === mergeKey || isForbidden(key) || (key.length > longestKey / 6 && escapesOf(key) > longestKey);
}

/** The number of characters and escapes in the key's JSON form. */
function escapesOf(key: string): number {
  return (
    goJson(key)
      .match(/\\.|[^\\]/gsu)
      ?.slice(1, -1).length ?? 0
  );
}
