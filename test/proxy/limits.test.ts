import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Sent } from './client.js';
import { type Login, query } from './database.js';
import { databaseHost, infraSecret, vaultOf, vaultSources } from './declared.js';
import type { VaultData } from './double.js';
import { type Additions, minimalContainer, minimalListeners, replaced } from './minimal.js';
import type { RunningProxy } from './proxy.js';
import { describeProxy, stage } from './surroundings.js';

const host = 'bots.example.com';
const real = 'the-real-one';
const key = { type: 'env', var: 'KEY' };

/** What no config prevents, so docs/secrets.md and docs/operations.md mention it. */
describeProxy('what the proxy does that no config prevents', () => {
  const at = stage();

  const begin = async (additions: Additions) => {
    at.proxy = await at.around.start(
      minimalContainer({ ...additions, env: { KEY: real, ...additions.env } }),
    );
  };
  const logOfAll = async () => {
    await at.proxy.stop();
    return at.proxy.log();
  };

  describe('with a secret in the path or the query', () => {
    const noHeader = { match_headers: ['/^$/'] };
    const inPath = replaced(key, host, 'KEY', { ...noHeader, match_path: true });
    const inQuery = replaced(key, host, 'KEY', { ...noHeader, match_query: true });
    const injected = { source: key, rules: [{ host }], inject: { query_param: 'key' } };

    it.each([
      ['replaced in the path', inPath, '/botKEY/getMe'],
      ['replaced in the query', inQuery, '/getMe?key=KEY'],
      ['injected into the query', injected, '/getMe'],
    ])('logs one that is %s when a sandbox asks for a port that is none', async (_, secret, target) => {
      await begin({ secrets: [secret] });
      const seen = await at.proxy.send({ url: `https://${host}${target}`, headers: { host: `${host}:abc` } });
      expect(seen).toEqual({ refused: false, status: 502, body: 'bad gateway\n' });
      expect(await at.proxy.logged('invalid port')).toContain(real);
    });

    it('never logs one in a header, regardless of the port that a sandbox requests', async () => {
      await begin({ secrets: [replaced(key, host, 'KEY')] });
      const headers = { host: `${host}:abc`, authorization: 'KEY' };
      expect(await at.proxy.send({ url: `https://${host}/`, headers })).toMatchObject({ status: 502 });
      await at.proxy.logged('invalid port');
      expect(await logOfAll()).not.toContain(real);
    });

    it('returns it to the sandbox if the answer repeats it', async () => {
      const redirecting = 'redirecting.example.com';
      await begin({ secrets: [{ ...inPath, rules: [{ host: redirecting }] }] });
      at.around.upstream.respond(redirecting, ({ target }) => ({
        status: 307,
        headers: { location: `${target}/` },
        body: {},
      }));
      const { location } = await at.proxy.send({ url: `https://${redirecting}/botKEY/getMe` });
      expect(location).toBe(`/bot${real}/getMe/`);
    });
  });

  it('sends a request unchanged if there is no value to inject', async () => {
    const source = { type: 'env', var: 'MISSING' };
    await begin({ secrets: [{ source, rules: [{ host }], inject: { header: 'Authorization' } }] });
    const { body } = await at.proxy.send({ url: `https://${host}/`, headers: { authorization: 'own' } });
    expect(JSON.parse(body)).toMatchObject({ headers: { authorization: 'own' } });
    await at.proxy.logged('MISSING');
  });

  it.each([
    'GET',
    'TRACE',
  ])('gives a secret in a header back where a host repeats it, asked by %s', async (method) => {
    await begin({ secrets: [replaced(key, host, 'KEY')] });
    const { body } = await at.proxy.send({
      method,
      url: `https://${host}/`,
      headers: { authorization: 'KEY' },
    });
    expect(JSON.parse(body)).toMatchObject({ method, headers: { authorization: real } });
  });

  describe('with an invalid DSN', () => {
    const login: Login = { user: 'app_user', password: infraSecret.PG_PROXY_PASSWORD, database: 'reports' };
    const dsn = (password: string) =>
      `postgres://reporter:${password}@${databaseHost}/reports?sslmode=disable`;
    const connect = async (REPORTS_DSN: string) => {
      const upstreams = [{ database: 'reports', dsn: { type: 'env', var: 'REPORTS_DSN' } }];
      const client = { user: 'app_user', password_env: 'PG_PROXY_PASSWORD' };
      await begin({ config: { postgres: { listen: ':5432', client, upstreams } }, env: { REPORTS_DSN } });
      return query(at.proxy.postgres, login, 'select 1');
    };

    it.each([
      ['the part of a password before a /', dsn('be+fore/after'), ':be+fore'],
      ['a password alone', 'a-password-alone', 'a-password-alone'],
      ['a JSON document', '{"password":"in-json"}', 'in-json'],
    ])('logs %s when a client connects', async (_, stored, leaked) => {
      await expect(connect(stored)).rejects.toThrow('08006: upstream connection failed');
      expect(await at.proxy.logged('parsing upstream DSN')).toContain(leaked);
    });

    it('reveals the part of a password after digits and a / to the client', async () => {
      await expect(connect(dsn('123/after'))).rejects.toThrow(/its DSN connects to "after@/);
    });

    it('logs nothing of a password that is encoded for a URL', async () => {
      const password = 'be+fore/af@t:er#?%';
      expect(await connect(dsn(encodeURIComponent(password)))).toEqual(['select 1']);
      expect(at.around.database.logins.at(-1)).toMatchObject({ password });
      expect(await logOfAll()).not.toContain('fore');
    });
  });

  describe('with tokens that it obtains by OAuth', () => {
    const [ledger, login] = ['ledger.example.com', 'login.example.com'];
    const url = `https://${ledger}/`;
    const { type, token, env } = vaultSources['onepassword-connect'];
    const stored = (at: string) => vaultOf({ LEDGER_ID: at, LEDGER_SECRET: at }, token);
    let obtained: string[];

    const beginWith = async (data: VaultData, domains?: readonly string[]) => {
      obtained = [];
      at.around.upstream.respond(login, ({ body }) => {
        const given = new URLSearchParams(body);
        const access_token = `${given.get('client_id')}-${given.get('client_secret')}`;
        obtained.push(access_token);
        // Each request gets a new token.
        return { status: 200, body: { access_token, token_type: 'bearer', expires_in: 1 } };
      });
      const field = (name: string) => ({
        ...{ type, secret_ref: `op://${infraSecret.OP_VAULT}/${name}/credential` },
        ...{ ttl: '1s', failure_ttl: '1s' },
      });
      const client = {
        grant: 'client_credentials',
        client_id: field('LEDGER_ID'),
        client_secret: field('LEDGER_SECRET'),
        token_endpoint: `https://${login}/token`,
        rules: [{ host: ledger }],
      };
      const transforms = [{ name: 'oauth_token', config: { tokens: [client] } }];
      const container = minimalContainer({ transforms, env, ...(domains && { domains }) });
      at.proxy = await at.around.start(container, data);
    };
    const sentBy = async (way: Pick<RunningProxy, 'send'>) =>
      JSON.parse((await way.send({ url })).body).headers.authorization;

    it.each<[what: string, refusal: (sent: URLSearchParams) => object]>([
      ['the whole of an answer', (sent) => ({ detail: [{ input: Object.fromEntries(sent) }] })],
      ['what it says of an error', (sent) => ({ error: 'invalid_client', error_description: `${sent}` })],
    ])('logs %s that refuses a token, with the client secret if it repeats that', async (_, refusal) => {
      await beginWith(vaultOf({ LEDGER_ID: 'ledger', LEDGER_SECRET: real }, token));
      at.around.upstream.respond(login, ({ body }) => ({
        status: 422,
        body: refusal(new URLSearchParams(body)),
      }));
      expect(await sentBy(at.proxy)).toBeUndefined();
      expect(await at.proxy.logged('oauth_token mint failed')).toContain(real);
    });

    it('sends the client secret to every redirect of the token endpoint, allowed or not', async () => {
      const elsewhere = 'elsewhere.example.com';
      await beginWith(vaultOf({ LEDGER_ID: 'ledger', LEDGER_SECRET: real }, token), [ledger]);
      at.around.upstream.respond(login, ({ target }) => ({
        status: 307,
        headers: { location: `https://${elsewhere}${target}` },
        body: {},
      }));
      const got: string[] = [];
      at.around.upstream.respond(elsewhere, ({ body }) => {
        got.push(body);
        return { status: 200, body: { access_token: 'theirs', token_type: 'bearer' } };
      });
      expect(await sentBy(at.proxy)).toBe('Bearer theirs');
      expect(got).toEqual([expect.stringContaining(`client_secret=${real}`)]);
      expect(await at.proxy.connectTo(`${elsewhere}:443`)).toBe(403);
    });

    it('continues after a rotation, which only new connections see', async () => {
      await beginWith(stored('old'));
      expect(await sentBy(at.proxy)).toBe('Bearer old-old');
      await at.proxy.vaults?.store(stored('new'));
      while (!obtained.includes('new-new')) await at.proxy.connectTo(`${ledger}:443`);
      expect([await sentBy(at.proxy), await sentBy(at.proxy)]).toEqual(['Bearer new-new', 'Bearer new-new']);
    });

    it.each([
      ['a rotation', stored('old'), 'Bearer old-old'],
      ['a failure', vaultOf({}, token), undefined],
    ])('obtains one and no other after %s when a connection was open, until a reload', async (_, data, before) => {
      await beginWith(data);
      const kept = await at.proxy.open(url);
      expect(await sentBy(kept)).toBe(before);
      await at.proxy.vaults?.store(stored('new'));
      while ((await sentBy(kept)) !== 'Bearer new-new') await delay(50);
      expect([await sentBy(kept), await sentBy(at.proxy)]).toEqual([undefined, undefined]);
      kept.close();
      await at.proxy.logged(/oauth_token mint failed.*context canceled/);
      await at.proxy.manage('POST', '/v1/reload', infraSecret.IRON_MANAGEMENT_API_KEY);
      expect([await sentBy(at.proxy), await sentBy(at.proxy)]).toEqual(['Bearer new-new', 'Bearer new-new']);
    });
  });

  describe('with addresses as hosts', () => {
    const ranges = [{ name: 'allowlist', config: { cidrs: ['10.0.0.0/8', 'fd00::/8'] } }];

    it.each(['10.1.2.3', '[fd00::1]'])('creates no certificate for %s', async (address) => {
      await begin({ config: { transforms: ranges } });
      await expect(at.proxy.send({ url: `https://${address}/` })).rejects.toThrow('alert internal error');
    });

    it.each([
      ['10.1.2.3', '10.1.2.3', 200],
      ['[fd00::1]', '[fd00::1]:80', 200],
      ['[fd00::1]', '[fd00::1]', 403],
    ])('answers to http://%s/ with Host: %s by %i', async (address, given, status) => {
      await begin({ config: { transforms: ranges } });
      const seen = await at.proxy.send({ url: `http://${address}/`, headers: { host: given } });
      expect(seen).toMatchObject({ refused: false, status });
    });
  });

  it('connects to the port that a request names', async () => {
    await begin({});
    await at.proxy.send({ url: `https://${host}/`, headers: { host: `${host}:8443` } });
    expect(at.around.upstream.dialed.at(-1)).toBe(`${host}:8443`);
  });

  it('filters nothing on a connection after a websocket request, and replaces nothing', async () => {
    // The only host that the pod itself resolves: websockets do not use a proxy.
    const open = databaseHost;
    const headers = ['Authorization', 'Connection', 'Upgrade'];
    await begin({
      domains: [open],
      secrets: [replaced(key, open, 'KEY')],
      transforms: [{ name: 'header_allowlist', config: { headers } }],
    });
    const tunnel = await at.proxy.open(`http://${open}/`);
    const ask = async (headers: Readonly<Record<string, string>>) =>
      JSON.parse((await tunnel.send({ url: `http://${open}/`, headers })).body);
    const mine = { authorization: 'KEY', 'x-mine': 'passed' };
    const { headers: first } = await ask({ ...mine, connection: 'Upgrade', upgrade: 'websocket' });
    expect(first).toMatchObject({ authorization: real });
    expect(first).not.toHaveProperty('x-mine');
    expect(await ask({ ...mine, host: 'unlisted.example.com' })).toMatchObject({
      host: 'unlisted.example.com',
      headers: mine,
    });
    tunnel.close();
  });

  it('passes on a CONNECT inside a tunnel, if a host is allowed for one path and its tunnel', async () => {
    const login = 'login.example.com';
    const rules = [
      { host: login, methods: ['CONNECT'] },
      { host: login, paths: ['/token'] },
    ];
    await begin({ config: { transforms: [{ name: 'allowlist', config: { rules } }] } });
    const got: string[] = [];
    at.around.upstream.respond(login, ({ method, target }) => {
      got.push(`${method} ${target}`);
      return { status: 200, body: {} };
    });
    const ask = async (method: string) =>
      (await at.proxy.send({ method, url: `https://${login}/admin?of=all` })).status;
    expect([await ask('GET'), await ask('CONNECT')]).toEqual([403, 200]);
    expect(got).toEqual(['CONNECT /admin?of=all']);
  });

  describe('refuses, in addition to hosts that are not allowed,', () => {
    const signature = (service: string, region: string) =>
      `AWS4-HMAC-SHA256 Credential=AKIA/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`;
    const signed = { authorization: signature('s3', 'eu-west-1') };
    const aws = {
      name: 'aws_auth',
      config: {
        ...{ access_key_id: key, secret_access_key: key, rules: [{ host }] },
        ...{ allowed_services: ['s3'], allowed_regions: ['eu-west-1'] },
      },
    };

    it.each<[what: string, sent: Partial<Sent>, status: number, reason: string]>([
      ['is not signed', {}, 400, 'missing_sigv4'],
      [
        'is signed for another service',
        { headers: { authorization: signature('ec2', 'eu-west-1') } },
        403,
        'service_not_allowed',
      ],
      [
        'is signed for another region',
        { headers: { authorization: signature('s3', 'us-east-1') } },
        403,
        'region_not_allowed',
      ],
      // As botocore sends an upload over https: a body of unknown length, with its checksum at the end.
      [
        'has a body of unknown length',
        {
          method: 'PUT',
          headers: {
            ...signed,
            'transfer-encoding': 'chunked',
            'content-encoding': 'aws-chunked',
            'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
            'x-amz-decoded-content-length': '5',
            'x-amz-trailer': 'x-amz-checksum-crc32',
          },
          body: '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n',
        },
        400,
        'chunked_body_not_allowed',
      ],
      [
        'has a body over the limit',
        { method: 'PUT', headers: signed, body: 'hello and more' },
        413,
        'body_truncated',
      ],
    ])('a request to AWS that %s', async (_, sent, status, reason) => {
      await begin({
        transforms: [aws],
        config: { proxy: { ...minimalListeners, max_request_body_bytes: 10 } },
      });
      const { body, ...seen } = await at.proxy.send({ url: `https://${host}/`, ...sent });
      expect(seen).toEqual({ refused: false, status });
      expect(JSON.parse(body)).toEqual({ error: 'aws_auth', reason });
    });

    it('a request to AWS if a key cannot be looked up', async () => {
      const config = { ...aws.config, secret_access_key: { type: 'env', var: 'MISSING' } };
      await begin({ transforms: [{ ...aws, config }] });
      const { status, body } = await at.proxy.send({ url: `https://${host}/`, headers: signed });
      expect(status).toBe(502);
      expect(JSON.parse(body)).toEqual({ error: 'aws_auth', reason: 'credential_unavailable' });
    });

    it('every tunnel to Google if the key file is invalid', async () => {
      const config = { keyfile: key, scopes: ['any'], rules: [{ host }] };
      await begin({ transforms: [{ name: 'gcp_auth', config }] });
      expect(await at.proxy.connectTo(`${host}:443`)).toBe(403);
      await at.proxy.logged('"rejected_by":"gcp_auth"');
    });
  });
});
