/** `bootstrap` on a real API server: what it makes, what it leaves, and what it says if it must not. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtCommand } from '../cli/command.js';
import { helmCommand } from '../judges/helm.js';
import { useNode } from './cluster/fixture.js';
import { connectCredentials, infra, secretNames } from './release/operator.js';
import { importImages, releaseOn, snippets } from './release/release.js';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** The Role that the page gives to whoever runs the command. */
const [, role = ''] = /```yaml\n(apiVersion: rbac[^`]*name: centaur-bootstrap\n[^`]*)```/.exec(page) ?? [];

const shell = {
  DATABASE_URL: 'postgresql://tempo:mark@db.example.com:5432/ai_v2',
  SLACKBOT_API_KEY: 'mark-slackbot',
  SLACK_SIGNING_SECRET: 'mark-signing',
  SLACK_BOT_TOKEN: 'xoxb-mark',
  OP_VAULT: infra.OP_VAULT ?? '',
  OP_CONNECT_TOKEN: 'eyJmark.mark.mark',
};

const everySecret = Object.values(secretNames).sort();

describe('bootstrap', () => {
  let values: string;
  let env: { readonly [name: string]: string };
  const node = useNode(async (node) => {
    builtCommand();
    await helmCommand(4);
    await importImages(node);
    values = path.join(node.folder, 'values.yaml');
    writeFileSync(values, snippets['onepassword-connect']);
    const file = path.join(node.folder, '1password-credentials.json');
    writeFileSync(file, connectCredentials);
    env = { ...shell, OP_CONNECT_CREDENTIALS_FILE: file };
  });

  const bootstrap = async (namespace: string, argv: readonly string[] = [], own: object = {}) => {
    const command = [builtCommand(), 'bootstrap', '-f', values, '-n', namespace, ...argv];
    const ran = await node().run(process.execPath, command, { env: { ...env, ...own } });
    expect(ran.stdout + ran.stderr).not.toMatch(/mark|made-|bWFya|-----BEGIN/);
    return ran;
  };
  const namespaced = async (namespace: string) => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await node().apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }]);
    return namespace;
  };

  interface Secret {
    readonly version: string;
    readonly data: { readonly [key: string]: string };
  }
  const secretsIn = async (namespace: string): Promise<{ readonly [name: string]: Secret }> => {
    const { items } = JSON.parse(await node().kubectl('get', 'secrets', '-n', namespace, '-o', 'json'));
    return Object.fromEntries(
      items.map(
        ({ metadata, data = {} }: { metadata: { name: string; resourceVersion: string }; data?: object }) => [
          metadata.name,
          {
            version: metadata.resourceVersion,
            data: Object.fromEntries(
              Object.entries(data).map(([key, value]) => [
                key,
                Buffer.from(String(value), 'base64').toString(),
              ]),
            ),
          },
        ],
      ),
    );
  };
  const areComplete = (secrets: { readonly [name: string]: Secret }) => {
    expect(Object.keys(secrets).sort()).toEqual(everySecret);
    const [ca, caKey] = [secrets[secretNames.ca]?.data, secrets[secretNames.caKey]?.data];
    expect(caKey).toEqual({ ...ca, 'ca-key.pem': expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) });
    expect(Object.keys(ca ?? {})).toEqual(['ca-cert.pem']);
    expect(secrets[secretNames.infra]?.data).toMatchObject(shell);
    expect(secrets[secretNames.connect]?.data).toEqual({ '1password-credentials.json': connectCredentials });
  };

  test('shows what it would do, and then does it; a second run changes nothing', async () => {
    const namespace = await namespaced('first');
    const dry = await bootstrap(namespace, ['--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('\nNothing was written (--dry-run).\n');
    expect(await secretsIn(namespace)).toEqual({});

    const made = await bootstrap(namespace);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout.replaceAll(': created', ': would be created').split('\n').slice(0, -2)).toEqual(
      dry.stdout.split('\n').slice(0, -2),
    );
    expect(made.stdout).toContain('\n4 of 4 Secrets written.\n');
    const before = await secretsIn(namespace);
    areComplete(before);

    // Without any value in the shell.
    const none = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
    const again = await bootstrap(namespace, [], none);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('\nAll Secrets exist, with all keys. Nothing was written.\n');
    expect(await secretsIn(namespace)).toEqual(before);
  });

  test('makes what a release starts with', async () => {
    const namespace = await namespaced('release');
    expect(await bootstrap(namespace)).toMatchObject({ code: 0 });
    const release = releaseOn(node(), { major: 4, namespace });
    await release.install(snippets['onepassword-connect']);
    expect(await release.podsOf('onepassword-connect')).toHaveLength(3);
  });

  test('writes nothing if the namespace does not exist, and lists what else is missing', async () => {
    const message =
      'there is no namespace nowhere in the cluster of the context node: create it with `kubectl create namespace nowhere`, or name another one with --namespace\n';
    expect(await bootstrap('nowhere')).toEqual({ code: 1, stdout: '', stderr: `centaur-chart: ${message}` });
    const { stderr } = await bootstrap('nowhere', [], { DATABASE_URL: '', OP_VAULT: 'a/b' });
    expect(stderr).toContain('  DATABASE_URL is not set: ');
    expect(stderr).toContain('  OP_VAULT has a / in it');
    expect(stderr).toContain(`  ${message}`);
  });

  test('completes a Secret that lacks keys, and changes none', async () => {
    const namespace = await namespaced('partial');
    await node().kubectl(
      'create',
      'secret',
      'generic',
      secretNames.infra,
      '-n',
      namespace,
      '--from-literal=DATABASE_URL=',
      '--from-literal=MINE=x',
    );
    expect((await bootstrap(namespace)).stdout).toContain(
      '  DATABASE_URL             kept, although it is empty\n',
    );
    const { [secretNames.infra]: first } = await secretsIn(namespace);
    expect(first?.data).toMatchObject({ DATABASE_URL: '', MINE: 'x', OP_VAULT: shell.OP_VAULT });
    const remove = JSON.stringify([{ op: 'remove', path: '/data/SANDBOX_SIGNING_KEY' }]);
    await node().kubectl('patch', 'secret', secretNames.infra, '-n', namespace, '--type=json', '-p', remove);
    expect(await bootstrap(namespace)).toMatchObject({ code: 0 });
    const { [secretNames.infra]: second } = await secretsIn(namespace);
    expect(second?.data).toEqual({
      ...first?.data,
      SANDBOX_SIGNING_KEY: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(second?.data.SANDBOX_SIGNING_KEY).not.toBe(first?.data.SANDBOX_SIGNING_KEY);
  });

  test('completes a CA whose certificate for clients is missing, and refuses one without its key', async () => {
    const namespace = await namespaced('half');
    await bootstrap(namespace);
    const before = await secretsIn(namespace);
    await node().kubectl('delete', 'secret', secretNames.ca, '-n', namespace);
    expect((await bootstrap(namespace)).stdout).toContain(
      `${secretNames.ca}: created\n  ca-cert.pem  copied from ${secretNames.caKey}\n`,
    );
    const after = await secretsIn(namespace);
    expect(after[secretNames.ca]?.data).toEqual(before[secretNames.ca]?.data);
    expect(after[secretNames.caKey]).toEqual(before[secretNames.caKey]);

    await node().kubectl('delete', 'secret', secretNames.caKey, '-n', namespace);
    const refused = await bootstrap(namespace);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(
      `the Secret ${secretNames.ca} holds a CA whose private key is in no Secret`,
    );
    expect(await bootstrap(namespace, ['--force', secretNames.ca])).toMatchObject({ code: 0 });
    areComplete(await secretsIn(namespace));
  });

  test('replaces only the Secrets that are named, and both of the CA', async () => {
    const namespace = await namespaced('forced');
    await bootstrap(namespace);
    const before = await secretsIn(namespace);
    const replaced = await bootstrap(namespace, ['--force', secretNames.ca]);
    expect(replaced.stdout).toContain(`${secretNames.caKey}: replaced\n`);
    const after = await secretsIn(namespace);
    areComplete(after);
    expect(after[secretNames.ca]?.data).not.toEqual(before[secretNames.ca]?.data);
    for (const name of [secretNames.infra, secretNames.connect]) expect(after[name]).toEqual(before[name]);

    const both = ['--force', secretNames.infra, '--force', secretNames.connect, '--output', 'json'];
    const report = JSON.parse((await bootstrap(namespace, both)).stdout);
    expect(report).toMatchObject({ namespace, context: 'node', dryRun: false, problems: [] });
    expect(report.secrets.map(({ action }: { action: string }) => action)).toEqual([
      'replaced',
      'replaced',
      'kept',
      'kept',
    ]);
    const last = await secretsIn(namespace);
    expect(last[secretNames.ca]).toEqual(after[secretNames.ca]);
    expect(last[secretNames.infra]?.data.SANDBOX_SIGNING_KEY).not.toBe(
      after[secretNames.infra]?.data.SANDBOX_SIGNING_KEY,
    );
  });

  test('gives the same Secrets to runs at once', async () => {
    const namespace = await namespaced('at-once');
    const ran = await Promise.all([1, 2, 3].map(() => bootstrap(namespace)));
    expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      ran.map(() => ({ code: 0, stderr: '' })),
    );
    areComplete(await secretsIn(namespace));
    await Promise.all([1, 2, 3].map(() => bootstrap(namespace, ['--force', secretNames.caKey])));
    areComplete(await secretsIn(namespace));
  });

  test('says that a Secret is immutable', async () => {
    const namespace = await namespaced('immutable');
    await node().apply([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secretNames.infra, namespace },
        immutable: true,
        stringData: { A: 'b' },
      },
    ]);
    const { code, stderr } = await bootstrap(namespace);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^centaur-chart: cannot change the Secret centaur-infra-env: the API server says: .*immutable.*\n$/,
    );
    expect(Object.keys(await secretsIn(namespace))).toEqual([secretNames.infra]);
  });

  describe('as a user with few rights', () => {
    const namespace = 'rights';
    let config: string;
    const asUser = (argv: readonly string[] = []) => bootstrap(namespace, ['--kubeconfig', config, ...argv]);
    const grant = (rules: readonly object[]) =>
      node().apply([
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'r', namespace },
          rules,
        },
      ]);

    test('says which right is missing, and writes nothing', async () => {
      await namespaced(namespace);
      await node().kubectl('create', 'serviceaccount', 'operator', '-n', namespace);
      const token = (await node().kubectl('create', 'token', 'operator', '-n', namespace)).trim();
      const admin = JSON.parse(readFileSync(node().kubeconfig, 'utf8'));
      config = path.join(node().folder, 'operator.kubeconfig');
      writeFileSync(config, JSON.stringify({ ...admin, users: [{ ...admin.users[0], user: { token } }] }), {
        mode: 0o600,
      });
      const user = `system:serviceaccount:${namespace}:operator`;
      expect(await asUser()).toEqual({
        code: 1,
        stdout: '',
        stderr: `centaur-chart: cannot read the Secret centaur-infra-env: ${user} has no right to get secrets in the namespace rights: ask for a Role that grants it\n`,
      });
      await grant([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
      await node().kubectl(
        'create',
        'rolebinding',
        'r',
        '--role=r',
        `--serviceaccount=${namespace}:operator`,
        '-n',
        namespace,
      );
      for (const argv of [[], ['--dry-run']]) {
        const { code, stderr } = await asUser(argv);
        expect(code).toBe(1);
        expect(stderr).toContain(
          `cannot create the Secret centaur-infra-env: ${user} has no right to create secrets in the namespace rights: ask`,
        );
      }
      expect(await secretsIn(namespace)).toEqual({});
    });

    test('needs no more than the page says', async () => {
      await node().kubectl('delete', 'rolebinding', 'r', '-n', namespace);
      await node().apply(role.replace('centaur-system', namespace));
      await node().kubectl(
        'create',
        'rolebinding',
        'b',
        '--role=centaur-bootstrap',
        `--serviceaccount=${namespace}:operator`,
        '-n',
        namespace,
      );
      expect(await asUser()).toMatchObject({ code: 0, stderr: '' });
      expect(await asUser(['--force', secretNames.infra, '--force', secretNames.ca])).toMatchObject({
        code: 0,
        stderr: '',
      });
      areComplete(await secretsIn(namespace));
    });

    test('says that the token is not accepted', async () => {
      writeFileSync(config, readFileSync(config, 'utf8').replace(/"token":"[^"]*"/, '"token":"mark"'));
      const { code, stderr } = await asUser();
      expect(code).toBe(1);
      expect(stderr).toContain(
        'the API server does not accept the credentials of the context node: sign in again',
      );
    });
  });
});
