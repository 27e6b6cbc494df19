/** What `bootstrap` makes is what the manifests of a release refer to. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ExistingSecrets, existingSecretsOf } from '../../src/centaur/existing-secrets.js';
import { infraValue } from '../../src/centaur/infra-values.js';
import { loadValues } from '../../src/helm/load-values.js';
import { secretSourceNames } from '../../src/secrets/source.js';
import { isList, isMap, type Value } from '../../src/text/json.js';
import { infraTable } from '../node/release/contract.js';
import { chart, release, render } from './release.js';
import { certificate, key as privateKey } from './wrong-secrets.js';

function existing(text: string): ExistingSecrets {
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text }], set: [], release });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return existingSecretsOf(chart, loaded.values);
}

/** Each key of a Secret that the pods of a release cannot start without: `secret/key`. */
function referenced(value: Value | undefined): readonly string[] {
  if (isList(value)) return value.flatMap(referenced);
  if (!isMap(value)) return [];
  const { secretKeyRef, secret } = value;
  if (isMap(secretKeyRef)) {
    return secretKeyRef.optional === true ? [] : [`${secretKeyRef.name}/${secretKeyRef.key}`];
  }
  if (isMap(secret) && isList(secret.items)) {
    return secret.items.map((item) => `${secret.secretName}/${isMap(item) ? item.key : ''}`);
  }
  return Object.values(value).flatMap(referenced);
}

/** The same of what is made. */
function made({ infra, authority, connectCredentials }: ExistingSecrets): readonly string[] {
  return [
    ...infra.keys.filter(({ optional }) => !optional).map(({ key }) => `${infra.name}/${key}`),
    ...(authority === undefined
      ? []
      : [
          `${authority.certificateName}/${authority.certificateKey}`,
          `${authority.keyName}/${authority.certificateKey}`,
          `${authority.keyName}/${authority.privateKey}`,
        ]),
    ...(connectCredentials === undefined ? [] : [`${connectCredentials.name}/${connectCredentials.key}`]),
  ];
}

const renamed = `
secretManager: {existingSecretName: own-env, envPrefix: CENTAUR_}
firewall: {existingCaSecretName: own-ca, existingCaKeySecretName: own-ca-key}
`;
const declared = `
tools:
  warehouse: {secrets: [{type: http, name: WAREHOUSE_API_KEY, match_headers: [Authorization], hosts: [a.example.com]}]}
  reports: {secrets: [{type: pg_dsn, name: REPORTS, secret_ref: REPORTS_DSN, database: reports}]}
  extras: {optional_secrets: [{type: http, name: EXTRA_KEY, match_headers: [X-Key], hosts: [c.example.com]}]}
`;
const connect = `
onepasswordConnect: {connect: {create: true, credentialsName: own-credentials, credentialsKey: own.json}}
`;

/** In the chart's tables for a Slackbot that it does not have yet, and for the databases of a tool that may come. */
const early = ['SLACK_BOT_TOKEN', 'PG_PROXY_PASSWORD'];

describe.each(secretSourceNames)('with the source %s', (source) => {
  const values = (more: string) =>
    `ironProxy: {secretSource: ${source}}\n${source === 'onepassword-connect' ? connect : ''}${more}`;

  test.each([
    ['', ''],
    ['', renamed],
    ['CENTAUR_', renamed + declared],
    ['', declared],
  ])('every key that a pod needs is made, and no other', (_, more) => {
    const needed = new Set(render(values(more)).objects.flatMap(referenced));
    const all = existing(values(more));
    const isEarly = ({ variable }: { variable: string }) => early.includes(variable);
    const ahead = all.infra.keys.filter(isEarly).map(({ key }) => `${all.infra.name}/${key}`);
    expect(ahead).toHaveLength(early.length);
    expect(new Set([...made(all)].sort())).toEqual(new Set([...needed, ...ahead].sort()));
  });

  test('the keys are those of the contract', () => {
    const inMode = infraTable
      .filter(
        ([key, ...given]) =>
          early.includes(key) || given.some((one) => one === 'every mode' || one.includes(source)),
      )
      .map(([key]) => key);
    const credentials = source === 'env' ? ['OPENAI_API_KEY'] : [];
    expect(existing(values('')).infra.keys.map(({ variable }) => variable)).toEqual([
      ...inMode,
      ...credentials,
    ]);
  });
});

test('an optional credential is asked for, but may be missing', () => {
  const { infra } = existing(`ironProxy: {secretSource: env}\n${declared}`);
  expect(infra.keys.filter(({ optional }) => optional)).toEqual([
    { key: 'EXTRA_KEY', variable: 'EXTRA_KEY', optional: true },
  ]);
});

test('a CA in the values is not made, since the chart makes its Secrets', () => {
  const text = JSON.stringify({ firewall: { ca: { certPem: certificate, keyPem: privateKey } } });
  expect(existing(text).authority).toBeUndefined();
});

test('a Connect server that exists has its own credentials, and only its token is needed', () => {
  const all = existing(
    'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {url: "http://connect.tools.svc:8080"}}',
  );
  expect(all.connectCredentials).toBeUndefined();
  expect(all.infra.keys.map(({ variable }) => variable)).toContain('OP_CONNECT_TOKEN');
});

test('docs/operations.md lists the variables to set for each source', () => {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.*?) \| /gm)].map(
    ([, variable = '', sources = '']) => ({
      variable,
      sources:
        sources === 'any'
          ? secretSourceNames
          : secretSourceNames.filter((name) => sources.includes(`\`${name}\``)),
    }),
  );
  for (const source of secretSourceNames) {
    const listed = rows.filter(({ sources }) => sources.includes(source)).map(({ variable }) => variable);
    const { infra, connectCredentials } = existing(
      `harnesses: {codex: {enabled: false}}\nironProxy: {secretSource: ${source}}\n${source === 'onepassword-connect' ? connect : ''}`,
    );
    const asked = infra.keys
      .map(({ variable }) => variable)
      .filter((variable) => infraValue(variable)?.from === 'environment');
    const file = connectCredentials === undefined ? [] : ['OP_CONNECT_CREDENTIALS_FILE'];
    expect([...listed].sort()).toEqual([...asked, ...file].sort());
  }
});
