/** Every pattern in the chart's schema says in words what it admits, with examples that it does admit. */

import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { wordKeywords } from '../../src/text/form.js';

const schema = JSON.parse(centaurChart().compile().get('values.schema.json') ?? '');

interface Part {
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly patternProperties?: object;
  readonly additionalProperties?: unknown;
  readonly keyErrorMessage?: string;
  readonly examples?: readonly unknown[];
}

function partsOf(value: unknown, path = ''): readonly (readonly [path: string, part: Part])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, member]) => partsOf(member, `${path}/${key}`));
  return [[path, value], ...inner];
}

const parts = partsOf(schema);
const ajv = new Ajv({ allowUnionTypes: true, keywords: [...wordKeywords] });

describe("the chart's schema", () => {
  const patterns = parts.filter(([, { pattern }]) => typeof pattern === 'string');

  test('has many patterns', () => {
    expect(patterns.length).toBeGreaterThan(100);
  });

  test('says of each pattern what it admits', () => {
    const silent = patterns.filter(
      ([, { patternErrorMessage }]) => !/^must (?:be|consist of) /.test(patternErrorMessage ?? ''),
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test('gives examples that are valid', () => {
    const examples = patterns.flatMap(([path, part]) =>
      (part.examples ?? []).map((example) => ({ path, part, text: String(example).replace(/^"|"$/g, '') })),
    );
    expect(examples.length).toBeGreaterThan(100);
    const wrong = examples.filter(({ part, text }) => !ajv.validate(part, text));
    expect(wrong.map(({ path, text }) => `${path}: ${text}`)).toEqual([]);
  });

  test('says of each map with names of its own what they are', () => {
    const silent = parts.filter(
      ([, part]) =>
        part.patternProperties !== undefined &&
        part.additionalProperties === false &&
        part.keyErrorMessage === undefined,
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test('refuses each key at its own place, which Helm does not for propertyNames', () => {
    expect(parts.filter(([, part]) => 'propertyNames' in part).map(([path]) => path)).toEqual([]);
  });

  test('shows no expression that fills a page', () => {
    const long = patterns.filter(([, { pattern = '' }]) => pattern.length > 1000);
    expect(long.map(([path, { pattern = '' }]) => `${path}: ${pattern.length}`)).toEqual([]);
  });
});
