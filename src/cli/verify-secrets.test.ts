import { expect, test } from 'vitest';
import type { ExistingSecrets } from '../centaur/existing-secrets.js';
import { newAuthority } from './certificate-authority.js';
import type { StoredSecret } from './secret-store.js';
import { secretFindings } from './verify-secrets.js';

const secrets: ExistingSecrets = {
  source: 'env',
  infra: {
    name: 'infra',
    keys: [
      { key: 'P_TOKEN', variable: 'TOKEN', optional: false },
      { key: 'P_EXTRA', variable: 'EXTRA', optional: true },
    ],
  },
  authority: {
    certificateName: 'ca',
    keyName: 'ca-key',
    certificateKey: 'ca-cert.pem',
    privateKey: 'ca-key.pem',
  },
  connectCredentials: undefined,
};

const stored = (data: { readonly [key: string]: string }): StoredSecret => ({
  version: '1',
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

const day = 86_400_000;
const made = await newAuthority();
const sound = {
  infra: stored({ P_TOKEN: 'mark' }),
  'ca-key': stored({ 'ca-cert.pem': made.certificate, 'ca-key.pem': made.privateKey }),
  ca: stored({ 'ca-cert.pem': made.certificate }),
};

function found(change: { readonly [name: string]: StoredSecret | undefined }, now = new Date()) {
  const findings = secretFindings(secrets, new Map(Object.entries({ ...sound, ...change })), now);
  expect(JSON.stringify(findings)).not.toMatch(/mark|PRIVATE KEY-/);
  return findings.filter(({ status }) => status !== 'passed').map(({ check, found }) => `${check}: ${found}`);
}

test('sound Secrets, of which an optional key is missing', () => {
  expect(found({})).toEqual([]);
  const [infra] = secretFindings(secrets, new Map(Object.entries(sound)));
  expect(infra?.found).toBe('it has 1 key that pods need; not configured, and optional: P_EXTRA');
});

test.each<[what: string, change: { readonly [name: string]: StoredSecret | undefined }, said: RegExp]>([
  ['no Secret', { infra: undefined }, /^Secret infra: there is no Secret infra/],
  ['no key', { infra: stored({}) }, /^Secret infra: it lacks P_TOKEN/],
  ['an empty key', { infra: stored({ P_TOKEN: '' }) }, /^Secret infra: P_TOKEN is empty$/],
  [
    'a line break at the end',
    { infra: stored({ P_TOKEN: 'mark\n' }) },
    /^Secret infra: P_TOKEN begins or ends with/,
  ],
  [
    'no private key',
    { 'ca-key': stored({ 'ca-cert.pem': made.certificate }) },
    /^Secret ca-key: it lacks ca-key.pem/,
  ],
  [
    'no certificate',
    { ca: stored({ 'ca-cert.pem': 'mark' }) },
    /^Secret ca: ca-cert.pem is not a certificate/,
  ],
])('%s', (_, change, said) => {
  expect(found(change)).toEqual([expect.stringMatching(said)]);
});

test('a CA that is about to expire, and one that has', () => {
  const tenYears = new Date(Date.now() + 3652 * day);
  expect(found({}, new Date(tenYears.getTime() - 40 * day))).toEqual([]);
  expect(found({}, new Date(tenYears.getTime() - 20 * day))).toEqual([
    expect.stringMatching(/^Secret ca-key: ca-cert.pem expires in \d+ days$/),
  ]);
  expect(found({}, new Date(tenYears.getTime() + 2 * day))).toEqual([
    expect.stringMatching(/^Secret ca-key: ca-cert.pem has expired/),
  ]);
});

test('the key of another CA', async () => {
  const other = await newAuthority();
  const certificate = stored({ 'ca-cert.pem': other.certificate });
  expect(found({ ca: certificate })).toEqual([
    'Secret ca: clients that trust it refuse what iron-proxy signs: the Secret ca-key has another CA',
  ]);
  const mixed = stored({ 'ca-cert.pem': made.certificate, 'ca-key.pem': other.privateKey });
  expect(found({ 'ca-key': mixed })).toEqual([
    expect.stringMatching(/ca-key.pem is not the key of ca-cert.pem/),
  ]);
});

test('a private key next to the certificate that clients get', () => {
  const both = stored({ 'ca-cert.pem': `${made.certificate}${made.privateKey}` });
  expect(found({ ca: both })).toEqual([expect.stringMatching(/^Secret ca: it holds a private key/)]);
  const beside = stored({ 'ca-cert.pem': made.certificate, other: made.privateKey });
  expect(found({ ca: beside })).toEqual([expect.stringMatching(/^Secret ca: it holds a private key/)]);
});

test('a vault that cannot be named, and a wrong file for Connect', () => {
  const connect: ExistingSecrets = {
    ...secrets,
    source: 'onepassword-connect',
    infra: { name: 'infra', keys: [{ key: 'OP_VAULT', variable: 'OP_VAULT', optional: false }] },
    connectCredentials: { name: 'connect', key: 'file.json' },
  };
  const said = (vault: string, file: { readonly [key: string]: string }) =>
    secretFindings(
      connect,
      new Map(Object.entries({ ...sound, infra: stored({ OP_VAULT: vault }), connect: stored(file) })),
    )
      .filter(({ status }) => status !== 'passed')
      .map(({ check, found }) => `${check}: ${found}`);
  const file = JSON.stringify({ version: '2' });
  expect(said('Team', { 'file.json': file })).toEqual([]);
  expect(said('a/b', { 'file.json': file })).toEqual([
    expect.stringMatching(/^Secret infra: OP_VAULT has a \/ in it/),
  ]);
  expect(said('Team', {})).toEqual([expect.stringMatching(/^Secret connect: it lacks the key file.json/)]);
  expect(said('Team', { 'file.json': '{}' })).toEqual([
    expect.stringMatching(/^Secret connect: file.json is not the JSON/),
  ]);
});
