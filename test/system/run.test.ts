import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnSync } from './processes.js';
import { projectRoot } from './project.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'run-'));
  const scripts = { good: 'echo good >&2', bad: 'echo bad >&2; exit 3', told: 'node told.mjs' };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ scripts }));
  await writeFile(path.join(folder, 'told.mjs'), 'console.error(JSON.stringify(process.argv.slice(2)))');
});
afterAll(() => rm(folder, { recursive: true }));

function run(...args: readonly string[]) {
  const script = path.join(projectRoot, 'test/run.js');
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: folder });
  return { status, said: stderr.split('\n').filter(Boolean) };
}

test('all scripts are run, and the end reports that they passed', () => {
  expect(run('good', 'told')).toEqual({ status: 0, said: ['good', '[]', 'passed: good, told'] });
});

test('one that fails does not stop the others, and the end names it', () => {
  expect(run('good', 'bad', 'told')).toEqual({
    status: 1,
    said: ['good', 'bad', 'bad failed; still to run: told', '[]', 'failed: bad; passed: good, told'],
  });
  expect(run('bad')).toEqual({ status: 1, said: ['bad', 'failed: bad'] });
});

test('options are those of the last script', () => {
  expect(run('good', 'told', '-t', 'a name', '--update')).toMatchObject({
    said: ['good', '["-t","a name","--update"]', 'passed: good, told'],
  });
});
