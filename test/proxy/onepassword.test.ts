import { expect, it } from 'vitest';
import { execFile } from '../system/processes.js';
import { builtDouble, goModule } from './doubles.js';

it('is signed in to and read by the official Go client like 1Password', async () => {
  const tested = await execFile('go', ['test', './onepassword'], { cwd: goModule });
  expect(tested.stdout).toMatch(/^ok\s+centaur-chart\/test\/proxy\/onepassword/);
});

it('is one static program of Go’s standard library', async () => {
  const { stdout } = await execFile('go', ['version', '-m', await builtDouble('onepassword')]);
  expect(stdout).toMatch(/build\tCGO_ENABLED=0/);
  expect(stdout).not.toMatch(/^\tdep\t/m);
});
