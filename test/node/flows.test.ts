/** cyclonus and a node's own policies and pods: they allow exactly the contract's table. */
import { describe, expect, test } from 'vitest';
import type { ValueMap } from '../../src/text/json.js';
import { type Pod, reachability } from '../centaur/connectivity.js';
import {
  allowedBy,
  apiServer,
  elsewhere,
  type Installation,
  modes,
  type Pods,
  ports,
  questions,
  variants,
} from '../centaur/flow-table.js';
import {
  pod,
  type SandboxOptions,
  sandboxObjects,
  sandboxPolicies,
  strayProxyLabels,
} from '../centaur/sandboxes.js';
import { helmCommand } from '../judges/helm.js';
import { printed } from './cluster/command.js';
import { pauseImage } from './cluster/configuration.js';
import { dnsPods } from './cluster/dns.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import { judgedByCyclonus } from './release/cyclonus.js';
import { asApi, created, listed, type PodObject } from './release/objects.js';
import { pageNamespace, prepareNamespace } from './release/operator.js';
import { importImages, releaseOn } from './release/release.js';

const namespace = pageNamespace;

const sandboxes = (proxyPort = 8080): readonly SandboxOptions[] =>
  ['mine', 'other'].map((id) => ({ namespace, id, image: pauseImage, proxyPorts: [proxyPort] }));

describe('the policies of a release on a node', () => {
  const node = useNode(
    async (node) => {
      await helmCommand(4);
      await importImages(node);
      await prepareNamespace(node);
      for (const name of [elsewhere, 'openshift-dns']) await node.kubectl('create', 'namespace', name);
    },
    { tools: ['cyclonus'] },
  );
  const release = () => releaseOn(node(), { major: 4 });

  test("the API's ServiceAccount may create sandboxes, a proxy for each, and the policies between them", async () => {
    await helm('install', modes['onepassword-connect']);
    const objects = sandboxes().flatMap((sandbox) => sandboxObjects(sandbox));
    const told = await created(node(), objects, ...asApi(namespace));
    expect(told.trim().split('\n')).toHaveLength(objects.length);
  });

  test("pods of others exist, some with the same labels as the release's", async () => {
    const labels = await until('the release and the sandboxes have addresses', async () => {
      const { component, named } = await livePods();
      return [component('api'), component('iron-proxy'), named('sandbox-mine')].map(({ labels }) => labels);
    });
    const other = { name: 'metrics', namespace: 'kube-system', labels: { 'k8s-app': 'metrics-server' } };
    const twins = labels.map((labels, index) => ({ name: `twin-${index}`, namespace: elsewhere, labels }));
    const openShift = { name: 'dns-default', namespace: 'openshift-dns', labels: {} };
    const stray = { name: 'stray-proxy', namespace, labels: strayProxyLabels };
    const pods = [other, openShift, stray, ...twins].map((metadata) => pod(metadata, { image: pauseImage }));
    await created(node(), pods);
    await release().helm('uninstall');
  });

  test("the API server's address is the one in the table", async () => {
    const [endpoints] = await listed<{
      readonly endpoints: readonly { readonly addresses: readonly string[] }[];
    }>(node(), '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices');
    expect(endpoints?.endpoints.flatMap(({ addresses }) => addresses)).toEqual([apiServer]);
  });

  describe.each(Object.values(modes))('installed $title', (installation) => {
    test('allow exactly the table', async () => {
      await helm('install', installation);
      await judge(installation);
      if (installation !== modes.env) await release().helm('uninstall');
    });
  });

  test.each(variants)('allow exactly the table, $title', async (installation) => {
    await helm('upgrade', installation);
    await judge(installation);
  });

  /** Policies take effect when they are created: no pod needs to be ready. */
  async function helm(verb: 'install' | 'upgrade', { values }: Installation): Promise<void> {
    printed(await release().tried(verb, [], values), ['helm', verb]);
  }

  /** Compares the table with cyclonus' answers, and those with our own reading of the policies. */
  async function judge(installation: Installation): Promise<void> {
    const pods = await podsOf(installation.hasConnect);
    const policies = await policiesOf(installation);
    const asked = questions(pods);
    const answers = await judgedByCyclonus(policies, asked);
    const passed = asked.filter((_, index) => answers[index]).map(({ words }) => words);
    expect(passed.sort()).toEqual(allowedBy(installation));
    const reaches = reachability(policies);
    const ours = asked.filter(({ from, to, port }) => reaches(from, to, port)).map(({ words }) => words);
    expect(ours.sort()).toEqual(passed);
  }

  /** All existing policies, once those of the sandboxes open their proxies' port. */
  async function policiesOf({ proxyPort }: Installation): Promise<readonly ValueMap[]> {
    const byItsLabel = ['--namespace', namespace, '--selector', 'centaur.ai/sandbox-id'];
    await node().kubectl('delete', 'networkpolicies', ...byItsLabel, ...asApi(namespace));
    const policies = sandboxes(proxyPort).flatMap((sandbox) => sandboxPolicies(sandbox));
    await created(node(), policies, ...asApi(namespace));
    return listed(node(), '/apis/networking.k8s.io/v1/networkpolicies');
  }

  /** The table's pods, once each has an address. */
  async function podsOf(hasConnect: boolean): Promise<Pods> {
    const helmTest = await helmTestPod();
    return until('every pod of the table has an address', async () => {
      const { component, named, dns } = await livePods();
      return {
        API: component('api'),
        'own iron-proxy': component('iron-proxy'),
        sandbox: named('sandbox-mine'),
        "sandbox's iron-proxy": named('proxy-mine'),
        'other sandbox': named('sandbox-other'),
        "other sandbox's iron-proxy": named('proxy-other'),
        Connect: hasConnect ? component('connect') : undefined,
        'helm test': helmTest,
        'stray iron-proxy': named('stray-proxy'),
        DNS: dns(),
        'kube-system pod': named('metrics', 'kube-system'),
        'DNS of OpenShift': named('dns-default', 'openshift-dns'),
        'API elsewhere': named('twin-0', elsewhere),
        'iron-proxy elsewhere': named('twin-1', elsewhere),
        'sandbox elsewhere': named('twin-2', elsewhere),
      };
    });
  }

  /** All pods except terminating ones; asking for one that does not exist, or has no address yet, throws. */
  async function livePods() {
    const objects = (await listed<PodObject>(node(), '/api/v1/pods')).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    const one = (what: string, where: string, matches: (metadata: PodObject['metadata']) => boolean): Pod => {
      const found = objects.find(({ metadata }) => metadata.namespace === where && matches(metadata));
      if (found?.status.podIP === undefined) throw new Error(`${what} has no address`);
      const unasked = containerPorts(found).filter((port) => !ports.some((asked) => asked.port === port));
      if (unasked.length > 0) throw new Error(`no question is about the ports ${unasked} of ${what}`);
      return { namespace: where, labels: found.metadata.labels ?? {}, address: found.status.podIP };
    };
    return {
      component: (name: string) =>
        one(name, namespace, ({ labels }) => labels?.['app.kubernetes.io/component'] === name),
      named: (name: string, where = namespace) => one(name, where, (metadata) => metadata.name === name),
      dns: () =>
        one('DNS', dnsPods.namespace, ({ labels }) => labels?.['k8s-app'] === dnsPods.labels['k8s-app']),
    };
  }

  /** The pod of `helm test` as the API server would accept it; it runs only for a moment. */
  async function helmTestPod(): Promise<Pod> {
    const args = ['get', 'hooks', release().name, '--namespace', namespace];
    const input = printed(await node().run(await helmCommand(4), args), ['helm', ...args]);
    const flags = ['--dry-run=server', '--output=json', '--namespace', namespace, '--filename', '-'];
    const taken = await node().run('kubectl', ['create', ...flags], { input });
    const { metadata }: PodObject = JSON.parse(printed(taken, ['kubectl', 'create', ...flags]));
    return { namespace, labels: metadata.labels ?? {}, address: '10.244.255.254' };
  }
});

function containerPorts({ spec: { containers } }: PodObject): readonly number[] {
  return containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}
