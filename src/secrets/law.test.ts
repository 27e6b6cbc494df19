/**
 * The law for declarations: for each document of values, the rules, the configuration and everything else derived from
 * the declarations are the same here and in both Helms; and every configuration has the shape that iron-proxy accepts.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useJudge } from '../../test/judges/use-judge.js';
import { valuesText } from '../../test/law/generators/values-text.js';
import { patience, runs, seed } from '../../test/law/seed.js';
import { throwawayFolder } from '../../test/law/throwaway-chart.js';
import { configFaults } from '../../test/proxy/config-schema.js';
import { complete, declaredBy, declaringChart, faults } from '../../test/secrets/declaring-chart.js';
import { maxDnsNameLength } from '../text/addresses.js';
import { endpointPattern } from './host.js';
import { vaultPlaceholder } from './vault.js';

const folder = throwawayFolder();
const judge = useJudge();
let chart: string;
beforeAll(async () => {
  chart = folder.write(declaringChart.compile());
}, 15 * 60_000);
afterAll(() => folder.remove());

// Names, hosts and references from a small set, so that declarations meet: merged, in conflict, or independent.
const names = fc.constantFrom('KEY', 'KEY_2', 'API_KEY', 'MAPS_API_KEY', 'TOKEN', 'a-b.c', 'OPENAI_API_KEY');
const host = fc.constantFrom(
  'a.example.com',
  'b.example.com',
  '*.example.com',
  'example.com',
  'logs.*.example.com',
  'x.googleapis.com',
  '10.0.0.0/8',
  '10.1.2.3',
  'fd00::/8',
);
const hosts = fc.uniqueArray(host, { minLength: 1, maxLength: 3 });
const hostsOrNone = fc.oneof({ weight: 9, arbitrary: hosts }, fc.constant([]));
const reference = fc.constantFrom(
  'KEY',
  'My item',
  'op://v/i/f',
  'op://v/i/s/f',
  'DATABASE_URL',
  'IRON_X',
  '2ND',
);
const header = fc.constantFrom('Authorization', 'x-api-key', 'X-API-Key', '/^x-.*$/', '/./');
const formatter = fc.constantFrom(
  '{{ .Value }}',
  'Basic {{ base64 "u:" .Value }}',
  '# "{{ .Value }}" \\ %s: [',
);

type Members = { readonly [key: string]: fc.Arbitrary<unknown> };

/** A map with some required and some optional keys. */
function record(needed: Members, more: Members) {
  return fc.record({ ...needed, ...more }, { requiredKeys: Object.keys(needed) });
}

const http = record(
  { type: fc.constant('http'), name: names },
  {
    hosts: hostsOrNone,
    mode: fc.constant('replace'),
    secret_ref: reference,
    replacer: fc.constantFrom('KEY', 'key"\\:#', 'PI_KE', '{{`%s'),
    match_headers: fc.uniqueArray(header, { maxLength: 3 }),
    match_path: fc.boolean(),
    match_query: fc.boolean(),
  },
);
const plain = fc.record({
  type: fc.constant('http'),
  name: names,
  hosts,
  match_headers: fc.constant(['Authorization']),
});
const injected = record(
  { type: fc.constant('http'), name: names, mode: fc.constant('inject') },
  {
    hosts,
    secret_ref: reference,
    inject_header: fc.constantFrom('Authorization', 'authorization', 'X-Key'),
    inject_formatter: formatter,
    inject_query_param: fc.constantFrom('key', 'a&b="'),
  },
);
const gcp = record(
  { type: fc.constant('gcp_auth'), name: names },
  { hosts, secret_ref: reference, scopes: fc.constant(['https://www.googleapis.com/auth/drive']) },
);
const credential = fc.oneof(
  reference,
  record({ secret_ref: reference }, { json_key: fc.constantFrom('id', 'a "key"') }),
);
/** Everything that the schema accepts. */
const endpoint = fc
  .stringMatching(new RegExp(endpointPattern))
  .filter((text) => text.length <= maxDnsNameLength);
const tokens = {
  type: fc.constant('oauth_token'),
  name: names,
  token_endpoint: fc.oneof(
    fc.constantFrom(
      'https://l.example.com/token',
      'https://l.example.com:8443',
      'https://b.example.com/',
      'https://api.own.svc/token',
    ),
    endpoint,
  ),
};
const scopes = fc.constant(['read', 'write:"x"']);
const oauth = fc.oneof(
  record(
    {
      ...tokens,
      grant: fc.constant('refresh_token'),
      fields: record({ refresh_token: credential, client_id: credential }, { client_secret: credential }),
    },
    { hosts, scopes },
  ),
  record(
    {
      ...tokens,
      grant: fc.constant('jwt_bearer'),
      audience: fc.constant('https://a/"x"'),
      fields: record({ issuer: credential, subject: credential, private_key: credential }, {}),
    },
    { hosts, scopes },
  ),
);
const aws = record(
  { type: fc.constant('aws_auth'), name: names, access_key_id: reference, secret_access_key: reference },
  { hosts, allowed_services: fc.constant(['s3']), allowed_regions: fc.constant(['eu-west-1', 'us-east-1']) },
);
const pg = record(
  { type: fc.constant('pg_dsn'), name: names, database: fc.constantFrom('reports', 'sales', 'a.b-$c') },
  { secret_ref: reference },
);
const secret = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 2, arbitrary: http },
  injected,
  gcp,
  oauth,
  aws,
  pg,
  names,
);

const tool = record(
  {},
  {
    hosts: hostsOrNone,
    secrets: fc.array(secret, { maxLength: 4 }),
    optional_secrets: fc.array(secret, { maxLength: 2 }),
  },
);
const enabled = fc.record({ enabled: fc.boolean() });
const document = record(
  { tools: fc.dictionary(fc.constantFrom('a', 'b', 'B', 'a-b', '_', '1', 'on'), tool, { maxKeys: 4 }) },
  {
    proxies: fc.integer({ min: 0, max: 20 }),
    harnesses: record({}, { codex: enabled, amp: enabled, claudeCode: enabled, piMono: enabled }),
    ironProxy: record(
      {},
      {
        secretSource: fc.constantFrom('onepassword-connect', 'onepassword', 'env'),
        secretTtl: fc.constantFrom('10m', '1h30m', '1m26s400ms', '1.5h', '500ms', '24h0m0s'),
        allowedHosts: fc.uniqueArray(fc.oneof(host, fc.constant('*')), { maxLength: 3 }),
        upstreamDenyCidrs: fc.constantFrom([], ['10.0.0.0/8', 'fd00::/8']),
        headerAllowlist: record(
          {},
          { enabled: fc.boolean(), extra: fc.uniqueArray(header, { maxLength: 2 }) },
        ),
        maxRequestBodyBytes: fc.constantFrom(1, 1_000_000, 2 ** 40),
        service: record({}, { proxyPort: fc.constant(18_080) }),
      },
    ),
  },
);

test(`declarations mean the same here and in Helm, seed ${seed}`, { timeout: patience }, async () => {
  const documents = fc
    .sample(document, { seed, numRuns: runs(400) })
    .map((each) => JSON.parse(JSON.stringify(each)));
  let sound = 0;
  await Promise.all(
    documents.map(async (values) => {
      const text = JSON.stringify(values);
      expect(faults(values), text).toEqual([]);
      const { problems, objects } = declaringChart.evaluate(complete(values));
      const verdicts = await judge().render({ chart, values: [valuesText(values)] });
      if (problems.length === 0) {
        sound += 1;
        const config = String(Object(objects[0]?.object.data)['iron-proxy.yaml']);
        expect(configFaults(config.replaceAll(vaultPlaceholder, 'Engineering')), text).toEqual([]);
      }
      for (const verdict of [verdicts[3], verdicts[4]]) {
        if (verdict.ok)
          expect([problems, verdict.objects], text).toEqual([[], objects.map(({ object }) => object)]);
        else expect(verdict.error, text).toContain(problems.join('\n'));
        expect(verdict.ok, text).toBe(problems.length === 0);
      }
    }),
  );
  expect(sound).toBeGreaterThan(documents.length / 8);
  expect(documents.length - sound).toBeGreaterThan(documents.length / 8);
});

test(`iron-proxy accepts each token endpoint that the schema accepts, seed ${seed}`, () => {
  const endpoints = fc.sample(endpoint, { seed, numRuns: 300 });
  const fields = { client_id: 'ID', client_secret: 'SECRET' };
  const secrets = endpoints.map((token_endpoint, index) => {
    const name = `T${index}`;
    const hosts = [`h${index}.example.com`];
    return { type: 'oauth_token', name, grant: 'client_credentials', fields, token_endpoint, hosts };
  });
  const { configText } = declaredBy({ tools: { tool: { secrets } } });
  expect(configFaults(configText.replaceAll(vaultPlaceholder, 'Engineering'))).toEqual([]);
});
