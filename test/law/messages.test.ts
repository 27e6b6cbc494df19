/** What is told of a document that is refused is read in logs, and what is refused may be a credential. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advice } from '../../src/centaur/advice.js';
import { loadValues, type ValuesInput } from '../../src/helm/index.js';
import { chart } from '../centaur/release.js';
import { type Mutation, wrongDocuments } from './documents.js';
import { patience, runs, seed } from './seed.js';

/**
 * Credentials as they are pasted, each with a part that is in no message, in whatever case. None may be the name of a
 * secret, which messages say.
 */
const pasted = [
  { credential: 'ghp/Zx9+pasted=', part: 'zx9' },
  { credential: '7G.aBcD_e.FgHi-j.', part: 'fghi' },
  { credential: 'admin:P@ssw0rdX', part: 'ssw0rd' },
  { credential: 'sk_live_4eC39HqX:1', part: '4ec39' },
  { credential: '*.GlPaT.xYz', part: 'glpat' },
  { credential: 918273645, part: '918273645' },
];

/** All that is told of values, in lower case, beside the keys' paths. */
function told(input: ValuesInput): string | undefined {
  const loaded = loadValues(chart, { ...input, advice });
  if (!('problems' in loaded)) return undefined;
  return loaded.problems
    .map(({ file, message, hint }) => `${file} ${message} ${hint ?? ''}`)
    .join('\n')
    .toLowerCase();
}

describe(`a credential that stands in the wrong place is not repeated, seed ${seed}`, () => {
  test.each(pasted)('$credential', { timeout: patience }, ({ credential, part }) => {
    const places = fc.constantFrom<Mutation>(
      () => credential,
      () => [credential],
      () => ({ enabled: credential, name: credential }),
    );
    const many = runs(300, 40);
    let refused = 0;
    fc.assert(
      fc.property(wrongDocuments(chart.schema, places), ({ files }) => {
        const message = told({ files: files.map((text, index) => ({ file: `${index}.yaml`, text })) });
        if (message === undefined) return;
        refused++;
        expect(message).not.toContain(part);
      }),
      { seed, numRuns: many },
    );
    expect(refused).toBeGreaterThan(many / 2);
  });

  test.each([
    ['hosts', '[admin:P@ssw0rd]'],
    ['hosts', '[SG.aBcD.ssw0rd., sk_live_ssw0rd:1, "*.A.ssw0rd"]'],
    ['secrets', '*ssw0rd'],
    ['secrets', '!ssw0rd x'],
    ['secrets', '!!int ssw0rd'],
    ['secrets', '"\\ssw0rd"'],
    ['secrets', '&a.ssw0rd x'],
  ])('in the text of a file: %s: %s', (key, text) => {
    const message = told({ files: [{ file: 'a.yaml', text: `tools: {a: {${key}: ${text}}}\n` }] });
    expect(message).toContain('a.yaml');
    expect(message).not.toContain('ssw0rd');
  });

  test.each([
    'api.replicas=ssw0rd',
    'api.replicas.x=ssw0rd',
    'ssw0rd',
    'api.host=pass,ssw0rd',
    'api.host={ssw0rd',
  ])('in --set %s', (expression) => {
    const message = told({ files: [], set: [expression] });
    expect(message).toContain('--set');
    expect(message).not.toContain('ssw0rd');
  });
});
