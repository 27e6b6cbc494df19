import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { afterAll, describe, expect, test } from 'vitest';
import { useJudge } from '../../test/judges/use-judge.js';
import { valuesText } from '../../test/law/generators/values-text.js';
import { runs, seed } from '../../test/law/seed.js';
import { throwawayFolder } from '../../test/law/throwaway-chart.js';
import { declaringChart, faults } from '../../test/secrets/declaring-chart.js';
import { toolNamePattern } from './declaration-schema.js';
import { readPyproject } from './pyproject.js';

const http = { type: 'http', name: 'KEY', match_headers: ['Authorization'], hosts: ['a.example.com'] };
const inject = {
  type: 'http',
  name: 'KEY',
  mode: 'inject',
  inject_header: 'X-Key',
  hosts: ['a.example.com'],
};
const oauth = {
  type: 'oauth_token',
  name: 'TOKEN',
  grant: 'client_credentials',
  fields: { client_id: 'ID', client_secret: { secret_ref: 'SECRET', json_key: 'a key' } },
  token_endpoint: 'https://login.example.com/token',
  hosts: ['a.example.com'],
};
const aws = {
  type: 'aws_auth',
  name: 'AWS',
  access_key_id: 'ID',
  secret_access_key: 'KEY',
  hosts: ['*.amazonaws.com'],
};
const pg = { type: 'pg_dsn', name: 'DSN', database: 'reports' };
const gcp = { type: 'gcp_auth', name: 'GCP' };

const secret = (declared: unknown) => ({ tools: { tool: { secrets: [declared] } } });
const host = (text: string) => secret({ ...http, hosts: [text] });
const header = (text: string) => secret({ ...http, match_headers: [text] });
const formatter = (text: string) => secret({ ...inject, inject_formatter: text });
const reference = (text: string) => secret({ ...http, secret_ref: text });
const endpoint = (text: string) => secret({ ...oauth, token_endpoint: text });
/** The maximum length of a URL whose host is no longer than a DNS name. */
const longestEndpoint = `https://${'a.'.repeat(121)}a/x`;
const grant = (name: string, fields: object, more: object = {}) =>
  secret({ ...oauth, grant: name, fields, ...more });
const proxy = (more: object) => ({ ironProxy: more });

const long = `${'a'.repeat(63)}.`;

const accepted: readonly (readonly [label: string, values: object])[] = [
  ['http', secret(http)],
  ['http, inject', secret(inject)],
  ['gcp_auth', secret({ ...gcp, scopes: ['https://www.googleapis.com/auth/drive'] })],
  ['oauth_token', secret(oauth)],
  ['aws_auth', secret({ ...aws, allowed_services: ['s3', 'execute-api'], allowed_regions: ['eu-west-1'] })],
  ['pg_dsn', secret(pg)],
  ['a name alone', secret('KEY')],
  ['a tool without secrets', { tools: { tool: { hosts: ['a.example.com'] }, other: {} } }],
  [
    'a tool whose lists are empty',
    { tools: { tool: { hosts: [], secrets: [], optional_secrets: [] }, other: {} } },
  ],
  ['empty lists of headers and hosts', secret({ ...http, match_headers: [], match_path: true, hosts: [] })],
  ['optional secrets', { tools: { tool: { optional_secrets: ['KEY', http, pg] } } }],
  ...[
    'a.example.com',
    'warehouse',
    '*.example.com',
    'logs.*.amazonaws.com',
    'my_service.ns.svc',
    '10.0.0.1',
    '10.0.0.0/8',
  ].map((text) => [`the host ${text}`, host(text)] as const),
  ...[
    'fd00::1',
    'fd00::',
    '2001:db8:0:0:0:0:0:1',
    'fd00::/8',
    '*.a.example.com',
    'a1.example.com',
    `${long.repeat(3)}example.com`,
  ].map((text) => [`the host ${text}`, host(text)] as const),
  ...[
    'Authorization',
    'x-api-key',
    '/^x-[a-z0-9-]*(api-key|secret)$/',
    '/./',
    '/^(?:a|b)+$/',
    '/[^A-Z]?/',
  ].map((text) => [`the header ${text}`, header(text)] as const),
  ...[
    '{{ .Value }}',
    'Bearer {{.Value}}',
    'Basic {{ base64 "x:" .Value }}',
    '{{ base64 .Value " [~]" .Value "" }}',
    'a {{- .Value | base64 -}} b',
    '{{ .Value }}:{{ .Value }}',
  ].map((text) => [`the formatter ${text}`, formatter(text)] as const),
  ...['KEY', 'My item', 'a.b-c_d', '4kq7dsmnxylaqhcn5lwjvsl5em', 'op://v/i/f', 'op://My vault/i/s/f'].map(
    (text) => [`the reference ${text}`, reference(text)] as const,
  ),
  ...[
    'https://a',
    'https://a.example.com:8443/oauth2/v1/token',
    'https://login.example.com/',
    'https://10.1.2.3:65535',
    longestEndpoint,
  ].map((text) => [`the token endpoint ${text}`, endpoint(text)] as const),
  ['refresh_token without a client secret', grant('refresh_token', { refresh_token: 'R', client_id: 'C' })],
  ['password', grant('password', { username: 'U', password: 'P', client_id: 'C', client_secret: 'S' })],
  [
    'jwt_bearer',
    grant('jwt_bearer', { issuer: 'I', subject: 'S', private_key: 'P' }, { audience: 'https://a' }),
  ],
  [
    'all hosts are allowed',
    proxy({ allowedHosts: ['*', 'b.example.com', '10.0.0.0/8', '0.0.0.0/0', '::/0', '::1', '::ffff:a00:1'] }),
  ],
  ['no more ranges are denied', proxy({ upstreamDenyCidrs: [] })],
  ['ranges are denied', proxy({ upstreamDenyCidrs: ['10.0.0.0/8', 'fd00::/8', '0.0.0.0/0', '::/0'] })],
  ['the TTL of the page', proxy({ secretTtl: '10m' })],
];

const refused: readonly (readonly [label: string, values: object, fault: RegExp])[] = [
  ...[
    '*.com',
    'api.*.com',
    '*.api.*.example.com',
    'api.*',
    'https://a.example.com',
    'a.example.com:443',
    'a.example.com/v1',
    'user@a.example.com',
    'A.example.com',
    '*',
    'a.*',
    '*.',
    '.example.com',
    'a..example.com',
    'a.example.com.',
    'a b',
    '',
    'a\nb',
    '-a.example.com',
    '10.0.0.256',
    '10.0.0.0/33',
    '10.0.0/8',
    '0.0.0.0/0',
    '10.0.0.0/7',
    '::/0',
    'fd00::/7',
    '::ffff:0:0/96',
    '::ffff:a00:1',
    '::1',
    '::',
    'fd00::/129',
    '1::2::3',
    '[fd00::1]',
    'schön.example.com',
    `${'a'.repeat(64)}.example.com`,
    `${long.repeat(4)}example.com`,
  ].map((text) => [`the host ${JSON.stringify(text)}`, host(text), /hosts\.0: /] as const),
  ...[
    '',
    'X Key',
    'X-Key:',
    '//',
    '/(/',
    '/a)/',
    '/[z-a]/',
    '/(a(b))/',
    '/\\d/',
    '/a{2}/',
    '/(?=a)/',
    'Ä',
  ].map((text) => [`the header ${JSON.stringify(text)}`, header(text), /match_headers\.0: /] as const),
  ...[
    '',
    'Bearer',
    '{{ .Other }}',
    '{{ .Value',
    '.Value }}',
    '{{ env "X" }}',
    'a {{ .Value }} {',
    '{{ .Value }}\n',
    '{{ base64 "{{" .Value }}',
    '{{ base64 "\n" .Value }}',
    '{{ base64 "\\" .Value }}',
    '{{ base64 "x" }}',
  ].map((text) => [`the formatter ${JSON.stringify(text)}`, formatter(text), /inject_formatter: /] as const),
  ...[
    '',
    'a/b',
    'op://a/b',
    'op://a//c',
    'op://a/b/c/d/e',
    'op:///b/c',
    'op://$OP_VAULT/b/c',
    'a"b',
    ' a',
    'a  b',
    'ä',
    'a\n',
    'op://a/b/c?attribute=otp',
  ].map((text) => [`the reference ${JSON.stringify(text)}`, reference(text), /secret_ref: /] as const),
  ...[
    'http://a',
    'https://',
    'https://a/x?y',
    'https://a/x y',
    'https://A',
    'https://a/*',
    'https://a..example.com',
    'https://a.example.com.',
    'https://*.example.com',
    'https://10.0.0.256',
    'https://a:0',
    'https://a:65536',
    'https://a:99999/x',
    'https://me@a',
    longestEndpoint.replace('.a/', '.aa/'),
  ].map((text) => [`the token endpoint ${text}`, endpoint(text), /token_endpoint: /] as const),
  ['a name with a space', secret({ ...http, name: 'MY KEY' }), /name: /],
  ['a name alone with a space', secret('MY KEY'), /secrets\.0: /],
  ['a secret without a type', secret({ name: 'KEY' }), /type: this key is missing/],
  ['another type', secret({ ...http, type: 'htp' }), /type: must be http,/],
  ['a secret without a name', secret({ type: 'gcp_auth' }), /name: this key is missing/],
  ['an unknown key', secret({ ...http, match_body: true }), /\.match_body: /],
  ['a key of another type', secret({ ...http, scopes: ['a'] }), /\.scopes: /],
  ['what is replaced and injected', secret({ ...inject, match_path: true }), /\.match_path: /],
  ['a placeholder of what is injected', secret({ ...inject, replacer: 'x' }), /\.replacer: /],
  ['a header of what is replaced', secret({ ...http, inject_header: 'X' }), /\.inject_header: /],
  ['an empty list of scopes', secret({ ...gcp, scopes: [] }), /scopes: must have at least 1/],
  [
    'an empty list of services: it could mean all or none',
    secret({ ...aws, allowed_services: [] }),
    /allowed_services: must have at least 1/,
  ],
  [
    'an optional secret of no type',
    { tools: { tool: { optional_secrets: [{ name: 'KEY' }] } } },
    /optional_secrets\.0\.type: this key is missing/,
  ],
  ['a pg_dsn without a database', secret({ type: 'pg_dsn', name: 'DSN' }), /database: this key is missing/],
  ['a pg_dsn with hosts', secret({ ...pg, hosts: ['a'] }), /\.hosts: /],
  [
    'an aws_auth with one key',
    secret({ type: 'aws_auth', name: 'A', access_key_id: 'I' }),
    /secret_access_key: this key is missing/,
  ],
  ['another grant', grant('implicit', {}), /grant: must be/],
  [
    'a grant without a credential',
    grant('refresh_token', { client_id: 'C' }),
    /fields\.refresh_token: this key is missing/,
  ],
  [
    'a credential of another grant',
    grant('client_credentials', { client_id: 'C', client_secret: 'S', username: 'U' }),
    /\.fields/,
  ],
  [
    'jwt_bearer without an audience',
    grant('jwt_bearer', { issuer: 'I', subject: 'S', private_key: 'P' }),
    /audience: this key is missing/,
  ],
  [
    'jwt_bearer without a subject',
    grant('jwt_bearer', { issuer: 'I', private_key: 'P' }, { audience: 'a' }),
    /subject: this key is missing/,
  ],
  ['an audience of another grant', secret({ ...oauth, audience: 'a' }), /\.audience: /],
  ['a tool with a dot', { tools: { 'a.b': {} } }, /this key must be a tool's name/],
  ['a tool that is nothing', { tools: { a: null } }, /tools\.a: must be a map/],
  [
    'a harness of another name',
    { harnesses: { gemini: { enabled: true } } },
    /gemini: this key is not known/,
  ],
  [
    'a misspelt mode',
    proxy({ secretSource: '1password' }),
    /secretSource: must be onepassword-connect, onepassword or env/,
  ],
  ['a TTL without a unit', proxy({ secretTtl: '10' }), /secretTtl: /],
  ['a TTL of nothing, which would keep a value for ever', proxy({ secretTtl: '0s' }), /secretTtl: /],
  [
    'an address without a length as a range',
    proxy({ upstreamDenyCidrs: ['10.0.0.1'] }),
    /upstreamDenyCidrs\.0: /,
  ],
  ['a body of no bytes', proxy({ maxRequestBodyBytes: 0 }), /maxRequestBodyBytes: /],
];

describe('the schema accepts', () => {
  test.each(accepted)('%s', (_, values) => {
    expect(faults(values)).toEqual([]);
  });
});

describe('the schema refuses', () => {
  test.each(refused)('%s', (_, values, fault) => {
    expect(faults(values)).toContainEqual(expect.stringMatching(fault));
  });
});

describe('a pyproject.toml', () => {
  /** The tools of a case, each as in its pyproject.toml. */
  const files = (cases: readonly (readonly [label: string, values: object, ...unknown[]])[]) =>
    cases.flatMap(([label, values]) =>
      Object.entries('tools' in values ? Object(values.tools) : {})
        .filter(([name, declaration]) => declaration !== null && new RegExp(toolNamePattern).test(name))
        .map(
          ([, declaration]) => [label, declaration, stringify({ tool: { centaur: declaration } })] as const,
        ),
    );

  test.each(files(accepted))('is accepted like the values: %s', (_, declaration, text) => {
    const { problems, declaration: read } = readPyproject(text, 'pyproject.toml');
    expect({ problems, read }).toEqual({ problems: [], read: declaration });
  });

  test.each(files(refused))('is refused like the values: %s', (_, declaration, text) => {
    const read = readPyproject(text, 'pyproject.toml');
    const told = read.problems.map(({ message }) => message);
    const inValues = faults({ tools: { tool: declaration } });
    expect(told).toEqual(inValues.map((fault) => fault.slice(fault.indexOf(': ') + 2)));
  });
});

describe("Helm's readers of the schema", () => {
  const folder = throwawayFolder();
  const judge = useJudge();
  afterAll(() => folder.remove());

  test('refuse the same values, and accept the same', async () => {
    // Rules are not part of the schema: the chart here has none, so every refusal is the schema's.
    const schema = declaringChart.compile().get('values.schema.json') ?? '';
    const chart = folder.write(
      new Map([
        ['Chart.yaml', 'apiVersion: v2\nname: schema\nversion: 0.1.0\n'],
        ['values.yaml', declaringChart.compile().get('values.yaml') ?? ''],
        ['values.schema.json', schema],
      ]),
    );
    const all = [
      ...accepted.map(([label, values]) => [label, values, true] as const),
      ...refused.map(([label, values]) => [label, values, false] as const),
    ];
    const many = Math.min(all.length, runs(all.length));
    const some = fc.shuffledSubarray(all, { minLength: many, maxLength: many });
    const [drawn = []] = fc.sample(some, { seed, numRuns: 1 });
    const verdicts = await Promise.all(
      drawn.map(async ([label, values, taken]) => {
        const verdict = await judge().render({
          chart,
          values: [valuesText(JSON.parse(JSON.stringify(values)))],
        });
        return { label, taken, 3: verdict[3].ok, 4: verdict[4].ok };
      }),
    );
    expect(
      verdicts.filter((verdict) => verdict[3] !== verdict.taken || verdict[4] !== verdict.taken),
    ).toEqual([]);
  });
});
