import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configFaults } from './config-schema.js';
import { handWritten } from './container.js';
import { infraSecret } from './declared.js';
import { minimalConfig, minimalContainer, minimalListeners } from './minimal.js';
import type { RunningProxy } from './proxy.js';
import { rendered } from './rendered.js';
import { describeProxy, type Surroundings, startSurroundings } from './surroundings.js';

type Entry = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, config: Entry];

const env = { type: 'env', var: 'KEY' };
const rules = [{ host: 'a.example.com' }];
const replace = { proxy_value: 'KEY', match_headers: ['Authorization'] };

const top = (config: Entry) => minimalConfig({ config });
const proxy = (more: Entry) => top({ proxy: { ...minimalListeners, ...more } });
const tls = (more: Entry) => top({ tls: { mode: 'mitm', ca_cert: 'a', ca_key: 'b', ...more } });
const transform = (name: string, config: unknown) => minimalConfig({ transforms: [{ name, config }] });
const secret = (more: Entry) => minimalConfig({ secrets: [{ source: env, rules, ...more }] });
const source = (from: unknown) => secret({ source: from, replace });
const connect = (secret_ref: string, more: Entry = {}) =>
  source({ type: '1password_connect', secret_ref, ...more });
const sdk = (secret_ref: string, more: Entry = {}) => source({ type: '1password', secret_ref, ...more });
const rule = (more: Entry) => secret({ rules: [more], replace });
const replaced = (more: Entry) => secret({ replace: { ...replace, ...more } });
const injected = (inject: Entry) => secret({ inject });
const gcp = (more: Entry) => transform('gcp_auth', { keyfile: env, scopes: ['s'], rules, ...more });
const token = (more: Entry) =>
  transform('oauth_token', { tokens: [{ token_endpoint: 'https://a.example.com/token', rules, ...more }] });
const client = { client_id: env, client_secret: env };
const jwt = { grant: 'jwt_bearer', issuer: env, subject: env, private_key: env, audience: 'a' };
const aws = (more: Entry) =>
  transform('aws_auth', { access_key_id: env, secret_access_key: env, rules, ...more });
const upstream = { database: 'reports', dsn: env };
const postgres = (more: Entry) =>
  top({
    postgres: {
      listen: ':5432',
      client: { user: 'app_user', password_env: 'PG_PROXY_PASSWORD' },
      upstreams: [upstream],
      ...more,
    },
  });
const setting = (entry: Entry) => postgres({ upstreams: [{ ...upstream, settings: [entry] }] });

const taken: readonly Case[] = [
  ['the least', minimalConfig()],
  [
    'a DNS server',
    top({
      dns: {
        enabled: true,
        proxy_ip: '10.0.0.1',
        listen: ':5353',
        records: [{ name: 'n', type: 'A', value: '10.0.0.1' }],
      },
    }),
  ],
  [
    'limits and timeouts',
    proxy({
      max_request_body_bytes: 10485760,
      max_response_body_bytes: 0,
      upstream_response_header_timeout: '5m',
    }),
  ],
  ['a timeout of parts', proxy({ upstream_response_header_timeout: '1h2m3.5s' })],
  ['denied networks', proxy({ upstream_deny_cidrs: ['10.0.0.0/8', 'fd00:ec2::254/128'] })],
  ['no denied networks', proxy({ upstream_deny_cidrs: [] })],
  ['an upstream proxy', proxy({ upstream_proxy: { https_proxy: 'http://proxy:3128', no_proxy: 'a,b' } })],
  ['a log level', top({ log: { level: 'debug' } })],
  [
    'another variable for the management key',
    top({ management: { listen: ':9092', api_key_env: 'IRON_MANAGEMENT_API_KEY' } }),
  ],
  [
    'an allowlist of everything that it takes',
    transform('allowlist', {
      domains: ['*', '*.example.com', 'logs.*.amazonaws.com'],
      cidrs: ['10.0.0.0/8'],
      rules: [{ cidr: '::1/128', methods: ['*'] }],
      warn: true,
    }),
  ],
  ['an allowlist of nothing', transform('allowlist', {})],
  ['a replaced secret', replaced({})],
  [
    'one in every place',
    replaced({
      match_headers: ['X-Api-Key', '/^x-/'],
      match_body: true,
      match_path: true,
      match_query: true,
    }),
  ],
  ['one in no header', replaced({ match_headers: ['/^$/'], match_query: true })],
  ['one by method and path', rule({ host: 'a.example.com', methods: ['GET', 'post'], paths: ['/v1/*'] })],
  ['one for a network', rule({ cidr: '10.0.0.0/8' })],
  [
    'an injected header',
    injected({ header: 'X-Key', formatter: 'Basic {{ base64 "user:" .Value }}', require: true }),
  ],
  ['an injected parameter', injected({ query_param: 'key' })],
  ['a formatter without a template', injected({ header: 'X-Key', formatter: 'a { b } c' })],
  ['no secrets', transform('secrets', { secrets: [] })],
  ['a member of a JSON value', source({ ...env, json_key: 'id' })],
  [
    'a reference through Connect',
    connect('op://Some vault (EU)/ITEM/credential', { ttl: '10m', failure_ttl: '1m' }),
  ],
  ['one with a section', connect('op://v/i/s/f', { json_key: 'id' })],
  ['one with letters of another script', connect('op://金庫/i/f')],
  ['a reference by a service account', sdk('op://Some vault/ITEM_1.x-y/credential', { ttl: '90s' })],
  ['one with a section', sdk('op://v/i/s/f')],
  ['a Google key', gcp({ subject: 'user@example.com' })],
  ['a refresh token', token({ grant: 'refresh_token', refresh_token: env, client_id: env })],
  ['one with a client secret', token({ grant: 'refresh_token', refresh_token: env, ...client })],
  [
    'client credentials',
    token({
      grant: 'client_credentials',
      ...client,
      scopes: ['a'],
      header: 'X-Token',
      value_prefix: 'T ',
      token_endpoint_headers: { 'x-api-key': env },
      require: true,
    }),
  ],
  ['a password', token({ grant: 'password', username: env, password: env, client_id: env })],
  ['a signed assertion', token(jwt)],
  ['one with a key id', token({ ...jwt, private_key_id: env })],
  [
    'an AWS key',
    aws({
      allowed_regions: ['eu-west-1'],
      allowed_services: ['s3'],
      unsigned_payload: true,
      allow_chunked_body: true,
    }),
  ],
  [
    'a header allowlist',
    transform('header_allowlist', { headers: ['accept', 'X-Any', '/^x-trace-/'], rules }),
  ],
  [
    'a Postgres listener',
    postgres({ upstreams: [{ ...upstream, role: 'r', settings: [{ name: 'app.tenant', value: '' }] }] }),
  ],
];

const refused: readonly Case[] = [
  ['an unknown key', top({ nope: 1 })],
  ['an unknown key of dns', top({ dns: { enabled: false, nope: 1 } })],
  ['an unknown key of proxy', proxy({ nope: 1 })],
  ['an unknown key of the upstream proxy', proxy({ upstream_proxy: { nope: 1 } })],
  ['an unknown key of tls', tls({ nope: 1 })],
  ['an unknown key of metrics', top({ metrics: { nope: 1 } })],
  ['an unknown key of management', top({ management: { listen: ':9092', nope: 1 } })],
  ['an unknown key of log', top({ log: { nope: 1 } })],
  ['an unknown key of a transform', top({ transforms: [{ name: 'allowlist', config: {}, nope: 1 }] })],
  [
    'an unknown key of a DNS record',
    top({ dns: { enabled: false, records: [{ name: 'n', type: 'A', value: 'v', nope: 1 }] } }),
  ],
  ['a DNS server that knows no address', top({ dns: { enabled: true } })],
  ['dns left out, so that its server is on', top({ dns: {} })],
  [
    'a DNS record of another type',
    top({ dns: { enabled: false, records: [{ name: 'n', type: 'TXT', value: 'v' }] } }),
  ],
  ['half a DNS record', top({ dns: { enabled: false, records: [{ name: 'n', type: 'A' }] } })],
  ['an unknown TLS mode', tls({ mode: 'none' })],
  ['no CA', top({ tls: { mode: 'mitm' } })],
  ['no CA key', top({ tls: { mode: 'mitm', ca_cert: 'a' } })],
  ['an unknown log level', top({ log: { level: 'trace' } })],
  ['a limit that is no number', proxy({ max_request_body_bytes: '10MB' })],
  ['a timeout without a unit', proxy({ upstream_response_header_timeout: '30' })],
  ['a timeout in days', proxy({ upstream_response_header_timeout: '1d' })],
  ['a negative timeout', proxy({ upstream_response_header_timeout: '-5m' })],
  ['a denied address without a prefix', proxy({ upstream_deny_cidrs: ['10.0.0.1'] })],
  ['a denied name', proxy({ upstream_deny_cidrs: ['example.com'] })],
  ['an unknown transform', transform('rewrite', {})],
  ['a transform without a name', top({ transforms: [{ config: {} }] })],
  ['an allowed network that is none', transform('allowlist', { cidrs: ['10.0.0.0/33'] })],
  ['a list that is a text', transform('allowlist', { domains: 'example.com' })],
  ['a secret without a source', minimalConfig({ secrets: [{ rules, replace }] })],
  ['a secret that goes nowhere', secret({})],
  ['a secret that is replaced and injected', secret({ replace, inject: { header: 'X-Key' } })],
  ['a replaced secret without a placeholder', secret({ replace: { match_headers: ['Authorization'] } })],
  ['an empty placeholder', replaced({ proxy_value: '' })],
  ['a header pattern that is none', replaced({ match_headers: ['/(/'] })],
  ['a header pattern with look-ahead', replaced({ match_headers: ['/^x-(?!y)/'] })],
  ['a header pattern with a back reference', replaced({ match_headers: ['/(x)\\1/'] })],
  ['an injected secret without a place', injected({ formatter: '{{ .Value }}' })],
  ['an injected secret with two places', injected({ header: 'X-Key', query_param: 'key' })],
  ['a template that does not end', injected({ header: 'X-Key', formatter: 'Bearer {{ .Value' })],
  ['a rule of nothing', rule({})],
  ['a rule of a host and a network', rule({ host: 'a.example.com', cidr: '10.0.0.0/8' })],
  ['a rule of a network that is none', rule({ cidr: '10.0.0.0' })],
  ['a path that is not one', rule({ host: 'a.example.com', paths: ['v1/*'] })],
  ['a source without a type', source({ var: 'KEY' })],
  ['an unknown source', source({ type: 'vault', path: 'x' })],
  ['an unknown source with a variable', source({ type: 'environment', var: 'KEY' })],
  ['a variable without a name', source({ type: 'env' })],
  ['no reference', source({ type: '1password_connect' })],
  ['a reference of another scheme', connect('onepassword://v/i/f')],
  ['a reference of two segments', connect('op://v/i')],
  ['a reference of five segments', connect('op://v/i/s/f/x')],
  ['a reference with an empty segment', connect('op://v//f')],
  ['a ttl without a unit', connect('op://v/i/f', { ttl: '10' })],
  ['a ttl in words', connect('op://v/i/f', { failure_ttl: 'never' })],
  ['no reference, by a service account', source({ type: '1password' })],
  ['a reference of another scheme, by a service account', sdk('//v/i/f')],
  ['a Google key without scopes', gcp({ scopes: [] })],
  ['a Google key from nowhere', transform('gcp_auth', { scopes: ['s'], rules })],
  ['no OAuth tokens', transform('oauth_token', { tokens: [] })],
  ['oauth_token without tokens', transform('oauth_token', {})],
  ['no grant', token({ ...client })],
  ['an unknown grant', token({ grant: 'implicit', ...client })],
  ['an unknown grant with a refresh token', token({ grant: 'implicit', refresh_token: env, ...client })],
  ['an unknown grant with a password', token({ grant: 'implicit', username: env, password: env, ...client })],
  ['an unknown grant with a key', token({ ...jwt, grant: 'implicit' })],
  [
    'a header of the token endpoint from nowhere',
    token({ grant: 'client_credentials', ...client, token_endpoint_headers: { 'x-api-key': 'text' } }),
  ],
  ['no token endpoint', token({ grant: 'client_credentials', ...client, token_endpoint: '' })],
  [
    'a token endpoint without a host',
    token({ grant: 'client_credentials', ...client, token_endpoint: '/token' }),
  ],
  ['an OAuth token without rules', token({ grant: 'client_credentials', ...client, rules: [] })],
  ['client credentials without the secret', token({ grant: 'client_credentials', client_id: env })],
  ['a refresh token without a client', token({ grant: 'refresh_token', refresh_token: env })],
  ['a password without a client', token({ grant: 'password', username: env, password: env })],
  [
    'an assertion without a subject',
    transform('oauth_token', {
      tokens: [
        {
          token_endpoint: 'https://a.example.com/',
          rules,
          grant: 'jwt_bearer',
          issuer: env,
          private_key: env,
          audience: 'a',
        },
      ],
    }),
  ],
  ['an assertion without an audience', token({ ...jwt, audience: '' })],
  ['half an AWS key', transform('aws_auth', { access_key_id: env, rules })],
  ['an AWS key without rules', aws({ rules: [] })],
  ['a header allowlist of nothing', transform('header_allowlist', { headers: [] })],
  ['a header allowlist without headers', transform('header_allowlist', {})],
  ['a client without a user', postgres({ client: { password_env: 'PG_PROXY_PASSWORD' } })],
  ['a client without a password', postgres({ client: { user: 'u' } })],
  ['a Postgres listener without a client', top({ postgres: { listen: ':5432', upstreams: [upstream] } })],
  ['one without databases', postgres({ upstreams: [] })],
  ['one without an address', postgres({ listen: '' })],
  ['a database without a name', postgres({ upstreams: [{ dsn: env }] })],
  ['a database without a DSN', postgres({ upstreams: [{ database: 'reports' }] })],
  ['a setting that is no name', setting({ name: 'a b', value: 'v' })],
  ['a setting that is a role', setting({ name: 'Role', value: 'v' })],
  ['a setting that is another session', setting({ name: 'session_authorization', value: 'v' })],
];

/** The proxy accepts these and does not do what they seem to say. */
const misunderstood: readonly Case[] = [
  ['a management key without an address: no management', top({ management: { api_key_env: 'UNSET' } })],
  ['a DNS server that was not asked for: on', top({ dns: { proxy_ip: '10.0.0.1' } })],
  ['no address for HTTP: port 80', top({ proxy: { https_listen: ':8443' } })],
  ['no address for HTTPS: port 443', top({ proxy: { http_listen: ':8081' } })],
  ['a negative limit of answers: none', proxy({ max_response_body_bytes: -1 })],
  ['a negative number of certificates', tls({ cert_cache_size: -1 })],
  ['certificates that are never valid', tls({ leaf_cert_expiry_hours: -1 })],
  ['a transform without a config: an empty one', top({ transforms: [{ name: 'allowlist' }] })],
  ['secrets without secrets: none', transform('secrets', {})],
  ['an unknown key of a transform’s config: ignored', transform('allowlist', { domain: ['a.example.com'] })],
  ['an unknown key of a secret: ignored', secret({ replace, match: 1 })],
  ['an unknown key of secrets: ignored', transform('secrets', { secrets: [], secret: [] })],
  ['an unknown key of replace: ignored', replaced({ match_header: ['X-Key'] })],
  ['an unknown key of inject: ignored', injected({ header: 'X-Key', prefix: 'Bearer ' })],
  ['an unknown key of a rule: ignored', rule({ host: 'a.example.com', port: 443 })],
  ['an unknown key of a source: ignored', source({ ...env, default: 'x' })],
  ['an unknown key of a reference through Connect: ignored', connect('op://v/i/f', { tll: '10m' })],
  ['an unknown key of a reference by a service account: ignored', sdk('op://v/i/f', { tll: '10m' })],
  ['a ttl of a variable: ignored', source({ ...env, ttl: '10m' })],
  ['an unknown key of gcp_auth: ignored', gcp({ scope: 's' })],
  [
    'an unknown key of oauth_token: ignored',
    transform('oauth_token', {
      tokens: [{ token_endpoint: 'https://a.example.com/', rules, grant: 'client_credentials', ...client }],
      token: [],
    }),
  ],
  ['an unknown key of a token: ignored', token({ grant: 'client_credentials', ...client, scope: 's' })],
  ['a field of another grant: ignored', token({ grant: 'client_credentials', ...client, username: env })],
  ['an unknown key of aws_auth: ignored', aws({ regions: ['eu-west-1'] })],
  [
    'an unknown key of header_allowlist: ignored',
    transform('header_allowlist', { headers: ['A'], header: ['B'] }),
  ],
  ['an unknown key of postgres: ignored', postgres({ port: 5432 })],
  [
    'an unknown key of its client: ignored',
    postgres({ client: { user: 'u', password_env: 'PG_PROXY_PASSWORD', password: 'x' } }),
  ],
  ['an unknown key of an upstream: ignored', postgres({ upstreams: [{ ...upstream, user: 'u' }] })],
  [
    'an unknown key of a setting: ignored',
    postgres({ upstreams: [{ ...upstream, settings: [{ name: 'a', value: 'b', local: true }] }] }),
  ],
  ['an empty match_headers: every header', replaced({ match_headers: [] })],
  ['no match_headers: every header', secret({ replace: { proxy_value: 'KEY', match_query: true } })],
  [
    'a header name in another case: hides the header from later secrets',
    replaced({ match_headers: ['x-api-key'] }),
  ],
  ['a required replaced secret: refuses every tunnel', replaced({ require: true })],
  ['the deprecated form of a secret: every header', secret({ proxy_value: 'KEY' })],
  ['a secret without rules: never used', secret({ rules: [], replace })],
  ['a Google token without rules: on every request', gcp({ rules: [] })],
  ['a ttl of nothing: for ever', connect('op://v/i/f', { ttl: '0s' })],
  ['a negative ttl: asked for each request', connect('op://v/i/f', { ttl: '-1s' })],
  ['a name with a quote: ends the filter in which Connect is asked', connect('op://v"x/i/f')],
  ['two segments by a service account: fails at the first request', sdk('op://v/i')],
  ['a bracket in a name, by a service account: fails at the first request', sdk('op://v (EU)/i/f')],
  [
    'an empty label in a token endpoint: fails at the first request',
    token({ grant: 'client_credentials', ...client, token_endpoint: 'https://a..example.com/' }),
  ],
  [
    'a port in a token endpoint that is none: fails at the first request',
    token({ grant: 'client_credentials', ...client, token_endpoint: 'https://a.example.com:99999/' }),
  ],
  ['a method that is none: matches nothing', rule({ host: 'a.example.com', methods: ['GET POST'] })],
  ['a header that is none: matches nothing', transform('header_allowlist', { headers: ['X Any'] })],
  ['a variable that no pod can set: never there', source({ type: 'env', var: 'A=B' })],
  ['a setting without a value: an empty one', setting({ name: 'a' })],
  ['a host in upper case: matches nothing', rule({ host: 'API.example.com' })],
  ['a host with a port: matches nothing', rule({ host: 'a.example.com:443' })],
  ['a URL for a host: matches nothing', rule({ host: 'https://a.example.com' })],
  ['a host whose end is open: matches an attacker’s', rule({ host: 'api.*' })],
  ['an address without a port: fails when it listens', proxy({ tunnel_listen: '8080' })],
  ['a negative limit: none', proxy({ max_request_body_bytes: -1 })],
  ['a number for a name: its digits', source({ type: 'env', var: 7 })],
  ['TLS that is not opened: no secret is ever put in', top({ tls: { mode: 'sni-only' } })],
  [
    'a transform that writes headers to the log',
    transform('annotate', { annotations: [{ rules, headers: ['Authorization'] }] }),
  ],
  ['a transform that writes bodies to the log', transform('body_capture', {})],
  ['a secret from a file', source({ type: 'file', path: '/etc/passwd' })],
  ['a policy for MCP servers', top({ mcp: {} })],
];

/** The proxy refuses these for reasons that a schema can't express. */
const beyondSchema: readonly Case[] = [
  [
    'a variable of the management key that is not set',
    top({ management: { listen: ':9092', api_key_env: 'UNSET' } }),
  ],
  [
    'a variable of the Postgres password that is not set',
    postgres({ client: { user: 'u', password_env: 'UNSET' } }),
  ],
  ['a database twice', postgres({ upstreams: [upstream, upstream] })],
  [
    'a setting twice',
    postgres({
      upstreams: [
        {
          ...upstream,
          settings: [
            { name: 'a', value: '' },
            { name: 'A', value: '' },
          ],
        },
      ],
    }),
  ],
  ['a function that templates do not have', injected({ header: 'X-Key', formatter: '{{ upper .Value }}' })],
  ['an IPv6 network that is none', rule({ cidr: '1:2:3/64' })],
];

const named = (cases: readonly Case[]) =>
  cases.map(([what, config]) => ({ what, configYaml: stringify(config) }));

describe('config.schema.json', () => {
  it.each(named(taken))('accepts $what', ({ configYaml }) => {
    expect(configFaults(configYaml)).toEqual([]);
  });

  it.each([
    'onepassword-connect',
    'onepassword',
    'env',
  ] as const)('takes the configs of mode %s', async (mode) => {
    expect(configFaults((await handWritten(mode)).configYaml)).toEqual([]);
    expect(configFaults((await rendered(mode)).configYaml)).toEqual([]);
  });

  it.each(named(refused))('refuses $what', ({ configYaml }) => {
    expect(configFaults(configYaml)).not.toEqual([]);
  });

  it.each(named(misunderstood))('refuses $what', ({ configYaml }) => {
    expect(configFaults(configYaml)).not.toEqual([]);
  });

  it.each(named(beyondSchema))('cannot refuse $what', ({ configYaml }) => {
    expect(configFaults(configYaml)).toEqual([]);
  });

  it('reports the place of a fault', () => {
    expect(configFaults(stringify(replaced({ match_header: [] })))).toContain(
      '/transforms/1/config/secrets/0/replace must NOT have additional properties match_header',
    );
  });
});

describeProxy('the real proxy, asked about the same configs', () => {
  let around: Surroundings;
  let running: RunningProxy;
  beforeAll(async () => {
    around = await startSurroundings();
    running = await around.start(minimalContainer());
  });
  afterAll(() => around?.stop());

  const answer = async (configYaml: string) => {
    await running.rewriteConfig(configYaml);
    const { status, body } = await running.manage('POST', '/v1/reload', infraSecret.IRON_MANAGEMENT_API_KEY);
    return { status, body };
  };

  it.each(named([...taken, ...misunderstood]))('accepts $what', async ({ configYaml }) => {
    expect(await answer(configYaml)).toMatchObject({ status: 200 });
  });

  it.each(named([...refused, ...beyondSchema]))('refuses $what', async ({ configYaml }) => {
    expect(await answer(configYaml)).toMatchObject({ status: 422 });
  });
});
