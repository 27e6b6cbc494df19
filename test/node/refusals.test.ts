/**
 * What the chart refuses about pods, on the real API server: it refuses the same, or accepts what no node would run.
 * And what happens to the pods of a running release when its autoscaler is turned on.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Value, ValueMap } from '../../src/text/json.js';
import { render } from '../centaur/release.js';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import { prepareNamespace } from './release/operator.js';
import { importImages, releaseOn, snippets } from './release/release.js';

const namespace = 'refusals';

/** The pod of a release's API, as Kubernetes validates it in a Deployment. */
function apiPod(ofPod: ValueMap, ofContainer: ValueMap = {}): ValueMap {
  const deployment = render('').get('Deployment', 'centaur-centaur-api');
  const spec = deployment.in('spec', 'template', 'spec');
  const [container] = spec.list('containers');
  const value = (reader: { readonly value: Value | undefined } | undefined) => Object(reader?.value);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'refused', namespace },
    spec: {
      ...value(spec),
      serviceAccountName: 'default',
      ...ofPod,
      containers: [{ ...value(container), ...ofContainer }],
    },
  };
}

const resources = (requests: ValueMap, limits: ValueMap) => apiPod({}, { resources: { requests, limits } });
const affinity = (nodeSelectorTerms: Value) =>
  apiPod({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
const tolerations = (...list: ValueMap[]) => apiPod({ tolerations: list });
const spread = (...list: ValueMap[]) =>
  apiPod({
    topologySpreadConstraints: list.map((one) => ({
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: {},
      ...one,
    })),
  });
const volume = { name: 'tmp', emptyDir: {} };
const mount = (mountPath: string, name = 'tmp') => ({ name, mountPath });

describe('pods on a real API server', () => {
  const node = useNode(async (node) => {
    for (const major of helmMajors) await helmCommand(major);
    await importImages(node);
    await prepareNamespace(node, namespace);
  });

  const dryRun = (pod: ValueMap) =>
    node().run('kubectl', ['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(pod) });

  test.each<[string, ValueMap]>([
    ['the pod of the chart', apiPod({})],
    [
      'a request and a limit of one amount',
      resources({ cpu: 1, memory: '1Gi' }, { cpu: '1000m', memory: '1024Mi' }),
    ],
    ['an exponent', resources({ memory: '1e9' }, { memory: '1G' })],
    ['a limit alone', resources({}, { cpu: 1, 'example.com/gpu': 1 })],
    ['an empty term', affinity([{}])],
  ])('accepts %s', async (_, pod) => {
    expect(await dryRun(pod)).toMatchObject({ code: 0, stderr: '' });
  });

  test.each<[string, ValueMap, string]>([
    [
      'a request above its limit',
      resources({ cpu: '1001m' }, { cpu: 1 }),
      'must be less than or equal to cpu limit of 1',
    ],
    [
      'the same in bytes',
      resources({ memory: '1Gi' }, { memory: '1G' }),
      'must be less than or equal to memory limit',
    ],
    ['huge pages without a limit', resources({ cpu: 1, 'hugepages-2Mi': '4Mi' }, {}), 'Limit must be set'],
    ['a GPU without a limit', resources({ 'example.com/gpu': 1 }, {}), 'Limit must be set'],
    ['an unknown resource', resources({}, { cpus: 1 }), 'must be a standard resource'],
    ['no terms', affinity([]), 'must have at least one node selector term'],
    [
      'a toleration without a key',
      tolerations({ effect: 'NoSchedule' }),
      'operator must be Exists when `key` is empty',
    ],
    [
      'a value with Exists',
      tolerations({ key: 'a', operator: 'Exists', value: 'b' }),
      "value must be empty when `operator` is 'Exists'",
    ],
    [
      'seconds without NoExecute',
      tolerations({ key: 'a', operator: 'Exists', tolerationSeconds: 1 }),
      "effect must be 'NoExecute' when `tolerationSeconds` is set",
    ],
    ['two constraints of a kind', spread({}, { maxSkew: 2 }), 'Duplicate value: "{zone, ScheduleAnyway}"'],
    ['minDomains with ScheduleAnyway', spread({ minDomains: 2 }), 'can only use minDomains if'],
    ['two volumes with one name', apiPod({ volumes: [volume, volume] }), 'Duplicate value: "tmp"'],
    [
      'two mounts at one path',
      apiPod({ volumes: [volume] }, { volumeMounts: [mount('/a'), mount('/a')] }),
      'must be unique',
    ],
    [
      'a mount without its volume',
      apiPod({ volumes: [volume] }, { volumeMounts: [mount('/a', 'other')] }),
      'Not found: "other"',
    ],
  ])('refuses %s', async (_, pod, message) => {
    const { code, stderr } = await dryRun(pod);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });

  test('schedules no pod whose node selector has a term without content', async () => {
    await node().apply([affinity([{}])]);
    const get = ['get', 'pod/refused', '--namespace', namespace, '--output', 'json'];
    const condition = await until('the scheduler has tried', async () => {
      const { status } = JSON.parse(await node().kubectl(...get));
      const all: readonly { readonly type: string; readonly message?: string }[] = status.conditions ?? [];
      return all.find(({ type }) => type === 'PodScheduled')?.message;
    });
    expect(condition).toContain("didn't match Pod's node affinity/selector");
    await node().kubectl('delete', 'pod/refused', '--namespace', namespace, '--now');
  });

  describe.concurrent.each(helmMajors)('a release of Helm %i with three pods of the API', (major) => {
    const of = `scaled-${major}`;
    const values = `${snippets.env}\napi: {replicaCount: 3, egressDiscovery: {enabled: false}, startupProbe: {periodSeconds: 1}}`;
    const autoscaled = ['--set', 'api.autoscaling.enabled=true,api.autoscaling.minReplicas=3'];
    const release = () => releaseOn(node(), { major, namespace: of });
    const deployment = ['deploy/centaur-centaur-api', '--namespace', of];
    const replicas = async () =>
      Number(await node().kubectl('get', ...deployment, '--output', 'jsonpath={.spec.replicas}'));
    const apiPods = async () =>
      (await release().staying()).flatMap(({ component, uid }) => (component === 'api' ? [uid] : []));

    test.sequential('keeps them when the autoscaler is turned on as documented', async () => {
      await prepareNamespace(node(), of);
      await release().install(values);
      const before = await apiPods();
      expect(before).toHaveLength(3);
      const [scale, upgrade] = documentedSteps();
      await node().kubectl('scale', ...deployment, ...scale);
      const lowest = watched(replicas);
      await releaseOn(node(), { major: 4, namespace: of }).upgrade(values, ...upgrade, ...autoscaled);
      expect(await lowest()).toBe(4);
      expect(await apiPods()).toEqual(expect.arrayContaining(before));
    });

    test.sequential('keeps the number that the autoscaler has chosen in later upgrades', async () => {
      await node().kubectl('scale', ...deployment, '--replicas=5');
      const flags = [...autoscaled, '--set', 'api.logLevel=DEBUG'];
      expect(await release().tried('upgrade', flags, values)).toMatchObject({ code: 0 });
      expect(await replicas()).toBe(5);
    });

    test.sequential('drops to one pod when it is turned on in one step', async () => {
      // The number belongs to kubectl now.
      const off = major === 3 ? [] : ['--force-conflicts'];
      expect(await release().tried('upgrade', off, values)).toMatchObject({ code: 0 });
      expect(await replicas()).toBe(3);
      expect(await release().tried('upgrade', autoscaled, values)).toMatchObject({ code: 0 });
      expect(await replicas()).toBe(1);
    });
  });
});

/** The flags of the two commands in docs/operations.md that change what is done to the number of pods. */
function documentedSteps(): readonly [scale: readonly string[], upgrade: readonly string[]] {
  const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, section = ''] = operations.split('\n### Turn an autoscaler on\n');
  const [scale = '', upgrade = ''] = section.split('```')[1]?.trim().split('\n').slice(1) ?? [];
  const flags = (command: string, names: RegExp) => command.split(' ').filter((word) => names.test(word));
  return [flags(scale, /^--replicas=/), flags(upgrade, /^--(server-side|force)/)];
}

/** Asks for a number until the function that it returns is called, which resolves with the lowest one. */
function watched(ask: () => Promise<number>): () => Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  let going = true;
  const asking = (async () => {
    while (going) lowest = Math.min(lowest, await ask());
  })();
  return async () => {
    going = false;
    await asking;
    return Math.min(lowest, await ask());
  };
}
