/** Values that nobody thought of: hostile strings, extreme numbers, nested lists and maps. */
import fc from 'fast-check';
import { durationPattern } from '../../../src/text/duration.js';
import type { Value } from '../../../src/text/json.js';
import { factors, quantityPattern } from '../../../src/text/quantity.js';

/** Fragments with a meaning in YAML, Go templates or shells, or without any. */
const pieces = [
  ...[
    'a',
    'b',
    'Z',
    '0',
    '7',
    'name',
    'x-y',
    'ü',
    'ß',
    '日本',
    '😀',
    '👩‍👩‍👧',
    'e\u0301',
    '\u{10ffff}',
    '\u{1f7f0}',
    '\u{105c0}',
  ],
  ...[
    ' ',
    '  ',
    '\t',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u00a0',
    '\u3000',
    '\u200b',
  ],
  ...['\0', '\u0001', '\u0007', '\b', '\v', '\f', '\u001b', '\u001f', '\u007f', '\u0080', '\u009f', '\u00ad'],
  ...[
    '\ufeff',
    '\ufffd',
    '\ufffe',
    '\uffff',
    '\ue000',
    '\u{e0001}',
    '\u{f0000}',
    '\u0378',
    '\u061c',
    '\u202e',
  ],
  ...[
    ':',
    ': ',
    ' #',
    '#',
    '-',
    '- ',
    '---',
    '...',
    '? ',
    ',',
    '[',
    ']',
    '{',
    '}',
    '&a',
    '*a',
    '!',
    '!!str ',
    '|',
    '>',
  ],
  ...[
    '|-\n',
    '>+\n ',
    '%',
    '%s',
    '%d',
    '%!',
    '@',
    '`',
    '"',
    "'",
    '\\',
    '\\n',
    '\\u0041',
    '\\"',
    '~',
    '=',
    '<<',
    '/',
  ],
  ...[
    '{{',
    '}}',
    '{{-',
    '-}}',
    '{{/*',
    '*/}}',
    '{{ .Values }}',
    '{{ fail "x" }}',
    '$',
    '$x',
    '\u0024{x}',
    '$(x)',
    '<',
    '>',
    '&amp;',
  ],
];

/** Whole strings that a YAML reader might misinterpret. */
const lookalikes = [
  ...[
    '',
    ' ',
    '\n',
    '~',
    'null',
    'Null',
    'true',
    'True',
    'false',
    'yes',
    'no',
    'on',
    'off',
    'y',
    'n',
    'Y',
    'N',
  ],
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '+1',
    '1.0',
    '1.',
    '.5',
    '1e3',
    '1E3',
    '1e400',
    '1_000',
    '0777',
    '0o17',
    '0x1F',
    '0b11',
    '08',
  ],
  ...[
    '.inf',
    '-.inf',
    '.nan',
    'NaN',
    'inf',
    '12:30:45',
    '2001-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '0x1G',
    '1e',
  ],
  ...[
    '{}',
    '[]',
    '{a: b}',
    '[a]',
    'a: b',
    'a:',
    '- a',
    '# a',
    'a # b',
    '|',
    '>',
    '|2',
    '&a b',
    '*a',
    '!!int 1',
    '<<',
    '=',
  ],
  ...[
    '---',
    '--- a',
    '...',
    '\n---\n',
    'a\n---\nb: c\n',
    '%YAML 1.1',
    '@a',
    '`a`',
    '"a"',
    "'a'",
    '"',
    "'",
    '\\',
    'a\\',
  ],
  ...[
    '\n a',
    ' \na',
    'a\n b\n',
    'a\n\n',
    'a\n\n\n',
    '\na',
    '\n\na\n',
    'a \nb',
    'a\n \nb',
    'a\tb\n',
    '\ta\nb',
    'a\n\tb',
    '  a\nb',
  ],
  ...[
    '{{ .Release.Name }}',
    '{{',
    '}}',
    '{{ "{{" }}',
    '{{/* a */}}',
    'a\n{{- if true }}\nb',
    '<no value>',
    '__proto__',
    'constructor',
  ],
];

export const hostileStrings: readonly string[] = [...lookalikes, ...pieces];

/** Every character of Unicode: creating `fc.string` of them takes a second. */
const scalarValues = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));

/** Any string of Unicode scalar values; half of them made of fragments with a special meaning. */
export const strings: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...lookalikes) },
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.array(scalarValues, { maxLength: 8 }).map((parts) => parts.join('')) },
);

export const integers: fc.Arbitrary<number> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, -0, 1, -1, 7, 80, 8080, 65535, 1e6, 1e7, 123456789, 2 ** 31, -(2 ** 31)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(2 ** 32, 1e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 52),
  },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 12 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 70_000 }) },
);

/** Numbers that are not valid as integers of a chart: fractions, or beyond what a float64 represents exactly. */
const otherNumbers = fc.oneof(
  fc.constantFrom(
    0.5,
    -0.5,
    1.5,
    0.1,
    1e-6,
    1e-7,
    5e-324,
    2 ** 53,
    -(2 ** 53),
    2 ** 60,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
  ),
  fc.constantFrom(
    2 ** 64,
    1e18,
    1e19,
    1e20,
    1e21,
    -1e21,
    1e22,
    123456789012345680000,
    1e300,
    1.7976931348623157e308,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Mostly digits. */
export const digits: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^-?[0-9]{1,15}$/) },
  { weight: 1, arbitrary: fc.constantFrom('', '-', '+1', '1.5', '1e3', '0x1F', '9'.repeat(16), ' 1') },
);

/** Mostly durations. */
export const durations: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(new RegExp(durationPattern)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '0s', '10', '1d', '-1m', '1m1h', '1us', '.5s', '1.0001s', '1.5ms'),
  },
);

/** Amounts of a resource; pairs of them are often equal or close to each other. */
export const quantities: fc.Arbitrary<string | number> = fc.oneof(
  fc.stringMatching(new RegExp(quantityPattern)),
  fc
    .tuple(
      fc.constantFrom(1, 1.5, 1024, 999, 1000, 0.1, 1048576, 123456789012345),
      fc.constantFrom('', 'e3', 'E-3', ...Object.keys(factors)),
    )
    .map(([number, unit]) => `${number}${unit}`),
  fc.constantFrom(0, 1, 0.1, 1.5, 1e-7, 1000, 1e9, 2 ** 30),
);

export const numbers: fc.Arbitrary<number> = fc.oneof(integers, otherNumbers);

export const scalars: fc.Arbitrary<string | number | boolean> = fc.oneof(strings, numbers, fc.boolean());

export const stringLists: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.array(strings, { maxLength: 4 }),
  fc.array(fc.constantFrom('a', 'b', 'c', 'ü', ''), { maxLength: 6 }),
);

export const keys: fc.Arbitrary<string> = fc.oneof(
  strings,
  fc.constantFrom(
    'a',
    'b',
    'c',
    '1',
    '10',
    '9',
    '01',
    'a.b/c',
    'y',
    'no',
    'null',
    ...Object.getOwnPropertyNames(Object.prototype),
  ),
);

export const stringMaps: fc.Arbitrary<{ readonly [key: string]: string }> = mapsOf(strings);

/** Nested values of every kind, including null. */
export const anyValues: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(scalars, fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    mapsOf(tie('value')),
  ),
})).value;

/** Helm's maps: any key, and no prototype, so that `__proto__` is an ordinary key. */
export function mapsOf<T extends Value>(
  members: fc.Arbitrary<T>,
): fc.Arbitrary<{ readonly [key: string]: T }> {
  return fc
    .uniqueArray(fc.tuple(keys, members), { maxLength: 4, selector: ([key]) => key })
    .map(Object.fromEntries);
}
