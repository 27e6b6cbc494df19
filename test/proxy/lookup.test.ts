import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ConnectData, ConnectDouble } from './connect.js';
import { infraSecret, vaultOf } from './declared.js';
import { connectEnv, fromConnect, minimalContainer, replaced } from './minimal.js';
import type { RunningProxy } from './proxy.js';
import { describeProxy, type Surroundings, startSurroundings } from './surroundings.js';

const host = 'warehouse.internal.example.com';
const oneLookUp = ['/v1/vaults', /^\/v1\/vaults\/\w{26}\/items$/, /^\/v1\/vaults\/\w{26}\/items\/\w{26}$/];

describeProxy('iron-proxy and Connect', () => {
  let around: Surroundings;
  let proxy: RunningProxy;
  let connect: ConnectDouble;
  beforeAll(async () => {
    around = await startSurroundings();
  });
  afterEach(() => proxy?.stop());
  afterAll(() => around?.stop());

  const begin = async (
    source: object,
    data: ConnectData = vaultOf({ KEY: 'first' }),
    replace: object = {},
  ) => {
    const secret = replaced(fromConnect('KEY', { ...source }), host, 'KEY', { ...replace });
    proxy = await around.start(minimalContainer({ secrets: [secret], env: connectEnv }), data);
    if (!proxy.connect) throw new Error('the container names no Connect server');
    connect = proxy.connect;
  };
  /** What the upstream host got in the header that a sandbox put the placeholder into. */
  const injected = async () => {
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
    expect(seen).toMatchObject({ refused: false, status: 200 });
    const { headers } = JSON.parse(seen.body);
    return headers.authorization;
  };
  const eventually = async (wanted: string) => {
    while ((await injected()) !== wanted) await delay(50);
  };
  const lookUps = async () => (await connect.requests()).map(({ path }) => path);

  it('asks once within the ttl, whatever changes in the vault', async () => {
    await begin({ ttl: '1h' });
    expect(await injected()).toBe('first');
    await connect.store(vaultOf({ KEY: 'second' }));
    for (let time = 0; time < 5; time++) expect(await injected()).toBe('first');
    expect(await lookUps()).toEqual(oneLookUp.map((path) => expect.stringMatching(path)));
  });

  it('asks but once for many requests at the same time', async () => {
    await begin({ ttl: '1h' });
    expect(new Set(await Promise.all(Array.from({ length: 20 }, injected)))).toEqual(new Set(['first']));
    expect(await lookUps()).toHaveLength(oneLookUp.length);
  });

  it('uses a rotated value once the ttl is over', async () => {
    await begin({ ttl: '1s' });
    expect(await injected()).toBe('first');
    await connect.store(vaultOf({ KEY: 'second' }));
    await eventually('second');
  });

  it('keeps the last value while Connect is down', async () => {
    await begin({ ttl: '1s' });
    expect(await injected()).toBe('first');
    await connect.stop();
    let refreshed = false;
    const refreshing = proxy.logged('failed to refresh secret, serving stale value').then(() => {
      refreshed = true;
    });
    while (!refreshed) expect(await injected()).toBe('first');
    await refreshing;
    expect(await injected()).toBe('first');
  });

  const broken: ReadonlyArray<[what: string, breakIt: () => Promise<void>, says: string]> = [
    ['is down', () => connect.stop(), 'connect: connection refused'],
    ['hangs up', () => connect.fail({ kind: 'hangup' }), 'EOF'],
    ['answers 500', () => connect.fail({ kind: 'status', status: 500 }), 'status 500'],
    [
      'does not take the token',
      () => connect.store({ ...vaultOf({ KEY: 'first' }), token: 'another' }),
      'status 401: Invalid token signature',
    ],
    [
      'has no such vault',
      () => connect.store({ ...vaultOf({}), vaults: [] }),
      `Found 0 vaults with title \\"${infraSecret.OP_VAULT}\\"`,
    ],
    ['has no such item', () => connect.store(vaultOf({})), 'Found 0 item(s) in vault'],
    ['has an item with an empty field', () => connect.store(vaultOf({ KEY: '' })), 'resolved to empty value'],
  ];
  it.each(
    broken,
  )('sends the placeholder on as it is when Connect %s, and logs why', async (_, breakIt, says) => {
    await begin({});
    await breakIt();
    expect(await injected()).toBe('KEY');
    const line = await proxy.logged('failed to fetch secret, caching error');
    expect(line).toContain(says);
    expect(line).toContain(`op://${infraSecret.OP_VAULT}/KEY/credential`);
    await proxy.stop();
    expect(proxy.log()).not.toContain(infraSecret.OP_CONNECT_TOKEN);
  });

  it('remembers a failure, and does not ask again, until it is told to reload', async () => {
    await begin({});
    await connect.fail({ kind: 'status', status: 500 });
    expect(await injected()).toBe('KEY');
    await connect.heal();
    await connect.forget();
    expect(await injected()).toBe('KEY');
    expect(await lookUps()).toEqual([]);
    await proxy.manage('POST', '/v1/reload', infraSecret.IRON_MANAGEMENT_API_KEY);
    expect(await injected()).toBe('first');
  });

  it('recovers by itself once failure_ttl is over', async () => {
    await begin({ failure_ttl: '1s' });
    await connect.fail({ kind: 'status', status: 500 });
    expect(await injected()).toBe('KEY');
    await connect.heal();
    await eventually('first');
  });

  it('lets a request wait as long as Connect takes, and other hosts go on meanwhile', async () => {
    await begin({});
    await connect.fail({ kind: 'hold' });
    let answered = false;
    const slow = injected().finally(() => {
      answered = true;
    });
    expect(await connect.requests(1)).toMatchObject([{ status: 0 }]);
    const other = await proxy.send({ url: 'https://open.example.com/', headers: { authorization: 'KEY' } });
    expect(other).toMatchObject({ refused: false, status: 200 });
    expect(answered).toBe(false);
    await connect.heal();
    expect(await slow).toBe('first');
  });

  it('refuses the tunnel instead when the secret is required', async () => {
    const inject = { header: 'Authorization', require: true };
    const secret = { source: fromConnect('KEY'), rules: [{ host }], inject };
    proxy = await around.start(minimalContainer({ secrets: [secret], env: connectEnv }), vaultOf({}));
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
    expect(seen).toEqual({ refused: true, status: 403, body: '' });
  });

  it('answers 502 when the value can not stand in a header, and logs nothing of it', async () => {
    await begin({}, vaultOf({ KEY: 'pasted with a line break\n' }));
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
    expect(seen).toMatchObject({ refused: false, status: 502 });
    await proxy.logged('invalid header field value');
    await proxy.stop();
    expect(proxy.log()).not.toContain('pasted with');
  });

  it('finds vault and item by id, and a section by its id, but not by its label', async () => {
    const vault = 'vaultvaultvaultvaultvaultv';
    const item = 'itemitemitemitemitemitemit';
    const section = { id: 'production', label: 'Production' };
    const fields = [{ label: 'password', value: 'in the section', section: section.id }];
    const reference = (path: string) => ({
      type: '1password_connect',
      secret_ref: `op://${vault}/${item}/${path}`,
    });
    proxy = await around.start(
      minimalContainer({
        secrets: [
          replaced(reference('production/password'), 'id.example.com', 'KEY'),
          replaced(reference('Production/password'), 'label.example.com', 'KEY'),
          replaced(reference('password'), 'none.example.com', 'KEY'),
        ],
        env: connectEnv,
      }),
      {
        token: infraSecret.OP_CONNECT_TOKEN,
        vaults: [{ name: 'V', id: vault, items: [{ title: 'I', id: item, sections: [section], fields }] }],
      },
    );
    const got: string[] = [];
    for (const name of ['id', 'label', 'none']) {
      const seen = await proxy.send({
        url: `https://${name}.example.com/`,
        headers: { authorization: 'KEY' },
      });
      got.push(JSON.parse(seen.body).headers.authorization);
    }
    expect(got).toEqual(['in the section', 'KEY', 'in the section']);
  });

  it('takes a vault whose name is like an id for an id', async () => {
    const name = 'abcdefghijklmnopqrstuvwxyz';
    const secret = { type: '1password_connect', secret_ref: `op://${name}/KEY/credential` };
    proxy = await around.start(
      minimalContainer({ secrets: [replaced(secret, host, 'KEY')], env: connectEnv }),
      {
        ...vaultOf({ KEY: 'first' }),
        vaults: [{ name, items: vaultOf({ KEY: 'first' }).vaults[0]?.items ?? [] }],
      },
    );
    expect(await injected()).toBe('KEY');
    await proxy.logged(`vault ${name} not found`);
  });
});
