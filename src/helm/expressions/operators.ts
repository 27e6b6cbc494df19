/**
 * The operator table. Each row is one operator with both of its meanings: `evaluate` in TypeScript, and `go` as the
 * source of a Go template expression. A test that compares the two is generated from this table.
 *
 * Helm's functions are documented at https://helm.sh/docs/chart_template_guide/function_list/.
 */
import { createHash } from 'node:crypto';
import { durationMilliseconds } from '../../text/duration.js';
import { type GoCode, goCall, goDict, goJunction, goMember, goNot, goPipe } from '../../text/go-code.js';
import { byBytes, goJson, goString } from '../../text/go-syntax.js';
import type { Value, ValueMap } from '../../text/json.js';
import { factors, magnitude } from '../../text/quantity.js';
import type { Kind, Operand, Operator, ParameterKind } from '../ir/operator.js';
import type { Schema } from '../ir/schema.js';
import { kindOf, memberSchema, union } from '../schema/schema.js';
import { call, EvaluationError } from './call.js';
import { exactInteger } from './exact-integers.js';
import { astOf, type Expr, type Leaf, type Symbolic, symbolic } from './expression.js';

const table: Operator[] = [];

/** All operators. */
export const operators: readonly Operator[] = table;

/** A constant of JSON. An expression that may be absent is an object too, but not one of these. */
type Constant = string | number | boolean | null | Container;
type Container = readonly unknown[] | ConstantMap;
type ConstantMap = { readonly [key: string]: unknown };

type List<T = Value> = readonly T[];
type Dict<T = Value> = { readonly [key: string]: T };
type Absent = null | undefined;

/** Adds an operator to the table. Its TypeScript signature, `F`, is trusted, not checked against the row. */
function row<F extends (...args: never[]) => Expr<unknown>>(operator: Operator): F {
  table.push(operator);
  const apply: unknown = (...args: unknown[]) => call(operator, args);
  return apply as F;
}

const boolean = (): Schema => ({ type: 'boolean' });
const string = (): Schema => ({ type: 'string' });
const integer = (): Schema => exactInteger;
const listOfStrings = (): Schema => ({ type: 'array', items: { type: 'string' } });
const same =
  (index: number) =>
  (args: readonly Schema[]): Schema =>
    args[index] ?? {};

const fn =
  (name: string) =>
  (...args: Operand[]): GoCode =>
    goCall(name, ...args.map(({ code }) => code));

// ---------------------------------------------------------------------------------------------------- conditions

/** True if all conditions are true; evaluation stops at the first false one. */
export const and: (...conditions: [Leaf<boolean>, Leaf<boolean>, ...Leaf<boolean>[]]) => Expr<boolean> = row({
  name: 'and',
  summary: 'whether all conditions are true',
  parameters: [{ name: 'condition', kind: 'boolean', variadic: true }],
  result: boolean,
  evaluate: (...conditions: boolean[]) => conditions.every(Boolean),
  go: (...conditions) => goJunction('and', ...conditions.map(({ code }) => code)),
});

/** True if any condition is true; evaluation stops at the first true one. */
export const or: (...conditions: [Leaf<boolean>, Leaf<boolean>, ...Leaf<boolean>[]]) => Expr<boolean> = row({
  name: 'or',
  summary: 'whether at least one condition is true',
  parameters: [{ name: 'condition', kind: 'boolean', variadic: true }],
  result: boolean,
  evaluate: (...conditions: boolean[]) => conditions.some(Boolean),
  go: (...conditions) => goJunction('or', ...conditions.map(({ code }) => code)),
});

const negation: (condition: Leaf<boolean>) => Expr<boolean> = row({
  name: 'not',
  summary: 'whether the condition is false',
  parameters: [{ name: 'condition', kind: 'boolean' }],
  result: boolean,
  evaluate: (condition: boolean) => !condition,
  go: ({ code }) => goNot(code),
});

/** The opposite of a condition; of a comparison, the opposite comparison. */
export function not(condition: Leaf<boolean>): Expr<boolean> {
  const ast = astOf(condition);
  if (ast.kind !== 'call') return negation(condition);
  const [only] = ast.args;
  if (ast.operator.name === 'not' && only !== undefined) return symbolic<boolean>(only);
  const opposite = table.find(({ name }) => name === opposites[ast.operator.name]);
  return opposite === undefined ? negation(condition) : symbolic<boolean>({ ...ast, operator: opposite });
}

const opposites: { readonly [comparison: string]: string } = {
  eq: 'ne',
  ne: 'eq',
  gt: 'le',
  le: 'gt',
  ge: 'lt',
  lt: 'ge',
};

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
  refuses: unequal,
  result: boolean,
  evaluate: (left: Value, right: Value) => left === right,
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
  refuses: unequal,
  result: boolean,
  evaluate: (left: Value, right: Value) => left !== right,
  go: fn('ne'),
});

/** Go fails when it compares an integer with a float64 or a string. */
function unequal([left, right]: readonly Kind[]): string | undefined {
  return left === right ? undefined : `a ${left} is not compared with a ${right}`;
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

export const gt = comparison(
  'gt',
  'whether the left integer is greater than the right one',
  (left, right) => left > right,
);
export const ge = comparison(
  'ge',
  'whether the left integer is at least the right one',
  (left, right) => left >= right,
);
export const lt = comparison(
  'lt',
  'whether the left integer is less than the right one',
  (left, right) => left < right,
);
export const le = comparison(
  'le',
  'whether the left integer is at most the right one',
  (left, right) => left <= right,
);

type QuantityComparison = (left: Leaf<string | number>, right: Leaf<string | number>) => Expr<boolean>;

/**
 * Whether an amount of a resource is greater than another one, in whatever units they are written: 2 is greater than
 * 1500m, and not greater than 2000m. Exact for amounts of up to 15 digits; of longer ones, both targets compare the
 * first 15 to 17.
 */
export const exceeds: QuantityComparison = row({
  name: 'exceeds',
  summary: 'whether the left amount of a resource is greater than the right one, such as 1Gi and 512Mi',
  parameters: [
    { name: 'left', kind: 'quantity' },
    { name: 'right', kind: 'quantity' },
  ],
  result: boolean,
  evaluate: (left: string | number, right: string | number) => magnitude(left) > magnitude(right),
  go: (left, right) => goCall('gt', goMagnitude(left.code), goMagnitude(right.code)),
});

/** The number in front of the unit, times the unit: `mulf` computes in decimals. */
function goMagnitude(amount: GoCode): GoCode {
  const [text, unit] = [goCall('toString', amount), goString('[A-Za-z]+$')];
  const units = goDict(Object.entries(factors).map(([name, factor]) => [name, goNumber(factor)]));
  return goCall(
    'mulf',
    goCall('float64', goCall('regexReplaceAll', unit, text, '""')),
    goCall('dig', goCall('regexFind', unit, text), '1', units),
  );
}

function goNumber(number: number): string {
  return String(Number.isInteger(number) ? BigInt(number) : number);
}

/** Whether a value is present: neither absent nor null. */
export const isPresent: (value: Expr<unknown>) => Expr<boolean> = row({
  name: 'isPresent',
  summary: 'whether a value is present, that is, neither absent nor null',
  parameters: [{ name: 'value', kind: 'any', optional: true }],
  result: boolean,
  evaluate: (value: Value | undefined) => value !== null && value !== undefined,
  go: ({ code }) => goCall('not', goCall('kindIs', '"invalid"', code)),
});

/** Whether a value that may be a string or something else is a string; `readAs` then reads it with its actual type. */
export const isString: (value: Expr<unknown>) => Expr<boolean> = row({
  name: 'isString',
  summary: 'whether a value is a string',
  parameters: [{ name: 'value', kind: 'any', optional: true }],
  result: boolean,
  evaluate: (value: Value | undefined) => typeof value === 'string',
  go: ({ code }) => goCall('kindIs', '"string"', code),
});

/** Whether a string, list or map is present and not empty. */
export const isNonEmpty: (value: Expr<string | readonly unknown[] | object | undefined>) => Expr<boolean> =
  row({
    name: 'isNonEmpty',
    summary: 'whether a string, list or map is present and not empty',
    parameters: [{ name: 'value', kind: 'sized', optional: true }],
    result: boolean,
    evaluate: (value: string | List | Dict | Absent) =>
      value !== null && value !== undefined && (typeof value === 'string' ? value !== '' : size(value) > 0),
    go: ({ code }) => goCall('not', goCall('empty', code)),
  });

/** One of two values, by a condition. Both are computed: use `when` for a value that only one branch may read. */
export const ifElse: <T>(
  condition: Leaf<boolean>,
  then: Leaf<T>,
  otherwise: Leaf<NoInfer<T>>,
) => Symbolic<T> = row({
  name: 'ifElse',
  summary: '`then` if the condition is true, and `otherwise` if not',
  parameters: [
    { name: 'condition', kind: 'boolean' },
    { name: 'then', kind: 'any' },
    { name: 'otherwise', kind: 'any' },
  ],
  result: ([, then, otherwise]) => either(then, otherwise),
  evaluate: (condition: boolean, then: Value, otherwise: Value) => (condition ? then : otherwise),
  go: (condition, then, otherwise) => goCall('ternary', then.code, otherwise.code, condition.code),
  passes: true,
});

/** The schema of the choice between two expressions. */
function either(left: Schema = {}, right: Schema = {}): Schema {
  const [kind, other] = [kindOf(left), kindOf(right)];
  const container = [kind, other].find((each) => each === 'list' || each === 'map');
  if (container !== undefined && kind !== other) {
    throw new TypeError(
      `a value that is now a ${kind} and now a ${other} could not be written into a manifest`,
    );
  }
  // An integer keeps its bounds.
  const simple = kind === 'string' || kind === 'boolean';
  return simple && kind === other ? { type: kind } : union([left, right]);
}

/** The value if present, else the fallback; `""`, `0` and `false` count as present. */
export const defaultIfAbsent: <T>(value: Expr<T | undefined>, fallback: Leaf<NoInfer<T>>) => Symbolic<T> =
  row({
    name: 'defaultIfAbsent',
    summary: 'the value, or the fallback if the value is absent or null; "", 0 and false count as values',
    parameters: [
      { name: 'value', kind: 'any', optional: true },
      { name: 'fallback', kind: 'any' },
    ],
    result: ([value, fallback]) => either(value, fallback),
    evaluate: (value: Value | undefined, fallback: Value) => value ?? fallback,
    go: (value, fallback) =>
      isDefault(value, fallback)
        ? goCall('default', fallback.code, value.code)
        : goCall('ternary', fallback.code, value.code, goCall('kindIs', '"invalid"', value.code)),
    passes: true,
  });

/**
 * Whether Go's `default`, which treats empty values as absent, yields the same: the only empty value possible is the
 * fallback.
 */
function isDefault({ empties }: Operand, { constant }: Operand): boolean {
  return empties?.every((empty) => constant !== undefined && goJson(empty) === goJson(constant)) ?? false;
}

/** The string if it is not empty, else the fallback: Helm's `default`. */
export const defaultIfEmpty: (value: Expr<string | undefined>, fallback: Leaf<string>) => Expr<string> = row({
  name: 'defaultIfEmpty',
  summary: 'the string, or the fallback if the string is absent or empty',
  parameters: [
    { name: 'value', kind: 'string', optional: true },
    { name: 'fallback', kind: 'string' },
  ],
  result: string,
  evaluate: (value: string | Absent, fallback: string) => value || fallback,
  go: (value, fallback) => goCall('default', fallback.code, value.code),
});

// ------------------------------------------------------------------------------------------------------- strings

const concatenated = row<(...parts: readonly unknown[]) => Expr<string>>({
  name: 'str',
  summary: 'a string composed of strings and integers; the source writes it as a str`…` template',
  parameters: [{ name: 'part', kind: 'string or integer', variadic: true }],
  result: string,
  evaluate: (...parts: (string | number)[]) => parts.join(''),
  go: (...parts) => {
    const values = parts.filter(({ constant }) => constant === undefined);
    if (values.length === 0) return goString(parts.map(({ constant }) => String(constant)).join(''));
    const format = parts.map(({ kind, constant }) =>
      constant === undefined ? kind && verbs[kind] : String(constant).replaceAll('%', '%%'),
    );
    return goCall('printf', goString(format.join('')), ...values.map(({ code }) => code));
  },
});

const verbs: { readonly [K in Kind]?: string } = { string: '%s', integer: '%d' };

/** A string with strings and integers interpolated: str`${repository}:${tag}`. */
export function str(
  strings: TemplateStringsArray,
  ...values: readonly (Leaf<string> | Leaf<number>)[]
): Expr<string> {
  const parts = strings.flatMap((text, index) => [text, values[index]]).filter((part) => part !== undefined);
  const written = parts.filter((part) => part !== '').flatMap(partsOf);
  return written.every((part) => typeof part === 'string')
    ? symbolic<string>(astOf(written.join('')))
    : concatenated(...written);
}

/** A string interpolated into another one becomes part of it: the chart prints one string for both. */
function partsOf(part: Leaf<string> | Leaf<number>): readonly (Leaf<string> | Leaf<number>)[] {
  const ast = astOf(part);
  if (ast.kind === 'literal' && Number.isSafeInteger(ast.value)) return [String(ast.value)];
  if (ast.kind !== 'call' || ast.operator.name !== 'str') return [part];
  return ast.args.map((inner) => symbolic<string>(inner));
}

/** At most the first `length` bytes of a string. Kubernetes' names are ASCII; a cut inside a character is refused. */
export const trunc: (length: number, text: Leaf<string>) => Expr<string> = row({
  name: 'trunc',
  summary: 'at most the first `length` bytes of a string',
  parameters: [
    { name: 'length', kind: 'integer', constant: true },
    { name: 'text', kind: 'string' },
  ],
  result: string,
  evaluate: (length: number, text: string) => {
    if (length < 0) throw new EvaluationError('trunc: a negative length would cut from the start');
    const bytes = Buffer.from(text);
    const cut = bytes.subarray(0, length).toString();
    if (!bytes.subarray(0, length).equals(Buffer.from(cut))) {
      throw new EvaluationError(`trunc: the first ${length} bytes of the string end inside a character`);
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
  'whether a string begins with the prefix',
  'prefix',
  (prefix, text) => text.startsWith(prefix),
);
export const hasSuffix = textTest(
  'hasSuffix',
  'whether a string ends with the suffix',
  'suffix',
  (suffix, text) => text.endsWith(suffix),
);
export const contains = textTest('contains', 'whether a string contains the part', 'part', (part, text) =>
  text.includes(part),
);

/**
 * Whether a whole string matches a pattern. RE2 takes linear time, and JavaScript must not take longer: write patterns
 * in which each character can be matched in only one way.
 */
export const matches: (pattern: string, text: Leaf<string>) => Expr<boolean> = row({
  name: 'matches',
  summary: 'whether a whole string matches a pattern',
  parameters: [
    { name: 'pattern', kind: 'pattern', constant: true },
    { name: 'text', kind: 'string' },
  ],
  result: boolean,
  evaluate: (pattern: string, text: string) => new RegExp(pattern, 'u').test(text),
  go: fn('regexMatch'),
});

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

export const trimPrefix = textCut('trimPrefix', 'the string without the prefix', 'prefix', (prefix, text) =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text,
);
export const trimSuffix = textCut('trimSuffix', 'the string without the suffix', 'suffix', (suffix, text) =>
  text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
);

/** Every occurrence of `old` replaced. */
export const replace: (old: Leaf<string>, replacement: Leaf<string>, text: Leaf<string>) => Expr<string> =
  row({
    name: 'replace',
    summary: 'the string with every occurrence of `old` replaced',
    parameters: [
      { name: 'old', kind: 'string' },
      { name: 'replacement', kind: 'string' },
      { name: 'text', kind: 'string' },
    ],
    result: string,
    evaluate: (old: string, replacement: string, text: string) => {
      if (old === '') throw new EvaluationError('replace: the string to be replaced is empty');
      return text.replaceAll(old, () => replacement);
    },
    go: fn('replace'),
    piped: true,
  });

/** The name of a request header as Go's `http.CanonicalHeaderKey` writes it: `x-api-key` is `X-Api-Key`. */
export const canonicalHeader: (name: Leaf<string>) => Expr<string> = row({
  name: 'canonicalHeader',
  summary: 'the name of a header in lower case, with a capital at the start and after each hyphen',
  parameters: [{ name: 'name', kind: 'header' }],
  result: string,
  evaluate: (name: string) => name.toLowerCase().replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
  go: ({ code }) => goCall('title', goCall('lower', code)),
});

export const join: (separator: Leaf<string>, list: Leaf<readonly string[]>) => Expr<string> = row({
  name: 'join',
  summary: 'the strings of a list, with the separator between them',
  parameters: [
    { name: 'separator', kind: 'string' },
    { name: 'list', kind: 'strings' },
  ],
  result: string,
  evaluate: (separator: string, list: List<string>) => list.join(separator),
  go: fn('join'),
  piped: true,
});

/** The parts of a string between separators. */
export const split: (separator: Leaf<string>, text: Leaf<string>) => Symbolic<readonly string[]> = row({
  name: 'split',
  summary: 'the parts of a string between separators',
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

/** The number of bytes that a string has in UTF-8. */
export const byteLength: (text: Leaf<string>) => Expr<number> = row({
  name: 'byteLength',
  summary: 'the number of bytes of a string in UTF-8',
  parameters: [{ name: 'text', kind: 'string' }],
  result: integer,
  evaluate: (text: string) => Buffer.byteLength(text),
  go: fn('len'),
});

/** The SHA-256 of a string, in lower-case hexadecimal. */
export const sha256: (text: Leaf<string>) => Expr<string> = row({
  name: 'sha256',
  summary: 'the SHA-256 of a string, in hexadecimal',
  parameters: [{ name: 'text', kind: 'string' }],
  result: string,
  evaluate: (text: string) => createHash('sha256').update(text).digest('hex'),
  go: fn('sha256sum'),
  piped: true,
});

export const base64: (text: Leaf<string>) => Expr<string> = row({
  name: 'base64',
  summary: 'the bytes of a string in base64, as a Secret holds them',
  parameters: [{ name: 'text', kind: 'string' }],
  result: string,
  evaluate: (text: string) => Buffer.from(text).toString('base64'),
  go: fn('b64enc'),
  piped: true,
});

/** A value as JSON, keys in order, `<`, `>` and `&` escaped: Helm's `toJson`. */
export const toJson: (value: Expr<NonNullable<unknown> | null> | Constant) => Expr<string> = row({
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

const arithmetic = (
  name: string,
  summary: string,
  evaluate: (left: number, right: number) => number | bigint,
  right: ParameterKind = 'integer',
) =>
  row<Arithmetic>({
    name,
    summary,
    parameters: [
      { name: 'left', kind: 'integer' },
      { name: 'right', kind: right },
    ],
    result: integer,
    evaluate: (left: number, right: number) => {
      const result = Number(evaluate(left, right));
      if (!Number.isSafeInteger(result))
        throw new EvaluationError(`${name}: ${left} and ${right} give more than 2^53`);
      return result === 0 ? 0 : result;
    },
    go: fn(name),
  });

export const add = arithmetic('add', 'the sum of two integers', (left, right) => left + right);
export const sub = arithmetic('sub', 'the left integer minus the right one', (left, right) => left - right);
export const mul = arithmetic('mul', 'the product of two integers', (left, right) => left * right);
/** Rounds towards zero: -7 by 2 is -3. */
export const div = arithmetic(
  'div',
  'the left integer divided by the right one, which is at least 1, rounded towards zero',
  (left, right) => BigInt(left) / BigInt(right),
  'positive',
);

/** Parses a string of digits as an integer. */
export const toInteger: (text: Leaf<string>) => Expr<number> = row({
  name: 'toInteger',
  summary: 'the integer that a string of up to fifteen digits represents',
  parameters: [{ name: 'text', kind: 'digits' }],
  result: integer,
  evaluate: (text: string) => Number(text) || 0,
  go: fn('atoi'),
});

const epoch = goCall('toDate', goString('2006-01-02Z07:00'), goString('1970-01-01Z'));

/** The milliseconds of a duration in Go's notation, `1h30m`. Templates need them only to shift a date. */
export const toMilliseconds: (duration: Leaf<string>) => Expr<number> = row({
  name: 'toMilliseconds',
  summary: 'the milliseconds of a positive duration, such as 1h30m',
  parameters: [{ name: 'duration', kind: 'duration' }],
  result: integer,
  evaluate: (duration: string) => durationMilliseconds(duration),
  go: ({ code }) => goMember(goPipe(epoch, goCall('dateModify', code)), 'UnixMilli'),
});

// ------------------------------------------------------------------------------------------------ lists and maps

const end = (name: string, summary: string, index: number) =>
  row<<T>(list: Leaf<readonly T[]>) => Symbolic<T>>({
    name,
    summary,
    parameters: [{ name: 'list', kind: 'list' }],
    result: ([list]) => memberSchema(list ?? {}),
    evaluate: (list: List) => {
      const item = list.at(index);
      if (item === undefined) throw new EvaluationError(`${name}: the list is empty`);
      return item;
    },
    go: fn(name),
    passes: true,
  });

export const first = end('first', 'the first element of a list that is not empty', 0);
export const last = end('last', 'the last element of a list that is not empty', -1);

/** The number of members of a list or map. */
export const count: (container: Expr<readonly unknown[] | object> | Container) => Expr<number> = row({
  name: 'count',
  summary: 'the number of members of a list or map',
  parameters: [{ name: 'container', kind: 'container' }],
  result: integer,
  evaluate: (container: List | Dict) => size(container),
  go: fn('len'),
});

function size(container: List | Dict): number {
  return Array.isArray(container) ? container.length : Object.keys(container).length;
}

/** Whether a list of strings contains the value. */
export const includes: <T extends string>(
  list: Leaf<readonly T[]>,
  value: Leaf<NoInfer<T>>,
) => Expr<boolean> = row({
  name: 'includes',
  summary: 'whether a list of strings contains the value',
  parameters: [
    { name: 'list', kind: 'strings' },
    { name: 'value', kind: 'string' },
  ],
  result: boolean,
  evaluate: (list: List<string>, value: string) => list.includes(value),
  go: (list, value) => goCall('has', value.code, list.code),
});

/** Concatenates lists. */
export const concat: <T>(...lists: [Leaf<readonly T[]>, ...Leaf<readonly T[]>[]]) => Symbolic<readonly T[]> =
  row({
    name: 'concat',
    summary: 'the lists one after another',
    parameters: [{ name: 'list', kind: 'list', variadic: true }],
    result: (lists) => ({ type: 'array', items: union(lists.map(memberSchema)) }),
    evaluate: (...lists: List[]) => lists.flat(),
    // In Go, `concat` of only empty lists is nil, which would be written as null.
    go: (...lists) => goPipe(fn('concat')(...lists), goCall('default', 'list')),
  });

/** The strings of a list without duplicates, in order of first occurrence. */
export const uniq: (list: Leaf<readonly string[]>) => Symbolic<readonly string[]> = row({
  name: 'uniq',
  summary: 'the strings of a list, without duplicates',
  parameters: [{ name: 'list', kind: 'strings' }],
  result: same(0),
  evaluate: (list: List<string>) => [...new Set(list)],
  go: fn('uniq'),
  piped: true,
});

/** The strings of a list in byte order. */
export const sort: (list: Leaf<readonly string[]>) => Symbolic<readonly string[]> = row({
  name: 'sort',
  summary: 'the strings of a list, in the order of their UTF-8 bytes',
  parameters: [{ name: 'list', kind: 'strings' }],
  result: listOfStrings,
  evaluate: (list: List<string>) => [...list].sort(byBytes),
  go: fn('sortAlpha'),
  piped: true,
});

/** The keys of a map, in order. */
export const keys: (map: Expr<object> | ConstantMap) => Symbolic<readonly string[]> = row({
  name: 'keys',
  summary: 'the keys of a map, in order',
  parameters: [{ name: 'map', kind: 'map' }],
  result: listOfStrings,
  evaluate: (map: Dict) => Object.keys(map).sort(byBytes),
  go: ({ code }) => goPipe(goCall('keys', code), 'sortAlpha'),
});

export const hasKey: (map: Expr<object> | ConstantMap, key: Leaf<string>) => Expr<boolean> = row({
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

/** The member of an open map, or the fallback if the map lacks the key. */
export const get: <T>(
  map: Leaf<{ readonly [key: string]: T }>,
  key: Leaf<string>,
  fallback: Leaf<NoInfer<T>>,
) => Symbolic<T> = row({
  name: 'get',
  summary: 'the member of a map, or the fallback if the map does not have the key',
  parameters: [
    { name: 'map', kind: 'map' },
    { name: 'key', kind: 'string' },
    { name: 'fallback', kind: 'any' },
  ],
  result: ([map, , fallback]) => either(memberSchema(map ?? {}), fallback),
  evaluate: (map: Dict, key: string, fallback: Value) =>
    Object.hasOwn(map, key) ? (map[key] ?? null) : fallback,
  go: (map, key, fallback) => goCall('dig', key.code, fallback.code, map.code),
  passes: true,
});

/** A map without some of its keys; an absent map counts as empty. */
export const omit: <T extends object>(map: Leaf<T | undefined>, ...keys: Leaf<string>[]) => Expr<T> = row({
  name: 'omit',
  summary: 'a map without some of its keys; an absent map counts as empty',
  parameters: [
    { name: 'map', kind: 'map', optional: true },
    { name: 'key', kind: 'string', variadic: true },
  ],
  result: same(0),
  evaluate: (map: Dict | Absent, ...keys: string[]): ValueMap =>
    Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key))),
  go: ({ code, mayBeAbsent }, ...keys) =>
    fn('omit')({ code: mayBeAbsent ? goCall('default', 'dict', code) : code }, ...keys),
  passes: true,
});
