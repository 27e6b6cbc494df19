/** The edge cases of each kind of value, at which the meanings of one operator in two languages differ. */
import fc from 'fast-check';
import type { Value } from '../../../src/text/json.js';
import { anyValues, hostileStrings, mapsOf, strings } from './arbitrary-values.js';

/** Each of them is to be drawn. */
export type Edges<T extends Value | undefined = Value> = readonly fc.Arbitrary<T>[];

const exactly = <T extends Value>(...values: readonly T[]): Edges<T> =>
  values.map((value) => fc.constant(value));

export const booleanEdges: Edges<boolean> = exactly(true, false);

/** Integers that a float64 represents exactly, as it does every number of a values file. */
export const integerEdges: Edges<number> = exactly(
  ...[0, -0, 1, -1, 1e6, 1e7, 1e15, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32],
  ...[Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
);

export const positiveEdges: Edges<number> = exactly(1, 2, 1e7, 2 ** 32, Number.MAX_SAFE_INTEGER);

/** Also those of int64, of float64, and those from which JSON writes an exponent. */
export const numberEdges: Edges<number> = [
  ...integerEdges,
  ...exactly(
    ...[2 ** 53, -(2 ** 53), 2 ** 63 - 1024, 2 ** 63, -(2 ** 63), -(2 ** 63) - 2048, 2 ** 64 - 2048, 2 ** 64],
    ...[1e20, 1e21 - 2 ** 17, 1e21, -1e21, 1e22, 1e-6, 1e-7, 0.1, 0.5, -1.5],
    ...[Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, Number.MIN_VALUE, -Number.MIN_VALUE],
  ),
];

/** Characters of each plane of Unicode, among those that YAML allows: https://yaml.org/spec/1.2.2/#51-character-set */
const planes: Edges<string> = Array.from({ length: 17 }, (_, plane) => {
  const first = plane * 0x10000;
  const codes = fc.integer({ min: first, max: first + 0xffff }).filter(isOfYaml);
  const texts = fc.array(codes, { minLength: 4, maxLength: 12, size: 'max' });
  return texts.map((points) => String.fromCodePoint(...points));
});

function isOfYaml(code: number): boolean {
  if (code < 0xa0) return [0x9, 0xa, 0xd, 0x85].includes(code) || (code >= 0x20 && code < 0x7f);
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || code > 0xffff;
}

export const textEdges: Edges<string> = [
  ...exactly(...hostileStrings),
  ...planes,
  fc.constant('long '.repeat(500)),
];

export const scalarEdges: Edges<string | number | boolean> = [...textEdges, ...numberEdges, ...booleanEdges];

/** Strings of digits, some of which denote the same integer. */
export const digitEdges: Edges<string> = exactly(
  ...['0', '-0', '00', '07', '08', '-1', '1000000', '000000000000001'],
  ...['9'.repeat(15), `-${'9'.repeat(15)}`],
);

const longest = '999999.999h999999.999m999999.999s999999ms';

export const durationEdges: Edges<string> = exactly(
  ...['1ms', '1s', '1m', '1h', '0.001s', '0.001h', '1.5h', '1h30m', '01h', '1h0m0s0ms', longest],
);

/** The same amount in several units, amounts that differ in the last digit, and the limits of the form. */
export const quantityEdges: Edges<string | number> = exactly<string | number>(
  ...['1', '1.', '+1', '1000m', '1e0', '1E0', '01', '0.001k', '1000000000n', '999m', '1.001', '1001m'],
  ...['1Gi', '1024Mi', '1048576Ki', '1073741824', '1.073741824G', '1073741823', '1073741825', '1G'],
  ...['0.1', '100m', '.1', '1e-1', '100000u', '0.3', '300m', '0', '0n', '0Ei', '1n', '1e-9', '0.1n'],
  ...['1E', '1Ei', '1024Pi', '1e18', '1000P', '1152921504606846976', '1e99', '1e-99', '1E+3'],
  ...['9007199254740991', '9007199254740993', '12345678901234567890123456789012'],
  ...[`.${'0'.repeat(27)}1e-9`, `${'9'.repeat(29)}e99`, `${'9'.repeat(30)}Ei`],
  ...[0, 1, 0.1, 0.5, 1e-7, 1e9, 1e15, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER],
);

export const headerEdges: Edges<string> = exactly(
  ...['', '-', '_', 'a', 'X', '0', 'x-api-key', 'X-API-KEY', '-a', 'a-', 'a--b', 'a_b', '0a', 'a-0b'],
);

/** Patterns, most of which match some of the hostile strings. */
export const patterns: readonly string[] = [
  ...['^$', '^a$', '^a*$', '^[^a]*$', '^[ -~]*$', '^[^ -~]+$', '^[\n]*$', '^[\r\n \t]+$', '^[a-zA-Z0-9_-]+$'],
  ...[
    '^(a|b)+$',
    '^((a|b)[0-9]?)*$',
    '^a?b?c?$',
    '^(|a)$',
    '^ü*ß?$',
    '^[😀-😎]$',
    '^[^😀]*$',
    '^[日本]+$',
    '^`"<>*$',
  ],
  ...[
    '^(-+|[.]+|~)$',
    '^[^{]*[{][{][^{]*$',
    '^(yes|no|on|off|y|n)$',
    '^[+]?[0-9]*[.]?[0-9]*$',
    '^\u{10ffff}$',
  ],
];

export const patternEdges: Edges<string> = exactly(...patterns);

const nested: readonly Value[] = [[], {}, [null], { a: null }, [[[]]], { a: { b: {} } }, [{ a: [null] }]];

const members: Edges = [...numberEdges, ...booleanEdges, ...exactly(null, '', ...nested), ...planes];
const keys: Edges<string> = [...exactly('', '1', '__proto__', '<<', 'y', 'a.b/c'), ...planes];

function listWith<T extends Value>(
  edge: fc.Arbitrary<T>,
  others: fc.Arbitrary<T>,
): fc.Arbitrary<readonly T[]> {
  return fc.tuple(edge, fc.array(others, { maxLength: 2 })).map(([one, rest]) => [one, ...rest]);
}

export const stringListEdges: Edges<readonly string[]> = [
  ...exactly<readonly string[]>([], [''], ['', ''], ['a', 'b', 'a']),
  ...planes.map((text) => listWith(text, strings)),
];

export const listEdges: Edges<readonly Value[]> = [
  ...exactly<readonly Value[]>([]),
  ...members.map((member) => listWith(member, anyValues)),
];

type Map<T extends Value> = { readonly [key: string]: T };

/** Maps in which a value or a key is an edge case. */
export function mapWith<T extends Value>(
  key: fc.Arbitrary<string>,
  member: fc.Arbitrary<T>,
  others: fc.Arbitrary<T>,
): fc.Arbitrary<Map<T>> {
  return fc
    .tuple(key, member, mapsOf(others))
    .map(([name, one, rest]) => Object.fromEntries([...Object.entries(rest), [name, one]]));
}

export const stringMapEdges: Edges<Map<string>> = [
  ...exactly<Map<string>>({}),
  ...keys.map((key) => mapWith(key, strings, strings)),
  ...planes.map((text) => mapWith(fc.constant('a'), text, strings)),
];

export const mapEdges: Edges<Map<Value>> = [
  ...exactly<Map<Value>>({}),
  ...keys.map((key) => mapWith(key, anyValues, anyValues)),
  ...members.map((member) => mapWith(fc.constant('a'), member, anyValues)),
];
