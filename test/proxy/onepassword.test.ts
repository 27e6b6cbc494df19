import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { builtDouble, goModule } from './doubles.js';

const run = promisify(execFile);

it('is signed in to and read by the official Go client as 1Password is', async () => {
  const tested = await run('go', ['test', './onepassword'], { cwd: goModule });
  expect(tested.stdout).toMatch(/^ok\s+centaur-chart\/test\/proxy\/onepassword/);
});

it('is one static program of Go’s standard library', async () => {
  const { stdout } = await run('go', ['version', '-m', await builtDouble('onepassword')]);
  expect(stdout).toMatch(/build\tCGO_ENABLED=0/);
  expect(stdout).not.toMatch(/^\tdep\t/m);
});
