import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { centaurChart } from '../src/centaur/index.js';
import { differences } from './generated.js';

const chart = path.join(import.meta.dirname, '../charts/centaur');

test('charts/centaur equals the output of its source, to the byte', () => {
  expect(differences(chart, centaurChart().compile()), 'write it anew: npm run synth').toEqual([]);
});

test('the source gives the same chart each time', () => {
  expect([...centaurChart().compile()]).toEqual([...centaurChart().compile()]);
});

/** What is between braces, without constant strings. */
const action = /[^\n]*?\{\{(?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?\}\}/g;

test.each(['charts/centaur', 'examples/web-service/chart'])('no line of code in %s is long', (folder) => {
  const templates = path.join(import.meta.dirname, '..', folder, 'templates');
  const files = readdirSync(templates, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(yaml|tpl|txt)$/.test(file),
  );
  const long = files.flatMap((file) =>
    [...readFileSync(path.join(templates, file), 'utf8').matchAll(action)]
      .flatMap(([text]) => text.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""').split('\n'))
      .filter((line) => line.length > 160)
      .map((line) => `${file}: ${line}`),
  );
  expect(long).toEqual([]);
});

describe('the comparison', () => {
  const files = new Map([
    ['a.txt', 'a\n'],
    ['inner/b.txt', 'b'],
  ]);

  test.each([
    ['finds nothing where all is equal', {}, []],
    ['finds a changed byte', { 'a.txt': 'a' }, ['a.txt differs from its source']],
    ['finds a missing file', { 'inner/b.txt': undefined }, ['inner/b.txt is missing']],
    ['finds a file too many, hidden or not', { 'inner/.c': '' }, ['inner/.c is made by nothing']],
  ])('%s', (_, changes, found) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'generated-'));
    try {
      for (const [file, text] of Object.entries({ ...Object.fromEntries(files), ...changes })) {
        mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
        if (text !== undefined) writeFileSync(path.join(folder, file), text);
      }
      expect(differences(folder, files)).toEqual(found);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
