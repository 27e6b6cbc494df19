import { describe, expect, test } from 'vitest';
import { ValuesError } from './error.js';
import { readValuesFile } from './read.js';
import { applySet, assignmentsOf, type SetOption } from './set.js';

const values = () =>
  readValuesFile('text: x\nnothing: null\nlist: [x, {a: b}]\nmap: {a: 1}\n', 'v.yaml').values;
const files: { readonly [name: string]: string | Uint8Array } = {
  one: '1',
  'lines.pem': 'a\r\nb,c\n',
  'latin.txt': Buffer.from([0xe9]),
  'big.txt': 'x'.repeat(2 ** 20 + 1),
};
const content = (name: string) => files[name];
const apply = (before: ReturnType<typeof values>, expression: string, option: SetOption = '--set') =>
  applySet(before, { option, expression }, content);
const set = (expression: string, option?: SetOption) =>
  JSON.parse(JSON.stringify(apply({}, expression, option)));
const refusal = (expression: string, option?: SetOption) => {
  try {
    apply(values(), expression, option);
  } catch (error) {
    if (error instanceof ValuesError) return error;
    throw error;
  }
  return undefined;
};

describe('--set reads', () => {
  test.each<[string, unknown]>([
    ['a=b', { a: 'b' }],
    ['a.b=c,a.d=e', { a: { b: 'c', d: 'e' } }],
    ['a=1', { a: 1 }],
    ['a=-07', { a: -7 }],
    ['a=+5', { a: 5 }],
    ['a=0', { a: 0 }],
    ['a=07', { a: '07' }],
    ['a=1.5', { a: '1.5' }],
    ['a=1e3', { a: '1e3' }],
    ['a=0x1F', { a: '0x1F' }],
    ['a=9223372036854775808', { a: '9223372036854775808' }],
    ['a=true,b=FALSE,c=Null', { a: true, b: false, c: null }],
    ['a=yes', { a: 'yes' }],
    ['a=', { a: '' }],
    ['a=,b=1', { a: '', b: 1 }],
    ['a={1,x}', { a: [1, 'x'] }],
    ['a={}', { a: [''] }],
    ['a={1}b=2', { a: [1], b: 2 }],
    ['a[1].b=q', { a: [null, { b: 'q' }] }],
    ['a[+1]=x', { a: [null, 'x'] }],
    ['a[0][1]=x', { a: [[null, 'x']] }],
    ['a[0]=x,a[1]=', { a: ['x', ''] }],
    ['a[0].b=,c=1', { a: [{ b: '' }], c: 1 }],
    ['a=x\\,y', { a: 'x,y' }],
    ['a\\.b=c', { 'a.b': 'c' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=1, b=2', { a: 1, ' b': 2 }],
    ['a=1,', { a: 1 }],
    ['', {}],
    ['a=😀', { a: '😀' }],
  ])('%s', (expression, expected) => {
    expect(set(expression)).toEqual(expected);
  });

  test('treats names that JavaScript knows as ordinary names', () => {
    expect(JSON.stringify(apply({}, '__proto__.polluted=1,constructor=2'))).toBe(
      '{"__proto__":{"polluted":1},"constructor":2}',
    );
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('--set over existing values', () => {
  test.each<[string, Record<string, unknown>]>([
    ['map.b=2', { map: { a: 1, b: 2 } }],
    ['map=x', { map: 'x' }],
    ['list[0]=2', { list: [2, { a: 'b' }] }],
    ['list[1].c=d', { list: ['x', { a: 'b', c: 'd' }] }],
    ['list[0].c=d', { list: [{ c: 'd' }, { a: 'b' }] }],
    ['list={}', { list: [''] }],
  ])('%s', (expression, expected) => {
    expect(apply(values(), expression)).toEqual({ ...values(), ...expected });
  });

  test('leaves them unchanged', () => {
    const before = values();
    apply(before, 'map.a=2,list[1].a=c,list[5]=x');
    expect(before).toEqual(values());
  });
});

describe('--set refuses', () => {
  test.each([
    ['a', 1, 'this key has no value'],
    ['a=1,b', 5, 'this key has no value'],
    ['a,b=1', 1, 'this key has no value'],
    ['=1', 1, 'a name is missing'],
    ['a..b=1', 3, 'a name is missing'],
    ['a[x]=1', 3, 'this is not an index of a list'],
    ['a[-1]=1', 3, 'this is not an index of a list'],
    ['a[70000]=1', 3, 'this is not an index of a list'],
    ['a[]=1', 3, 'this is not an index of a list'],
    ['a[1', 3, 'a "[" is never closed'],
    ['a[1]', 3, 'this item has no value'],
    ['a[0]b=1', 3, 'text follows an index'],
    ['a={1', 3, 'a "{" is never closed'],
    ['a[0].b=', 6, 'Helm loses an empty value at the end when it belongs to a list item'],
    ['a=9007199254740992', 3, 'this number cannot be exact in every place'],
    ['text.a=1', 1, '"text" is a string in the values so far, not a map'],
    ['nothing.a=1', 1, '"nothing" is null in the values so far, not a map'],
    ['map[0]=1', 1, '"map" is a map in the values so far, not a list'],
    ['list[0][0]=1', 6, '"[0]" is a string in the values so far, not a list'],
    [`${'a.'.repeat(31)}a=1`, 61, 'a name has at most 30 dots'],
  ])('%s', (expression, column, message) => {
    const error = refusal(expression);
    expect(error?.problems).toMatchObject([{ line: 1, column, message }]);
    expect(error?.format()).toMatch(/^--set( [^=:]+)?:1:/);
  });

  test('in one line, with a remedy', () => {
    expect(refusal('a=1,b')?.format()).toBe(
      '--set a:1:5: this key has no value\n  Write "key=value"; a comma in a string is "\\,".',
    );
  });
});

describe.each<[SetOption, [string, unknown][]]>([
  [
    '--set-string',
    [
      [
        'a=1,b=true,c=null,d=,e={1,x},f[1]=0',
        { a: '1', b: 'true', c: 'null', d: '', e: ['1', 'x'], f: [null, '0'] },
      ],
      ['a=x\\,y', { a: 'x,y' }],
    ],
  ],
  [
    '--set-json',
    [
      ['a=1,b="x,y=z",c=null,d=[1,{"e":null}]', { a: 1, b: 'x,y=z', c: null, d: [1, { e: null }] }],
      ['a={"b":{"c":1.5}} , b[1].c={}', { a: { b: { c: 1.5 } }, ' b': [null, { c: {} }] }],
      ['a=,b= ,c=', { a: null, b: null, c: null }],
      ['a="é\\u00e9😀",b=true', { a: 'éé😀', b: true }],
      ['a[0].b=', { a: [{ b: null }] }],
      ['a={"__proto__":1}', JSON.parse('{"a":{"__proto__":1}}')],
    ],
  ],
  [
    '--set-file',
    [
      ['a=one,b.c=lines.pem', { a: '1', b: { c: 'a\r\nb,c\n' } }],
      ['a={one,lines.pem},b[0]=one', { a: ['1', 'a\r\nb,c\n'], b: ['1'] }],
    ],
  ],
  [
    '--set-literal',
    [
      ['a=b=c,d={e}\\,f', { a: 'b=c,d={e}\\,f' }],
      ['a=', { a: '' }],
      ['a[0].b=', { a: [{ b: '' }] }],
      ['a,b.c[1]=1', { 'a,b': { c: [null, '1'] } }],
      ['a\\.b=1', { 'a\\': { b: '1' } }],
      ['a= x\n', { a: ' x\n' }],
    ],
  ],
])('%s reads', (option, cases) => {
  test.each(cases)('%j', (expression, expected) => {
    expect(set(expression, option)).toEqual(expected);
  });
});

describe.each<[SetOption, [string, number, string][]]>([
  ['--set-string', [['a[0].b=', 6, 'Helm loses an empty value at the end when it belongs to a list item']]],
  [
    '--set-json',
    [
      ['{"a":1}', 1, 'Helm 4 reads an object without a key, but Helm 3 refuses it'],
      [' {"a":1}', 1, 'Helm 4 reads an object without a key, but Helm 3 refuses it'],
      ['a=x', 3, 'this is not JSON'],
      ['a={', 3, 'this is not JSON'],
      ['a="x', 3, 'this is not JSON'],
      ['a=[1,]', 3, 'this is not JSON'],
      ['a="\\ud800"', 3, 'this is not JSON'],
      ['a=1 b=2', 5, 'text follows the JSON'],
      ['a={"b":1,"b":2}', 3, 'a key occurs twice in an object'],
      ['a=9007199254740993', 3, 'this number cannot be exact in every place'],
      ['a=[1e400]', 3, 'this number cannot be exact in every place'],
      ['a=-0', 3, 'this number cannot be exact in every place'],
      [`a=${'['.repeat(101)}${']'.repeat(101)}`, 3, 'JSON nests at most 100 levels here'],
      ['text.a=1', 1, '"text" is a string in the values so far, not a map'],
      ['a', 1, 'this key has no value'],
    ],
  ],
  [
    '--set-file',
    [
      ['a=', 3, "a file's name is missing"],
      ['a={}', 4, "a file's name is missing"],
      ['a=other', 3, 'its file was not read'],
      ['a=latin.txt', 3, 'latin.txt is not UTF-8'],
      ['a=big.txt', 3, 'big.txt has 1048577 bytes, and Helm can store a release of at most 1048576'],
    ],
  ],
  [
    '--set-literal',
    [
      ['a.b', 3, 'this key has no value'],
      ['=x', 1, 'a name is missing'],
    ],
  ],
])('%s refuses', (option, cases) => {
  test.each(cases)('%j', (expression, column, message) => {
    const error = refusal(expression, option);
    expect(error?.problems).toMatchObject([{ line: 1, column, message }]);
    expect(error?.problems[0]?.file).toMatch(new RegExp(`^${option}( |$)`));
  });
});

test('each assignment of an expression has a name, without its value', () => {
  const named = (option: SetOption, expression: string) =>
    assignmentsOf({ option, expression }, content).map(({ name, column }) => [name, column]);
  expect(named('--set', 'a.b=x,c[0]={y,z},d\\.e/f=1')).toEqual([
    ['--set a.b', 1],
    ['--set c[0]', 7],
    ['--set d\\.e/f', 18],
  ]);
  expect(named('--set-json', 'a={"b":1},"x y"=2')).toEqual([
    ['--set-json a', 1],
    ['--set-json', 11],
  ]);
  expect(named('--set-file', 'a.b={one,lines.pem}')).toEqual([['--set-file a.b=one,lines.pem', 1]]);
  expect(named('--set-literal', 'a,b=c=d')).toEqual([['--set-literal', 1]]);
});
