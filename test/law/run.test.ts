import { expect, test } from 'vitest';
import { spawnSync } from '../system/processes.js';

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/law/run.js', ...args]);
  return { status, stdout, stderr };
}

test.each([
  [['--runs', 'many'], "--runs takes a whole number from 1 to 2147483647, not 'many'"],
  [['--runs=0'], "--runs takes a whole number from 1 to 2147483647, not '0'"],
  [['--seed'], "--seed takes a whole number from 0 to 2147483647, not ''"],
  [['nonsense'], "no file of the law has 'nonsense' in its path"],
])('test:law refuses %j, in one line', (args, message) => {
  expect(run(...args)).toEqual({
    status: 2,
    stdout: '',
    stderr: `test:law: ${message}; see npm run test:law -- --help\n`,
  });
});

test('test:law explains its usage', () => {
  expect(run('--help')).toEqual({ status: 0, stdout: expect.stringContaining('--runs N'), stderr: '' });
});
