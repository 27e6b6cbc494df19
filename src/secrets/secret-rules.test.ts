import { describe, expect, test } from 'vitest';
import { declaredBy, problems } from '../../test/secrets/declaring-chart.js';
import { maxConfigBytes } from './secret-rules.js';

const http = { type: 'http', name: 'KEY', match_headers: ['Authorization'], hosts: ['a.example.com'] };

const off = { enabled: false };
const harnesses = { codex: off };

/** The messages for tools that each have these secrets. */
function broken(
  tools: { readonly [tool: string]: readonly unknown[] },
  ironProxy: object = {},
): readonly string[] {
  const declared = Object.fromEntries(Object.entries(tools).map(([name, secrets]) => [name, { secrets }]));
  return problems({ tools: declared, harnesses, ironProxy });
}

test('sound declarations break no rule', () => {
  expect(
    broken({ a: [http, { ...http, name: 'OTHER' }], b: [{ ...http, hosts: ['b.example.com'] }] }),
  ).toEqual([]);
  expect(problems({})).toEqual([]);
});

describe('one name may be used in several ways', () => {
  const injected = { type: 'http', name: 'KEY', mode: 'inject', hosts: ['b.example.com'] };
  const wide = ['*.example.com'];

  test.each([
    ['other headers', { match_headers: ['X-Key'] }],
    ['the path too', { match_path: true }],
    ['the query too', { match_query: true }],
    ['the query alone', { match_headers: [], match_query: true }],
    ['another reference on another host', { secret_ref: 'OTHER', hosts: ['b.example.com'] }],
    ['another placeholder on another host', { replacer: 'KEY_2', hosts: ['b.example.com'] }],
    ['another placeholder in another header', { replacer: 'key-0000', match_headers: ['X-Key'] }],
  ])('%s', (_, difference) => {
    expect(broken({ a: [http], b: [{ ...http, ...difference }], c: [{ ...http, name: 'FINE' }] })).toEqual(
      [],
    );
  });

  test('replaced on one host, and injected into a header or a parameter of another', () => {
    expect(broken({ a: [http], b: [{ ...injected, inject_header: 'Authorization' }] })).toEqual([]);
    expect(broken({ a: [http], b: [{ ...injected, inject_query_param: 'key' }] })).toEqual([]);
    const parameter = { ...injected, inject_query_param: 'key', hosts: ['a.example.com'] };
    expect(broken({ a: [http], b: [parameter] })).toEqual([]);
    expect(broken({ a: [http], b: [{ type: 'gcp_auth', name: 'KEY' }] })).toEqual([]);
    expect(broken({ a: [http, { type: 'pg_dsn', name: 'KEY', database: 'd' }] })).toEqual([]);
  });

  test.each([
    ['a.example.com', ['a.example.com'], 'a.example.com'],
    ['a host and a pattern', wide, '*.example.com'],
  ])('but not with two references for %s', (_, hosts, at) => {
    expect(
      broken({ a: [http], b: [{ ...http, secret_ref: 'OTHER', hosts, match_headers: ['X-Key'] }] }),
    ).toEqual([
      `tools.b.secrets[0]: KEY has more than one reference for ${at}, by tools.a.secrets[0], tools.b.secrets[0]: use one reference, give each declaration hosts of its own, or rename one of them`,
    ]);
  });

  test('nor with the references of a grant the other way round', () => {
    const token = (fields: object, host: string) => ({
      type: 'oauth_token',
      name: 'T',
      grant: 'client_credentials',
      token_endpoint: 'https://l.example.com/token',
      hosts: [host],
      fields,
    });
    const [one, other] = [
      { client_id: 'I', client_secret: 'S' },
      { client_id: 'S', client_secret: 'I' },
    ];
    expect(broken({ a: [token(one, 'a.example.com'), token(other, 'b.example.com')] })).toEqual([]);
    expect(broken({ a: [token(one, 'a.example.com'), token(other, '*.example.com')] })).toEqual([
      expect.stringMatching(
        /^tools\.a\.secrets\[1\]: T has more than one reference for \*\.example\.com, by /,
      ),
      expect.stringContaining('the header Authorization to *.example.com is set in more than one way'),
    ]);
  });

  test.each([
    ['a placeholder and an injected header', { ...injected, inject_header: 'authorization', hosts: wide }],
    ['a placeholder and a token', { type: 'gcp_auth', name: 'KEY', hosts: wide }],
    ['two placeholders', { ...http, replacer: 'key-0000', hosts: wide }],
  ])('nor with %s in one place', (_, other) => {
    expect(broken({ a: [http], b: [other] })).toEqual([
      'tools.b.secrets[0]: KEY is put into the header Authorization to *.example.com in more than one way, by tools.a.secrets[0], tools.b.secrets[0]: give all of them the same mode and replacer, or give each declaration hosts of its own',
    ]);
  });

  test('nor with a parameter of a query in which the placeholder is replaced', () => {
    const query = { ...http, match_headers: [], match_query: true, hosts: ['b.example.com'] };
    expect(broken({ a: [query], b: [{ ...injected, inject_query_param: 'key' }] })).toEqual([
      expect.stringContaining('KEY is put into the query to b.example.com in more than one way'),
    ]);
    const path = { ...query, match_path: true, match_query: false };
    expect(broken({ a: [{ ...path, replacer: 'ONE' }], b: [{ ...path, replacer: 'TWO' }] })).toEqual([
      expect.stringContaining('KEY is put into the path to b.example.com in more than one way'),
    ]);
  });

  test('nor with two formatters of one header', () => {
    const bearer = { ...injected, inject_header: 'X-Key', inject_formatter: 'Bearer {{ .Value }}' };
    expect(broken({ a: [bearer, { ...injected, inject_header: 'x-key', hosts: wide }] })).toEqual([
      'tools.a.secrets[1]: the header X-Key to *.example.com is set in more than one way, by tools.a.secrets[0], tools.a.secrets[1], and only one value can arrive: make the declarations alike, or give each its own hosts',
    ]);
  });

  test('nor with a placeholder inside another', () => {
    const other = { ...http, replacer: 'KEY_2', match_headers: ['X-Key'], hosts: wide };
    expect(broken({ a: [http], b: [other] })).toEqual([
      'tools.a.secrets[0]: the placeholder of KEY is part of that of KEY, by tools.b.secrets[0], and both go to one host, where replacing the first would damage the second: give one of them another replacer',
    ]);
  });

  test('nor with one DSN for two databases', () => {
    const dsn = (database: string, more: object = {}) => ({ type: 'pg_dsn', name: 'DSN', database, ...more });
    expect(broken({ a: [dsn('one')], b: [dsn('two')] })).toEqual([
      'tools.b.secrets[0]: DSN is declared for the databases one, two, and its DSN names one of them: give each database a name and an item of its own',
    ]);
    expect(broken({ a: [dsn('one')], b: [dsn('two', { secret_ref: 'OTHER' })] })).toEqual([]);
  });

  test('of a harness too', () => {
    const other = { ...http, name: 'OPENAI_API_KEY', match_headers: ['X-Key'] };
    expect(problems({ tools: { a: { secrets: [other] } } })).toEqual([]);
    const twice = { ...injected, name: 'OPENAI_API_KEY', inject_header: 'Authorization', hosts: wide };
    expect(problems({ tools: { a: { secrets: [{ ...twice, hosts: ['api.openai.com'] }] } } })).toEqual([
      expect.stringMatching(
        /^tools\.a\.secrets\[0\]: OPENAI_API_KEY is put into the header Authorization to api\.openai\.com /,
      ),
    ]);
  });
});

test('an optional secret is held to the same rules', () => {
  const { hosts, match_headers, ...nowhere } = http;
  const tools = { a: { optional_secrets: [{ ...nowhere, match_headers: [] }, 'OLD'] } };
  expect(problems({ tools, harnesses })).toEqual([
    'tools.a.optional_secrets[1]: OLD has no hosts: set hosts on it, or on the tool as a default for all its secrets',
    'tools.a.optional_secrets[0]: KEY has no hosts: set hosts on it, or on the tool as a default for all its secrets',
    'tools.a.optional_secrets[0]: KEY has no place to be replaced in: say where its placeholder appears, with match_headers (such as Authorization), match_path or match_query',
  ]);
});

describe('declarations of one name are merged', () => {
  const entries = (one: object, other: object) =>
    declaredBy({
      tools: {
        a: { secrets: [{ ...one, hosts: ['a.example.com'] }] },
        b: { secrets: [{ ...other, hosts: ['b.example.com'] }] },
      },
      harnesses,
    }).lookupCount;

  test('equivalent spellings count as the same', () => {
    const same = {
      ...http,
      secret_ref: 'KEY',
      replacer: 'KEY',
      mode: 'replace',
      match_path: false,
      hosts: ['b.example.com'],
    };
    expect(entries(http, same)).toBe(1);
  });

  const secrets = {
    type: 'oauth_token',
    name: 'O',
    grant: 'client_credentials',
    token_endpoint: 'https://l.example.com',
  };
  const signed = { type: 'aws_auth', name: 'S', access_key_id: 'A', secret_access_key: 'B' };
  const injected = { type: 'http', name: 'I', mode: 'inject' };
  const google = { type: 'gcp_auth', name: 'G' };
  const cloud = 'https://www.googleapis.com/auth/cloud-platform';
  test.each([
    [
      { ...http, match_headers: ['x-key'] },
      { ...http, match_headers: ['X-Key'] },
    ],
    [
      { ...http, match_headers: ['A', 'B'] },
      { ...http, match_headers: ['B', 'A', 'B'] },
    ],
    [
      { ...injected, inject_header: 'x-key' },
      { ...injected, inject_header: 'X-Key' },
    ],
    [google, { ...google, scopes: [cloud] }],
    [
      { ...google, scopes: ['a', 'b'] },
      { ...google, scopes: ['b', 'a'] },
    ],
    [
      { ...secrets, fields: { client_id: 'I', client_secret: 'S' } },
      { ...secrets, fields: { client_id: { secret_ref: 'I' }, client_secret: { secret_ref: 'S' } } },
    ],
    [
      { ...signed, allowed_services: ['s3', 'sqs'] },
      { ...signed, allowed_services: ['sqs', 's3'] },
    ],
  ])('as %j means what %j does', (one, other) => {
    expect(entries(one, other)).toBe(entries(one, one));
  });

  test.each([
    [
      { ...http, match_headers: ['A'] },
      { ...http, match_headers: ['A', 'B'] },
    ],
    [
      { ...http, match_headers: ['/a/'] },
      { ...http, match_headers: ['/A/'] },
    ],
    [
      { ...injected, inject_header: 'A' },
      { ...injected, inject_header: 'B' },
    ],
    [
      { ...injected, inject_header: 'A' },
      { ...injected, inject_header: 'A', inject_formatter: 'x {{ .Value }}' },
    ],
    [google, { ...google, scopes: ['a'] }],
    [
      { ...secrets, fields: { client_id: 'I', client_secret: 'S' } },
      { ...secrets, fields: { client_id: 'I', client_secret: { secret_ref: 'S', json_key: 's' } } },
    ],
    [
      { ...secrets, fields: { client_id: 'I', client_secret: { secret_ref: 'A b', json_key: 'c' } } },
      { ...secrets, fields: { client_id: 'I', client_secret: { secret_ref: 'A', json_key: 'b c' } } },
    ],
    [
      { ...google, scopes: ['a,b'] },
      { ...google, scopes: ['a', 'b'] },
    ],
    [signed, { ...signed, allowed_services: ['s3'] }],
    [
      { ...signed, allowed_services: ['s3'] },
      { ...signed, allowed_regions: ['s3'] },
    ],
  ])('as %j means something else than %j', (one, other) => {
    expect(entries(one, other)).toBe(2 * entries(one, one));
  });
});

describe('a secret must match somewhere', () => {
  test('it has a place where it is replaced', () => {
    const { match_headers, ...nowhere } = http;
    const message =
      'tools.a.secrets[0]: KEY has no place to be replaced in: say where its placeholder appears, with match_headers (such as Authorization), match_path or match_query';
    expect(broken({ a: [nowhere] })).toEqual([message]);
    expect(broken({ a: [{ ...nowhere, match_path: false }] })).toEqual([message]);
    expect(broken({ a: [{ ...nowhere, match_headers: [] }] })).toEqual([message]);
    expect(broken({ a: [{ ...nowhere, match_headers: [], match_path: true }] })).toEqual([]);
    expect(broken({ a: [{ ...nowhere, match_query: true }] })).toEqual([]);
  });

  test('it has a host, its own or the tool’s', () => {
    const { hosts, ...nowhere } = http;
    const message =
      'tools.a.secrets[0]: KEY has no hosts: set hosts on it, or on the tool as a default for all its secrets';
    expect(broken({ a: [nowhere] })).toEqual([message]);
    expect(broken({ a: ['KEY'] })).toEqual([message]);
    expect(broken({ a: [{ ...nowhere, hosts: [] }] })).toEqual([message]);
    expect(broken({ a: [{ type: 'gcp_auth', name: 'KEY', hosts: [] }] })).toEqual([message]);
    expect(problems({ tools: { a: { hosts, secrets: [{ ...nowhere, hosts: [] }] } }, harnesses })).toEqual([
      message,
    ]);
    expect(problems({ tools: { a: { hosts: [], secrets: [nowhere] } }, harnesses })).toEqual([message]);
    expect(problems({ tools: { a: { hosts: [], secrets: [], optional_secrets: [] } }, harnesses })).toEqual(
      [],
    );
    expect(problems({ tools: { a: { hosts, secrets: [nowhere] } }, harnesses })).toEqual([]);
  });

  test('gcp_auth and pg_dsn need no hosts', () => {
    expect(
      broken({
        a: [
          { type: 'gcp_auth', name: 'G' },
          { type: 'pg_dsn', name: 'P', database: 'd' },
        ],
      }),
    ).toEqual([]);
    expect(
      broken({ a: [{ type: 'aws_auth', name: 'A', access_key_id: 'I', secret_access_key: 'S' }] }),
    ).toHaveLength(1);
  });

  test.each([
    [{}, 1],
    [{ inject_header: 'X-Key', inject_query_param: 'key' }, 1],
    [{ inject_header: 'X-Key' }, 0],
    [{ inject_query_param: 'key' }, 0],
  ])('inject has exactly one place: %j', (places, count) => {
    const messages = broken({
      a: [{ type: 'http', name: 'KEY', mode: 'inject', hosts: ['a.example.com'], ...places }],
    });
    expect(messages).toHaveLength(count);
    for (const message of messages) {
      expect(message).toBe(
        'tools.a.secrets[0]: KEY must be injected into exactly one place: set one of inject_header and inject_query_param',
      );
    }
  });
});

describe('a header that iron-proxy does not pass on', () => {
  const refusal = (header: string) =>
    `tools.a.secrets[0]: KEY would be put into ${header}, which iron-proxy does not pass on: use the header in which the host expects it`;

  test.each([
    ['Host', 'Host'],
    ['proxy-authorization', 'Proxy-Authorization'],
    ['CONNECTION', 'Connection'],
    ['content-length', 'Content-Length'],
  ])('%s', (written, canonical) => {
    const inject = { type: 'http', name: 'KEY', mode: 'inject', hosts: ['a.example.com'] };
    expect(broken({ a: [{ ...inject, inject_header: written }] })).toEqual([refusal(canonical)]);
    expect(broken({ a: [{ ...http, match_headers: ['Authorization', written] }] })).toEqual([
      refusal(canonical),
    ]);
  });
});

describe('a credential is not sent to hosts that must not read it', () => {
  test.each([
    ['api.own.svc', true],
    ['*.own.svc', true],
    ['10-1-2-3.api.own.svc', true],
    ['10-1-2-3.*.own.svc', true],
    ['*.api.own.svc', true],
    ['api.own', true],
    ['api.own.svc.corp.example', true],
    ['api.own.svcs.corp.example', false],
    ['api.other.svc', false],
    ['web-api.own.svc', false],
    ['*.other.svc', false],
    ['own.svc', false],
    ['10.0.0.0/8', false],
  ])('%s: %s', (host, refused) => {
    expect(broken({ a: [{ ...http, hosts: ['a.example.com', host] }] })).toEqual(
      refused
        ? [
            `tools.a.secrets[0]: KEY would be sent to api.own.svc, the API itself, which must not read it: give it other hosts than ${host}`,
          ]
        : [],
    );
  });

  test.each([
    ['https://api.own.svc', true],
    ['https://api.own.svc:8443/token', true],
    ['https://10-1-2-3.api.own.svc:8443/token', true],
    ['https://web-api.own.svc', false],
    ['https://api.own.svc.example.com/token', true],
    ['https://xapi.own.svc.example.com/token', false],
    ['https://l.example.com/api.own.svc', false],
  ])('to obtain a token at %s: %s', (token_endpoint, refused) => {
    const fields = { client_id: 'ID', client_secret: 'SECRET' };
    const oauth = { type: 'oauth_token', name: 'T', grant: 'client_credentials', fields, token_endpoint };
    expect(broken({ a: [{ ...oauth, hosts: ['a.example.com'] }] })).toEqual(
      refused
        ? [
            `tools.a.secrets[0]: the credentials of T would be sent to api.own.svc, the API itself, which must not read them: give it another token_endpoint`,
          ]
        : [],
    );
  });
});

/** Hosts of one secret, those of another, and whether a request may be to a host of both. */
const hostsBeside: readonly [left: readonly string[], right: readonly string[], overlap: boolean][] = [
  [['a.example.com'], ['b.example.com'], false],
  [['a.example.com'], ['aa.example.com'], false],
  [['x.example.com', 'a.example.com'], ['a.example.com'], true],
  [['*.example.com'], ['a.example.com'], true],
  [['*.example.com'], ['a.b.example.com'], true],
  [['*.example.com'], ['example.com'], true],
  [['*.example.com'], ['notexample.com'], false],
  [['*.example.com'], ['*.b.example.com'], true],
  [['*.example.com'], ['*.example.org'], false],
  [['logs.*.amazonaws.com'], ['logs.eu-west-1.amazonaws.com'], true],
  [['logs.*.amazonaws.com'], ['*.amazonaws.com'], true],
  [['logs.*.amazonaws.com'], ['s3.*.amazonaws.com'], false],
  [['10.0.0.0/8'], ['10.1.2.3'], true],
  [['10.1.2.3'], ['10.1.2.4'], false],
  [['10.0.0.0/8'], ['10.1.0.0/16'], true],
  [['10.0.0.0/8'], ['api.example.com', '*.example.com'], false],
  [['fd00::/8'], ['fd00::1'], true],
  [['2001:db8::/32'], ['10.1.2.3', '10.0.0.0/8'], false],
  [['*.example.com', 'a.example.com'], ['*.example.com', 'b.example.com'], true],
];

describe('no placeholder is part of another one on the same host', () => {
  const on = (name: string, ...hosts: readonly string[]) => ({ ...http, name, hosts });

  test('the message says which, and what to do', () => {
    expect(broken({ a: [on('API_KEY', 'a.example.com')], b: [on('MAPS_API_KEY', 'a.example.com')] })).toEqual(
      [
        'tools.a.secrets[0]: the placeholder of API_KEY is part of that of MAPS_API_KEY, by tools.b.secrets[0], and both go to one host, where replacing the first would damage the second: give one of them another replacer',
      ],
    );
  });

  test.each(hostsBeside)('%j and %j: %s', (left, right, overlap) => {
    expect(broken({ a: [on('KEY', ...left), on('KEY_2', ...right)] })).toHaveLength(overlap ? 1 : 0);
    expect(broken({ a: [on('KEY_2', ...left), on('KEY', ...right)] })).toHaveLength(overlap ? 1 : 0);
  });

  test('two that meet another one meet each other only where their own hosts do', () => {
    const [a, b] = [on('KEY', 'a.example.com'), on('KEY_2', 'b.example.com')];
    expect(broken({ a: [a, b, on('OTHER', '*.example.com')] })).toEqual([]);
    expect(broken({ a: [a, b, on('KEY_23', '*.example.com')] })).toHaveLength(2);
  });

  test('two equal placeholders are part of each other', () => {
    expect(
      broken({ a: [on('ONE', 'a.example.com'), { ...on('TWO', 'a.example.com'), replacer: 'ONE' }] }),
    ).toHaveLength(2);
  });

  test('a different replacer avoids the conflict, and injected secrets have no placeholder', () => {
    expect(
      broken({ a: [on('KEY', 'a.example.com'), { ...on('KEY_2', 'a.example.com'), replacer: 'second' }] }),
    ).toEqual([]);
    const injected = {
      type: 'http',
      name: 'KEY_2',
      mode: 'inject',
      inject_header: 'X-Key',
      hosts: ['a.example.com'],
    };
    expect(broken({ a: [on('KEY', 'a.example.com'), injected] })).toEqual([]);
  });
});

describe('one place holds one credential', () => {
  test('a database has one DSN', () => {
    const dsn = (name: string) => ({ type: 'pg_dsn', name, database: 'reports' });
    expect(broken({ a: [dsn('A_DSN')], b: [dsn('B_DSN')] })).toEqual([
      'tools.b.secrets[0]: the database reports is declared by A_DSN, B_DSN, and clients select a database by its name alone: keep one of them, or use another database name',
    ]);
    expect(broken({ a: [dsn('A_DSN')], b: [dsn('A_DSN')] })).toEqual([]);
  });

  test('a header has one value at a host', () => {
    const gcp = (name: string, ...hosts: readonly string[]) => ({ type: 'gcp_auth', name, hosts });
    expect(broken({ a: [gcp('A', 'x.googleapis.com')], b: [gcp('B', 'x.googleapis.com')] })).toEqual([
      'tools.b.secrets[0]: the header Authorization to x.googleapis.com is set by A, B, and only one value can arrive: give each its own hosts',
    ]);
    expect(broken({ a: [gcp('A', 'x.googleapis.com')], b: [gcp('B', 'y.googleapis.com')] })).toEqual([]);
    const inject = (name: string, inject_header: string) => ({
      type: 'http',
      name,
      mode: 'inject',
      inject_header,
      hosts: ['x.googleapis.com'],
    });
    expect(broken({ a: [gcp('A', 'x.googleapis.com')], b: [inject('B', 'authorization')] })).toHaveLength(1);
    expect(broken({ a: [inject('A', 'X-A')], b: [inject('B', 'X-B')] })).toEqual([]);
  });

  test.each(hostsBeside)('of two credentials for %j and %j: %s', (left, right, overlap) => {
    const gcp = (name: string, hosts: readonly string[]) => ({ type: 'gcp_auth', name, hosts });
    const inject = (name: string, hosts: readonly string[], inject_header: string) => ({
      type: 'http',
      name,
      mode: 'inject',
      inject_header,
      hosts,
    });
    const isRefused = (...secrets: readonly object[]) => {
      const messages = broken({ a: secrets });
      for (const message of messages)
        expect(message).toMatch(/is set by A, B, and only one value can arrive/);
      return messages.length > 0;
    };
    expect(isRefused(gcp('A', left), gcp('B', right))).toBe(overlap);
    expect(isRefused(gcp('B', left), gcp('A', right))).toBe(overlap);
    expect(isRefused(gcp('A', left), inject('B', right, 'Authorization'))).toBe(overlap);
    expect(isRefused(gcp('A', left), inject('B', right, 'X-Key'))).toBe(false);
  });

  test('a key file for all of Google and another for a part of it conflict in that part', () => {
    const gcp = (name: string, hosts: object) => ({ type: 'gcp_auth', name, ...hosts });
    expect(
      broken({ a: [gcp('A', {})], b: [gcp('B', { hosts: ['bigquery.googleapis.com', 'a.example.com'] })] }),
    ).toEqual([
      'tools.b.secrets[0]: the header Authorization to *.googleapis.com is set by A, B, and only one value can arrive: give each its own hosts',
    ]);
    expect(broken({ a: [gcp('A', {})], b: [gcp('A', { hosts: ['bigquery.googleapis.com'] })] })).toEqual([]);
  });

  test('two that meet another one meet each other only where their own hosts do', () => {
    const inject = (name: string, inject_header: string, host: string) => ({
      type: 'http',
      name,
      mode: 'inject',
      inject_header,
      hosts: [host],
    });
    const wide = inject('W', 'X-Wide', '*.example.com');
    const [a, b] = [inject('A', 'X-Key', 'a.example.com'), inject('B', 'X-Key', 'b.example.com')];
    expect(broken({ t: [wide, a, b] })).toEqual([]);
    expect(broken({ t: [{ ...wide, inject_header: 'X-Key' }, a, b] })).toEqual([
      'tools.t.secrets[2]: the header X-Key to *.example.com is set by A, B, W, and only one value can arrive: give each its own hosts',
    ]);
  });

  test('so does a parameter', () => {
    const inject = (name: string) => ({
      type: 'http',
      name,
      mode: 'inject',
      inject_query_param: 'key',
      hosts: ['a.example.com'],
    });
    expect(broken({ a: [inject('A'), inject('B')] })).toHaveLength(1);
  });
});

describe('with secretSource env, a reference is a key of the infra Secret', () => {
  const env = { secretSource: 'env' };

  test.each([
    'op://vault/item/field',
    'My item',
    '2ND_KEY',
    '..',
    'K'.repeat(249),
  ])('%s can be none', (secret_ref) => {
    const declared = { a: [{ ...http, secret_ref }] };
    expect(broken(declared)).toEqual([]);
    expect(broken(declared, env)).toEqual([
      `tools.a.secrets[0]: a reference of KEY can't be a key of the infra Secret, and with ironProxy.secretSource env each reference is one: give KEY a secret_ref of letters, digits, _, - and . that begins with a letter, _ or -, and has 253 characters at most with secretManager.envPrefix`,
    ]);
  });

  test.each([
    'DATABASE_URL',
    'IRON_LOG_LEVEL',
    'HTTPS_PROXY',
    'https_proxy',
    'PATH',
    'LD_PRELOAD',
    'GODEBUG',
    'OTEL_SERVICE_NAME',
    'PGPASSWORD',
    'ca.pem',
  ])('%s is not for tools', (secret_ref) => {
    const declared = { a: [{ ...http, secret_ref }] };
    expect(broken(declared)).toEqual([]);
    expect(broken(declared, env)).toEqual([
      `tools.a.secrets[0]: ${secret_ref} belongs to the services themselves, and tools must not use it; with ironProxy.secretSource env a reference is a key of the infra Secret: give KEY another secret_ref`,
    ]);
  });

  test.each([
    'OP_CONNECT_TOKEN',
    'STAGING_OP_CONNECT_TOKEN',
    'PROD_OP_CONNECT_TOKEN',
  ])('%s is a token', (secret_ref) => {
    const declared = { a: [{ ...http, secret_ref }] };
    expect(broken(declared)).toEqual([]);
    expect(broken(declared, env)).toEqual([
      `tools.a.secrets[0]: KEY would be the key PROD_${secret_ref} of the infra Secret, which is named like a token that fetches credentials, and tools must not use it: give KEY another secret_ref`,
    ]);
  });

  test('of a secret of several references, too', () => {
    const fields = { client_id: 'DATABASE_URL', client_secret: { secret_ref: 'a b' } };
    const oauth = {
      type: 'oauth_token',
      name: 'T',
      grant: 'client_credentials',
      fields,
      token_endpoint: 'https://l.example.com',
      hosts: ['a.example.com'],
    };
    expect(
      broken(
        {
          a: [
            oauth,
            {
              type: 'aws_auth',
              name: 'A',
              access_key_id: '1',
              secret_access_key: 'S',
              hosts: ['b.example.com'],
            },
          ],
        },
        env,
      ),
    ).toHaveLength(3);
  });
});

test('a configuration is refused, with its size, from the first byte that exceeds a ConfigMap', () => {
  const name = (index: number) => String(index).padStart(5, '0');
  const secrets = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...http,
      name: `KEY_${name(index)}`,
      hosts: [`h${name(index)}.example.com`],
    }));
  const size = (count: number) =>
    Buffer.byteLength(declaredBy({ tools: { a: { secrets: secrets(count) } }, harnesses }).configText) - 1;
  const each = size(2) - size(1);
  const fitting = Math.floor((maxConfigBytes - size(1)) / each) + 1;
  expect(broken({ a: secrets(fitting) })).toEqual([]);
  expect(broken({ a: secrets(fitting + 1) })).toEqual([
    `tools: the configuration of iron-proxy has ${size(1) + fitting * each} bytes, and a ConfigMap holds 1032192: name hosts together (*.example.com), leave out the tools that this release does not run, or run them in a release of their own`,
  ]);
});
