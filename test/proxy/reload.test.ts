import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { query } from './database.js';
import { credentials, infraSecret } from './declared.js';
import { type Additions, minimalContainer, replaced } from './minimal.js';
import type { RunningProxy } from './proxy.js';
import { describeProxy, type Surroundings, startSurroundings } from './surroundings.js';

const host = 'warehouse.internal.example.com';
const key = infraSecret.IRON_MANAGEMENT_API_KEY;

describeProxy('POST /v1/reload', () => {
  let around: Surroundings;
  let proxy: RunningProxy;
  const env = { KEY: 'the real one', REPORTS_DSN: credentials.REPORTS_DSN };
  const config = (additions: Additions) => minimalContainer(additions).configYaml;
  const secrets = [replaced({ type: 'env', var: 'KEY' }, host, 'KEY')];
  beforeAll(async () => {
    around = await startSurroundings();
    proxy = await around.start(minimalContainer({ env }));
  });
  afterAll(() => around?.stop());

  const injected = async () => {
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
    return JSON.parse(seen.body).headers.authorization;
  };

  it.each([
    ['no key', undefined],
    ['a wrong key', 'guessed'],
    ['an empty key', ''],
  ])('answers 401 to %s and changes nothing', async (_, given) => {
    await proxy.rewriteConfig(config({ secrets }));
    const answer = await proxy.manage('POST', '/v1/reload', given);
    expect(answer).toMatchObject({ status: 401, body: '{"error":"unauthorized"}\n' });
    expect(await injected()).toBe('KEY');
  });

  it('answers 405 to any other method', async () => {
    expect(await proxy.manage('GET', '/v1/reload', key)).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  });

  it('picks up a new config', async () => {
    await proxy.rewriteConfig(config({ secrets }));
    expect(await proxy.manage('POST', '/v1/reload', key)).toMatchObject({
      status: 200,
      body: '{"status":"ok"}\n',
    });
    expect(await injected()).toBe('the real one');
  });

  it('answers 422 to an invalid config, with the reason, and keeps the old one', async () => {
    await proxy.rewriteConfig(config({ config: { nope: true } }));
    const answer = await proxy.manage('POST', '/v1/reload', key);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('field nope not found in type config.Config');
    expect(await injected()).toBe('the real one');
  });

  it('opens and closes the Postgres listener', async () => {
    const login = { user: 'app_user', password: infraSecret.PG_PROXY_PASSWORD, database: 'reports' };
    const postgres = {
      listen: ':5432',
      client: { user: 'app_user', password_env: 'PG_PROXY_PASSWORD' },
      upstreams: [{ database: 'reports', dsn: { type: 'env', var: 'REPORTS_DSN' } }],
    };
    const started = await around.start(minimalContainer({ env, config: { postgres } }));
    expect(await query(started.postgres, login, 'select 1')).toEqual(['select 1']);
    await started.rewriteConfig(config({}));
    await started.manage('POST', '/v1/reload', key);
    await expect(query(started.postgres, login, 'select 1')).rejects.toThrow();
    await started.rewriteConfig(config({ config: { postgres } }));
    await started.manage('POST', '/v1/reload', key);
    // It answers before it listens again.
    await vi.waitFor(() => query(started.postgres, login, 'select 2'));
  });

  it('leaves listeners, body limit and log level as they were at the start', async () => {
    await proxy.rewriteConfig(
      config({ secrets, config: { log: { level: 'error' }, metrics: { listen: ':9999' } } }),
    );
    expect(await proxy.manage('POST', '/v1/reload', key)).toMatchObject({ status: 200 });
    expect(await proxy.health()).toMatchObject({ status: 200 });
    await proxy.send({ url: `https://${host}/after-the-reload` });
    await proxy.logged('"path":"/after-the-reload"');
  });
});
