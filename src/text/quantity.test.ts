import { expect, test } from 'vitest';
import { isQuantity, magnitude } from './quantity.js';

test.each<[string | number, string | number]>([
  ['1', '1000m'],
  [1, '1.'],
  ['0.1', '100m'],
  ['.3', '300000u'],
  ['1Gi', '1024Mi'],
  ['1Gi', 2 ** 30],
  ['1Ei', '1152921504606846976'],
  ['1E', '1e18'],
  ['+1k', '1E3'],
  ['1e-9', '1n'],
  ['1e99', `1${'0'.repeat(24)}e75`],
])('%s is as much as %s', (left, right) => {
  expect(magnitude(left)).toBe(magnitude(right));
});

test.each([
  ['1001m', '1'],
  ['1Gi', '1G'],
  ['1E', '1P'],
  ['1Ki', '1k'],
  ['999999999999.999', '999999999999998m'],
  ['9007199254740991', '9007199254740990'],
])('%s is more than %s', (more, less) => {
  expect(magnitude(more)).toBeGreaterThan(magnitude(less));
});

test.each([
  '',
  'Gi',
  '1 Gi',
  '-1',
  '1gi',
  '1KB',
  '1e100',
  '٣',
  -1,
  2 ** 53,
  Number.NaN,
  true,
  null,
])('%s is no amount', (value) => {
  expect(isQuantity(value)).toBe(false);
});
