/** Messages about a refused document end up in logs, and what is refused may be a credential. */
import fc from 'fast-check';
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { hints } from '../../src/centaur/upgrade-hints.js';
import { evaluate, evaluateNode, scopeOf } from '../../src/helm/evaluate/evaluate.js';
import { checkArgument } from '../../src/helm/expressions/call.js';
import { astOf, valuesOf } from '../../src/helm/expressions/expression.js';
import { operators } from '../../src/helm/expressions/operators.js';
import {
  and,
  EvaluationError,
  each,
  listOf,
  loadValues,
  trunc,
  type ValuesInput,
} from '../../src/helm/index.js';
import { node } from '../../src/helm/manifest/reader.js';
import { chart } from '../centaur/release.js';
import { type Mutation, wrongDocuments } from './generators/documents.js';
import { patience, runs, seed } from './seed.js';

/**
 * Credentials as users paste them, each with a part that must not be in any message, in either case. None may be the
 * name of a secret, which messages contain.
 */
const pasted = [
  { credential: 'ghp/Zx9+pasted=', part: 'zx9' },
  { credential: '7G.aBcD_e.FgHi-j.', part: 'fghi' },
  { credential: 'admin:P@ssw0rdX', part: 'ssw0rd' },
  { credential: 'sk_live_4eC39HqX:1', part: '4ec39' },
  { credential: '*.GlPaT.xYz', part: 'glpat' },
  { credential: 918273645, part: '918273645' },
];

/** All that is reported about values, in lower case, without the keys' paths. */
function told(input: ValuesInput): string | undefined {
  const loaded = loadValues(chart, { ...input, hints });
  if (!('problems' in loaded)) return undefined;
  return loaded.problems
    .map(({ file, message, hint }) => `${file} ${message} ${hint ?? ''}`)
    .join('\n')
    .toLowerCase();
}

describe(`a credential in the wrong place is not repeated, seed ${seed}`, () => {
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

describe('a value for which a chart is undefined is not repeated', () => {
  const values = ['ssw0rd', 'ssw0rd\u2028', ['ssw0rd'], { a: 'ssw0rd' }, 918273645.5];

  /** The message of a refusal. */
  function refusal(run: () => void): string {
    try {
      run();
    } catch (error) {
      if (error instanceof EvaluationError) return error.message;
      throw error;
    }
    return '';
  }

  test.each(operators.map((operator) => [operator.name, operator] as const))('by %s', (_, operator) => {
    for (const index of operator.parameters.keys()) {
      for (const value of values) {
        expect(refusal(() => checkArgument(operator, index, value))).not.toMatch(/ssw0rd|918273645/);
      }
    }
  });

  const scope = scopeOf({
    Values: { text: 'ssw0rdü', word: 'ssw0rd', list: ['ssw0rd'], map: { a: 'ssw0rd<no value>' } },
    Release: { Name: '', Namespace: '', Service: '' },
    Chart: { Name: '', Version: '', AppVersion: '' },
  });
  const wrong = valuesOf(
    Type.Object({
      text: Type.Boolean(),
      word: Type.Array(Type.String()),
      list: Type.Object({ a: Type.String() }),
    }),
  );
  const right = valuesOf(
    Type.Object({ text: Type.String(), map: Type.Record(Type.String(), Type.String()) }),
  );

  test.each<readonly [string, unknown]>([
    ['a condition', and(wrong.text, wrong.text)],
    ['a member', wrong.list.a],
    ['a list', listOf([each(wrong.word, (item) => item)])],
    ['a cut within a character', trunc(7, right.text)],
  ])('as %s', (_, expression) => {
    const said = refusal(() => evaluate(astOf(expression), scope));
    expect(said).not.toBe('');
    expect(said).not.toContain('ssw0rd');
  });

  test('as a string of which Helm would delete a part', () => {
    const said = refusal(() => evaluateNode(node(right.map), scope));
    expect(said).toContain("can't be written");
    expect(said).not.toContain('ssw0rd');
  });
});

describe(`a key in PEM is not repeated, regardless of how the file around it is broken, seed ${seed}`, () => {
  const line = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2';
  const key = `-----BEGIN PRIVATE KEY-----\n${line}\n${line}==\n-----END PRIVATE KEY-----\n`;
  const parts = Array.from({ length: line.length - 7 }, (_, start) =>
    line.slice(start, start + 8).toLowerCase(),
  );

  const pieces = fc.constantFrom(
    ...[
      ':',
      ': ',
      '\n',
      '\n  ',
      '\t',
      '- ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '#',
      ' #',
      '&',
      '*',
      '!',
      '|',
      '>',
    ],
    ...['%', '@', '`', '? ', '\\', '<<: ', '---\n', '...\n', '\0', '\u2028', '\ufeff', ''],
  );
  const edits = fc.array(fc.tuple(fc.nat(), pieces, fc.nat(6)), { minLength: 1, maxLength: 4 });

  test.each([
    ['a block', `firewall:\n  ca:\n    keyPem: |\n${key.replaceAll(/^(?=.)/gm, '      ')}`],
    ['a string in double quotes', `firewall:\n  ca:\n    keyPem: "${key.replaceAll('\n', '\\n')}"\n`],
    ['a string in single quotes', `firewall: {ca: {keyPem: '${key.replaceAll('\n', '\n\n')}'}}\n`],
    ['lines without quotes', `firewall:\n  ca:\n    keyPem: ${key.trim().replaceAll('\n', '\n      ')}\n`],
  ])('%s', { timeout: patience }, (_, written) => {
    fc.assert(
      fc.property(edits, (changes) => {
        const text = changes.reduce((at, [place, piece, cut]) => {
          const start = place % at.length;
          return at.slice(0, start) + piece + at.slice(start + cut);
        }, written);
        const message = told({ files: [{ file: 'a.yaml', text }] }) ?? '';
        expect(parts.filter((part) => message.includes(part))).toEqual([]);
      }),
      { seed, numRuns: runs(500) },
    );
  });
});
