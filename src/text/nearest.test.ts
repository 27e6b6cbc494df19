import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.js';

describe('edit distance', () => {
  test.each([
    ['secretTtl', 'secretTtl', 0],
    ['secretTt', 'secretTtl', 1],
    ['secretTttl', 'secretTtl', 1],
    ['sacretTtl', 'secretTtl', 1],
    ['sercetTtl', 'secretTtl', 1],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
  ])('%j to %j is %i', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });
});

describe('the nearest word', () => {
  const keys = ['secretSource', 'secretTtl', 'image', 'replicas'];

  test('is the one with the fewest changes', () => {
    expect(nearest('secretTll', keys)).toBe('secretTtl');
  });

  test('does not mind capitals', () => {
    expect(nearest('SECRETSOURCE', keys)).toBe('secretSource');
    expect(nearest('secretTTL', keys)).toBe('secretTtl');
  });

  test('is undefined if all are far away', () => {
    expect(nearest('laminar', keys)).toBeUndefined();
    expect(nearest('tag', ['url'])).toBeUndefined();
  });
});
