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

  test('does not mind separators, and words that were run together', () => {
    expect(nearest('secret_source', keys)).toBe('secretSource');
    expect(nearest('secret-ttl', keys)).toBe('secretTtl');
    expect(nearest('secretsorce', keys)).toBe('secretSource');
  });

  test('may be the plural', () => {
    expect(nearest('images', keys)).toBe('image');
    expect(nearest('replica', keys)).toBe('replicas');
  });

  test.each([
    ['minAvailable', ['maxUnavailable', 'enabled']],
    ['minAvailable', ['minUnavailable']],
    ['maxAvailable', ['minAvailable']],
    ['ingressSourceNamespaces', ['apiIngressSourceNamespaces', 'egressSourceNamespaces']],
    ['credentials', ['credentialsName', 'credentialsKey']],
    ['extraEgress', ['extraIngress']],
    ['enabled', ['disabled']],
    ['allowedHosts', ['deniedHosts']],
    ['tokenKey', ['tokenName', 'keyToken']],
    ['https', ['hosts', 'https-only']],
  ])('%s is none of %j: another meaning is not a misspelling', (name, known) => {
    expect(nearest(name, known)).toBeUndefined();
  });

  test('is undefined if all are far away', () => {
    expect(nearest('laminar', keys)).toBeUndefined();
    expect(nearest('tag', ['url'])).toBeUndefined();
  });
});
