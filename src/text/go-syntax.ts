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
 * A string in double quotes as Go's `strconv.Quote` writes it. Everything that Go does not hold for printable is
 * escaped, and each of its escapes is one of YAML 1.1's, so that the same text is a YAML scalar as well.
 */
export function goString(text: string): string {
  return `"${text.replaceAll(unquotable, (character) => named[character] ?? escaped(character.codePointAt(0) ?? 0))}"`;
}

/** Quotes, backslashes, and what Go's `strconv.IsPrint` is not: letters, marks, numbers, punctuation, symbols, the ASCII space. */
const unquotable = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

function escaped(code: number): string {
  const hexadecimal = (digits: number) => code.toString(16).padStart(digits, '0');
  if (code < 0x80) return `\\x${hexadecimal(2)}`;
  return code < 0x10000 ? `\\u${hexadecimal(4)}` : `\\U${hexadecimal(8)}`;
}

/** A value as Go's `encoding/json` writes it: keys in the order of their bytes, and no HTML in strings. */
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

/** From the surrogates on, UTF-16 is not in the order of UTF-8. */
const unlikeBytes = /[\ud800-\uffff]/;

/** Go's order of strings, that of their bytes, which is also the order in which templates walk a map. */
export function byBytes(left: string, right: string): number {
  if (unlikeBytes.test(left) || unlikeBytes.test(right)) {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return left < right ? -1 : Number(left > right);
}
