/**
 * The operator table. Each row is one operator with both of its meanings: `evaluate` in TypeScript, and `go` as the
 * text of a Go template expression. The test that holds the two equal is generated from this table.
 *
 * Helm's functions are documented at https://helm.sh/docs/chart_template_guide/function_list/.
 */
import { createHash } from 'node:crypto';
import { astOf, type Expr, type Leaf, type Symbolic, symbolic } from './expression.js';
import { goJson } from './go-syntax.js';
import {
  type Kind,
  kindOf,
  memberSchema,
  type Operator,
  type Parameter,
  type Schema,
  type Value,
  type ValueMap,
} from './tree.js';

/** An argument that an operator has no meaning for. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}

const table: Operator[] = [];

/** Every operator there is. */
export const operators: readonly Operator[] = table;

type List<T = Value> = readonly T[];
type Dict<T = Value> = { readonly [key: string]: T };
type Absent = null | undefined;

/** Adds an operator to the table. Its TypeScript signature, `F`, is the one place where the table's word is taken for it. */
function row<F extends (...args: never[]) => Expr<unknown>>(operator: Operator): F {
  table.push(operator);
  const apply: unknown = (...args: unknown[]) => call(operator, args);
  return apply as F;
}

function call(operator: Operator, leaves: readonly unknown[]): Expr<unknown> {
  const args = leaves.map(astOf);
  args.forEach((arg, index) => {
    const parameter = operator.parameters[Math.min(index, operator.parameters.length - 1)];
    if (parameter === undefined || (index >= operator.parameters.length && !parameter.variadic)) {
      throw new TypeError(
        `${operator.name} takes ${operator.parameters.length} arguments, not ${args.length}`,
      );
    }
    if (!accepts(parameter, kindOf(arg.schema))) {
      throw new TypeError(
        `${operator.name} takes a ${parameter.kind} as its '${parameter.name}', not a ${kindOf(arg.schema)}`,
      );
    }
  });
  return symbolic({ kind: 'call', operator, args, schema: operator.result(args.map((arg) => arg.schema)) });
}

function accepts(parameter: Parameter, kind: Kind): boolean {
  if (parameter.kind === 'any' || parameter.kind === kind) return true;
  if (parameter.kind === 'number') return kind === 'integer';
  return parameter.kind === 'scalar' && kind !== 'list' && kind !== 'map';
}

const boolean = (): Schema => ({ type: 'boolean' });
const string = (): Schema => ({ type: 'string' });
const integer = (): Schema => ({ type: 'integer' });
const listOfStrings = (): Schema => ({ type: 'array', items: { type: 'string' } });
const same =
  (index: number) =>
  (args: readonly Schema[]): Schema =>
    args[index] ?? {};

const fn =
  (name: string) =>
  (...args: string[]): string =>
    [name, ...args].join(' ');

// ---------------------------------------------------------------------------------------------------- conditions

/** True when every condition is; later conditions are not looked at after one that is false. */
export const and: (...conditions: [Leaf<boolean>, Leaf<boolean>, ...Leaf<boolean>[]]) => Expr<boolean> = row({
  name: 'and',
  summary: 'true when every condition is',
  parameters: [{ name: 'condition', kind: 'boolean', variadic: true }],
  result: boolean,
  evaluate: (...conditions: boolean[]) => conditions.every(Boolean),
  go: fn('and'),
});

/** True when one of the conditions is; later conditions are not looked at after one that is true. */
export const or: (...conditions: [Leaf<boolean>, Leaf<boolean>, ...Leaf<boolean>[]]) => Expr<boolean> = row({
  name: 'or',
  summary: 'true when one of the conditions is',
  parameters: [{ name: 'condition', kind: 'boolean', variadic: true }],
  result: boolean,
  evaluate: (...conditions: boolean[]) => conditions.some(Boolean),
  go: fn('or'),
});

export const not: (condition: Leaf<boolean>) => Expr<boolean> = row({
  name: 'not',
  summary: 'the opposite',
  parameters: [{ name: 'condition', kind: 'boolean' }],
  result: boolean,
  evaluate: (condition: boolean) => !condition,
  go: fn('not'),
});

/** Equality of two values of one type; lists and maps are not compared. */
export const eq: <T extends string | number | boolean>(
  left: Leaf<T>,
  right: Leaf<NoInfer<T>>,
) => Expr<boolean> = row({
  name: 'eq',
  summary: 'whether two strings, two numbers or two booleans are equal',
  parameters: [
    { name: 'left', kind: 'scalar' },
    { name: 'right', kind: 'scalar' },
  ],
  result: boolean,
  evaluate: (left: Value, right: Value) => comparable(left, right) && left === right,
  go: fn('eq'),
});

/** The opposite of {@link eq}. */
export const ne: <T extends string | number | boolean>(
  left: Leaf<T>,
  right: Leaf<NoInfer<T>>,
) => Expr<boolean> = row({
  name: 'ne',
  summary: 'whether two strings, two numbers or two booleans differ',
  parameters: [
    { name: 'left', kind: 'scalar' },
    { name: 'right', kind: 'scalar' },
  ],
  result: boolean,
  evaluate: (left: Value, right: Value) => comparable(left, right) && left !== right,
  go: fn('ne'),
});

function comparable(left: Value, right: Value): true {
  if (typeof left !== typeof right || left === null) {
    throw new EvaluationError(`${JSON.stringify(left)} and ${JSON.stringify(right)} can't be compared`);
  }
  return true;
}

type Comparison = (left: Leaf<number>, right: Leaf<number>) => Expr<boolean>;

const comparison = (name: string, summary: string, evaluate: (left: number, right: number) => boolean) =>
  row<Comparison>({
    name,
    summary,
    parameters: [
      { name: 'left', kind: 'integer' },
      { name: 'right', kind: 'integer' },
    ],
    result: boolean,
    evaluate,
    go: fn(name),
  });

export const gt = comparison('gt', 'whether the left integer is the greater', (left, right) => left > right);
export const ge = comparison(
  'ge',
  'whether the left integer is not the lesser',
  (left, right) => left >= right,
);
export const lt = comparison('lt', 'whether the left integer is the lesser', (left, right) => left < right);
export const le = comparison(
  'le',
  'whether the left integer is not the greater',
  (left, right) => left <= right,
);

/** Whether a value is there at all: not absent and not null. */
export const isPresent: (value: Expr<unknown>) => Expr<boolean> = row({
  name: 'isPresent',
  summary: 'whether a value is there at all: neither left out nor null',
  parameters: [{ name: 'value', kind: 'any', optional: true }],
  result: boolean,
  evaluate: (value: Value | undefined) => value !== null && value !== undefined,
  go: (value) => `not (kindIs "invalid" ${value})`,
});

/** Whether a string, list or map is there and has at least one member. */
export const isNonEmpty: (value: Expr<string | readonly unknown[] | object | undefined>) => Expr<boolean> =
  row({
    name: 'isNonEmpty',
    summary: 'whether a string, list or map is there and is not empty',
    parameters: [{ name: 'value', kind: 'any', optional: true }],
    result: boolean,
    evaluate: (value: Value | undefined) => {
      if (value === null || value === undefined) return false;
      if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
      if (typeof value === 'object') return Object.keys(value).length > 0;
      throw new EvaluationError(`${JSON.stringify(value)} is neither a string nor a list nor a map`);
    },
    go: (value) => `not (empty ${value})`,
  });

/** One of two values, by a condition. Both are computed: a value that only one branch may read belongs into `when`. */
export const ifElse: <T>(
  condition: Leaf<boolean>,
  then: Leaf<T>,
  otherwise: Leaf<NoInfer<T>>,
) => Symbolic<T> = row({
  name: 'ifElse',
  summary: 'one of two values, by a condition',
  parameters: [
    { name: 'condition', kind: 'boolean' },
    { name: 'then', kind: 'any' },
    { name: 'otherwise', kind: 'any' },
  ],
  result: ([, then, otherwise]) => widen(then ?? {}, otherwise ?? {}),
  evaluate: (condition: boolean, then: Value, otherwise: Value) => (condition ? then : otherwise),
  go: (condition, then, otherwise) => `ternary ${then} ${otherwise} ${condition}`,
});

function widen(left: Schema, right: Schema): Schema {
  if (left.properties !== undefined || left.items !== undefined) return left;
  const kinds = new Set([kindOf(left), kindOf(right)]);
  const [kind] = kinds;
  if (kinds.size === 1 && kind !== undefined && kind !== 'list' && kind !== 'map' && kind !== 'scalar') {
    return { type: kind };
  }
  return left;
}

/** The value where it is there, else the fallback; `""`, `0` and `false` are there. */
export const defaultIfAbsent: <T>(value: Expr<T | undefined>, fallback: Leaf<NoInfer<T>>) => Symbolic<T> =
  row({
    name: 'defaultIfAbsent',
    summary:
      'the value, or the fallback where the value is left out or null; "", 0 and false count as values',
    parameters: [
      { name: 'value', kind: 'any', optional: true },
      { name: 'fallback', kind: 'any' },
    ],
    result: same(0),
    evaluate: (value: Value | undefined, fallback: Value) => value ?? fallback,
    go: (value, fallback) => `ternary ${fallback} ${value} (kindIs "invalid" ${value})`,
  });

/** The string where it has a character, else the fallback: Helm's `default`. */
export const defaultIfEmpty: (value: Expr<string | undefined>, fallback: Leaf<string>) => Expr<string> = row({
  name: 'defaultIfEmpty',
  summary: 'the string, or the fallback where the string is left out or empty',
  parameters: [
    { name: 'value', kind: 'string', optional: true },
    { name: 'fallback', kind: 'string' },
  ],
  result: string,
  evaluate: (value: string | Absent, fallback: string) => value || fallback,
  go: (value, fallback) => `default ${fallback} ${value}`,
});

// ------------------------------------------------------------------------------------------------------- strings

const printf = row<(format: string, ...values: readonly unknown[]) => Expr<string>>({
  name: 'printf',
  summary: 'strings and integers set into a text, which the source writes as a str`…` template',
  parameters: [
    { name: 'format', kind: 'string' },
    { name: 'value', kind: 'scalar', variadic: true },
  ],
  result: string,
  evaluate: (format: string, ...values: (string | number)[]) => {
    let index = 0;
    return format.replaceAll(/%[sd%]/g, (verb) => (verb === '%%' ? '%' : String(values[index++])));
  },
  go: fn('printf'),
});

/** A text with strings and integers set into it: str`${repository}:${tag}`. */
export function str(
  texts: TemplateStringsArray,
  ...values: readonly (Leaf<string> | Leaf<number>)[]
): Expr<string> {
  const verbs = values.map((value) => {
    const kind = kindOf(astOf(value).schema);
    if (kind === 'string') return '%s';
    if (kind === 'integer') return '%d';
    throw new TypeError(`str\`…\` takes strings and integers, not a ${kind}: write ifElse(…) or toJson(…)`);
  });
  const format = texts.map((text, index) => text.replaceAll('%', '%%') + (verbs[index] ?? '')).join('');
  return values.length === 0 ? symbolic<string>(astOf(texts.join(''))) : printf(format, ...values);
}

/** At most the first `length` bytes of a text: Kubernetes' names are ASCII, and a cut inside a character is refused. */
export const trunc: (length: Leaf<number>, text: Leaf<string>) => Expr<string> = row({
  name: 'trunc',
  summary: 'at most the first `length` bytes of a text',
  parameters: [
    { name: 'length', kind: 'integer' },
    { name: 'text', kind: 'string' },
  ],
  result: string,
  evaluate: (length: number, text: string) => {
    if (length < 0) throw new EvaluationError('trunc: a negative length would cut from the start');
    const bytes = Buffer.from(text);
    const cut = bytes.subarray(0, length).toString();
    if (!bytes.subarray(0, length).equals(Buffer.from(cut))) {
      throw new EvaluationError(`trunc: ${length} bytes of ${JSON.stringify(text)} end inside a character`);
    }
    return cut;
  },
  go: fn('trunc'),
  piped: true,
});

type TextTest = (part: Leaf<string>, text: Leaf<string>) => Expr<boolean>;

const textTest = (
  name: string,
  summary: string,
  part: string,
  evaluate: (part: string, text: string) => boolean,
) =>
  row<TextTest>({
    name,
    summary,
    parameters: [
      { name: part, kind: 'string' },
      { name: 'text', kind: 'string' },
    ],
    result: boolean,
    evaluate,
    go: fn(name),
  });

export const hasPrefix = textTest(
  'hasPrefix',
  'whether a text begins with the prefix',
  'prefix',
  (prefix, text) => text.startsWith(prefix),
);
export const hasSuffix = textTest(
  'hasSuffix',
  'whether a text ends with the suffix',
  'suffix',
  (suffix, text) => text.endsWith(suffix),
);
export const contains = textTest('contains', 'whether a text has the part in it', 'part', (part, text) =>
  text.includes(part),
);

type TextCut = (part: Leaf<string>, text: Leaf<string>) => Expr<string>;

const textCut = (
  name: string,
  summary: string,
  part: string,
  evaluate: (part: string, text: string) => string,
) =>
  row<TextCut>({
    name,
    summary,
    parameters: [
      { name: part, kind: 'string' },
      { name: 'text', kind: 'string' },
    ],
    result: string,
    evaluate,
    go: fn(name),
    piped: true,
  });

export const trimPrefix = textCut('trimPrefix', 'the text without the prefix', 'prefix', (prefix, text) =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text,
);
export const trimSuffix = textCut('trimSuffix', 'the text without the suffix', 'suffix', (suffix, text) =>
  text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
);

/** Every occurrence of `old` replaced. */
export const replace: (old: Leaf<string>, replacement: Leaf<string>, text: Leaf<string>) => Expr<string> =
  row({
    name: 'replace',
    summary: 'the text with every occurrence of `old` replaced',
    parameters: [
      { name: 'old', kind: 'string' },
      { name: 'replacement', kind: 'string' },
      { name: 'text', kind: 'string' },
    ],
    result: string,
    evaluate: (old: string, replacement: string, text: string) => {
      if (old === '') throw new EvaluationError('replace: the text to be replaced is empty');
      return text.replaceAll(old, () => replacement);
    },
    go: fn('replace'),
    piped: true,
  });

export const join: (separator: Leaf<string>, list: Leaf<readonly string[]>) => Expr<string> = row({
  name: 'join',
  summary: 'the strings of a list, with the separator between them',
  parameters: [
    { name: 'separator', kind: 'string' },
    { name: 'list', kind: 'list' },
  ],
  result: string,
  evaluate: (separator: string, list: List<string>) => list.join(separator),
  go: fn('join'),
  piped: true,
});

/** The parts of a text between separators. */
export const split: (separator: Leaf<string>, text: Leaf<string>) => Symbolic<readonly string[]> = row({
  name: 'split',
  summary: 'the parts of a text between separators',
  parameters: [
    { name: 'separator', kind: 'string' },
    { name: 'text', kind: 'string' },
  ],
  result: listOfStrings,
  evaluate: (separator: string, text: string) => {
    if (separator === '') throw new EvaluationError('split: the separator is empty');
    return text.split(separator);
  },
  go: fn('splitList'),
  piped: true,
});

/** The number of bytes that a text has in UTF-8. */
export const byteLength: (text: Leaf<string>) => Expr<number> = row({
  name: 'byteLength',
  summary: 'the number of bytes of a text in UTF-8',
  parameters: [{ name: 'text', kind: 'string' }],
  result: integer,
  evaluate: (text: string) => Buffer.byteLength(text),
  go: fn('len'),
});

/** The SHA-256 of a text, in lower-case hexadecimal. */
export const sha256: (text: Leaf<string>) => Expr<string> = row({
  name: 'sha256',
  summary: 'the SHA-256 of a text, in hexadecimal',
  parameters: [{ name: 'text', kind: 'string' }],
  result: string,
  evaluate: (text: string) => createHash('sha256').update(text).digest('hex'),
  go: fn('sha256sum'),
  piped: true,
});

export const base64: (text: Leaf<string>) => Expr<string> = row({
  name: 'base64',
  summary: 'the bytes of a text in base64, as a Secret holds them',
  parameters: [{ name: 'text', kind: 'string' }],
  result: string,
  evaluate: (text: string) => Buffer.from(text).toString('base64'),
  go: fn('b64enc'),
  piped: true,
});

/** A value as JSON, keys in order, `<`, `>` and `&` escaped: Helm's `toJson`. */
export const toJson: (value: Leaf<unknown>) => Expr<string> = row({
  name: 'toJson',
  summary: 'a value as JSON, with its keys in order',
  parameters: [{ name: 'value', kind: 'any' }],
  result: string,
  evaluate: (value: Value) => goJson(value),
  go: fn('toJson'),
  piped: true,
});

// ------------------------------------------------------------------------------------------------------ integers

type Arithmetic = (left: Leaf<number>, right: Leaf<number>) => Expr<number>;

const arithmetic = (name: string, summary: string, evaluate: (left: number, right: number) => number) =>
  row<Arithmetic>({
    name,
    summary,
    parameters: [
      { name: 'left', kind: 'integer' },
      { name: 'right', kind: 'integer' },
    ],
    result: integer,
    evaluate: (left: number, right: number) => {
      const result = evaluate(left, right);
      if (!Number.isSafeInteger(result))
        throw new EvaluationError(`${name}: ${left} and ${right} give more than 2^53`);
      return result === 0 ? 0 : result;
    },
    go: fn(name),
  });

export const add = arithmetic('add', 'the sum of two integers', (left, right) => left + right);
export const sub = arithmetic('sub', 'the left integer less the right one', (left, right) => left - right);
export const mul = arithmetic('mul', 'the product of two integers', (left, right) => left * right);

// ------------------------------------------------------------------------------------------------ lists and maps

/** The number of members of a list or map. */
export const count: (container: Leaf<readonly unknown[] | object>) => Expr<number> = row({
  name: 'count',
  summary: 'the number of members of a list or map',
  parameters: [{ name: 'container', kind: 'any' }],
  result: integer,
  evaluate: (container: List | Dict) =>
    Array.isArray(container) ? container.length : Object.keys(container).length,
  go: fn('len'),
});

/** Whether a list of scalars has the value in it. */
export const includes: <T extends string | number | boolean>(
  list: Leaf<readonly T[]>,
  value: Leaf<NoInfer<T>>,
) => Expr<boolean> = row({
  name: 'includes',
  summary: 'whether a list of strings has the value in it',
  parameters: [
    { name: 'list', kind: 'list' },
    { name: 'value', kind: 'string' },
  ],
  result: boolean,
  evaluate: (list: List<string>, value: string) => list.includes(value),
  go: (list, value) => `has ${value} ${list}`,
});

/** The lists one after another. */
export const concat: <T>(...lists: [Leaf<readonly T[]>, ...Leaf<readonly T[]>[]]) => Symbolic<readonly T[]> =
  row({
    name: 'concat',
    summary: 'the lists one after another',
    parameters: [{ name: 'list', kind: 'list', variadic: true }],
    result: same(0),
    evaluate: (...lists: List[]) => lists.flat(),
    go: fn('concat'),
  });

/** The strings of a list, each once, where it first stands. */
export const uniq: (list: Leaf<readonly string[]>) => Symbolic<readonly string[]> = row({
  name: 'uniq',
  summary: 'the strings of a list, each once',
  parameters: [{ name: 'list', kind: 'list' }],
  result: same(0),
  evaluate: (list: List<string>) => [...new Set(list)],
  go: fn('uniq'),
  piped: true,
});

/** The strings of a list in the order of their bytes. */
export const sort: (list: Leaf<readonly string[]>) => Symbolic<readonly string[]> = row({
  name: 'sort',
  summary: 'the strings of a list, in the order of their UTF-8 bytes',
  parameters: [{ name: 'list', kind: 'list' }],
  result: listOfStrings,
  evaluate: (list: List<string>) => [...list].sort(byBytes),
  go: fn('sortAlpha'),
  piped: true,
});

/** Go's order of strings, which is also the order in which templates walk a map. */
export function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** The keys of a map, in order. */
export const keys: (map: Leaf<object>) => Symbolic<readonly string[]> = row({
  name: 'keys',
  summary: 'the keys of a map, in order',
  parameters: [{ name: 'map', kind: 'map' }],
  result: listOfStrings,
  evaluate: (map: Dict) => Object.keys(map).sort(byBytes),
  go: (map) => `keys ${map} | sortAlpha`,
});

export const hasKey: (map: Leaf<object>, key: Leaf<string>) => Expr<boolean> = row({
  name: 'hasKey',
  summary: 'whether a map has the key',
  parameters: [
    { name: 'map', kind: 'map' },
    { name: 'key', kind: 'string' },
  ],
  result: boolean,
  evaluate: (map: Dict, key: string) => Object.hasOwn(map, key),
  go: fn('hasKey'),
});

/** The member of an open map, or the fallback where the map has no such key. */
export const lookup: <T>(
  map: Leaf<{ readonly [key: string]: T }>,
  key: Leaf<string>,
  fallback: Leaf<NoInfer<T>>,
) => Symbolic<T> = row({
  name: 'lookup',
  summary: 'the member of a map, or the fallback where the map has no such key',
  parameters: [
    { name: 'map', kind: 'map' },
    { name: 'key', kind: 'string' },
    { name: 'fallback', kind: 'any' },
  ],
  result: ([map]) => memberSchema(map ?? {}),
  evaluate: (map: Dict, key: string, fallback: Value) =>
    Object.hasOwn(map, key) ? (map[key] ?? null) : fallback,
  go: (map, key, fallback) => `dig ${key} ${fallback} ${map}`,
});

/** A map without some of its keys. */
export const omit: <T extends object>(map: Leaf<T>, ...keys: Leaf<string>[]) => Expr<T> = row({
  name: 'omit',
  summary: 'a map without some of its keys',
  parameters: [
    { name: 'map', kind: 'map' },
    { name: 'key', kind: 'string', variadic: true },
  ],
  result: same(0),
  evaluate: (map: Dict, ...keys: string[]): ValueMap =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key))),
  go: fn('omit'),
});
