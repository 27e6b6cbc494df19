/**
 * Breaks the compiler on purpose, in a copy, one place at a time: the law must detect each mutation. An undetected one
 * shows what the law does not test. `npm run test:mutations` takes some minutes; with `-- -t int64` it tries the
 * mutations whose title contains that.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execFile } from '../system/processes.js';
import { mutations } from './table.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(path.join(tmpdir(), 'mutations-'));

beforeAll(() => {
  for (const part of ['src', 'test', 'examples', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    cpSync(path.join(project, part), path.join(copy, part), { recursive: true });
  }
  for (const part of ['node_modules', '.cache']) symlinkSync(path.join(project, part), path.join(copy, part));
});
afterAll(() => rmSync(copy, { recursive: true }));

const suite = ['shapes', 'operators', 'files', 'refusals', 'hostile'];

/** The test that is likely to detect a mutation of a file; if it does not, the others are tried. */
const likely: Readonly<Record<string, string>> = {
  'helm/expressions/operators.ts': 'operators',
  'text/go-syntax.ts': 'operators',
  'text/yaml-scalar.ts': 'files',
};

test('without a mutation nothing fails', async () => {
  const { failed, output } = await run(suite);
  expect(failed, output).toBe(false);
});

test.each(mutations)('the law detects a compiler that $does', async ({ file, from, to }) => {
  const mutant = path.join(copy, 'src', file);
  const original = readFileSync(path.join(project, 'src', file), 'utf8');
  const places = original.split(from).length - 1;
  expect(places, `places in ${file} where there is: ${from}`).toBe(1);
  const [first = '', ...others] = [...new Set([likely[file] ?? 'shapes', ...suite])];
  try {
    writeFileSync(
      mutant,
      original.replace(from, () => to),
    );
    const { failed, output } = await firstToFail([[first], others]);
    expect(failed, 'whether a test failed').toBe(true);
    // Detected by a test, and not because nothing runs any more.
    expect(output).toMatch(/Tests .*[1-9][0-9]* failed/);
  } finally {
    writeFileSync(mutant, original);
  }
});

interface Result {
  readonly failed: boolean;
  readonly output: string;
}

async function firstToFail([names = [], ...others]: readonly (readonly string[])[]): Promise<Result> {
  const result = await run(names);
  return result.failed || others.length === 0 ? result : firstToFail(others);
}

/** Tests of the law with the usual number of runs, up to the first failure. */
function run(names: readonly string[]): Promise<Result> {
  const files = names.map((name) => `test/law/${name}.test.ts`);
  return execFile(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--reporter', 'default', ...files],
    { cwd: copy, env: { ...process.env, NO_COLOR: '1', CI: '1', LAW_SHRINK: 'no' }, maxBuffer: 64 * 2 ** 20 },
  ).then(
    ({ stdout, stderr }) => ({ failed: false, output: stdout + stderr }),
    ({ stdout, stderr }) => ({ failed: true, output: `${stdout}${stderr}` }),
  );
}
