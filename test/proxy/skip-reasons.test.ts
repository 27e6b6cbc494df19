import { expect, it } from 'vitest';
import { run } from '../cli/command.js';

it('tests of the real proxy are reported as skipped, with the reason, if there is none', async () => {
  const { IRON_PROXY_BIN, ...env } = process.env;
  const { status, stdout } = await run(
    'npx',
    ['vitest', 'run', '--project', 'proxy', 'test/proxy/ca.test.ts'],
    { env },
  );
  expect(status).toBe(0);
  expect(stdout).toMatch(/Tests .*1 skipped/);
  expect(stdout).toContain('skipped: IRON_PROXY_BIN is not set (test/proxy/ca.test.ts)');
});
