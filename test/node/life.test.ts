/** The life of a release, from the chart's previous version to its removal. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type SecretSource, secretSourceNames } from '../../src/secrets/source.js';
import { previousChart } from '../centaur/previous.js';
import { type HelmMajor, helmCommand, helmMajors } from '../judges/helm.js';
import { certificateAuthority } from '../proxy/certificates.js';
import { useNode } from './cluster/fixture.js';
import type { Node } from './cluster/node.js';
import { until } from './cluster/until.js';
import { secretsIn } from './release/disclosure.js';
import { type Version, versionsOf } from './release/objects.js';
import {
  expectedOfTheInfraSecret,
  infra,
  ofTheInfraSecret,
  type Prepared,
  prepareNamespace,
  secret,
  secretNames,
} from './release/operator.js';
import {
  type Component,
  componentsOf,
  importImages,
  isMounted,
  type Pod,
  type Release,
  type Report,
  releaseOn,
  snippets,
} from './release/release.js';
import { importTrafficImages, startTraffic, type Traffic, upstreamHost } from './release/traffic.js';

interface Story {
  readonly major: HelmMajor;
  /** The modes that the release is switched to, from `onepassword`; together the stories have each pair, both ways. */
  readonly modes: readonly SecretSource[];
  /** Helm's flag that reverts a failed upgrade. */
  readonly undo: string;
}

const stories: { readonly [major in HelmMajor]: Story } = {
  3: { major: 3, modes: ['onepassword-connect', 'env', 'onepassword'], undo: '--atomic' },
  4: { major: 4, modes: ['env', 'onepassword-connect', 'onepassword'], undo: '--rollback-on-failure' },
};

/** Helm keeps ten revisions by default, and a story has more. */
const keeping = ['--history-max', '30'];

describe('the life of a release', () => {
  const node = useNode(async (node) => {
    for (const major of helmMajors) await helmCommand(major);
    await importImages(node);
    await importTrafficImages(node);
  });

  describe.concurrent.each(helmMajors)('under Helm %i', (major) => {
    const story = stories[major];
    const namespace = `of-helm-${major}`;
    const settings = settingsIn(namespace);
    const release = () => releaseOn(node(), { major, namespace });
    let prepared: Prepared;
    let emptyNamespace: readonly string[];
    let traffic: Traffic;
    const revisions = new Map<SecretSource, number>();

    /** Once both replicas were replaced under load, a rollout need not wait for two pods, one after the other. */
    const one = ['--set', 'ironProxy.replicas=1'];
    const upgrade = (mode: SecretSource, ...more: readonly string[]) =>
      release().upgrade(snippets[mode], ...settings, ...keeping, ...more);
    const rollback = (revision: number) =>
      release().helm('rollback', `${revision}`, '--wait', '--timeout', '5m', ...keeping);
    const noRequestIsLost = async () => expect((await traffic.sent()).failed).toEqual([]);

    test.sequential('begins with the previous version of the chart', async () => {
      prepared = await prepareNamespace(node(), namespace);
      emptyNamespace = await objectsIn(node(), namespace);
      const previous = releaseOn(node(), { major, namespace, chart: previousChart });
      await previous.install(snippets.onepassword, ...settings);
      traffic = await startTraffic(node(), namespace, 'centaur-centaur-iron-proxy:8080');
    });

    test.sequential('is upgraded to the present version, which keeps each object of the previous one', async () => {
      const before = await objectsOf(node(), release());
      const old = ['--reuse-values', ...settings];
      const refused = await release().tried('upgrade', old, snippets.onepassword);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/ironProxy.*terminationGracePeriodSeconds/s),
      });
      await release().upgrade('', '--reset-then-reuse-values', ...keeping);
      revisions.set('onepassword', await revision(release()));
      const after = await objectsOf(node(), release());
      const isPolicy = (name: string) => name.startsWith('NetworkPolicy/');
      for (const [name, { uid }] of before)
        if (!isPolicy(name)) expect([name, after.get(name)?.uid]).toEqual([name, uid]);
      await componentsAre(release(), 'onepassword');
      await noRequestIsLost();
    });

    test.sequential('is upgraded without a change, and no object is modified', async () => {
      const before = await objectsOf(node(), release());
      expect(before.size).toBeGreaterThan(15);
      await upgrade('onepassword');
      expect(await objectsOf(node(), release())).toEqual(before);
    });

    test.sequential.each<[string, readonly Component[]]>([
      ['networkPolicy.apiServerPort=443', []],
      ['api.logLevel=DEBUG', ['api']],
    ])('rolls only what a change concerns: %s', async (change, rolled) => {
      const before = await release().staying();
      await upgrade('onepassword', '--set', change);
      expect(replaced(before, await release().staying())).toEqual(rolled);
    });

    test.sequential('loses no request while both replicas of iron-proxy are replaced', async () => {
      await losesNone(node(), release(), traffic, () =>
        upgrade('onepassword', '--set', 'api.logLevel=DEBUG,ironProxy.allowedHosts[1]=example.com'),
      );
    });

    test.sequential(`is switched to ${story.modes.join(', ')}`, async () => {
      for (const mode of story.modes) {
        const before = await release().staying();
        await upgrade(mode, ...one);
        revisions.set(mode, await revision(release()));
        await componentsAre(release(), mode);
        await hasTheKeysOf(node(), release(), mode);
        expect(replaced(before, await release().staying())).toEqual(componentsOf[mode]);
      }
      await noRequestIsLost();
    });

    test.sequential('picks up Secrets that are rotated, as documented', async () => {
      await rotates(node(), release(), 'onepassword', '-rotated');
      await noRequestIsLost();
    });

    const [back = 'env'] = story.modes;

    test.sequential(`is rolled back to a revision in the mode ${back}`, async () => {
      await rollback(revisions.get(back) ?? 0);
      await componentsAre(release(), back);
      await hasTheKeysOf(node(), release(), back, '-rotated');
      await noRequestIsLost();
    });

    test.sequential(`picks up Secrets that are rotated in the mode ${back}, too`, async () => {
      await rotates(node(), release(), back, '-rotated-again', '-rotated');
      await noRequestIsLost();
    });

    test.sequential.each([
      [
        'an image does not exist',
        // No registry listens there, so the kubelet fails at once.
        'api.image.repository=127.0.0.1:1/centaur-api',
        /Failed to pull image "127\.0\.0\.1:1\/centaur-api:latest"/,
      ],
      [
        'a key is missing',
        'secretManager.envPrefix=LATER_',
        /couldn't find key LATER_\w+ in Secret .*centaur-infra-env/,
      ],
    ])('is restored by Helm when its pods cannot start because %s', async (_, change, event) => {
      const before = await release().staying();
      const flags = [...settings, ...one, ...keeping, '--set', change, story.undo, '--timeout', '15s'];
      const { code, stderr } = await release().tried('upgrade', flags, snippets[back]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/rolled back|rollback/i) });
      expect(replaced(before, await release().pods())).toEqual([]);
      const [failed, restored] = (await history(release())).slice(-2);
      expect(failed).toMatchObject({ status: 'failed' });
      expect(restored).toMatchObject({ status: 'deployed', description: /^Rollback to \d+$/ });
      expect(await node().kubectl('get', 'events', '--namespace', namespace)).toMatch(event);
      await noRequestIsLost();
    });

    test.sequential('is upgraded without a change by the other Helm, and no object is modified', async () => {
      const before = await objectsOf(node(), release());
      const other = releaseOn(node(), { major: major === 3 ? 4 : 3, namespace });
      await other.upgrade(snippets[back], ...settings, ...one, ...keeping);
      expect(await objectsOf(node(), release())).toEqual(before);
    });

    test.sequential('is rolled back to the previous version of the chart', async () => {
      await rollback(1);
      await componentsAre(release(), 'onepassword');
      const { answered, failed } = await traffic.sent();
      expect(failed).toEqual([]);
      expect(answered).toBeGreaterThan(500);
    });

    test.sequential("is uninstalled, and only the operator's Secrets and the namespace for egress remain", async () => {
      await traffic.stop();
      const before = await secretsIn(node(), namespace);
      await release().helm('uninstall', '--wait');
      await until('all pods are gone', async () => (await release().pods()).length === 0, 120);
      expect(await secretsIn(node(), namespace)).toEqual({ own: before.own, helm: [] });
      expect(before.own).toHaveLength(Object.keys(prepared.secrets).length);
      expect(await objectsIn(node(), namespace)).toEqual(emptyNamespace);
      expect(await objectsIn(node(), `egress-${namespace}`)).toEqual([
        'configmap/kube-root-ca.crt',
        'serviceaccount/default',
      ]);
    });
  });
});

test('the stories switch between each pair of modes, both ways', () => {
  const pairs = Object.values(stories).flatMap(({ modes }) =>
    modes.map((mode, index) => `${modes[index - 1] ?? 'onepassword'} to ${mode}`),
  );
  const all = secretSourceNames.flatMap((from) =>
    secretSourceNames.filter((to) => to !== from).map((to) => `${from} to ${to}`),
  );
  expect(pairs.sort()).toEqual(all.sort());
});

/** Two replicas of iron-proxy at first, every kind of object, its own namespace for egress, and no idle waits. */
function settingsIn(namespace: string): readonly string[] {
  const settings = [
    'ironProxy.replicas=2',
    `ironProxy.allowedHosts[0]=${upstreamHost}`,
    'ironProxy.podDisruptionBudget.enabled=true',
    'api.autoscaling.enabled=true',
    'api.startupProbe.periodSeconds=1',
    'api.readinessProbe.periodSeconds=1',
    `api.egressDiscovery.namespace=egress-${namespace}`,
  ];
  return ['--set', settings.join(',')];
}

// ---------------------------------------------------------------------------------------------------------- objects

/** The objects of a release's manifest as they are in the cluster, once their status is stable. */
async function objectsOf(node: Node, release: Release): Promise<ReadonlyMap<string, Version>> {
  // A Deployment's status includes terminating pods.
  await release.pods();
  const { manifest }: { manifest: string } = JSON.parse(await release.helm('status', '--output', 'json'));
  return versionsOf(node, manifest, release.namespace);
}

/** The names of all objects of a namespace, except events. */
async function objectsIn(node: Node, namespace: string): Promise<readonly string[]> {
  const listed = await node.kubectl('api-resources', '--namespaced', '--verbs=list', '--output=name');
  const kinds = listed.trim().split('\n');
  const kept = kinds.filter((kind) => !/^events|^endpoints|metrics/.test(kind)).join(',');
  const found = await node.kubectl('get', kept, '--namespace', namespace, '--output', 'name');
  return found.trim().split('\n').sort();
}

/** The components of which pods are new, each once. */
function replaced(before: readonly Pod[], after: readonly Pod[]): readonly string[] {
  const known = new Set(before.map(({ uid }) => uid));
  const components = after.filter(({ uid }) => !known.has(uid)).map(({ component }) => component);
  return [...new Set(components)].sort();
}

async function componentsAre(release: Release, mode: SecretSource): Promise<void> {
  const staying = await release.staying();
  expect([...new Set(staying.map(({ component }) => component))].sort()).toEqual(componentsOf[mode]);
  expect(staying.filter(({ ready }) => !ready)).toEqual([]);
}

interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

async function history(release: Release): Promise<readonly Revision[]> {
  return JSON.parse(await release.helm('history', '--output', 'json'));
}

async function revision(release: Release): Promise<number> {
  return (await history(release)).at(-1)?.revision ?? 0;
}

// ------------------------------------------------------------------------------------------------------ containers

/** A double's report, from a pod that is not terminating: `kubectl exec deploy/…` may choose one that is. */
async function given(node: Node, release: Release, component: 'api' | 'iron-proxy'): Promise<Report> {
  return JSON.parse(await inPodOf(node, release, component, 'report'));
}

async function inPodOf(
  node: Node,
  release: Release,
  component: Component,
  ...command: string[]
): Promise<string> {
  const pod = (await release.staying()).find((one) => one.component === component);
  return node.exec(['--namespace', release.namespace, `pod/${pod?.name}`], ...command);
}

async function hasTheKeysOf(node: Node, release: Release, mode: SecretSource, suffix = ''): Promise<void> {
  for (const component of ['api', 'iron-proxy'] as const) {
    const { environment } = await given(node, release, component);
    const expected = Object.entries(expectedOfTheInfraSecret(component, mode));
    expect(ofTheInfraSecret(environment)).toEqual(
      Object.fromEntries(expected.map(([key, value]) => [key, value + suffix])),
    );
  }
}

// --------------------------------------------------------------------------------------------------------- traffic

/** Replaces both pods of iron-proxy while requests pass through them, some of which take longer than the upgrade. */
async function losesNone(
  node: Node,
  release: Release,
  traffic: Traffic,
  upgrade: () => Promise<unknown>,
): Promise<void> {
  const ofProxy = (pods: readonly Pod[]) => pods.filter(({ component }) => component === 'iron-proxy');
  const before = await release.staying();
  const old = ofProxy(before);
  expect(old).toHaveLength(2);
  const answers: Promise<string>[] = [];
  await until('both pods hold a request', async () => {
    answers.push(traffic.held());
    const from = await traffic.heldFrom();
    return old.every(({ address }) => from.has(address));
  });

  await upgrade();
  const after = await release.staying();
  expect(replaced(before, after)).toEqual(['iron-proxy']);
  expect(ofProxy(after).filter((pod) => old.some(({ uid }) => uid === pod.uid))).toEqual([]);
  await until('the old pods serve what they hold and nothing else', async () => {
    const processes = old.map(({ name }) =>
      node.exec(['--namespace', release.namespace, `pod/${name}`], 'ps'),
    );
    return (await Promise.all(processes)).every((list) => / sleep 1\n/.test(list));
  });
  const answered = await traffic.answeredFrom();
  for (const { address } of [...old, ...ofProxy(after)]) expect(answered.get(address)).toBeGreaterThan(0);

  await traffic.release();
  for (const answer of await Promise.all(answers)) expect(answer).toBe('{"status":"ok"}');
  await release.pods();
  const { answered: all, failed } = await traffic.sent();
  expect(failed).toEqual([]);
  expect(all).toBeGreaterThan(200);
}

// -------------------------------------------------------------------------------------------------------- rotation

const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const rotation = operations.split('\n## ').find((section) => section.startsWith('Rotate a Secret\n')) ?? '';

/** The Deployments that must be restarted after a rotation, by the command next to it in the documentation. */
function restarted(what: string): readonly string[] {
  const row = rotation.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${what}\``));
  const command = /`kubectl rollout restart -n centaur-system ([^`]+)`/.exec(row ?? '')?.[1];
  if (command === undefined) throw new Error(`docs/operations.md does not say how ${what} is rotated`);
  return command.split(' ');
}

/**
 * Rotates everything that the operator created, replacing the suffix of each key, runs the documented command, and
 * looks for the result in the containers.
 */
async function rotates(
  node: Node,
  release: Release,
  mode: SecretSource,
  suffix: string,
  last = '',
): Promise<void> {
  const { namespace } = release;
  const { cert, key } = await certificateAuthority('the next firewall');
  const credentials = JSON.stringify({ version: '2', verifier: { salt: 'rotated' } });
  await node.apply([
    secret(
      namespace,
      secretNames.infra,
      Object.fromEntries(Object.entries(infra).map(([name, value]) => [name, value + suffix])),
    ),
    secret(namespace, secretNames.ca, { 'ca-cert.pem': cert }),
    secret(namespace, secretNames.caKey, { 'ca-cert.pem': cert, 'ca-key.pem': key }),
    secret(namespace, secretNames.connect, { '1password-credentials.json': credentials }),
  ]);
  await hasTheKeysOf(node, release, mode, last);

  const keys = (['api', 'iron-proxy'] as const).flatMap((one) =>
    Object.keys(expectedOfTheInfraSecret(one, mode)),
  );
  const files =
    mode === 'onepassword-connect' ? ['ca-key.pem', '1password-credentials.json'] : ['ca-key.pem'];
  const deployments = [...new Set([...keys, ...files].flatMap(restarted))];
  await node.kubectl('rollout', 'restart', '--namespace', namespace, ...deployments);
  for (const deployment of deployments) {
    await node.kubectl('rollout', 'status', '--namespace', namespace, deployment, '--timeout=120s');
  }

  await hasTheKeysOf(node, release, mode, suffix);
  expect(isMounted(cert, await given(node, release, 'api'))).toBe(true);
  expect(isMounted(key, await given(node, release, 'iron-proxy'))).toBe(true);
  if (mode !== 'onepassword-connect') return;
  const mounted = '/home/opuser/.op/1password-credentials.json';
  expect(await inPodOf(node, release, 'connect', 'cat', mounted)).toBe(credentials);
}
