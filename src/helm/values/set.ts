import { emptyMap, isList, isMap, shorten, typeInWords, type Value, type ValueMap } from '../../text/json.js';
import { printable } from '../../text/printable.js';
import { encodingFault, textOf } from '../../text/utf8.js';
import { ValuesError } from './error.js';
import { maxDepth } from './goyaml.js';
import { maxBytes } from './text.js';
import { copyMap } from './value.js';

/**
 * Helm's options for single values, in the order in which it applies them, whatever their order on the command line:
 * `MergeValues` in pkg/cli/values/options.go.
 */
export const setOptions = ['--set-json', '--set', '--set-string', '--set-file', '--set-literal'] as const;

export type SetOption = (typeof setOptions)[number];

/** One of the options, with its argument. */
export interface Setting {
  readonly option: SetOption;
  readonly expression: string;
}

/** The content of a file that `--set-file` names; undefined if it is not known. */
export type FileContent = (name: string) => string | Uint8Array | undefined;

/** One assignment of an expression, by itself. */
export interface Assignment {
  /** The option and the key, such as `--set-string a.b`, and the files that were read; never a value. */
  readonly name: string;
  /** Where it begins in the expression, from 1. */
  readonly column: number;
  readonly values: ValueMap;
}

/**
 * Applies one setting to values, as Helm does (`pkg/strvals`), and leaves the given values unchanged.
 *
 * - `--set a.b=c,d[0].e=f,g={1,two}`: true, false and null in any case, and int64 that do not start with 0, are read as
 *   such; all else is a string. A backslash escapes `, . [ = { }`.
 * - `--set-string`: the same, but every value is a string.
 * - `--set-file`: the same, but every value is the name of a file, whose content is set.
 * - `--set-json a=[1],b={"c":null}`: every value is JSON, and an empty one is null.
 * - `--set-literal a.b=c`: all that follows the first `=` is a string, and nothing is escaped.
 *
 * @throws ValuesError for what a Helm refuses, for what it would silently drop (an empty name, an item without a value),
 * and for a number that is exact in Helm but not here. Messages name no value.
 */
export function applySet(values: ValueMap, setting: Setting, content: FileContent): ValueMap {
  const scanner = scannerOf(setting, content);
  const result = copyMap(values);
  while (startsAssignment(scanner)) setKey(scanner, result, top);
  return result;
}

/**
 * The assignments of a setting, each applied to nothing.
 *
 * @throws ValuesError as {@link applySet}
 */
export function assignmentsOf(setting: Setting, content: FileContent): readonly Assignment[] {
  const scanner = scannerOf(setting, content);
  const found: Assignment[] = [];
  while (startsAssignment(scanner)) {
    const column = columnOf(scanner, scanner.at);
    const values = emptyMap();
    setKey(scanner, values, top);
    const files = scanner.files.map(printable).join(',');
    found.push({ name: `${scanner.name}${files === '' ? '' : `=${files}`}`, column, values });
  }
  return found;
}

/** The files that `--set-file` reads, each with the option and the key; none for what cannot be parsed. */
export function filesOf(setting: Setting): readonly { readonly name: string; readonly file: string }[] {
  if (setting.option !== '--set-file') return [];
  const found: { name: string; file: string }[] = [];
  const scanner = scannerOf(setting, (file) => {
    found.push({ name: scanner.name, file });
    return '';
  });
  try {
    while (startsAssignment(scanner)) setKey(scanner, emptyMap(), top);
  } catch (error) {
    if (!(error instanceof ValuesError)) throw error;
  }
  return found;
}

/** The limits of Helm's `strvals`. */
const maxIndex = 65_536;
const maxLevel = 30;

interface Scanner {
  readonly option: SetOption;
  readonly content: FileContent;
  readonly characters: readonly string[];
  at: number;
  /** The option and the key of the current assignment, or of the last one that has a key. */
  name: string;
  /** The files that the current assignment has read. */
  files: string[];
}

function scannerOf({ option, expression }: Setting, content: FileContent): Scanner {
  const scanner = { option, content, characters: [...expression], at: 0, name: option, files: [] };
  if (option === '--set-json' && /^\p{White_Space}*\{/u.test(expression)) {
    throw refused(
      scanner,
      0,
      'Helm 4 reads an object without a key, but Helm 3 refuses it',
      'Write each key of the object by itself: key=value,other=value.',
    );
  }
  return scanner;
}

/** Whether there is another assignment; if so, it becomes the current one. */
function startsAssignment(scanner: Scanner): boolean {
  if (scanner.at >= scanner.characters.length) return false;
  const rest = scanner.characters.slice(scanner.at).join('');
  const pattern = scanner.option === '--set-literal' ? /^([^=]+)=/ : /^((?:[^=,\\]|\\.)+)=/s;
  const key = pattern.exec(rest)?.[1];
  if (key !== undefined)
    scanner.name = /^[\w$./\\[\]-]{1,80}$/.test(key) ? `${scanner.option} ${key}` : scanner.option;
  scanner.files = [];
  return true;
}

interface Target {
  level: number;
  inList: boolean;
}

const top: Target = { level: 0, inList: false };

function setKey(scanner: Scanner, map: { [key: string]: Value }, { level, inList }: Target): void {
  const start = scanner.at;
  const { text: key, end } = scanUntil(scanner, scanner.option === '--set-literal' ? '=[.' : '=[,.');
  if (end === undefined || end === ',')
    throw refused(scanner, start, 'this key has no value', forms[scanner.option]);
  if (key === '')
    throw refused(scanner, start, 'a name is missing', 'Helm ignores a value that has no name.');
  const before = map[key];
  if (end === '=') {
    if (inList && scanner.at === scanner.characters.length && losesEmpty.includes(scanner.option)) {
      const hint = 'Put another key behind it with a comma, or use a values file.';
      throw refused(
        scanner,
        start,
        'Helm loses an empty value at the end when it belongs to a list item',
        hint,
      );
    }
    map[key] = readValue[scanner.option](scanner);
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
    list[index] = readValue[scanner.option](scanner);
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

/** How to write an expression. */
const forms: { readonly [option in SetOption]: string } = {
  '--set-json': 'Write "key=JSON", such as key=\'{"a": [1]}\'; a comma separates it from the next key.',
  '--set': 'Write "key=value"; a comma in a string is "\\,".',
  '--set-string': 'Write "key=value"; a comma in a string is "\\,".',
  '--set-file': 'Write "key=file"; a comma in a file\'s name is "\\,".',
  '--set-literal': 'Write "key=value".',
};

/** The options with which Helm ignores an empty value in an item at the end of the expression. */
const losesEmpty: readonly SetOption[] = ['--set', '--set-string', '--set-file'];

const readValue: { readonly [option in SetOption]: (scanner: Scanner) => Value } = {
  '--set-json': scanJson,
  '--set': (scanner) => scanList(scanner, typed),
  '--set-string': (scanner) => scanList(scanner, (_, __, text) => text),
  '--set-file': (scanner) => scanList(scanner, fileText),
  '--set-literal': (scanner) => scanUntil(scanner, '').text,
};

type Reader = (scanner: Scanner, start: number, text: string) => Value;

/** A value, or a list of values such as `{1,two}`. */
function scanList(scanner: Scanner, read: Reader): Value {
  const start = scanner.at;
  if (scanner.characters[start] !== '{') return read(scanner, start, scanUntil(scanner, ',').text);
  scanner.at += 1;
  const list: Value[] = [];
  for (;;) {
    const item = scanner.at;
    const { text, end } = scanUntil(scanner, ',}');
    if (end === undefined)
      throw refused(scanner, start, 'a "{" is never closed', 'Write a list as "key={a,b}".');
    list.push(read(scanner, item, text));
    if (end === '}') break;
  }
  if (scanner.characters[scanner.at] === ',') scanner.at += 1;
  return list;
}

function fileText(scanner: Scanner, start: number, name: string): string {
  if (name === '') throw refused(scanner, start, "a file's name is missing", forms['--set-file']);
  const content = scanner.content(name);
  if (content === undefined) throw refused(scanner, start, 'its file was not read');
  const size = Buffer.byteLength(content);
  if (size > maxBytes) {
    const message = `${printable(name)} has ${size} bytes, and Helm can store a release of at most ${maxBytes}`;
    throw refused(scanner, start, message, 'Put large content into a ConfigMap or a Secret of its own.');
  }
  if (typeof content !== 'string' && encodingFault(content) !== undefined) {
    throw refused(
      scanner,
      start,
      `${printable(name)} is not UTF-8`,
      'Save it as UTF-8, or encode it, for example as Base64.',
    );
  }
  scanner.files.push(name);
  return textOf(content);
}

// ------------------------------------------------------------------------------------------------------------- JSON

const jsonToken = /[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+)/sy;

/** A JSON value with the comma behind it; null if there is none, as in Helm. */
function scanJson(scanner: Scanner): Value {
  if (skipBlanks(scanner)) return null;
  const start = scanner.at;
  const rest = scanner.characters.slice(start).join('');
  const tokens = jsonTokens(scanner, rest);
  const text = rest.slice(0, tokens.length);
  const value = parsedJson(text);
  if (value === undefined) {
    const hint =
      'A string needs double quotes, and a shell needs single quotes around all of it: \'key="text"\'.';
    throw refused(scanner, start, 'this is not JSON', hint);
  }
  if (tokens.members !== membersOf(value)) throw refused(scanner, start, 'a key occurs twice in an object');
  scanner.at += [...text].length;
  if (!skipBlanks(scanner)) throw refused(scanner, scanner.at, 'text follows the JSON', forms['--set-json']);
  return value;
}

/** How long the JSON value is with which a text begins, and how many members its objects have. */
function jsonTokens(scanner: Scanner, text: string): { length: number; members: number } {
  let depth = 0;
  let members = 0;
  jsonToken.lastIndex = 0;
  do {
    const length = jsonToken.lastIndex;
    const [, token = ''] = jsonToken.exec(text) ?? [];
    if (token === '') return { length, members };
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (token === ':') members += 1;
    if (depth > maxDepth) throw refused(scanner, scanner.at, `JSON nests at most ${maxDepth} levels here`);
    if (/^-?\d/.test(token) && !isExact(token)) throw inexact(scanner, scanner.at);
  } while (depth > 0);
  return { length: jsonToken.lastIndex, members };
}

/** Whether a number is finite, no integer beyond 2^53, and not the zero with a minus sign, which Helm keeps. */
function isExact(token: string): boolean {
  const number = Number(token);
  return (
    Number.isNaN(number) ||
    (Number.isFinite(number) &&
      (!/^-?\d+$/.test(token) || Number.isSafeInteger(number)) &&
      !Object.is(number, -0))
  );
}

function parsedJson(text: string): Value | undefined {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      // Go replaces half of a surrogate pair.
      if ([key, value].some((one) => typeof one === 'string' && /\p{Surrogate}/u.test(one)))
        throw new SyntaxError();
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.assign(emptyMap(), value);
    });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function membersOf(value: Value): number {
  if (isList(value)) return value.reduce<number>((sum, item) => sum + membersOf(item), 0);
  if (!isMap(value)) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + membersOf(item), 0);
}

/** Skips blanks and one comma; whether there was a comma, or the end. */
function skipBlanks(scanner: Scanner): boolean {
  for (;;) {
    const character = scanner.characters[scanner.at];
    if (character === undefined) return true;
    if (character !== ',' && !/\p{White_Space}/u.test(character)) return false;
    scanner.at += 1;
    if (character === ',') return true;
  }
}

// ----------------------------------------------------------------------------------------------------------- scalars

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
  if (!Number.isSafeInteger(value)) throw inexact(scanner, start);
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
    if (character === '\\' && scanner.option !== '--set-literal') {
      text += scanner.characters[scanner.at] ?? '';
      scanner.at += 1;
    } else {
      text += character;
    }
  }
}

function inexact(scanner: Scanner, start: number): ValuesError {
  const hint = 'If it is a string, give it with --set-string, or in quotes in a values file.';
  return refused(scanner, start, 'this number cannot be exact in every place', hint);
}

function conflict(scanner: Scanner, at: number, key: string, before: Value, wanted: string): ValuesError {
  const message = `${JSON.stringify(shorten(key))} is ${typeInWords(before)} in the values so far, not ${wanted}`;
  return refused(scanner, at, message, 'Set the whole of it, or change the values file.', 'set target');
}

/** A refusal names the assignment by its option and key alone, since its value may be a credential. */
function refused(
  scanner: Scanner,
  at: number,
  message: string,
  hint?: string,
  refusal: 'set syntax' | 'set target' = 'set syntax',
): ValuesError {
  const column = columnOf(scanner, at);
  return new ValuesError([
    { refusal, file: scanner.name, line: 1, column, message, ...(hint !== undefined && { hint }) },
  ]);
}

function columnOf({ characters }: Scanner, at: number): number {
  return characters.slice(0, at).join('').length + 1;
}
