import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Sent } from './client.js';
import { type ContainerOf, handWritten, type SecretSource } from './container.js';
import { type Login, query } from './database.js';
import { credentials, infraSecret, secretTexts } from './declared.js';
import type { RunningProxy } from './proxy.js';
import { rendered } from './rendered.js';
import { describeProxy, type Surroundings, startSurroundings } from './surroundings.js';
import type { Received } from './upstream.js';

const containers: Readonly<Record<string, ContainerOf>> = {
  'written by hand': handWritten,
  'rendered by the chart': rendered,
};
const modes: readonly SecretSource[] = ['onepassword-connect', 'onepassword', 'env'];

for (const [written, containerOf] of Object.entries(containers)) {
  for (const mode of modes) {
    describeProxy(`iron-proxy in mode ${mode}, its container ${written}`, () => suite(mode, containerOf));
  }
}

function suite(mode: SecretSource, containerOf: ContainerOf): void {
  let around: Surroundings;
  let proxy: RunningProxy;
  const warehouse = 'https://warehouse.internal.example.com/';

  const received = async (sent: Sent): Promise<Received> => {
    const seen = await proxy.send(sent);
    expect(seen, JSON.stringify(sent)).toMatchObject({ refused: false, status: 200 });
    return JSON.parse(seen.body);
  };

  beforeAll(async () => {
    around = await startSurroundings();
    around.upstream.respond('login.ledger.example.com', ({ body }) => {
      const given = new URLSearchParams(body);
      const known =
        given.get('client_id') === 'le-client-61f0' && given.get('client_secret') === 'le-secret-b2a9e7';
      return known
        ? { status: 200, body: { access_token: 'le-minted', token_type: 'bearer' } }
        : { status: 401, body: {} };
    });
    around.upstream.respond('oauth2.googleapis.com', () => ({
      status: 200,
      body: { access_token: 'bq-minted', token_type: 'Bearer', expires_in: 3600 },
    }));
    proxy = await around.start(await containerOf(mode));
    // A service account's first look-up takes seconds and, on a busy machine, more than iron-proxy waits.
    await vi.waitFor(
      async () => {
        const { headers } = await received({
          url: warehouse,
          headers: { authorization: 'WAREHOUSE_API_KEY' },
        });
        expect(headers.authorization).toBe(credentials.WAREHOUSE_API_KEY);
      },
      { timeout: 5 * 60_000 },
    );
  });
  afterAll(() => around?.stop());

  it('runs as uid 65532 on a read-only root, and is healthy', async () => {
    const status = await readFile(`/proc/${proxy.pid}/status`, 'utf8');
    const mounts = await readFile(`/proc/${proxy.pid}/mountinfo`, 'utf8');
    if (process.getuid?.() === 0) expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(mounts).toMatch(/^\S+ \S+ \S+ \S+ \/ ro,/m);
    expect(await proxy.health()).toMatchObject({ status: 200, body: 'OK' });
  });

  it('replaces the placeholder with the real value in the declared header of the declared host', async () => {
    const { headers } = await received({
      url: warehouse,
      headers: { authorization: 'Bearer WAREHOUSE_API_KEY' },
    });
    expect(headers.authorization).toBe(`Bearer ${credentials.WAREHOUSE_API_KEY}`);
  });

  it('does so inside a Basic credential', async () => {
    const basic = (password: string) => `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    const { headers } = await received({
      url: warehouse,
      headers: { authorization: basic('WAREHOUSE_API_KEY') },
    });
    expect(headers.authorization).toBe(basic(credentials.WAREHOUSE_API_KEY));
  });

  it('does not in another header, the path, the query or the body', async () => {
    const request = await received({
      url: `${warehouse}WAREHOUSE_API_KEY?key=WAREHOUSE_API_KEY`,
      method: 'POST',
      headers: { accept: 'WAREHOUSE_API_KEY' },
      body: 'key=WAREHOUSE_API_KEY',
    });
    expect(request).toMatchObject({
      target: '/WAREHOUSE_API_KEY?key=WAREHOUSE_API_KEY',
      headers: { accept: 'WAREHOUSE_API_KEY' },
      body: 'key=WAREHOUSE_API_KEY',
    });
  });

  it('does not for another allowed host', async () => {
    for (const url of ['https://open.example.com/', 'https://api.openai.com/', 'http://open.example.com/']) {
      const { headers } = await received({ url, headers: { authorization: 'Bearer WAREHOUSE_API_KEY' } });
      expect(headers.authorization).toBe('Bearer WAREHOUSE_API_KEY');
    }
  });

  it.each([
    'https://elsewhere.example.com/',
    'http://elsewhere.example.com/',
    'https://sub.warehouse.internal.example.com/',
  ])('answers 403 for a host that is not allowed, and never dials it: %s', async (url) => {
    const before = around.upstream.dialed.length;
    const seen = await proxy.send({ url, headers: { authorization: 'Bearer WAREHOUSE_API_KEY' } });
    expect(seen).toEqual({ refused: true, status: 403, body: '' });
    expect(around.upstream.dialed.slice(before)).toEqual([]);
  });

  it('answers 403 for an address whose zone ends as an allowed name does, and never dials it', async () => {
    const before = around.upstream.dialed.length;
    const host = '[::ffff:192.0.2.2%.amazonaws.com]:80';
    const seen = await proxy.send({ url: 'http://things.s3.eu-west-1.amazonaws.com/', headers: { host } });
    expect(seen).toMatchObject({ refused: false, status: 403 });
    expect(await proxy.connectTo('[::ffff:192.0.2.2%25.amazonaws.com]:443')).toBe(403);
    expect(around.upstream.dialed.slice(before)).toEqual([]);
  });

  it('resolves the credential of the enabled harness', async () => {
    const { headers } = await received({
      url: 'https://api.openai.com/v1/responses',
      headers: { authorization: 'Bearer OPENAI_API_KEY' },
    });
    expect(headers.authorization).toBe(`Bearer ${credentials.OPENAI_API_KEY}`);
  });

  it("adds an injected header, formatted, regardless of the sandbox's own", async () => {
    const { headers } = await received({
      url: 'https://search.example.com/',
      headers: { 'x-search-key': 'mine' },
    });
    expect(headers['x-search-key']).toBe(`Key ${credentials.SEARCH_API_KEY}`);
  });

  it('adds an injected query parameter to the others', async () => {
    const { target } = await received({ url: 'https://maps.example.com/route?from=a&to=b' });
    expect(target).toBe(`/route?from=a&key=${credentials.MAPS_API_KEY}&to=b`);
  });

  it('replaces a secret declared for the path only in the path', async () => {
    const request = await received({
      url: 'https://bot.example.com/botBOT_TOKEN/sendMessage?q=BOT_TOKEN',
      headers: { authorization: 'Bearer BOT_TOKEN', accept: 'BOT_TOKEN' },
    });
    expect(request.target).toBe(`/bot${credentials.BOT_TOKEN}/sendMessage?q=BOT_TOKEN`);
    expect(request.headers).toMatchObject({ authorization: 'Bearer BOT_TOKEN', accept: 'BOT_TOKEN' });
  });

  it('replaces a secret declared for the query only in the query', async () => {
    const request = await received({
      url: 'https://feed.example.com/FEED_TOKEN?token=FEED_TOKEN',
      headers: { authorization: 'Bearer FEED_TOKEN' },
    });
    expect(request.target).toBe(`/FEED_TOKEN?token=${credentials.FEED_TOKEN}`);
    expect(request.headers.authorization).toBe('Bearer FEED_TOKEN');
  });

  it('strips headers that are not on the list', async () => {
    const { headers } = await received({
      url: 'https://open.example.com/',
      headers: { 'x-forwarded-for': '10.0.0.1', cookie: 'a=b', accept: 'text/plain' },
    });
    expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'host', 'user-agent']);
  });

  it.each([
    ['an item that does not exist', 'https://unknown.example.com/', 'UNKNOWN_ITEM'],
    ['an empty field', 'https://empty.example.com/', 'EMPTY_FIELD'],
  ])('sends the placeholder on as it is when the secret is %s', async (_, url, name) => {
    const { headers } = await received({ url, headers: { authorization: `Bearer ${name}` } });
    expect(headers.authorization).toBe(`Bearer ${name}`);
    await proxy.logged(new RegExp(`failed to fetch secret, caching error.*${name}`));
  });

  it('signs in to an OAuth server with the declared fields and injects its token', async () => {
    const { headers } = await received({
      url: 'https://api.ledger.example.com/',
      headers: { authorization: 'mine' },
    });
    expect(headers.authorization).toBe('Bearer le-minted');
  });

  it('answers a sandbox that requests its own token with a placeholder, and refuses all else there', async () => {
    const before = around.upstream.dialed.length;
    const login = 'https://login.ledger.example.com';
    const { body, ...seen } = await proxy.send({
      url: `${login}/oauth/token`,
      method: 'POST',
      body: 'scope=read',
    });
    expect(seen).toEqual({ refused: false, status: 200 });
    expect(JSON.parse(body)).toMatchObject({ access_token: 'iron-proxy-stub-token' });
    expect(await proxy.send({ url: `${login}/admin` })).toMatchObject({ refused: false, status: 403 });
    expect(around.upstream.dialed.slice(before)).toEqual([]);
  });

  it('injects an access token of Google', async () => {
    const { headers } = await received({ url: 'https://bigquery.googleapis.com/' });
    expect(headers.authorization).toBe('Bearer bq-minted');
  });

  it('signs a request to AWS again with the real key', async () => {
    const signed = (key: string) => `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-west-1/s3/aws4_request`;
    const request = await received({
      url: 'https://things.s3.eu-west-1.amazonaws.com/',
      headers: {
        authorization: `${signed('BUCKET_ACCESS_KEY_ID')}, SignedHeaders=host, Signature=00`,
        // As the SDKs send them, some by default.
        connection: 'keep-alive',
        te: 'trailers',
        expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
        'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==',
        'x-amz-acl': 'private',
      },
    });
    const { authorization = '', ...headers } = request.headers;
    // A missing signed header would invalidate the signature.
    const signedNames = authorization.match(/ SignedHeaders=([^,]+),/)?.[1]?.split(';') ?? [];
    expect(signedNames).toEqual(
      expect.arrayContaining(['content-md5', 'expires', 'x-amz-acl', 'x-amz-content-sha256', 'x-amz-date']),
    );
    expect(signedNames.filter((name) => !Object.hasOwn(headers, name))).toEqual([]);
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA7BUCKETREAL0001\/\d{8}\/eu-west-1\/s3\/aws4_request,/,
    );
    expect(authorization).not.toContain(credentials.BUCKET_SECRET_ACCESS_KEY);
  });

  it('opens a session with the declared database by its real DSN, for the right client only', async () => {
    const login: Login = { user: 'app_user', password: infraSecret.PG_PROXY_PASSWORD, database: 'reports' };
    const asked = (change: Partial<Login>) => query(proxy.postgres, { ...login, ...change }, 'select 1');
    await expect(asked({ password: 'guessed' })).rejects.toThrow('28P01: password authentication failed');
    await expect(asked({ user: 'reporter' })).rejects.toThrow('28000: unknown user "reporter"');
    await expect(asked({ database: 'other' })).rejects.toThrow('3D000: no upstream for database "other"');
    expect(around.database.logins).toEqual([]);
    expect(await asked({})).toEqual(['select 1']);
    expect(around.database.logins).toEqual([
      { user: 'reporter', password: 'db-f3a1c955', database: 'reports' },
    ]);
  });

  it('has written no secret to any log', async () => {
    await proxy.stop();
    const log = proxy.log() + (proxy.vaults?.log() ?? '');
    expect(log).toContain('warehouse.internal.example.com');
    const encoded = (text: string) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
    const leaked = secretTexts.filter((secret) => encoded(secret).some((text) => log.includes(text)));
    expect(leaked).toEqual([]);
  });
}
