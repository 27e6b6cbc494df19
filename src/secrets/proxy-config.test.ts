import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configFaults } from '../../test/proxy/config-schema.js';
import {
  type DeclaringValues,
  declaredBy,
  secretEntry,
  transforms,
} from '../../test/secrets/declaring-chart.js';
import { harnessCredentials } from './harness.js';
import { passingHeaders } from './header.js';
import { readPyproject } from './pyproject.js';
import { secretSourceNames, secretSources } from './source.js';
import { vaultPlaceholder } from './vault.js';

const page = readFileSync(new URL('../../docs/use-1password.md', import.meta.url), 'utf8');

/** What the page's declaration declares. */
function pageDeclaration() {
  const snippet = /```toml\n(\[tool\.centaur\][\s\S]*?)```/.exec(page)?.[1] ?? '';
  const read = readPyproject(snippet, 'docs/use-1password.md');
  if (!('declaration' in read) || read.declaration === undefined)
    throw new Error('the page declares nothing');
  return read.declaration;
}

const warehouse = { tools: { warehouse: pageDeclaration() } };
const off = { enabled: false };
const noHarness = { codex: off, amp: off, claudeCode: off, piMono: off };

function values(tools: object, more: DeclaringValues = {}): DeclaringValues {
  return { tools, harnesses: noHarness, ...more };
}

function inMode(secretSource: string, more: object = {}) {
  return { ironProxy: { secretSource, ...more } };
}

describe('a declaration from the page', () => {
  test.each([
    ['onepassword-connect', '1password_connect'],
    ['onepassword', '1password'],
  ])('in the mode %s, iron-proxy resolves the reference that the page shows', (mode, type) => {
    const reference = /op:\/\/\$OP_VAULT\/WAREHOUSE_API_KEY\/credential/.exec(page)?.[0];
    const { config } = declaredBy({ ...warehouse, ...inMode(mode) });
    expect(secretEntry(config, 'WAREHOUSE_API_KEY')?.source).toEqual({
      type,
      secret_ref: reference,
      ttl: '10m',
    });
  });

  test('in the mode env, iron-proxy takes the key of the same name', () => {
    const { config, credentialKeys } = declaredBy({ ...warehouse, ...inMode('env') });
    expect(secretEntry(config, 'WAREHOUSE_API_KEY')?.source).toEqual({
      type: 'env',
      var: 'WAREHOUSE_API_KEY',
    });
    expect(credentialKeys).toContain('WAREHOUSE_API_KEY');
  });

  test('the tool sees WAREHOUSE_API_KEY as a placeholder', () => {
    const { config } = declaredBy(warehouse);
    expect(secretEntry(config, 'WAREHOUSE_API_KEY')?.replace?.proxy_value).toBe('WAREHOUSE_API_KEY');
  });

  test('it is replaced for warehouse.internal.example.com, in the Authorization header, and nowhere else', () => {
    const { config } = declaredBy(warehouse);
    const entry = secretEntry(config, 'WAREHOUSE_API_KEY');
    expect(entry?.rules).toEqual([{ host: 'warehouse.internal.example.com' }]);
    expect(entry?.replace).toEqual({
      proxy_value: 'WAREHOUSE_API_KEY',
      match_headers: ['Authorization'],
    });
    expect(entry).not.toHaveProperty('inject');
  });
});

describe('harness credentials', () => {
  const titles = {
    codex: 'Codex default',
    amp: 'Amp',
    claudeCode: 'Claude Code',
    piMono: 'pi-mono',
  } as const;

  test.each(
    Object.entries(titles),
  )("the page's credential of %s is resolved when it is enabled", (harness, title) => {
    const credential = new RegExp(`\\| \`?(\\w+)\`? \\| [^|]*${title}`).exec(page)?.[1] ?? '';
    const row = harnessCredentials.find(({ name }) => name === credential);
    expect(row?.harnesses).toContain(harness);
    const { config } = declaredBy({ harnesses: { ...noHarness, [harness]: { enabled: true } } });
    expect(transforms(config, 'secrets')).toEqual([
      {
        secrets: [
          {
            source: {
              type: '1password',
              secret_ref: `op://$OP_VAULT/${credential}/credential`,
              ttl: '10m',
            },
            rules: [{ host: row?.host }],
            replace: { proxy_value: credential, match_headers: [row?.header] },
          },
        ],
      },
    ]);
    expect(transforms(config, 'allowlist')).toEqual([{ domains: [row?.host] }]);
  });

  test('each is sent to its own host, in its own header', () => {
    expect(harnessCredentials.map(({ name, host, header }) => [name, host, header])).toEqual([
      ['OPENAI_API_KEY', 'api.openai.com', 'Authorization'],
      ['AMP_API_KEY', 'ampcode.com', 'Authorization'],
      ['ANTHROPIC_API_KEY', 'api.anthropic.com', 'X-Api-Key'],
    ]);
  });

  test('codex alone is enabled by default', () => {
    const { credentialKeys } = declaredBy({});
    expect(credentialKeys).toEqual(['OPENAI_API_KEY']);
  });

  test('Claude Code and pi-mono share one credential, which is declared once', () => {
    const enabled = { enabled: true };
    const harnesses = { ...noHarness, claudeCode: enabled, piMono: enabled };
    expect(declaredBy({ harnesses }).credentialKeys).toEqual(['ANTHROPIC_API_KEY']);
  });

  test('without any, nothing is resolved and no host may be reached', () => {
    const { config, credentialKeys } = declaredBy(values({}));
    expect(credentialKeys).toEqual([]);
    expect(config.transforms.map(({ name }) => name)).toEqual(['allowlist', 'header_allowlist']);
    expect(transforms(config, 'allowlist')).toEqual([{ domains: [] }]);
  });

  test('a tool may declare the credential of a harness, for its own hosts', () => {
    const secrets = [
      {
        type: 'http' as const,
        name: 'OPENAI_API_KEY',
        match_headers: ['Authorization'],
        hosts: ['eu.api.openai.com'],
      },
    ];
    const { config } = declaredBy({ tools: { speech: { secrets } } });
    expect(secretEntry(config, 'OPENAI_API_KEY')?.rules).toEqual([
      { host: 'api.openai.com' },
      { host: 'eu.api.openai.com' },
    ]);
  });
});

const http = {
  type: 'http',
  name: 'KEY',
  match_headers: ['Authorization'],
  hosts: ['a.example.com'],
} as const;

/** The only entry of the secrets that one tool declares. */
function entryOf(secret: object) {
  const { config } = declaredBy({
    tools: { tool: { secrets: [secret] } },
    harnesses: noHarness,
  });
  return transforms(config, 'secrets')[0]?.secrets[0];
}

describe('http', () => {
  test('a secret for the path or the query alone is not replaced in any header', () => {
    const { match_headers, ...elsewhere } = http;
    expect(entryOf({ ...elsewhere, match_path: true })?.replace).toEqual({
      proxy_value: 'KEY',
      match_headers: ['/^$/'],
      match_path: true,
    });
    expect(entryOf({ ...elsewhere, match_query: true, match_path: false })?.replace).toEqual({
      proxy_value: 'KEY',
      match_headers: ['/^$/'],
      match_query: true,
    });
  });

  test('the placeholder, the reference and the match places may be given', () => {
    const given = {
      secret_ref: 'Warehouse key',
      replacer: 'wh-0000',
      match_headers: ['x-api-KEY', '/^x-wh-/'],
    };
    const entry = entryOf({ ...http, ...given });
    expect(entry?.source.secret_ref).toBe('op://$OP_VAULT/Warehouse key/credential');
    expect(entry?.replace).toEqual({ proxy_value: 'wh-0000', match_headers: ['X-Api-Key', '/^x-wh-/'] });
  });

  test.each([
    [{ inject_header: 'X-Key' }, { header: 'X-Key' }],
    [
      { inject_header: 'Authorization', inject_formatter: 'Basic {{ base64 "x:" .Value }}' },
      { header: 'Authorization', formatter: 'Basic {{ base64 "x:" .Value }}' },
    ],
    [{ inject_query_param: 'key' }, { query_param: 'key' }],
  ])('inject mode writes %j', (given, inject) => {
    const entry = entryOf({ type: 'http', name: 'KEY', mode: 'inject', hosts: ['a.example.com'], ...given });
    expect(entry).toMatchObject({ rules: [{ host: 'a.example.com' }], inject });
    expect(entry).not.toHaveProperty('replace');
  });

  test('address ranges become cidr rules', () => {
    expect(entryOf({ ...http, hosts: ['10.0.0.0/8', 'b.example.com', '10.1.2.3'] })?.rules).toEqual([
      { cidr: '10.0.0.0/8' },
      { host: '10.1.2.3' },
      { host: 'b.example.com' },
    ]);
  });

  test('a secret without hosts has those of the tool; its own hosts replace them', () => {
    const { hosts, ...inherits } = http;
    const tools = {
      tool: { hosts: ['tool.example.com'], secrets: [inherits, { ...http, name: 'OTHER' }] },
    };
    const { config } = declaredBy(values(tools));
    expect(secretEntry(config, 'KEY')?.rules).toEqual([{ host: 'tool.example.com' }]);
    expect(secretEntry(config, 'OTHER')?.rules).toEqual([{ host: 'a.example.com' }]);
  });

  test('a name alone is name, reference and placeholder, replaced in the headers of credentials', () => {
    const { config } = declaredBy(values({ old: { hosts: ['old.example.com'], secrets: ['OLD_TOKEN'] } }));
    const entry = secretEntry(config, 'OLD_TOKEN');
    expect(entry?.source.secret_ref).toBe('op://$OP_VAULT/OLD_TOKEN/credential');
    expect(entry?.rules).toEqual([{ host: 'old.example.com' }]);
    expect(entry?.replace?.proxy_value).toBe('OLD_TOKEN');
    const matched = (header: string) =>
      entry?.replace?.match_headers.some((pattern) =>
        pattern.startsWith('/') ? new RegExp(pattern.slice(1, -1), 'i').test(header) : pattern === header,
      );
    expect(
      ['Authorization', 'X-Api-Key', 'X-Auth-Token', 'Accept', 'Referer', 'X-Forwarded-For'].map(matched),
    ).toEqual([true, true, true, false, false, false]);
  });

  test('declarations of one secret on different hosts are one entry, regardless of the order of the tools', () => {
    const one = { ...http, match_headers: ['Authorization', 'X-Key'], hosts: ['b.example.com'] };
    const other = {
      ...http,
      match_headers: ['X-Key', 'Authorization'],
      mode: 'replace',
      secret_ref: 'KEY',
      replacer: 'KEY',
      match_path: false,
      hosts: ['a.example.com', 'b.example.com'],
    };
    const rules = [{ host: 'a.example.com' }, { host: 'b.example.com' }];
    for (const [left, right] of [
      [one, other],
      [other, one],
    ]) {
      const tools = {
        a: { secrets: [left] },
        b: { secrets: [right] },
      };
      const { config, lookupCount } = declaredBy(values(tools));
      expect(transforms(config, 'secrets')[0]?.secrets.map((entry) => entry.rules)).toEqual([rules]);
      expect(lookupCount).toBe(1);
    }
  });

  test('a reference in two places is one key, and is looked up for each place', () => {
    const shared = (name: string) => ({ ...http, name, secret_ref: 'SHARED' });
    const tools = { a: { secrets: [shared('ONE')] }, b: { secrets: [shared('TWO')] } };
    const { credentialKeys, lookupCount } = declaredBy(values(tools, inMode('env')));
    expect(credentialKeys).toEqual(['SHARED']);
    expect(lookupCount).toBe(2);
  });

  test('a secret that is replaced on one host and injected into another is an entry for each', () => {
    const { match_headers, ...placed } = http;
    const replaced = { ...http, hosts: ['a.example.com'] };
    const header = { ...placed, mode: 'inject', inject_header: 'X-Key', hosts: ['b.example.com'] };
    const query = { ...placed, mode: 'inject', inject_query_param: 'k', hosts: ['c.example.com'] };
    const orders = [
      [replaced, header, query, { ...header, hosts: ['d.example.com'] }],
      [query, { ...header, hosts: ['d.example.com'] }, header, replaced],
    ];
    const [one, other] = orders.map((secrets) => declaredBy(values({ t: { secrets } })));
    expect(one?.configText).toBe(other?.configText);
    expect(one?.lookupCount).toBe(3);
    const entries = (one && transforms(one.config, 'secrets')[0]?.secrets) ?? [];
    expect(entries.map(({ rules, replace, inject }) => [rules, replace?.match_headers, inject])).toEqual(
      expect.arrayContaining([
        [[{ host: 'a.example.com' }], match_headers, undefined],
        [[{ host: 'b.example.com' }, { host: 'd.example.com' }], undefined, { header: 'X-Key' }],
        [[{ host: 'c.example.com' }], undefined, { query_param: 'k' }],
      ]),
    );
    expect(entries).toHaveLength(3);
  });

  test('an empty list of headers replaces in no header', () => {
    const entry = entryOf({ ...http, match_headers: [], match_path: true });
    expect(entry?.replace).toEqual({ proxy_value: http.name, match_headers: ['/^$/'], match_path: true });
  });

  test('a value may be missing if it is optional in every declaration', () => {
    const on = (host: string, name: string, more: object = {}) => ({ ...http, name, hosts: [host], ...more });
    const tools = {
      a: {
        hosts: [],
        secrets: [on('a.example.com', 'BOTH'), on('a.example.com', 'NEEDS', { secret_ref: 'SHARED' })],
        optional_secrets: [
          on('b.example.com', 'BOTH'),
          on('b.example.com', 'WANTS', { secret_ref: 'SHARED' }),
        ],
      },
      b: {
        hosts: ['c.example.com'],
        optional_secrets: ['LEGACY', on('c.example.com', 'BOTH', { match_path: true })],
      },
    };
    const { config, credentialKeys, optionalKeys, lookupCount } = declaredBy(values(tools, inMode('env')));
    expect(credentialKeys).toEqual(['BOTH', 'LEGACY', 'SHARED']);
    expect(optionalKeys).toEqual(['LEGACY']);
    expect(lookupCount).toBe(5);
    expect(transforms(config, 'secrets')[0]?.secrets).toHaveLength(5);
  });

  test('a full reference is left unchanged', () => {
    const secret_ref = 'op://Other Vault/item-1/section/field';
    expect(entryOf({ ...http, secret_ref })?.source.secret_ref).toBe(secret_ref);
  });
});

describe('tokens and databases', () => {
  test('gcp_auth', () => {
    const tools = {
      bigquery: { hosts: ['ignored.example.com'], secrets: [{ type: 'gcp_auth', name: 'KEYFILE' }] },
      drive: {
        secrets: [
          {
            type: 'gcp_auth',
            name: 'A_DRIVE',
            secret_ref: 'Drive',
            hosts: ['drive.example.com'],
            scopes: ['https://g/drive'],
          },
        ],
      },
    };
    const { config } = declaredBy(values(tools, inMode('env')));
    expect(transforms(config, 'gcp_auth')).toEqual([
      {
        keyfile: { type: 'env', var: 'Drive' },
        scopes: ['https://g/drive'],
        rules: [{ host: 'drive.example.com' }],
      },
      {
        keyfile: { type: 'env', var: 'KEYFILE' },
        scopes: ['https://www.googleapis.com/auth/cloud-platform'],
        rules: [{ host: '*.googleapis.com' }],
      },
    ]);
  });

  const ledger = {
    type: 'oauth_token',
    name: 'LEDGER',
    grant: 'refresh_token',
    token_endpoint: 'https://login.example.com:8443/oauth/token',
    scopes: ['read', 'write'],
    fields: {
      refresh_token: { secret_ref: 'LEDGER_JSON', json_key: 'refresh' },
      client_id: 'LEDGER_CLIENT',
      client_secret: { secret_ref: 'LEDGER_SECRET' },
    },
  };

  test('oauth_token', () => {
    const tools = { ledger: { hosts: ['api.example.com'], secrets: [ledger] } };
    const { config, credentialKeys, lookupCount } = declaredBy(values(tools, inMode('env')));
    expect(transforms(config, 'oauth_token')).toEqual([
      {
        tokens: [
          {
            grant: 'refresh_token',
            refresh_token: { type: 'env', var: 'LEDGER_JSON', json_key: 'refresh' },
            client_id: { type: 'env', var: 'LEDGER_CLIENT' },
            client_secret: { type: 'env', var: 'LEDGER_SECRET' },
            token_endpoint: 'https://login.example.com:8443/oauth/token',
            scopes: ['read', 'write'],
            rules: [{ host: 'api.example.com' }],
          },
        ],
      },
    ]);
    expect(credentialKeys).toEqual(['LEDGER_CLIENT', 'LEDGER_JSON', 'LEDGER_SECRET']);
    expect(lookupCount).toBe(3);
  });

  test('only the path of the token endpoint may be reached on its host', () => {
    const tools = {
      ledger: {
        hosts: ['api.example.com'],
        secrets: [ledger],
      },
      bigquery: { secrets: [{ type: 'gcp_auth', name: 'KEYFILE', hosts: ['bigquery.googleapis.com'] }] },
    };
    const { config } = declaredBy(values(tools));
    const hosts = ['login.example.com', 'oauth2.googleapis.com'];
    expect(transforms(config, 'allowlist')).toEqual([
      {
        domains: ['api.example.com', 'bigquery.googleapis.com'],
        rules: [
          ...hosts.map((host) => ({ host, methods: ['CONNECT'] })),
          { host: 'login.example.com', paths: ['/oauth/token'] },
          { host: 'oauth2.googleapis.com', paths: ['/token'] },
        ],
      },
    ]);
  });

  test('aws_auth', () => {
    const bucket = {
      type: 'aws_auth',
      name: 'BUCKET',
      access_key_id: 'AK',
      secret_access_key: 'SK',
      hosts: ['s3.*.amazonaws.com'],
    };
    const more = { allowed_services: ['s3'], allowed_regions: ['eu-west-1'] };
    const tools = { bucket: { secrets: [{ ...bucket, ...more }] } };
    const { config, credentialKeys } = declaredBy(values(tools, inMode('env')));
    expect(transforms(config, 'aws_auth')).toEqual([
      {
        access_key_id: { type: 'env', var: 'AK' },
        secret_access_key: { type: 'env', var: 'SK' },
        ...more,
        rules: [{ host: 's3.*.amazonaws.com' }],
      },
    ]);
    expect(credentialKeys).toEqual(['AK', 'SK']);
  });

  test('every pg_dsn is an upstream of one listener', () => {
    const dsn = (name: string, database: string) => ({ type: 'pg_dsn' as const, name, database });
    const tools = {
      a: { secrets: [dsn('Z_DSN', 'reports')] },
      b: { secrets: [dsn('A_DSN', 'sales'), dsn('Z_DSN', 'reports')] },
    };
    const { config, declaresDatabase } = declaredBy(values(tools, inMode('env')));
    expect(config.postgres).toEqual({
      listen: ':5432',
      client: { user: 'app_user', password_env: 'PG_PROXY_PASSWORD' },
      upstreams: [
        { database: 'sales', dsn: { type: 'env', var: 'A_DSN' } },
        { database: 'reports', dsn: { type: 'env', var: 'Z_DSN' } },
      ],
    });
    expect(declaresDatabase).toBe(true);
  });

  test('without a pg_dsn there is no listener for databases', () => {
    const { config, declaresDatabase } = declaredBy(warehouse);
    expect(config).not.toHaveProperty('postgres');
    expect(declaresDatabase).toBe(false);
  });
});

describe('the hosts that may be reached', () => {
  test('are the declared hosts, those of the tools, and allowedHosts, without duplicates and sorted', () => {
    const tools = {
      a: { hosts: ['tool.example.com'], secrets: [http] },
      b: { secrets: [{ ...http, name: 'B', hosts: ['a.example.com', '10.0.0.0/8'] }] },
    };
    const { config } = declaredBy(
      values(tools, { ironProxy: { allowedHosts: ['open.example.com', '192.0.2.0/24'] } }),
    );
    expect(transforms(config, 'allowlist')).toEqual([
      {
        domains: ['a.example.com', 'open.example.com', 'tool.example.com'],
        cidrs: ['10.0.0.0/8', '192.0.2.0/24'],
      },
    ]);
  });

  test('["*"] opens the proxy', () => {
    const { config } = declaredBy(values({}, { ironProxy: { allowedHosts: ['*'] } }));
    expect(transforms(config, 'allowlist')).toEqual([{ domains: ['*'] }]);
  });

  test('upstreamDenyCidrs adds to loopback and the metadata addresses, and removes none of them', () => {
    const denied = (upstreamDenyCidrs?: string[]) =>
      declaredBy({ ironProxy: { upstreamDenyCidrs } }).config.proxy.upstream_deny_cidrs;
    // iron-proxy's built-in denials remain.
    expect(denied()).toEqual(
      expect.arrayContaining(['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128', 'fd00:ec2::254/128']),
    );
    expect(denied()).toEqual(expect.arrayContaining(['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::23/128']));
    expect(denied([])).toEqual(denied());
    expect(denied(['10.0.0.0/8', 'fd00::/8'])).toEqual([...denied(), '10.0.0.0/8', 'fd00::/8']);
  });
});

describe('an address with a zone, which may end as a name does', () => {
  const refused = {
    source: { type: 'env', var: 'ADDRESS_WITH_A_ZONE' },
    rules: [{ host: '*%*' }],
    replace: { proxy_value: 'ADDRESS_WITH_A_ZONE', match_headers: ['/^$/'], require: true },
  };
  const first = (given: DeclaringValues) =>
    transforms(declaredBy(given).config, 'secrets').map(({ secrets }) => secrets[0]);

  test.each<[what: string, given: DeclaringValues]>([
    ['allowedHosts', values({}, { ironProxy: { allowedHosts: ['*.example.com'] } })],
    ['the hosts of a tool', values({ a: { hosts: ['*.example.com'] } })],
    ['the hosts of a secret', values({ a: { secrets: [{ ...http, hosts: ['*.example.com'] }] } })],
    ['the hosts that a secret has by default', values({ a: { secrets: [{ type: 'gcp_auth', name: 'G' }] } })],
  ])('is refused before a credential is set, where a host of %s is a pattern', (_, given) => {
    expect(first(given)).toEqual([refused]);
  });

  test('needs no refusal if all hosts are names', () => {
    expect(first(values({}, { ironProxy: { allowedHosts: ['a.example.com'] } }))).toEqual([]);
    expect(first(warehouse)).not.toEqual([refused]);
  });
});

describe('headers', () => {
  const headersOf = (given: DeclaringValues) => transforms(declaredBy(given).config, 'header_allowlist');

  test('those that declared secrets use pass in addition to the rest, and unused credential headers do not', () => {
    expect(passingHeaders).not.toContain('Authorization');
    expect(headersOf(values({}))).toEqual([{ headers: passingHeaders }]);
    const tools = {
      a: { secrets: [{ ...http, match_headers: ['x-key', '/^x-other-/'] }] },
      b: {
        secrets: [
          { type: 'http', name: 'B', mode: 'inject', inject_header: 'X-Injected', hosts: ['b.example.com'] },
        ],
      },
    };
    const more = { ironProxy: { headerAllowlist: { extra: ['X-More'] } } };
    expect(headersOf(values(tools, more))).toEqual([
      { headers: [...passingHeaders, '/^x-other-/', 'X-Injected', 'X-More', 'x-key'] },
    ]);
  });

  test('the header of a token passes, and everything that AWS requests are signed with', () => {
    const gcp = { g: { secrets: [{ type: 'gcp_auth' as const, name: 'G' }] } };
    expect(headersOf(values(gcp))).toEqual([{ headers: [...passingHeaders, 'Authorization'] }]);
    const aws = {
      a: {
        hosts: ['s3.amazonaws.com'],
        secrets: [{ type: 'aws_auth' as const, name: 'A', access_key_id: 'AK', secret_access_key: 'SK' }],
      },
    };
    expect(headersOf(values(aws)).at(-1)).toEqual({
      headers: [...passingHeaders, '/^Amz-Sdk-/', '/^X-Amz-/', 'Authorization'],
    });
  });

  test('headers that would be removed after AWS signing are removed before it', () => {
    const key = (name: string, host: string) => ({
      hosts: [host],
      secrets: [{ type: 'aws_auth' as const, name, access_key_id: 'AK', secret_access_key: 'SK' }],
    });
    const tools = { a: key('A', 's3.amazonaws.com'), b: key('B', '*.eu-west-1.amazonaws.com') };
    const { config } = declaredBy(
      values(tools, { ironProxy: { headerAllowlist: { extra: ['X-More', 'connection', '/^X-A/'] } } }),
    );
    expect(config.transforms.map(({ name }) => name)).toEqual([
      'allowlist',
      'secrets',
      'header_allowlist',
      'aws_auth',
      'aws_auth',
      'header_allowlist',
    ]);
    const [before, after] = transforms(config, 'header_allowlist');
    expect(before?.rules).toEqual([{ host: '*.eu-west-1.amazonaws.com' }, { host: 's3.amazonaws.com' }]);
    expect(after?.headers.filter((header) => !before?.headers.includes(header))).toEqual([
      'Te',
      'Transfer-Encoding',
      'Connection',
      'Upgrade',
      'connection',
    ]);
    expect(before?.headers.filter((header) => !after?.headers.includes(header))).toEqual([]);
  });

  test('the list comes last, after everything that sets headers; it is absent if turned off', () => {
    const { config } = declaredBy({
      tools: { ...warehouse.tools, g: { secrets: [{ type: 'gcp_auth', name: 'G' }] } },
    });
    expect(config.transforms.map(({ name }) => name)).toEqual([
      'allowlist',
      'secrets',
      'gcp_auth',
      'header_allowlist',
    ]);
    const off = declaredBy({
      ...warehouse,
      ironProxy: { headerAllowlist: { enabled: false } },
    });
    expect(off.config.transforms.map(({ name }) => name)).toEqual(['allowlist', 'secrets']);
  });
});

describe('the proxy itself', () => {
  test('its listeners follow the ports, and those that clients do not use are on loopback above 1024', () => {
    const service = { proxyPort: 18080, managementPort: 19092, healthPort: 19090, pgPortRangeStart: 15432 };
    const more = {
      service,
      maxRequestBodyBytes: 20_000_000,
      upstreamResponseHeaderTimeout: '90s',
      logLevel: 'debug',
    };
    const tools = { a: { secrets: [{ type: 'pg_dsn' as const, name: 'DSN', database: 'd' }] } };
    const { config } = declaredBy({ tools, ironProxy: more });
    expect(config).toMatchObject({
      dns: { enabled: false },
      proxy: {
        http_listen: '127.0.0.1:8081',
        https_listen: '127.0.0.1:8443',
        tunnel_listen: ':18080',
        max_request_body_bytes: 20_000_000,
        upstream_response_header_timeout: '90s',
      },
      metrics: { listen: ':19090' },
      management: { listen: ':19092' },
      log: { level: 'debug' },
      postgres: { listen: ':15432' },
    });
  });

  test.each(
    secretSourceNames,
  )('every source of the mode %s has its own type, and a TTL where one is kept', (mode) => {
    const { config } = declaredBy({ ...warehouse, ...inMode(mode, { secretTtl: '1h30m' }) });
    const source = secretEntry(config, 'WAREHOUSE_API_KEY')?.source;
    expect(source?.type).toBe(secretSources[mode].type);
    expect(source?.ttl).toBe(mode === 'env' ? undefined : '1h30m');
  });

  test.each(secretSourceNames)('the config of the mode %s has the documented shape', (mode) => {
    const all = {
      ...warehouse.tools,
      old: { hosts: ['old.example.com'], secrets: ['OLD_TOKEN'] },
      maps: {
        hosts: ['maps.example.com'],
        secrets: [{ type: 'http', name: 'MAPS', mode: 'inject', inject_query_param: 'key' }],
      },
      bigquery: { secrets: [{ type: 'gcp_auth', name: 'KEYFILE' }] },
      ledger: {
        hosts: ['api.example.com'],
        secrets: [
          {
            type: 'oauth_token',
            name: 'LEDGER',
            grant: 'jwt_bearer',
            audience: 'https://login.example.com',
            token_endpoint: 'https://login.example.com/token',
            fields: {
              issuer: 'ISSUER',
              subject: 'SUBJECT',
              private_key: { secret_ref: 'PEM', json_key: 'key' },
            },
          },
        ],
      },
      bucket: {
        hosts: ['*.amazonaws.com'],
        secrets: [{ type: 'aws_auth', name: 'BUCKET', access_key_id: 'AK', secret_access_key: 'SK' }],
      },
      reports: { secrets: [{ type: 'pg_dsn', name: 'DSN', database: 'reports' }] },
    };
    const { configText } = declaredBy({
      tools: all ?? {},
      ...inMode(mode, { upstreamDenyCidrs: [] }),
    });
    expect(configFaults(configText.replaceAll(vaultPlaceholder, 'Engineering'))).toEqual([]);
  });
});
