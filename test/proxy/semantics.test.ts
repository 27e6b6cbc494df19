import { describe, expect, it } from 'vitest';
import type { Sent } from './client.js';
import { type Additions, minimalContainer, minimalListeners, replaced } from './minimal.js';
import { describeProxy, stage } from './surroundings.js';
import type { Received } from './upstream.js';

const host = 'warehouse.internal.example.com';
const env = { KEY: 'the real one', OTHER: 'another real one' };
const key = { type: 'env', var: 'KEY' };
const other = { type: 'env', var: 'OTHER' };

// What the chart must know about the proxy to write a config that does what was declared. If a test states something
// unexpected, the config is written so that it does not matter.
describeProxy("the proxy's own rules", () => {
  const at = stage();

  const begin = async (additions: Additions) => {
    at.proxy = await at.around.start(minimalContainer({ ...additions, env: { ...env, ...additions.env } }));
  };
  const received = async (sent: Partial<Sent>): Promise<Received> => {
    const seen = await at.proxy.send({ url: `https://${host}/`, ...sent });
    expect(seen).toMatchObject({ refused: false, status: 200 });
    return JSON.parse(seen.body);
  };

  describe('keys that it does not know', () => {
    it('stop it at the top level and in each of its sections', async () => {
      await expect(begin({ config: { nope: 1 } })).rejects.toThrow(
        /iron-proxy ended with 1:.*field nope not found in type config\.Config/s,
      );
      await expect(begin({ config: { log: { level: 'info', nope: 1 } } })).rejects.toThrow(
        /field nope not found in type config\.Log/,
      );
    });

    it('are ignored inside a transform, so that a misspelt one silently does harm', async () => {
      const misspelt = { proxy_value: 'KEY', match_header: ['Authorization'] };
      await begin({ secrets: [{ source: key, rules: [{ host }], replace: misspelt }] });
      const { headers } = await received({ headers: { accept: 'KEY' } });
      expect(headers.accept).toBe('the real one');
    });
  });

  describe('match_headers', () => {
    it('means every header if it is empty or absent', async () => {
      const everywhere = (proxy_value: string) => ({
        rules: [{ host }],
        replace: { proxy_value, match_query: true },
      });
      await begin({
        secrets: [
          { source: key, ...everywhere('KEY') },
          { source: other, rules: [{ host }], replace: { proxy_value: 'OTHER', match_headers: [] } },
        ],
      });
      const { headers } = await received({ headers: { accept: 'KEY', referer: 'OTHER' } });
      expect(headers).toMatchObject({ accept: 'the real one', referer: 'another real one' });
    });

    it('means no header if it is the pattern of an empty name', async () => {
      await begin({ secrets: [replaced(key, host, 'KEY', { match_headers: ['/^$/'], match_query: true })] });
      const request = await received({
        url: `https://${host}/?k=KEY`,
        headers: { accept: 'KEY', 'x-any': 'KEY' },
      });
      expect(request.target).toBe('/?k=the+real+one');
      expect(request.headers).toMatchObject({ accept: 'KEY', 'x-any': 'KEY' });
    });

    it('accepts patterns, in any case, that match a part of the name', async () => {
      await begin({ secrets: [replaced(key, host, 'KEY', { match_headers: ['/api-key/'] })] });
      const { headers } = await received({ headers: { 'X-API-Key-2': 'KEY', accept: 'KEY' } });
      expect(headers).toMatchObject({ 'x-api-key-2': 'the real one', accept: 'KEY' });
    });

    it('hides a header from all later secrets if its name is not in canonical case', async () => {
      const both = (name: string) => [
        replaced(key, host, 'KEY', { match_headers: [name] }),
        replaced(other, host, 'OTHER', { match_headers: [name] }),
      ];
      await begin({ secrets: both('x-api-key') });
      expect((await received({ headers: { 'x-api-key': 'OTHER' } })).headers['x-api-key']).toBe('OTHER');
      await at.proxy.stop();
      await begin({ secrets: both('X-Api-Key') });
      expect((await received({ headers: { 'x-api-key': 'OTHER' } })).headers['x-api-key']).toBe(
        'another real one',
      );
    });
  });

  describe('placeholders', () => {
    it('are replaced as plain text, so the shorter of two damages the longer if it comes first', async () => {
      const inOrder = (...names: readonly ('KEY' | 'KEY_2')[]) =>
        names.map((name) => replaced(name === 'KEY' ? key : other, host, name));
      const authorization = 'KEY KEY_2';
      await begin({ secrets: inOrder('KEY', 'KEY_2') });
      expect((await received({ headers: { authorization } })).headers.authorization).toBe(
        'the real one the real one_2',
      );
      await at.proxy.stop();
      await begin({ secrets: inOrder('KEY_2', 'KEY') });
      expect((await received({ headers: { authorization } })).headers.authorization).toBe(
        'the real one another real one',
      );
    });

    it('are found in a real value that an earlier secret inserted', async () => {
      const secrets = [replaced(other, host, 'OTHER'), replaced(key, host, 'another')];
      await begin({ secrets });
      const { headers } = await received({ headers: { authorization: 'OTHER' } });
      expect(headers.authorization).toBe('the real one real one');
    });

    it('are replaced in the body if that is declared', async () => {
      await begin({ secrets: [replaced(key, host, 'KEY', { match_headers: ['/^$/'], match_body: true })] });
      const request = await received({ method: 'POST', body: '{"key":"KEY"}', headers: { accept: 'KEY' } });
      expect(request).toMatchObject({
        body: '{"key":"the real one"}',
        headers: { 'content-length': '22', accept: 'KEY' },
      });
    });

    it('silently truncate a body at the limit when it is searched', async () => {
      await begin({
        secrets: [replaced(key, host, 'KEY', { match_body: true })],
        config: { proxy: { ...minimalListeners, max_request_body_bytes: 10 } },
      });
      expect((await received({ method: 'POST', body: '0123456789 and more' })).body).toBe('0123456789');
      const unsearched = await received({
        url: 'https://open.example.com/',
        method: 'POST',
        body: '0123456789 and more',
      });
      expect(unsearched.body).toBe('0123456789 and more');
    });
  });

  it('sends the real value in clear text if the sandbox uses http', async () => {
    await begin({ secrets: [replaced(key, host, 'KEY')] });
    const { headers } = await received({ url: `http://${host}/`, headers: { authorization: 'KEY' } });
    expect(headers.authorization).toBe('the real one');
  });

  describe('require', () => {
    it('refuses every tunnel if it is set on a replaced secret: a CONNECT contains no placeholder', async () => {
      await begin({ secrets: [replaced(key, host, 'KEY', { require: true })] });
      const seen = await at.proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
      expect(seen).toMatchObject({ refused: true, status: 403 });
    });

    it('does no harm to an injected one', async () => {
      const inject = { header: 'Authorization', require: true };
      await begin({ secrets: [{ source: key, rules: [{ host }], inject }] });
      expect((await received({})).headers.authorization).toBe('the real one');
    });
  });

  describe('rules', () => {
    it.each<[allowed: string, asked: string, passes: boolean]>([
      ['*', 'any.example.com', true],
      ['*.example.com', 'a.b.example.com', true],
      ['*.example.com', 'example.com', true],
      ['*.example.com', 'notexample.com', false],
      ['api.*.example.com', 'api.eu.example.com', true],
      ['api.*.example.com', 'api.any.depth.example.com', true],
      ['api.*', 'api.attacker.com', true],
      ['s3.*.example.com', 's3.any.bucket.s3.eu.example.com', true],
      ['*.api.*.example.com', 'a.api.eu.example.com', false],
      ['API.example.com', 'api.example.com', false],
      ['api.example.com', 'API.example.com', false],
      ['api.example.com:443', 'api.example.com', false],
      ['https://api.example.com', 'api.example.com', false],
    ])('of host %s, asked for %s: %s', async (allowed, asked, passes) => {
      await begin({ domains: [allowed] });
      const seen = await at.proxy.connectTo(`${asked}:443`);
      expect(seen).toBe(passes ? 200 : 403);
    });

    it.each([
      ['10.0.0.0/8', '10.1.2.3', true],
      ['10.0.0.0/8', 'host.example.com', false],
      ['::ffff:0:0/96', '10.1.2.3', true],
      ['::/0', '10.1.2.3', false],
    ])('of the range %s, asked for %s: %s', async (cidr, asked, passes) => {
      await begin({ config: { transforms: [{ name: 'allowlist', config: { cidrs: [cidr] } }] } });
      const seen = await at.proxy.connectTo(`${asked}:443`);
      expect(seen).toBe(passes ? 200 : 403);
    });

    it('treat an address as a name below another if its zone ends like that', async () => {
      const address = '[::ffff:192.0.2.2%.example.com]';
      await begin({ domains: ['*.example.com'], secrets: [replaced(key, '*.example.com', 'KEY')] });
      const { headers } = await received({
        url: 'http://a.example.com/',
        headers: { host: `${address}:80`, authorization: 'KEY' },
      });
      expect(headers.authorization).toBe('the real one');
      expect(at.around.upstream.dialed.at(-1)).toBe('[::ffff:c000:202]:80');
    });

    it('ignore the port', async () => {
      await begin({ domains: ['api.example.com'] });
      expect(await at.proxy.connectTo('api.example.com:8443')).toBe(200);
    });

    it('of an allowlist with a method or a path refuse every tunnel: a CONNECT has neither', async () => {
      const rules = [
        { host: 'a.example.com', methods: ['GET'] },
        { host: 'b.example.com', paths: ['/v1/*'] },
      ];
      await begin({ config: { transforms: [{ name: 'allowlist', config: { rules } }] } });
      expect(await at.proxy.connectTo('a.example.com:443')).toBe(403);
      expect(await at.proxy.connectTo('b.example.com:443')).toBe(403);
    });

    it('of a secret may have a method or a path', async () => {
      const secret = {
        ...replaced(key, host, 'KEY'),
        rules: [{ host, methods: ['POST'], paths: ['/v1/*'] }],
      };
      await begin({ secrets: [secret] });
      const got: string[] = [];
      for (const [method, path] of [
        ['POST', 'v1/x'],
        ['POST', 'v2/x'],
        ['GET', 'v1/x'],
      ] as const) {
        const { headers } = await received({
          method,
          url: `https://${host}/${path}`,
          headers: { authorization: 'KEY' },
        });
        got.push(headers.authorization ?? '');
      }
      expect(got).toEqual(['the real one', 'KEY', 'KEY']);
    });

    it('that are missing from a secret make it unused', async () => {
      await begin({ secrets: [{ ...replaced(key, host, 'KEY'), rules: [] }] });
      expect((await received({ headers: { authorization: 'KEY' } })).headers.authorization).toBe('KEY');
    });
  });

  describe('header_allowlist', () => {
    const allowOnly = (...headers: string[]) => ({ name: 'header_allowlist', config: { headers } });

    it('strips all but the named headers and patterns, in any case', async () => {
      await begin({ transforms: [allowOnly('accept', '/^x-trace-/')] });
      const { headers } = await received({
        headers: { Accept: 'a', 'X-Trace-Id': 'b', Cookie: 'c', 'My-X-Trace-Id': 'd' },
      });
      expect(headers).toMatchObject({ accept: 'a', 'x-trace-id': 'b' });
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('my-x-trace-id');
    });

    it('replaces the user agent with Go’s if it is not on the list', async () => {
      await begin({ transforms: [allowOnly('Accept')] });
      expect((await received({ headers: { 'user-agent': 'codex' } })).headers['user-agent']).toBe(
        'Go-http-client/1.1',
      );
    });

    it('leaves the body and its length unchanged, without Content-Length on the list', async () => {
      await begin({ transforms: [allowOnly('Accept')] });
      expect(await received({ method: 'POST', body: 'the body' })).toMatchObject({
        body: 'the body',
        headers: { 'content-length': '8' },
      });
    });

    it('strips an injected header too, unless it is on the list', async () => {
      const secrets = [{ source: key, rules: [{ host }], inject: { header: 'X-Key' } }];
      await begin({ secrets, transforms: [allowOnly('Accept')] });
      expect((await received({})).headers).not.toHaveProperty('x-key');
    });
  });

  describe('requests that it does not pass on', () => {
    it.each([
      ['a path with dot segments', '/public/../admin'],
      ['the same, encoded', '/public/%2e%2e/admin'],
    ])('%s gets 400', async (_, target) => {
      await begin({});
      expect(await at.proxy.send({ url: `https://${host}/`, target })).toMatchObject({
        refused: false,
        status: 400,
      });
    });

    it('a Host that is not the name of the TLS session gets 400', async () => {
      await begin({});
      const seen = await at.proxy.send({ url: `https://${host}/`, headers: { host: 'open.example.com' } });
      expect(seen).toMatchObject({ refused: false, status: 400 });
    });
  });

  it('denies loopback and the clouds’ metadata as upstream by default', async () => {
    await begin({ env: { NO_PROXY: '127.0.0.1,169.254.169.254' } });
    for (const denied of ['127.0.0.1', '169.254.169.254']) {
      expect(await at.proxy.send({ url: `http://${denied}/` })).toMatchObject({
        refused: false,
        status: 502,
      });
      await at.proxy.logged(`denied by upstream_deny_cidrs: ${denied}`);
    }
  });

  it('serves /healthz and no metrics', async () => {
    await begin({});
    expect(await at.proxy.health()).toMatchObject({ status: 200, body: 'OK' });
    expect(await at.proxy.health('/metrics')).toMatchObject({ status: 404 });
  });

  it('takes listeners and the log level from IRON_* variables over its config', async () => {
    await begin({ env: { IRON_LOG_LEVEL: 'debug' } });
    await at.proxy.connectTo(`${host}:443`);
    await at.proxy.logged('"level":"DEBUG"');
  });

  it('does not start without its management key', async () => {
    await expect(begin({ env: { IRON_MANAGEMENT_API_KEY: '' } })).rejects.toThrow(
      'management.api_key_env "IRON_MANAGEMENT_API_KEY" is not set in the environment',
    );
  });

  it('does not start without the password of the Postgres listener, if it has one', async () => {
    const postgres = {
      listen: ':5432',
      client: { user: 'app_user', password_env: 'PG_PROXY_PASSWORD' },
      upstreams: [{ database: 'reports', dsn: key }],
    };
    await expect(begin({ config: { postgres }, env: { PG_PROXY_PASSWORD: '' } })).rejects.toThrow(
      'password_env \\"PG_PROXY_PASSWORD\\" is not set in the environment',
    );
  });
});
