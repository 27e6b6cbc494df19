import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { infraSecret, keyFile, vaultOf, vaultSources } from './declared.js';
import type { Double, VaultData } from './double.js';
import { type Additions, minimalContainer, replaced } from './minimal.js';
import type { RunningProxy } from './proxy.js';
import { describeProxy, type Surroundings, startSurroundings } from './surroundings.js';

const host = 'warehouse.internal.example.com';
const warmHost = 'warm.example.com';
const vault = infraSecret.OP_VAULT;

/** The differences between the two ways of using 1Password. */
interface Way {
  /** The paths that a look-up requests. */
  readonly lookUp: readonly RegExp[];
  /** The log message for each fault. */
  readonly says: Readonly<
    Record<'down' | 'hangup' | 'status' | 'token' | 'vault' | 'item' | 'empty', string>
  >;
  /** What is found by a section's id, by its label, and without a section. */
  readonly inSections: readonly string[];
  readonly vaultLikeAnId: string;
}

const ways: Readonly<Record<keyof typeof vaultSources, Way>> = {
  'onepassword-connect': {
    lookUp: [/^\/v1\/vaults$/, /^\/v1\/vaults\/\w{26}\/items$/, /^\/v1\/vaults\/\w{26}\/items\/\w{26}$/],
    says: {
      down: 'connect: connection refused',
      hangup: 'EOF',
      status: 'status 500',
      token: 'status 401: Invalid token signature',
      vault: `Found 0 vaults with title \\"${vault}\\"`,
      item: 'Found 0 item(s) in vault',
      empty: 'resolved to empty value',
    },
    inSections: ['in the section', 'KEY', 'in the section'],
    vaultLikeAnId: 'KEY',
  },
  onepassword: {
    lookUp: [
      /^\/api\/v1\/vaults$/,
      /^\/api\/v1\/vault\/\w{26}\/items\/overviews$/,
      /^\/api\/v1\/vault\/\w{26}\/item\/\w{26}$/,
    ],
    says: {
      down: 'EOF',
      hangup: 'EOF',
      status: 'internal server error',
      token: 'bad credentials, please retry: failed to authenticate',
      vault: 'no vault matched the secret reference query',
      item: 'no item matched the secret reference query',
      empty: 'resolved to empty value',
    },
    inSections: ['in the section', 'in the section', 'in the section'],
    vaultLikeAnId: 'first',
  },
};

for (const mode of ['onepassword-connect', 'onepassword'] as const)
  describeProxy(`iron-proxy and its look-ups in mode ${mode}`, () => suite(mode));

function suite(mode: keyof typeof vaultSources): void {
  const { type, token, env } = vaultSources[mode];
  const way = ways[mode];
  const stored = (values: Readonly<Record<string, string>>) => vaultOf(values, token);
  let around: Surroundings;
  let proxy: RunningProxy;
  let vaults: Double;
  beforeAll(async () => {
    around = await startSurroundings();
  });
  afterEach(() => proxy?.stop());
  afterAll(() => around?.stop());

  const reference = (secret_ref: string, more: object = {}) => ({ type, secret_ref, ...more });
  const key = (more: object = {}) => reference(`op://${vault}/KEY/credential`, more);
  const start = async (
    secrets: readonly object[],
    data: VaultData,
    transforms: Additions['transforms'] = [],
  ) => {
    const warm = replaced(reference('op://Warm/UP/credential', { failure_ttl: '1s' }), warmHost, 'KEY');
    const [item] = stored({ UP: 'up' }).vaults.flatMap(({ items = [] }) => items);
    proxy = await around.start(
      minimalContainer({ secrets: [...secrets.map((secret) => ({ ...secret })), warm], transforms, env }),
      { token, vaults: [...data.vaults, { name: 'Warm', items: item ? [item] : [] }] },
    );
    if (!proxy.vaults) throw new Error('the container names no 1Password');
    vaults = proxy.vaults;
    // At the first look-up of a service account iron-proxy compiles 1Password's SDK. That takes seconds and, on a busy
    // machine, more than the half minute that it waits for a value.
    while ((await injected(warmHost)) !== 'up') await delay(50);
    await vaults.store(data);
    await vaults.forget();
  };
  const begin = (more: object, data: VaultData = stored({ KEY: 'first' })) =>
    start([replaced(key(more), host, 'KEY')], data);
  /** What the upstream host received in the header in which a sandbox sent the placeholder. */
  const injected = async (name = host) => {
    const seen = await proxy.send({ url: `https://${name}/`, headers: { authorization: 'KEY' } });
    expect(seen).toMatchObject({ refused: false, status: 200 });
    return JSON.parse(seen.body).headers.authorization;
  };
  const eventually = async (wanted: string) => {
    while ((await injected()) !== wanted) await delay(50);
  };
  const asked = async () => (await vaults.requests()).map(({ path }) => path);

  it('asks once within the ttl, regardless of changes in the vault', async () => {
    await begin({ ttl: '1h' });
    expect(await injected()).toBe('first');
    await vaults.store(stored({ KEY: 'second' }));
    for (let time = 0; time < 5; time++) expect(await injected()).toBe('first');
    expect(await asked()).toEqual(way.lookUp.map((pattern) => expect.stringMatching(pattern)));
  });

  it('asks only once for many simultaneous requests', async () => {
    await begin({ ttl: '1h' });
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => injected())))).toEqual(
      new Set(['first']),
    );
    expect(await asked()).toHaveLength(way.lookUp.length);
  });

  it('asks once for each place that names the value', async () => {
    const place = (name: string) => replaced(key({ ttl: '1h' }), name, 'KEY');
    await start([place(host), place('api.example.com')], stored({ KEY: 'first' }));
    for (const name of [host, 'api.example.com', host, 'api.example.com'])
      expect(await injected(name)).toBe('first');
    expect(await asked()).toHaveLength(2 * way.lookUp.length);
  });

  it('uses a rotated value once the ttl is over', async () => {
    await begin({ ttl: '1s' });
    expect(await injected()).toBe('first');
    await vaults.store(stored({ KEY: 'second' }));
    await eventually('second');
  });

  it('keeps the last value while it cannot ask', async () => {
    await begin({ ttl: '1s' });
    expect(await injected()).toBe('first');
    await vaults.stop();
    let refreshed = false;
    const refreshing = proxy.logged('failed to refresh secret, serving stale value').then(() => {
      refreshed = true;
    });
    while (!refreshed) expect(await injected()).toBe('first');
    await refreshing;
    expect(await injected()).toBe('first');
  });

  const broken: ReadonlyArray<[what: string, breakIt: () => Promise<void>, says: keyof Way['says']]> = [
    ['is down', () => vaults.stop(), 'down'],
    ['hangs up', () => vaults.fail({ kind: 'hangup' }), 'hangup'],
    ['answers 500', () => vaults.fail({ kind: 'status', status: 500 }), 'status'],
    [
      'does not take the token',
      () => vaults.store({ ...stored({ KEY: 'first' }), token: 'another' }),
      'token',
    ],
    ['has no such vault', () => vaults.store({ ...stored({}), vaults: [] }), 'vault'],
    ['has no such item', () => vaults.store(stored({})), 'item'],
    ['has an item with an empty field', () => vaults.store(stored({ KEY: '' })), 'empty'],
  ];
  it.each(
    broken,
  )('sends the placeholder on as it is when 1Password %s, and logs why', async (_, breakIt, says) => {
    await begin({});
    await breakIt();
    expect(await injected()).toBe('KEY');
    const line = await proxy.logged(/failed to fetch secret, caching error.*\/KEY\/credential/);
    expect(line).toContain(way.says[says]);
    expect(line).toContain(`op://${vault}/KEY/credential`);
    await proxy.stop();
    expect(proxy.log()).not.toContain(token);
  });

  it('remembers a failure, and does not ask again until it is told to reload', async () => {
    await begin({});
    await vaults.fail({ kind: 'status', status: 500 });
    expect(await injected()).toBe('KEY');
    await vaults.heal();
    await vaults.forget();
    expect(await injected()).toBe('KEY');
    expect(await asked()).toEqual([]);
    await proxy.manage('POST', '/v1/reload', infraSecret.IRON_MANAGEMENT_API_KEY);
    expect(await injected()).toBe('first');
  });

  it('recovers by itself once failure_ttl is over', async () => {
    await begin({ failure_ttl: '1s' });
    await vaults.fail({ kind: 'status', status: 500 });
    expect(await injected()).toBe('KEY');
    await vaults.heal();
    await eventually('first');
  });

  it('recovers by itself after a minute if no failure_ttl is given', async () => {
    await begin({});
    await vaults.fail({ kind: 'status', status: 500 });
    expect(await injected()).toBe('KEY');
    const failed = performance.now();
    await vaults.heal();
    await eventually('first');
    const seconds = (performance.now() - failed) / 1000;
    expect(seconds).toBeGreaterThan(55);
    expect(seconds).toBeLessThan(90);
  });

  it('reads a Google key file once, for as long as it runs', async () => {
    const google = 'bigquery.googleapis.com';
    around.upstream.respond('oauth2.googleapis.com', ({ body }) => ({
      status: 200,
      // Each request gets a new token.
      body: { access_token: keyOf(body), token_type: 'Bearer', expires_in: 1 },
    }));
    const keyfile = reference(`op://${vault}/KEYFILE/credential`, { ttl: '1s' });
    const [scope, rules] = ['https://www.googleapis.com/auth/bigquery', [{ host: google }]];
    const transforms = [{ name: 'gcp_auth', config: { keyfile, scopes: [scope], rules } }];
    const storedNow = (at: string) => stored({ KEY: at, KEYFILE: keyFile(at) });
    await start([replaced(key({ ttl: '1s' }), host, 'KEY')], storedNow('first'), transforms);
    const token = async () => {
      const { body } = await proxy.send({ url: `https://${google}/` });
      return JSON.parse(body).headers.authorization;
    };
    expect(await token()).toBe('Bearer first');
    await vaults.store(storedNow('second'));
    await eventually('second');
    expect(await token()).toBe('Bearer first');
    await proxy.manage('POST', '/v1/reload', infraSecret.IRON_MANAGEMENT_API_KEY);
    expect(await token()).toBe('Bearer second');
  });

  it('lets a request wait as long as 1Password takes, while other hosts remain available', async () => {
    await begin({});
    await vaults.fail({ kind: 'hold' });
    let answered = false;
    const slow = injected().finally(() => {
      answered = true;
    });
    expect(await vaults.requests(1)).toMatchObject([{ status: 0 }]);
    const other = await proxy.send({ url: 'https://open.example.com/', headers: { authorization: 'KEY' } });
    expect(other).toMatchObject({ refused: false, status: 200 });
    expect(answered).toBe(false);
    await vaults.heal();
    expect(await slow).toBe('first');
  });

  it('refuses the tunnel instead if the secret is required', async () => {
    const inject = { header: 'Authorization', require: true };
    await start([{ source: key(), rules: [{ host }], inject }], stored({}));
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
    expect(seen).toEqual({ refused: true, status: 403, body: '' });
  });

  it('answers 502 if the value is not valid in a header, and does not log it', async () => {
    await begin({}, stored({ KEY: 'pasted with a line break\n' }));
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'KEY' } });
    expect(seen).toMatchObject({ refused: false, status: 502 });
    await proxy.logged('invalid header field value');
    await proxy.stop();
    expect(proxy.log()).not.toContain('pasted with');
  });

  it('finds vault and item by id, and a field in a section', async () => {
    const ids = { vault: 'vaultvaultvaultvaultvaultv', item: 'itemitemitemitemitemitemit' };
    const section = { id: 'production', label: 'Production' };
    const fields = [{ label: 'password', value: 'in the section', section: section.id }];
    const paths = { id: 'production/password', label: 'Production/password', none: 'password' };
    await start(
      Object.entries(paths).map(([name, path]) =>
        replaced(reference(`op://${ids.vault}/${ids.item}/${path}`), `${name}.example.com`, 'KEY'),
      ),
      {
        token,
        vaults: [
          { name: 'V', id: ids.vault, items: [{ title: 'I', id: ids.item, sections: [section], fields }] },
        ],
      },
    );
    const got: string[] = [];
    for (const name of Object.keys(paths)) got.push(await injected(`${name}.example.com`));
    expect(got).toEqual(way.inSections);
  });

  it('reads a vault whose name looks like an id as that source does', async () => {
    const name = 'abcdefghijklmnopqrstuvwxyz';
    const items = stored({ KEY: 'first' }).vaults[0]?.items ?? [];
    await start([replaced(reference(`op://${name}/KEY/credential`), host, 'KEY')], {
      token,
      vaults: [{ name, items }],
    });
    expect(await injected()).toBe(way.vaultLikeAnId);
  });
}

/** Which key signed the assertion in a token request: the header of a JWT, RFC 7515, names it. */
function keyOf(body: string): string {
  const [header = ''] = (new URLSearchParams(body).get('assertion') ?? '').split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid;
}
