import { describe, expect, test } from 'vitest';
import { ValuesError } from './error.js';
import { readValuesFile } from './read.js';
import { applySet } from './set.js';

const values = () =>
  readValuesFile('text: x\nnothing: null\nlist: [x, {a: b}]\nmap: {a: 1}\n', 'v.yaml').values;
const set = (expression: string) => JSON.parse(JSON.stringify(applySet({}, expression)));
const refusal = (expression: string) => {
  try {
    applySet(values(), expression);
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
    expect(JSON.stringify(applySet({}, '__proto__.polluted=1,constructor=2'))).toBe(
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
    expect(applySet(values(), expression)).toEqual({ ...values(), ...expected });
  });

  test('leaves them unchanged', () => {
    const before = values();
    applySet(before, 'map.a=2,list[1].a=c,list[5]=x');
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
    ['a=9007199254740992', 3, 'this number is too large to be exact in every place'],
    ['text.a=1', 1, '"text" is a string in the values so far, not a map'],
    ['nothing.a=1', 1, '"nothing" is null in the values so far, not a map'],
    ['map[0]=1', 1, '"map" is a map in the values so far, not a list'],
    ['list[0][0]=1', 6, '"[0]" is a string in the values so far, not a list'],
    [`${'a.'.repeat(31)}a=1`, 61, 'a name has at most 30 dots'],
  ])('%s', (expression, column, message) => {
    const error = refusal(expression);
    expect(error?.problems).toMatchObject([{ line: 1, column, message }]);
    expect(error?.format()).toMatch(/^--set( [^=]*=…)?:1:/);
  });

  test('in one line, with a remedy', () => {
    expect(refusal('a=1,b')?.format()).toBe(
      '--set a=…:1:5: this key has no value\n  Write "key=value"; a comma in a string is "\\,".',
    );
  });
});
