import { expect, test } from 'vitest';
import { liveReleaseOf } from '../../src/centaur/live-release.js';
import { loadValues } from '../../src/helm/load-values.js';
import { chart } from './release.js';

function live(values: object) {
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text: JSON.stringify(values) }] });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return liveReleaseOf(chart, loaded.values);
}

const noHarness = { harnesses: { codex: { enabled: false } } };
const replaced = {
  type: 'http',
  name: 'A',
  match_headers: ['X-A'],
  hosts: ['*.a.example.com', 'b.example.com'],
};
const injected = { type: 'http', name: 'B', mode: 'inject', inject_header: 'X-B' };

test.each<[what: string, values: object, host: string | undefined]>([
  ['a harness', {}, 'api.openai.com'],
  [
    'a secret that replaces a placeholder: its first host that is a name',
    { ...noHarness, tools: { t: { secrets: [replaced] } } },
    'b.example.com',
  ],
  [
    'no host to which a credential is added',
    { ...noHarness, tools: { t: { secrets: [{ ...injected, hosts: ['b.example.com'] }] } } },
    undefined,
  ],
  [
    'not one that an injected secret may match',
    { ...noHarness, tools: { t: { secrets: [replaced, { ...injected, hosts: ['*.example.com'] }] } } },
    undefined,
  ],
  [
    'not with an injected secret for a range',
    { tools: { t: { secrets: [{ ...injected, hosts: ['10.1.0.0/16'] }] } } },
    undefined,
  ],
  [
    'not where a service account signs in',
    {
      ...noHarness,
      ironProxy: { allowedHosts: ['storage.googleapis.com'] },
      tools: { t: { secrets: [{ type: 'gcp_auth', name: 'G' }] } },
    },
    undefined,
  ],
  ['an allowed host', { ...noHarness, ironProxy: { allowedHosts: ['*', 'c.example.com'] } }, 'c.example.com'],
  ['no host at all', noHarness, undefined],
])('the host for a request that carries no credential: %s', (_, values, host) => {
  expect(live(values).proxy.harmlessHost).toBe(host);
});

test('references, ports, and whether every host is allowed', () => {
  const values = {
    ironProxy: { secretSource: 'onepassword-connect', allowedHosts: ['*'] },
    onepasswordConnect: { connect: { create: true } },
  };
  expect(live(values)).toMatchObject({
    references: [{ reference: 'OPENAI_API_KEY', optional: false }],
    connectPort: 8080,
    proxy: { port: 8080, isOpen: true },
  });
  expect(live({})).toMatchObject({ connectPort: undefined, proxy: { isOpen: false } });
});
