import { emptyMap, isList, isMap, shorten, typeInWords, type Value, type ValueMap } from '../../text/json.js';
import { ValuesError } from './error.js';
import { copyMap } from './value.js';

/**
 * Applies one `--set` to values, as Helm does (`pkg/strvals`), and leaves the given values unchanged.
 *
 * `a.b=c,d[0].e=f,g={1,two}`: true, false and null in any case, and int64 that do not start with 0, are read as such;
 * all else is a string. A backslash escapes `, . [ = { }`.
 *
 * @throws ValuesError for what Helm refuses, for what it would silently drop (an empty name, an item without a value),
 * and for an integer beyond 2^53, which is exact in Helm but not here.
 */
export function applySet(values: ValueMap, expression: string): ValueMap {
  const scanner: Scanner = { expression, characters: [...expression], at: 0 };
  const result = copyMap(values);
  while (scanner.at < scanner.characters.length) setKey(scanner, result, { level: 0, inList: false });
  return result;
}

/** The limits of Helm's `strvals`. */
const maxIndex = 65_536;
const maxLevel = 30;

interface Scanner {
  expression: string;
  characters: readonly string[];
  at: number;
}

interface Target {
  level: number;
  inList: boolean;
}

function setKey(scanner: Scanner, map: { [key: string]: Value }, { level, inList }: Target): void {
  const start = scanner.at;
  const { text: key, end } = scanUntil(scanner, '=[,.');
  if (end === undefined || end === ',') {
    throw refused(
      scanner,
      start,
      'this key has no value',
      'Write "key=value"; a comma in a string is "\\,".',
    );
  }
  if (key === '')
    throw refused(scanner, start, 'a name is missing', 'Helm ignores a value that has no name.');
  const before = map[key];
  if (end === '=') {
    if (inList && scanner.at === scanner.characters.length) {
      const hint = 'Put another key behind it with a comma, or use a values file.';
      throw refused(
        scanner,
        start,
        'Helm loses an empty value at the end when it belongs to a list item',
        hint,
      );
    }
    map[key] = scanValue(scanner);
  } else if (end === '[') {
    if (before !== undefined && !isList(before)) throw conflict(scanner, start, key, before, 'a list');
    map[key] = setItem(scanner, before ?? [], level);
  } else {
    if (level === maxLevel) throw refused(scanner, start, `a name has at most ${maxLevel} dots`);
    if (before !== undefined && !isMap(before)) throw conflict(scanner, start, key, before, 'a map');
    const inner = copyMap(before ?? emptyMap());
    setKey(scanner, inner, { level: level + 1, inList });
    map[key] = inner;
  }
}

/** Continues after a `[`, and returns the list with that item set. */
function setItem(scanner: Scanner, before: readonly Value[], level: number): Value[] {
  const start = scanner.at;
  const index = scanIndex(scanner);
  const { text: stray, end } = scanUntil(scanner, '[.=');
  if (stray !== '') throw refused(scanner, start, 'text follows an index', 'Write "list[0]=value".');
  if (end === undefined) throw refused(scanner, start, 'this item has no value', 'Write "list[0]=value".');

  const list = [...before];
  const item = list[index] ?? null;
  while (list.length < index) list.push(null);
  if (end === '=') {
    list[index] = scanValue(scanner);
  } else if (end === '[') {
    if (item !== null && !isList(item)) throw conflict(scanner, start, `[${index}]`, item, 'a list');
    list[index] = setItem(scanner, item ?? [], level);
  } else {
    const inner = isMap(item) ? copyMap(item) : emptyMap();
    setKey(scanner, inner, { level, inList: true });
    list[index] = inner;
  }
  return list;
}

function scanIndex(scanner: Scanner): number {
  const start = scanner.at;
  const { text, end } = scanUntil(scanner, ']');
  const hint = `Write a number from 0 to ${maxIndex} between "[" and "]".`;
  if (end === undefined) throw refused(scanner, start, 'a "[" is never closed', hint);
  if (!/^\+?\d+$|^-0+$/.test(text) || Number(text) > maxIndex) {
    throw refused(scanner, start, 'this is not an index of a list', hint);
  }
  return Math.abs(Number(text));
}

function scanValue(scanner: Scanner): Value {
  const start = scanner.at;
  if (scanner.characters[start] !== '{') return typed(scanner, start, scanUntil(scanner, ',').text);
  scanner.at += 1;
  const list: Value[] = [];
  for (;;) {
    const item = scanner.at;
    const { text, end } = scanUntil(scanner, ',}');
    if (end === undefined)
      throw refused(scanner, start, 'a "{" is never closed', 'Write a list as "key={a,b}".');
    list.push(typed(scanner, item, text));
    if (end === '}') break;
  }
  if (scanner.characters[scanner.at] === ',') scanner.at += 1;
  return list;
}

/** Letters compare by Unicode's simple folding, as Go's `EqualFold` does. */
const words: readonly [RegExp, Value][] = [
  [/^true$/iu, true],
  [/^false$/iu, false],
  [/^null$/iu, null],
];

function typed(scanner: Scanner, start: number, text: string): Value {
  const word = words.find(([pattern]) => pattern.test(text));
  if (word) return word[1];
  if (!/^(?:0|[-+]\d+|[1-9]\d*)$/.test(text)) return text;
  const integer = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, integer) !== integer) return text;
  const value = Number(integer);
  if (!Number.isSafeInteger(value)) {
    const hint = 'If it is a string, put it into a values file, in quotes.';
    throw refused(scanner, start, 'this number is too large to be exact in every place', hint);
  }
  return value;
}

/** The text up to one of the characters, which is consumed, or to the end of the expression. */
function scanUntil(scanner: Scanner, ends: string): { text: string; end?: string } {
  let text = '';
  for (;;) {
    const character = scanner.characters[scanner.at];
    if (character === undefined) return { text };
    scanner.at += 1;
    if (ends.includes(character)) return { text, end: character };
    if (character === '\\') {
      text += scanner.characters[scanner.at] ?? '';
      scanner.at += 1;
    } else {
      text += character;
    }
  }
}

function conflict(scanner: Scanner, at: number, key: string, before: Value, wanted: string): ValuesError {
  const message = `${JSON.stringify(shorten(key))} is ${typeInWords(before)} in the values so far, not ${wanted}`;
  return refused(scanner, at, message, 'Set the whole of it, or change the values file.', 'set target');
}

/** How messages name an expression: by its key alone, since its value may be a credential. */
export function setName(expression: string): string {
  const [, key] = /^([^=]*)=/.exec(expression) ?? [];
  return key === undefined ? '--set' : `--set ${shorten(key)}=…`;
}

function refused(
  { expression, characters }: Scanner,
  at: number,
  message: string,
  hint?: string,
  refusal: 'set syntax' | 'set target' = 'set syntax',
): ValuesError {
  const column = characters.slice(0, at).join('').length + 1;
  const file = setName(expression);
  return new ValuesError([{ refusal, file, line: 1, column, message, ...(hint !== undefined && { hint }) }]);
}
