import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SecretSource } from '../../src/secrets/source.js';
import { type HelmMajor, helmCommand, helmMajors } from '../judges/helm.js';
import { certificateAuthority, expired } from '../proxy/certificates.js';
import { start } from '../proxy/program.js';
import { ironProxy } from '../proxy/proxy.js';
import { printed } from './cluster/command.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import {
  connectCredentials,
  harnessCredential,
  infra,
  pageNamespace,
  prepareNamespace,
  secret,
  secretNames,
} from './release/operator.js';
import { chartFolder, importImages, type Release, releaseOn, snippets } from './release/release.js';
import { sees, troubles } from './release/seen.js';

/** What operators learn about faults. */
const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

const node = useNode(async (node) => {
  for (const major of helmMajors) await helmCommand(major);
  await importImages(node);
});

/** A request that needs a look-up. */
const call = ['call', '-header', `Authorization: Bearer ${harnessCredential}`, 'https://api.openai.com/'];

/**
 * The values of a mode, for many releases on one node: with small pods, and without objects that only one of them can
 * create.
 */
function values(mode: SecretSource): string {
  const { ironProxy, onepasswordConnect, ...others } = parse(snippets[mode]);
  const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '256Mi' } };
  const connect = { ...onepasswordConnect?.connect, api: { resources }, sync: { resources } };
  return JSON.stringify({
    ...others,
    api: { resources, egressDiscovery: { enabled: false } },
    ironProxy: { ...ironProxy, resources },
    onepasswordConnect: { connect },
  });
}

/** A release in its own namespace, with the operator's Secrets in it; nothing is installed yet. */
interface Scene {
  readonly namespace: string;
  readonly release: Release;
  /** Creates a Secret, or changes its content. */
  puts(name: string, content: Readonly<Record<string, string>>): Promise<void>;
  takesAway(...names: readonly string[]): Promise<void>;
  sees(line: RegExp): Promise<void>;
  /** Installs without waiting. */
  installs(mode: SecretSource): Promise<void>;
  /** Waits until all pods of a mode are ready. */
  recovers(mode: SecretSource): Promise<void>;
  /** Waits until a component is ready, regardless of others. */
  isReady(component: string): Promise<void>;
}

async function begin(namespace: string, major: HelmMajor): Promise<Scene> {
  await prepareNamespace(node(), namespace);
  const release = releaseOn(node(), { major, namespace });
  return {
    namespace,
    release,
    puts: (name, content) => node().apply([secret(namespace, name, content)]),
    takesAway: async (...names) => {
      await node().kubectl('delete', 'secret', '--namespace', namespace, ...names);
    },
    installs: async (mode) => {
      printed(await release.tried('install', [], values(mode)), ['helm', 'install']);
    },
    sees: (line) => sees(node(), namespace, line),
    recovers: async (mode) => {
      await until('all pods are ready', () => release.podsOf(mode), 120);
    },
    isReady: async (component) => {
      await until(`${component} is ready`, async () => {
        const pods = await release.pods();
        return pods.some((pod) => pod.component === component && pod.ready);
      });
    },
  };
}

describe.concurrent('what the operator created is missing or wrong', () => {
  test('the infra Secret, and then a key for each container: events name them', async () => {
    const { release, takesAway, puts, sees, recovers } = await begin('infra', 4);
    await takesAway(secretNames.infra);
    const install = ['--wait', '--timeout', '5s'];
    expect((await release.tried('install', install, values('onepassword-connect'))).code).toBe(1);
    await sees(/^api api: CreateContainerConfigError: secret "centaur-infra-env" not found$/);
    await sees(/^iron-proxy config: CreateContainerConfigError: secret "centaur-infra-env" not found$/);
    const [command = ''] = (await release.helm('status')).match(/kubectl describe pods .*/) ?? [];
    await until("the notes' command shows it", async () => {
      const { stdout } = await node().run('sh', ['-c', command]);
      return stdout.includes('Error: secret "centaur-infra-env" not found');
    });

    const { DATABASE_URL, OP_VAULT, OP_CONNECT_TOKEN, ...others } = infra;
    const missing = (key: string) =>
      `CreateContainerConfigError: couldn't find key ${key} in Secret infra/centaur-infra-env$`;
    await puts(secretNames.infra, others);
    await sees(new RegExp(`^api api: ${missing('DATABASE_URL')}`));
    await sees(new RegExp(`^iron-proxy config: ${missing('OP_VAULT')}`));
    await puts(secretNames.infra, { ...others, OP_VAULT: 'Team/EU' });
    await sees(/^iron-proxy config: Error: OP_VAULT has a \/ in it, .* use the id of the vault\.$/);
    await puts(secretNames.infra, { ...others, OP_VAULT: `${OP_VAULT}` });
    await sees(new RegExp(`^iron-proxy iron-proxy: ${missing('OP_CONNECT_TOKEN')}`));
    await puts(secretNames.infra, infra);
    await recovers('onepassword-connect');

    // Only Helm has not seen it: it waited once, and reports that until the next upgrade.
    expect(await release.helm('status')).toContain('STATUS: failed');
    const pods = await release.pods();
    await release.upgrade(values('onepassword-connect'));
    expect(await release.pods()).toEqual(pods);
  });

  test("Connect's credentials file, as base64 or other JSON: Connect waits, gives the reason, and all else starts", async () => {
    const scene = await begin('credentials', 3);
    const { release, namespace, installs, takesAway, puts, sees, isReady, recovers } = scene;
    const file = '1password-credentials.json';
    const refused = (why: string) =>
      new RegExp(`^connect credentials: Error: the key ${file} of the Secret ${secretNames.connect} ${why}`);
    await takesAway(secretNames.connect);
    await installs('onepassword-connect');
    await sees(
      /^onepassword-connect-\S+ FailedMount: .*secret "centaur-onepassword-connect-credentials" not found/,
    );
    await puts(secretNames.connect, { 'credentials.json': connectCredentials });
    await sees(
      /^onepassword-connect-\S+ FailedMount: .*references non-existent secret key: 1password-credentials/,
    );
    await puts(secretNames.connect, { [file]: Buffer.from(connectCredentials).toString('base64') });
    await sees(refused('is base64 of the JSON file, and not the file itself'));

    await isReady('api');
    await isReady('iron-proxy');
    const { environment } = await release.report('iron-proxy');
    const heartbeat = ['get', `${environment.OP_CONNECT_HOST}/heartbeat`] as const;
    await expect(release.exec('iron-proxy', ...heartbeat)).rejects.toThrow(/connection refused/);
    // The double of iron-proxy looks nothing up.
    const looksUp = async (logOf: string, words: RegExp) => {
      await until(`the log of ${logOf} has ${words}`, async () => {
        await release.exec('api', ...call).catch(() => 'no host outside is known');
        return words.test(await node().kubectl('logs', '--namespace', namespace, logOf, '--all-containers'));
      });
    };
    if (ironProxy)
      await looksUp('deploy/centaur-centaur-iron-proxy', /failed to fetch secret.*connection refused/);

    await puts(secretNames.connect, { [file]: '{"kind": "a service account of something else"}' });
    await sees(refused('is not the JSON file that 1Password gives for a Connect server'));
    const [command = ''] = operations.match(/kubectl create secret generic .*? apply -f -/) ?? [];
    const typed = command.replaceAll('\\|', '|').replaceAll(pageNamespace, namespace);
    await writeFile(path.join(node().folder, file), connectCredentials);
    printed(await node().run('sh', ['-c', typed], { cwd: node().folder }), [typed]);
    await recovers('onepassword-connect');
    await until('iron-proxy reaches Connect', async () => {
      return (await release.exec('iron-proxy', ...heartbeat)) === '.';
    });
    if (ironProxy)
      await looksUp('deploy/onepassword-connect', /GET \/v1\/vaults\/\w+\/items\/\w+ completed \(200: OK\)/);
  });

  test('the Secrets of the CA, and then a CA that has expired: iron-proxy says so and does not start', async () => {
    const scene = await begin('ca', 4);
    const { release, namespace, installs, takesAway, puts, sees, isReady, recovers } = scene;
    const putsAuthority = async ({ cert, key }: { readonly cert: string; readonly key: string }) => {
      await puts(secretNames.ca, { 'ca-cert.pem': cert });
      await puts(secretNames.caKey, { 'ca-cert.pem': cert, 'ca-key.pem': key });
    };
    await takesAway(secretNames.ca, secretNames.caKey);
    await installs('onepassword');
    await sees(
      /^centaur-centaur-api-\S+ FailedMount: .*"firewall-ca" : secret "centaur-firewall-ca" not found/,
    );
    await sees(
      /^centaur-centaur-iron-proxy-\S+ FailedMount: .*"ca" : secret "centaur-firewall-ca-key" not found/,
    );

    await putsAuthority(await expired(await certificateAuthority('an old firewall')));
    await sees(
      /^iron-proxy ca: Error: the Secret centaur-firewall-ca-key: ca-cert\.pem has expired, and no client/,
    );
    await isReady('api');

    const authority = await certificateAuthority('a new firewall');
    await putsAuthority(authority);
    await recovers('onepassword');
    await until('the API has the new certificate', async () => {
      return (await release.exec('api', 'cat', '/firewall-certs/ca-cert.pem')) === authority.cert;
    });
    expect((await troubles(node(), namespace)).filter((line) => line.startsWith('api api'))).toEqual([]);
  });

  describe.each(helmMajors)('Helm %i', (major) => {
    test('killed in mid-upgrade: no pod is lost, and a rollback recovers', async () => {
      const { release, namespace, sees } = await begin(`killed-${major}`, major);
      await release.install(values('env'));
      const before = await release.pods();

      // New pods that can't start: the upgrade would wait for them.
      const upgrade = ['upgrade', release.name, chartFolder, '--namespace', namespace, '--wait'];
      const pending = ['--reuse-values', '--set', 'secretManager.existingSecretName=absent'];
      const [nsenter = '', ...into] = node().enter;
      const helm = start(nsenter, [...into, await helmCommand(major), ...upgrade, ...pending], {
        env: { ...process.env, KUBECONFIG: node().kubeconfig },
      });
      await sees(/^api api: CreateContainerConfigError: secret "absent" not found$/);
      await sees(/^iron-proxy iron-proxy: CreateContainerConfigError: secret "absent" not found$/);
      await helm.stop();
      expect(await release.pods()).toEqual(expect.arrayContaining([...before]));

      expect(await release.helm('status')).toContain('STATUS: pending-upgrade');
      const { code, stderr } = await release.tried('upgrade', [], values('env'));
      expect(code).toBe(1);
      expect(stderr).toContain('another operation (install/upgrade/rollback) is in progress');

      await release.helm('rollback', '--wait');
      expect(await release.pods()).toEqual(before);
      await release.upgrade(values('env'));
      expect(await release.helm('status')).toContain('STATUS: deployed');
      expect(await release.pods()).toEqual(before);
    });
  });
});

describe('the cluster fails in mid-upgrade', () => {
  const mode = 'onepassword-connect';
  let upgraded: Scene;
  let steady: Scene;
  beforeAll(async () => {
    [upgraded, steady] = await Promise.all([begin('upgraded', 4), begin('steady', 3)]);
    await Promise.all([upgraded, steady].map(({ release }) => release.install(values(mode))));
  });

  /** Flags that replace all pods of a release. */
  const round = (name: string) =>
    ['api', 'ironProxy', 'onepasswordConnect.connect'].flatMap((component) => [
      '--set-string',
      `${component}.podAnnotations.round=${name}`,
    ]);
  const rounds = async () => {
    const path = 'jsonpath={.items[*].metadata.annotations.round}';
    return (await node().kubectl('get', 'pods', '--namespace', upgraded.namespace, '--output', path)).trim();
  };
  const isUnderWay = (name: string) =>
    until('new pods are there', async () => (await rounds()).split(' ').includes(name));

  test('the controller manager restarts: the upgrade goes on and ends', async () => {
    const upgrade = upgraded.release.upgrade(values(mode), ...round('first'));
    await isUnderWay('first');
    await node().restart('kube-controller-manager');
    await upgrade;
    await upgraded.recovers(mode);
    expect(await rounds()).toBe('first first first');
  });

  test('the node loses its power: what ran becomes ready again, and the upgrade ends', async () => {
    const steadyPods = async () => (await steady.release.pods()).map(({ uid }) => uid).sort();
    const before = await steadyPods();
    const { code } = await upgraded.release.tried('upgrade', round('second'), values(mode));
    expect(code).toBe(0);
    await isUnderWay('second');
    await node().restart('node');
    await Promise.all([upgraded.recovers(mode), steady.recovers(mode)]);
    expect(await steadyPods()).toEqual(before);
    expect(await rounds()).toBe('second second second');
    expect(await upgraded.release.helm('status')).toContain('STATUS: deployed');
  });
});
