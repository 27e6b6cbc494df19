import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemPath } from './commands.js';
import { installedNames } from './names.js';
import { execFile, spawnSync } from './processes.js';
import { projectRoot } from './project.js';

let compiled: string;

beforeAll(async () => {
  const cache = path.join(projectRoot, '.cache');
  await mkdir(cache, { recursive: true });
  compiled = await mkdtemp(path.join(cache, 'bare-'));
  const tsc = path.join(projectRoot, 'node_modules/.bin/tsc');
  await execFile(tsc, ['--project', path.join(projectRoot, 'test/system'), '--outDir', compiled]);
});
afterAll(() => rm(compiled, { recursive: true }));

function bare(...command: readonly string[]) {
  const script = path.join(compiled, 'test/system/bare.js');
  const env = { ...process.env, PATH: [path.dirname(process.execPath), ...systemPath].join(':') };
  return spawnSync(process.execPath, [script, ...command], { env });
}

test('a command runs without what the tests install, or with a line that says what could not be hidden', () => {
  const search = 'for name; do command -v "$name"; done; command -v sh; exit 7';
  const { status, stdout, stderr } = bare('sh', '-c', search, 'sh', ...installedNames);
  expect(status).toBe(7);
  if (process.getuid?.() === 0) {
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^\S*\/sh\n$/), stderr: '' });
  } else {
    expect(stderr).toMatch(/^these can't be hidden without root: /);
  }
});
