import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtOnce } from './built-once.js';

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'built-once-'));
  target = path.join(folder, 'tools/program');
});
afterEach(() => rm(folder, { recursive: true }));

test('what several ask for at once is built by one of them, and nobody has half of it', async () => {
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
});

test('a build that fails leaves nothing to be used, and the next one begins anew', async () => {
  const failing = builtOnce(target, async (partial) => {
    await writeFile(partial, 'half');
    throw new Error('no compiler');
  });
  await expect(failing).rejects.toThrow('no compiler');
  expect(existsSync(target)).toBe(false);
  await builtOnce(target, async (partial) => {
    expect(await readdir(path.dirname(partial))).not.toContain(path.basename(partial));
    await writeFile(partial, 'whole');
  });
  expect(await readFile(target, 'utf8')).toBe('whole');
});
