/** What is told of a document that is refused is read in logs, and what is refused may be a credential. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadValues } from '../../src/helm/index.js';
import { chart } from '../centaur/release.js';
import { type Mutation, wrongDocuments } from './documents.js';
import { patience, runs, seed } from './seed.js';

const text = 'ghp/Zx9+pasted=';
const number = 918273645;

test(`a text or number that stands in the wrong place is not repeated, seed ${seed}`, {
  timeout: patience,
}, () => {
  const pasted = fc.constantFrom<Mutation>(
    () => text,
    () => number,
    () => [text],
    () => ({ enabled: text, name: number }),
  );
  const many = runs(1000, 100);
  let refused = 0;
  fc.assert(
    fc.property(wrongDocuments(chart.schema, pasted), ({ files }) => {
      const named = files.map((content, index) => ({ file: `${index}.yaml`, text: content }));
      const loaded = loadValues(chart, { files: named });
      if (!('problems' in loaded)) return;
      refused++;
      const told = loaded.problems.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('\n');
      expect(told).not.toContain(text);
      expect(told).not.toContain(String(number));
    }),
    { seed, numRuns: many },
  );
  expect(refused).toBeGreaterThan(many / 2);
});
