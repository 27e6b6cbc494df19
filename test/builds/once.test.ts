import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type ChildProcess, spawn } from '../system/processes.js';
import { builtOnce } from './once.js';

let scratch: string;
let target: string;
let said: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'once-'));
  const bundle = await rolldown({ input: path.join(import.meta.dirname, 'once.ts'), platform: 'node' });
  await bundle.write({ file: path.join(scratch, 'once.mjs') });
  await writeFile(path.join(scratch, 'other.mjs'), other);
});
afterAll(() => rm(scratch, { recursive: true }));
beforeEach(async () => {
  target = path.join(await mkdtemp(path.join(scratch, 'built-')), 'tools/program');
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const other = `
import { once } from 'node:events';
import { writeFileSync, writeSync } from 'node:fs';
import { builtOnce } from './once.mjs';
const [, , target, then] = process.argv;
await builtOnce(target, async (partial) => {
  writeFileSync(partial, 'half');
  writeSync(1, 'half');
  while (then === 'block');
  await once(process.stdin, 'data');
  writeFileSync(partial, 'by another');
});
process.exit();
`;

/** Another process that has built half of the target. It blocks its event loop forever, or ends when told to. */
async function otherProcess(then: 'block' | 'end'): Promise<ChildProcess> {
  const script = path.join(scratch, 'other.mjs');
  const child = spawn(process.execPath, [script, target, then]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const content = () => readFile(target, 'utf8');
const left = async () => (await readdir(path.dirname(target))).sort();
const build = (partial: string) => writeFile(partial, 'whole');
const waited = (times: number) =>
  vi.waitFor(() => expect(said.match(/waiting for .*program, which another builds/g)).toHaveLength(times), {
    timeout: 30_000,
  });

test('what several request at once is built by one of them, and nobody gets half of it', async () => {
  let builds = 0;
  const ask = () =>
    builtOnce(target, async (partial) => {
      builds += 1;
      await writeFile(partial, 'half');
      expect(existsSync(target)).toBe(false);
      await writeFile(partial, 'whole');
    }).then((file) => readFile(file, 'utf8'));
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(['whole', 'whole', 'whole']);
  expect(await ask()).toBe('whole');
  expect(builds).toBe(1);
  expect(await left()).toEqual(['program']);
});

test('a build that fails leaves nothing to be used, and the next one starts from scratch', async () => {
  const failing = builtOnce(target, async (partial) => {
    await writeFile(partial, 'half');
    throw new Error('no compiler');
  });
  await expect(failing).rejects.toThrow('no compiler');
  expect(await left()).toEqual([]);
  await builtOnce(target, build);
  expect(await content()).toBe('whole');
});

test('a build by another process is waited for, with a message about that, and used', async () => {
  const first = await otherProcess('end');
  const asked = builtOnce(target, build);
  await waited(1);
  first.stdin?.write('end');
  await asked;
  expect(await content()).toBe('by another');
});

test('a process keeps its lock while its event loop is blocked, and loses it as soon as it dies', async () => {
  const first = await otherProcess('block');
  const asked = [builtOnce(target, build), builtOnce(target, build)];
  await waited(2);
  expect(said).not.toMatch(/^building/m);
  await killed(first);
  await Promise.all(asked);
  expect(said.match(/^building/gm)).toHaveLength(1);
  await waited(2);
  expect(await content()).toBe('whole');
  expect(await left()).toEqual(['program']);
});

test('leftovers of a process that died do not stop the next', async () => {
  await killed(await otherProcess('block'));
  expect(await left()).toEqual([expect.stringMatching(/\.partial$/), 'program.building']);
  await builtOnce(target, build);
  expect(await left()).toEqual(['program']);
});
