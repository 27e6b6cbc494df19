import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { locator } from './toml-positions.js';

const text = `"a b".c = 1
list = [ "x", {y.z = 2}, [
  3, 4] ] # a comment
'quoted' = """
multi"""

[t.u]
v = {}
[[t.many]]
k = 1
[[t.many]]
k = 2
[t.many.inner]
last = true
`;

describe('the place', () => {
  test.each([
    [['a b'], 1, 1],
    [['a b', 'c'], 1, 7],
    [['list'], 2, 1],
    [['list', 0], 2, 10],
    [['list', 1, 'y'], 2, 16],
    [['list', 1, 'y', 'z'], 2, 18],
    [['list', 2, 1], 3, 6],
    [['quoted'], 4, 1],
    [['t'], 7, 2],
    [['t', 'u'], 7, 4],
    [['t', 'u', 'v'], 8, 1],
    [['t', 'many'], 9, 5],
    [['t', 'many', 0], 9, 1],
    [['t', 'many', 1], 11, 1],
    [['t', 'many', 1, 'k'], 12, 1],
    [['t', 'many', 1, 'inner'], 13, 9],
    [['t', 'many', 1, 'inner', 'last'], 14, 1],
  ])('of %j is %i:%i', (path, line, column) => {
    expect(locator(text)(path)).toEqual({ line, column });
  });

  test('of what is not written is that of its parent', () => {
    expect(locator(text)(['t', 'u', 'v', 'w', 3])).toEqual({ line: 8, column: 1 });
    expect(locator(text)(['none'])).toBeUndefined();
  });

  test('is unknown in a file that is not TOML', () => {
    expect(locator('a = [')(['a'])).toBeUndefined();
  });

  test('of every value that smol-toml reads is known', () => {
    const key = fc.stringMatching(/^[a-z ."_]{1,4}$/);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer({ min: 0, max: 99 }),
        fc.string(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 4 }), (document) => {
        const written = stringify(document);
        const locate = locator(written);
        const visit = (value: unknown, path: readonly (string | number)[]): void => {
          if (path.length > 0) {
            const parent = locate(path.slice(0, -1));
            const own = locate(path);
            expect(own, `${JSON.stringify(path)} in ${written}`).toBeDefined();
            expect(own, `${JSON.stringify(path)} in ${written}`).not.toEqual(parent);
          }
          if (Array.isArray(value))
            for (const [index, member] of value.entries()) visit(member, [...path, index]);
          else if (typeof value === 'object' && value !== null)
            for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
        };
        visit(parse(written), []);
      }),
      { numRuns: 200 },
    );
  });
});
