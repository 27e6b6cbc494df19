/** `verify` on a real release: what it says of a sound one, and that its first failure names the cause of each fault. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newAuthority } from '../../src/cli/certificate-authority.js';
import { builtCommand } from '../cli/command.js';
import { helmCommand } from '../judges/helm.js';
import { ironProxy } from '../proxy/proxy.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import { connectCredentials, infra, prepareNamespace, secret, secretNames } from './release/operator.js';
import { startOutside, trusting } from './release/outside.js';
import { importImages, releaseOn, snippets } from './release/release.js';

const namespace = 'verified';

const node = useNode(async (node) => {
  builtCommand();
  await helmCommand(4);
  await importImages(node);
});

/** The credential of a tool in another tool's place: an item of the vault, which is added to requests. */
const declared = {
  harnesses: { codex: { enabled: false } },
  tools: {
    search: {
      secrets: [
        {
          type: 'http',
          name: 'SEARCH_API_KEY',
          mode: 'inject',
          inject_header: 'Authorization',
          hosts: ['search.example.com'],
        },
      ],
    },
  },
};

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly found: string;
}

test('a sound release, and the cause of each fault', async () => {
  await prepareNamespace(node(), namespace);
  // Of the usual ones for tests, each expires within a day.
  const made = await newAuthority();
  const ca = { cert: made.certificate, key: made.privateKey };
  const authoritySecrets = {
    [secretNames.caKey]: { 'ca-cert.pem': ca.cert, 'ca-key.pem': ca.key },
    [secretNames.ca]: { 'ca-cert.pem': ca.cert },
  };
  await node().apply(
    Object.entries(authoritySecrets).map(([name, content]) => secret(namespace, name, content)),
  );
  const internet = trusting(namespace, await startOutside(node()));
  await node().apply([internet.configMap]);
  // The double of iron-proxy opens no TLS, so it can answer for no host.
  const reached = ironProxy ? { ironProxy: { allowedHosts: ['mirror.example.com'] } } : {};
  const layers = [
    snippets['onepassword-connect'],
    JSON.stringify(declared),
    internet.values,
    JSON.stringify(reached),
  ];
  const release = releaseOn(node(), { major: 4, namespace });
  await release.install(layers);
  const files = layers.map((text, index) => {
    const file = path.join(node().folder, `verified-${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });

  const verify = async (...argv: readonly string[]) => {
    const command = [builtCommand(), 'verify', '-n', namespace, ...argv];
    const ran = await node().run(process.execPath, [
      ...command,
      ...(argv.includes('-f') ? [] : ['-f', ...files]),
    ]);
    expect(ran.stdout + ran.stderr).not.toMatch(/made-|PRIVATE KEY/);
    return ran;
  };
  const findings = async (...argv: readonly string[]): Promise<readonly Finding[]> =>
    JSON.parse((await verify('--output', 'json', ...argv)).stdout).findings;
  const firstFailure = async (...argv: readonly string[]) => {
    const failed = (await findings(...argv)).find(({ status }) => status === 'failed');
    return failed && `${failed.check}: ${failed.found}`;
  };
  const puts = (name: string, content: { readonly [key: string]: string }) =>
    node().apply([secret(namespace, name, content)]);

  const sound = await verify();
  expect(sound).toMatchObject({ code: 0, stderr: '' });
  expect(sound.stdout).toMatch(/^release centaur, namespace verified, context node\n/);
  const passed = await findings();
  expect(passed.filter(({ status }) => status !== 'passed').map(({ check }) => check)).toEqual(
    ironProxy ? [] : ['a host that is allowed'],
  );
  expect(passed.map(({ check }) => check)).toEqual([
    'release centaur',
    `Secret ${secretNames.infra}`,
    `Secret ${secretNames.connect}`,
    `Secret ${secretNames.caKey}`,
    `Secret ${secretNames.ca}`,
    'objects of the release',
    'pods of api',
    'pods of iron-proxy',
    'pods of connect',
    'Connect',
    '1Password items',
    'a host that is not allowed',
    'a host that is allowed',
  ]);

  // The Secrets, of which each is put back. Others are in src/cli/verify-secrets.test.ts.
  const without = (...keys: readonly string[]) =>
    Object.fromEntries(Object.entries(infra).filter(([key]) => !keys.includes(key)));
  const faults: readonly [name: string, content: { readonly [key: string]: string }, failure: RegExp][] = [
    [
      secretNames.infra,
      without('DATABASE_URL', 'OP_VAULT'),
      /^Secret centaur-infra-env: it lacks DATABASE_URL, OP_VAULT/,
    ],
    [secretNames.infra, { ...infra, OP_VAULT: 'Another' }, /^Connect: it finds no vault/],
    [
      secretNames.infra,
      { ...infra, OP_CONNECT_TOKEN: 'wrong' },
      /^Connect: it does not accept OP_CONNECT_TOKEN/,
    ],
    [
      secretNames.connect,
      { '1password-credentials.json': Buffer.from(connectCredentials).toString('base64') },
      /^Secret centaur-onepassword-connect-credentials: .* is base64 of the JSON file/,
    ],
  ];
  const correct: { readonly [name: string]: { readonly [key: string]: string } } = {
    [secretNames.infra]: infra,
    [secretNames.connect]: { '1password-credentials.json': connectCredentials },
    ...authoritySecrets,
  };
  for (const [name, content, failure] of faults) {
    // A key that is left out stays in a Secret that is only changed.
    await node().kubectl('delete', 'secret', '-n', namespace, name);
    await puts(name, content);
    expect.soft((await firstFailure()) ?? 'nothing fails', `${failure}`).toMatch(failure);
    await puts(name, correct[name] ?? {});
  }
  await node().kubectl('delete', 'secret', '-n', namespace, secretNames.ca);
  expect.soft(await firstFailure()).toMatch(/^Secret centaur-firewall-ca: there is no Secret/);
  await puts(secretNames.ca, authoritySecrets[secretNames.ca] ?? {});

  // The objects.
  const policy = 'networkpolicy/centaur-centaur-iron-proxy';
  const before = JSON.parse(await node().kubectl('get', policy, '-n', namespace, '-o', 'json'));
  const open = JSON.stringify([{ op: 'remove', path: '/spec/egress/0' }]);
  await node().kubectl('patch', policy, '-n', namespace, '--type=json', '-p', open);
  expect
    .soft(await firstFailure())
    .toMatch(/^objects of the release: different: NetworkPolicy centaur-centaur-iron-proxy at spec\.egress$/);
  await node().apply([{ ...before, metadata: { name: before.metadata.name, namespace } }]);
  expect.soft(await firstFailure()).toBeUndefined();
  const other = path.join(node().folder, 'other.yaml');
  writeFileSync(other, snippets.onepassword);
  expect.soft(await firstFailure('-f', other)).toMatch(/^objects of the release: .*ConfigMap/);

  // An item, and pods.
  const missing = path.join(node().folder, 'missing.yaml');
  const absent = JSON.stringify({ tools: declared.tools }).replaceAll('SEARCH_API_KEY', 'ABSENT_KEY');
  writeFileSync(missing, absent);
  await release.upgrade([...layers, absent]);
  expect
    .soft(await firstFailure('-f', ...files, missing))
    .toMatch(/^1Password items: ABSENT_KEY: no item of this name$/);
  await release.tried('upgrade', ['--set', 'api.image.tag=absent', '--timeout', '5s'], layers);
  await until('the image is missed', async () =>
    /^objects of the release: .*Deployment centaur-centaur-api/.test((await firstFailure()) ?? ''),
  );
  await until('the image is named', async () =>
    /^pods of api: 1 of 1 ready: api: (?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull): /.test(
      (await firstFailure('-f', ...files, '--set', 'api.image.tag=absent')) ?? '',
    ),
  );
});
