/**
 * Texts that do not come through a Helm chart as they are, so that no values may hold them.
 *
 * - YAML has no U+007F to U+009F, U+FFFE and U+FFFF, and in YAML 1.1, which Helm reads and writes, U+0085, U+2028 and
 *   U+2029 are line breaks. `toYaml` yields nothing at all for a map with such a text in it, without an error, or lines
 *   at the wrong indentation.
 * - U+FEFF is a byte order mark to YAML. The reader of Helm and Kubernetes looks for one at the start of its buffer and not
 *   where it is (`is_bom` of go-yaml): one that stands in a block text can cost a later line its first character, in silence.
 * - The key `<<` merges maps, and `toYaml` writes it bare.
 * - `toYaml` yields nothing at all for a map with a key of more than 1024 characters of JSON either: it writes JSON and reads
 *   that as YAML, which looks no further for the colon behind a key. A character and an escape are at most two of them.
 * - Helm deletes `<no value>` from what it has rendered: https://github.com/helm/helm/pull/7652.
 */

import { type GoCode, goCall } from './go-code.js';
import { goJson } from './go-syntax.js';
import { isList, type Value } from './json.js';

const characters = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const deleted = '<no value>';
const mergeKey = '<<';
const longestKey = 499;

export const forbiddenTextMessage =
  'a text holds a character that YAML does not have (U+007F to U+009F, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF), ' +
  'or "<no value>", which Helm deletes, or a key is "<<", which merges maps, or has 500 characters or more: write it without';

/** Go's condition that says the same of `.Values` as {@link holdsForbiddenText}. */
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

/** Whether Helm deletes a part of the text. */
export function isDeleted(text: string): boolean {
  return text.includes(deleted);
}

/** Whether no values may hold the text. */
export function isForbidden(text: string): boolean {
  return characters.test(text) || isDeleted(text);
}

/**
 * Whether a text, key or member somewhere in the value is forbidden. Maps and lists that are `sound` are not looked
 * through again, and those that prove to be are added.
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

function isForbiddenKey(key: string): boolean {
  return key === mergeKey || isForbidden(key) || (key.length > longestKey / 6 && escapesOf(key) > longestKey);
}

/** How many characters and escapes the key has in JSON. */
function escapesOf(key: string): number {
  return (
    goJson(key)
      .match(/\\.|[^\\]/gsu)
      ?.slice(1, -1).length ?? 0
  );
}
