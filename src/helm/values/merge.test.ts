import { describe, expect, test } from 'vitest';
import { ValuesError } from './error.js';
import { coalesce, mergeFiles } from './merge.js';
import { readValuesFile } from './read.js';

const map = (text: string) => readValuesFile(text, 'v.yaml').values;

describe('layered files', () => {
  test.each([
    ['maps merge', '{a: {b: 1, c: 2}}', '{a: {c: 3, d: 4}}', '{a: {b: 1, c: 3, d: 4}}'],
    ['lists are replaced', '{a: [1, 2]}', '{a: [3]}', '{a: [3]}'],
    ['a null replaces and stays', '{a: {b: 1}}', '{a: {b: null}}', '{a: {b: null}}'],
    ['a map replaces a null', '{a: null}', '{a: {b: 1}}', '{a: {b: 1}}'],
    ['a map replaces a scalar', '{a: 1}', '{a: {b: 1}}', '{a: {b: 1}}'],
    ['a scalar replaces a map', '{a: {b: 1}}', '{a: x}', '{a: x}'],
    ['odd names are names', '{__proto__: {a: 1}}', '{__proto__: {b: 2}}', '{__proto__: {a: 1, b: 2}}'],
  ])('%s', (_, earlier, later, merged) => {
    expect(JSON.stringify(mergeFiles(map(earlier), map(later)))).toBe(JSON.stringify(map(merged)));
  });

  test('leave their inputs unchanged', () => {
    const earlier = map('{a: {b: 1}}');
    mergeFiles(earlier, map('{a: {b: 2}}'));
    expect(earlier).toEqual({ a: { b: 1 } });
  });
});

describe("a chart's defaults under the given values", () => {
  test.each([
    ['a default stays where nothing is given', '{a: {b: 1}}', '{}', '{a: {b: 1}}'],
    ['maps merge', '{a: {b: 1, c: 2}}', '{a: {c: 3}}', '{a: {b: 1, c: 3}}'],
    ['lists are replaced', '{a: [1, 2]}', '{a: []}', '{a: []}'],
    ['a null deletes a default', '{a: 1, b: 2}', '{a: null}', '{b: 2}'],
    ['a null deletes a nested default', '{a: {b: 1, c: 2}}', '{a: {b: null}}', '{a: {c: 2}}'],
    ['a null deletes a whole map', '{a: {b: 1}}', '{a: null}', '{}'],
    ['a null without a default stays', '{a: {}}', '{a: {b: null}, c: null}', '{a: {b: null}, c: null}'],
    ['a null in a list stays', '{a: []}', '{a: [null]}', '{a: [null]}'],
    ['a scalar wins over a map', '{a: {b: 1}}', '{a: x}', '{a: x}'],
    ['a map wins over a scalar, its nulls too', '{a: x}', '{a: {b: null}}', '{a: {b: null}}'],
  ])('%s', (_, defaults, given, values) => {
    expect(coalesce(map(defaults), map(given))).toEqual(map(values));
  });

  test('a null in an earlier file deletes a default unless a later file sets the key again', () => {
    const defaults = map('{a: 1}');
    expect(coalesce(defaults, mergeFiles(map('{a: null}'), map('{}')))).toEqual({});
    expect(coalesce(defaults, mergeFiles(map('{a: null}'), map('{a: 2}')))).toEqual({ a: 2 });
  });

  test('a default must not be null, because Helm 3 and 4 treat it differently', () => {
    expect(() => coalesce(map('{a: {b: null}}'), {})).toThrow(ValuesError);
    expect(() => coalesce(map('{a: {b: null}}'), {})).toThrow(/a\.b: a chart's default is never null/);
    expect(coalesce(map('{a: [null, {b: null}]}'), {})).toEqual({ a: [null, { b: null }] });
  });
});
