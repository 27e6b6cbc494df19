/** How Go writes strings and JSON, and orders strings: what `quote`, `printf "%q"` and `toJson` print in a template. */
import { isList, type Value } from './json.js';

const named: { readonly [character: string]: string } = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/**
 * A string in double quotes as Go's `strconv.Quote` writes it. Everything that Go considers unprintable is escaped, and
 * all its escapes are valid in YAML 1.1, so the result is a YAML scalar as well.
 */
export function goString(text: string): string {
  return `"${text.replaceAll(unquotable, (character) => named[character] ?? escaped(character.codePointAt(0) ?? 0))}"`;
}

/**
 * Quotes, backslashes, and everything outside Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols,
 * the ASCII space.
 */
const unquotable = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

function escaped(code: number): string {
  const hexadecimal = (digits: number) => code.toString(16).padStart(digits, '0');
  if (code < 0x80) return `\\x${hexadecimal(2)}`;
  return code < 0x10000 ? `\\u${hexadecimal(4)}` : `\\U${hexadecimal(8)}`;
}

/** A value as Go's `encoding/json` writes it: keys in byte order, and HTML in strings escaped. */
export function goJson(value: Value): string {
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isList(value)) return `[${value.map(goJson).join(',')}]`;
  const members = Object.entries(value).sort(([left], [right]) => byBytes(left, right));
  return `{${members.map(([key, member]) => `${jsonString(key)}:${goJson(member)}`).join(',')}}`;
}

function jsonString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** From the surrogates on, the order of UTF-16 differs from that of UTF-8. */
const unlikeBytes = /[\ud800-\uffff]/;

/** Go's order of strings, by their bytes, in which templates also walk a map. */
export function byBytes(left: string, right: string): number {
  if (unlikeBytes.test(left) || unlikeBytes.test(right)) {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return left < right ? -1 : Number(left > right);
}
