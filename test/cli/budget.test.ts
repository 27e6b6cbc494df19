import { describe, expect, it } from 'vitest';
import { builtCommand, run } from './command.js';

const command = builtCommand();
const budget = (argv: readonly string[], stdin = '') =>
  run(process.execPath, [command, 'budget', '-f', '-', ...argv], { stdin });

/** Codex' key and one more: two values for each proxy. */
const twoSecrets = `
tools: {warehouse: {secrets: [{type: http, name: KEY, match_headers: [Authorization], hosts: [a.example.com]}]}}
`;

describe('centaur-chart budget', () => {
  it('counts a read for each value of each proxy whenever the TTL is over', async () => {
    const { status, stdout } = await budget(
      ['--sandboxes', '9', '--plan', 'business', '--output', 'json'],
      twoSecrets,
    );
    expect(status).toBe(0);
    // 10 proxies, 2 values, 6 times an hour.
    expect(JSON.parse(stdout)).toMatchObject({
      proxies: 10,
      lookups: 2,
      ttlSeconds: 600,
      readsPerHour: 120,
      readsPerDay: 2880,
      requestsPerHour: 360,
      requestsPerDay: 8640,
      fits: true,
    });
  });

  it('counts the maximum number of replicas of the autoscaler', async () => {
    const values = 'ironProxy: {replicas: 2, autoscaling: {enabled: true, maxReplicas: 7}}';
    expect(JSON.parse((await budget(['--output', 'json'], values)).stdout)).toMatchObject({ proxies: 7 });
    expect(JSON.parse((await budget(['--output', 'json'], 'ironProxy: {replicas: 2}')).stdout)).toMatchObject(
      { proxies: 2 },
    );
  });

  it('names a TTL that would fit, and ends with 1, if the plan is exceeded', async () => {
    const { status, stdout } = await budget(['--sandboxes', '9', '--plan', 'personal'], twoSecrets);
    expect(status).toBe(1);
    // 1,000 a day for 20 values: 50 times a day, every 28 min 48 s.
    expect(stdout).toContain(
      '\nIndividual and Families: exceeds the daily limit; fits with secretTtl 28m48s\n',
    );
  });

  it('prints a table for people, with the limits of all plans', async () => {
    const { status, stdout } = await budget(['--sandboxes', '9'], twoSecrets);
    // A plan is exceeded, but none was asked for.
    expect(status).toBe(0);
    expect(stdout).toBe(`10 proxies, 2 values each, kept for 600 s

                                an hour   a day
reads                               120   2,880
limit, Business                  10,000  50,000
limit, Teams                      1,000   5,000
limit, Individual and Families    1,000   1,000

Business: fits
Teams: fits by its reads, but not if 1Password counts each request
Individual and Families: exceeds the daily limit; fits with secretTtl 28m48s
a read is 3 requests of 1Password's SDK, 2 where OP_VAULT is an id: up to 360 an hour and 8,640 a day, should 1Password count each of them
`);
  });

  it('recommends Connect if no TTL fits', async () => {
    const { status, stdout } = await budget(['--sandboxes', '5000', '--plan', 'personal'], twoSecrets);
    expect(status).toBe(1);
    expect(stdout).toContain('use secretSource onepassword-connect');
  });

  it.each(['env', 'onepassword-connect'])('knows no limits in the mode %s', async (source) => {
    const connect = source === 'env' ? '' : 'onepasswordConnect: {connect: {create: true}}\n';
    const values = `${connect}ironProxy: {secretSource: ${source}}\n`;
    const { status, stdout } = await budget(['--sandboxes', '5000'], values);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${source}: no limits of 1Password apply\n` });
    const json = await budget(['--sandboxes', '5000', '--output', 'json'], values);
    expect({ ...json, stdout: JSON.parse(json.stdout) }).toEqual({
      status: 0,
      stderr: '',
      stdout: { source, limited: false, fits: true, proxies: 5001, lookups: 1, ttlSeconds: 600 },
    });
  });

  it('refuses half a sandbox as a usage error', async () => {
    const { status, stderr } = await budget(['--sandboxes', '0.5']);
    expect(status).toBe(2);
    expect(stderr).toContain('give a whole number');
  });
});
