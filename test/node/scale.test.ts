/** A release among a thousand nodes and two thousand sandboxes, which are objects simulated by kwok. */
import { describe, expect, test } from 'vitest';
import type { ValueMap } from '../../src/text/json.js';
import { type End, type Port, reachability } from '../centaur/connectivity.js';
import type { Question } from '../centaur/flow-table.js';
import { sandboxObjects, sandboxPod } from '../centaur/sandboxes.js';
import { helmCommand } from '../judges/helm.js';
import { printed } from './cluster/command.js';
import { nodeName } from './cluster/configuration.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import { judgedByCyclonus } from './release/cyclonus.js';
import { requestsIn, tellsRequests } from './release/helm-requests.js';
import { asApi, created, listed, type PodObject } from './release/objects.js';
import { pageNamespace, prepareNamespace } from './release/operator.js';
import { importImages, releaseOn } from './release/release.js';

const namespace = pageNamespace;
const sandboxIds = Array.from({ length: 2000 }, (_, index) => `${index}`);

/** One in this many sandboxes has its proxy, and the proxy's Service, configuration and policies. */
const eachWithProxy = 20;

const values = `
ironProxy: {secretSource: env, replicas: 2, podDisruptionBudget: {enabled: true}}
api: {podDisruptionBudget: {enabled: true}, terminationGracePeriodSeconds: 1}
`;

const podsPath = `/api/v1/namespaces/${namespace}/pods`;

/** A list of at most one, since it is requested repeatedly. */
const oneNotRunning = `${podsPath}?limit=1&fieldSelector=${encodeURIComponent('status.phase!=Running')}`;

const taint = { key: 'kwok.x-k8s.io/node', effect: 'NoSchedule' };

const fakeNodes = Array.from({ length: 1000 }, (_, index) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `fake-${index}`, labels: { type: 'kwok' } },
  spec: { taints: [taint] },
}));

describe('a release among 1,000 nodes and 2,000 sandboxes', () => {
  const node = useNode(
    async (node) => {
      await helmCommand(4);
      await importImages(node);
      await prepareNamespace(node);
      // Helm's cache of the API server's kinds must exist before anything is measured.
      await releaseOn(node, { major: 4 }).tried('install', ['--dry-run=server'], values);
    },
    { tools: ['kwok', 'cyclonus'] },
  );
  const release = () => releaseOn(node(), { major: 4 });
  const inNamespace = ['--namespace', namespace];
  const api = asApi(namespace);

  let empty: Installation;

  test('is installed on the empty cluster', async () => {
    empty = await installed();
    expect(empty.requests).toContain(
      `GET /apis/apps/v1/namespaces/${namespace}/deployments/centaur-centaur-api`,
    );
  });

  test("2,000 sandboxes, made by the API's ServiceAccount, run on 1,000 nodes", async () => {
    const started = performance.now();
    await node().restart('kwok');
    await inParts(fakeNodes);
    await inParts(sandboxIds.flatMap(sandboxOf), ...api);
    await until('all pods run', async () => (await listed(node(), oneNotRunning)).length === 0, 180);
    const seconds = inSeconds(performance.now() - started);
    expect(await pods('centaur.ai/managed=true')).toHaveLength(sandboxIds.length);
    const isReady = 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
    const states = (await node().kubectl('get', 'nodes', '--output', isReady)).split(' ');
    expect(states).toEqual(Array(fakeNodes.length + 1).fill('True'));
    tell(`nodes, sandboxes and proxies ran after ${seconds}`);
  });

  test('sends the same requests to the API server as on the empty cluster when it is reinstalled', async () => {
    const before = await madeByTheApi();
    await release().helm('uninstall', '--wait');
    const full = await installed();
    expect(full.requests).toEqual(empty.requests);
    expect(await madeByTheApi()).toEqual(before);
    const ratio = (full.milliseconds / empty.milliseconds).toFixed(2);
    tell(
      `helm install --wait: ${inSeconds(empty.milliseconds)} empty, ${inSeconds(full.milliseconds)} full, ${ratio} times`,
    );
  });

  test('reads whole kinds of a namespace only where the release has objects of the kind, and no pods', () => {
    const whole = empty.requests.flatMap((request) => {
      const [, kind] =
        request.match(/^GET \S+\/namespaces\/[^/]+\/(\w+)(?:\?(?!.*labelSelector=).*)?$/) ?? [];
      return kind === undefined ? [] : [kind];
    });
    expect([...new Set(whole)].sort()).toEqual([
      'configmaps',
      'deployments',
      'networkpolicies',
      'poddisruptionbudgets',
      'rolebindings',
      'roles',
      'serviceaccounts',
      'services',
    ]);
  });

  test('runs on the real node, and its Services, Deployments and budgets select only its own pods', async () => {
    for (const [component, count] of [
      ['api', 1],
      ['iron-proxy', 2],
    ] as const) {
      const own = await pods(`app.kubernetes.io/component=${component}`);
      expect(own.map(({ spec }) => spec.nodeName)).toEqual(Array(count).fill(nodeName));
      const names = own.map(({ metadata }) => metadata.name).sort();
      const name = `centaur-centaur-${component}`;
      expect(await endpointsOf(name)).toEqual(names);
      expect(await scaledBy(name)).toEqual(names);
      const budget = await one<Budget>('poddisruptionbudget', name);
      expect(budget.status.expectedPods).toBe(count);
    }
  });

  test('lets each sandbox reach its own proxy, the API and DNS, and nothing else', async () => {
    const all = await listed<PodObject>(node(), podsPath);
    const policies = await listed<ValueMap>(node(), '/apis/networking.k8s.io/v1/networkpolicies');
    const reaches = reachability(policies);
    const asked = questionsAbout(all);
    const passes = ({ from, to, port }: Question) => reaches(from, to, port);
    expect(wordsOf(asked.filter(passes))).toEqual(wordsOf(asked.filter(({ expected }) => expected)));
    expect(new Set(asked.map(({ sandbox }) => sandbox)).size).toBe(sandboxIds.length);

    const sample = asked.filter(({ sandbox }) => Number(sandbox) % 100 < 2);
    const answers = await judgedByCyclonus(policies, sample);
    expect(wordsOf(sample.filter((_, index) => answers[index]))).toEqual(wordsOf(sample.filter(passes)));
    tell(
      `${asked.length} connections of ${sandboxIds.length} sandboxes judged, ${sample.length} of them by cyclonus`,
    );
  });

  test('is upgraded, and no pod that the API created is modified', async () => {
    const before = await madeByTheApi();
    await release().upgrade(values.replace('replicas: 2', 'replicas: 1'));
    expect(await madeByTheApi()).toEqual(before);
  });

  test("lets the API's ServiceAccount see and end a sandbox", async () => {
    const [id = ''] = sandboxIds;
    // Returns when the pod is gone.
    await node().kubectl('delete', `pod/sandbox-${id}`, '--timeout=60s', ...inNamespace, ...api);
    expect(await pods('centaur.ai/managed=true', ...api)).toHaveLength(sandboxIds.length - 1);
  });

  /** Installs, and waits until all is ready. */
  async function installed(): Promise<Installation> {
    const started = performance.now();
    const flags = ['--wait', '--timeout=5m', tellsRequests];
    const result = await release().tried('install', flags, values);
    printed(result, ['helm', 'install']);
    return { milliseconds: performance.now() - started, requests: requestsIn(result.stderr) };
  }

  /** Creates objects by several commands at once. */
  async function inParts(objects: readonly object[], ...flags: readonly string[]): Promise<void> {
    const size = Math.ceil(objects.length / 4);
    const parts = [0, 1, 2, 3].map((part) => objects.slice(part * size, (part + 1) * size));
    await Promise.all(parts.map((part) => created(node(), part, ...flags)));
  }

  function pods(selector: string, ...flags: readonly string[]): Promise<readonly PodObject[]> {
    return listed(node(), `${podsPath}?labelSelector=${encodeURIComponent(selector)}`, ...flags);
  }

  /** What changes with any write to a pod, and with each pod that is created or removed. */
  async function madeByTheApi(): Promise<readonly string[]> {
    const made = await pods('centaur.ai/sandbox-id,app.kubernetes.io/component!=iron-proxy');
    expect(made.length).toBeGreaterThanOrEqual(sandboxIds.length);
    return made.map(({ metadata: { name, uid, resourceVersion } }) => `${name} ${uid} ${resourceVersion}`);
  }

  async function one<Item>(kind: string, name: string): Promise<Item> {
    return JSON.parse(await node().kubectl('get', kind, name, ...inNamespace, '--output', 'json'));
  }

  async function endpointsOf(service: string): Promise<readonly string[]> {
    const selector = `kubernetes.io/service-name=${service}`;
    const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`;
    const slices = await listed<EndpointSlice>(node(), path);
    return slices.flatMap(({ endpoints }) => endpoints.map(({ targetRef }) => targetRef.name)).sort();
  }

  /** The pods that an autoscaler of a Deployment would count. */
  async function scaledBy(deployment: string): Promise<readonly string[]> {
    const scale = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}/scale`;
    const { status }: Scale = JSON.parse(await node().kubectl('get', '--raw', scale));
    return (await pods(status.selector)).map(({ metadata }) => metadata.name).sort();
  }
});

interface Installation {
  readonly milliseconds: number;
  readonly requests: readonly string[];
}

interface EndpointSlice {
  readonly endpoints: readonly { readonly targetRef: { readonly name: string } }[];
}

interface Scale {
  readonly status: { readonly selector: string };
}

interface Budget {
  readonly status: { readonly expectedPods: number };
}

function sandboxOf(id: string): readonly object[] {
  const tolerations = [{ ...taint, operator: 'Exists' }];
  const options = { namespace, id, podSpec: { tolerations } };
  return hasProxy(id) ? sandboxObjects(options) : [sandboxPod(options)];
}

function hasProxy(id: string): boolean {
  return Number(id) % eachWithProxy === 0;
}

// ---------------------------------------------------------------------------------------------------- connections

interface AskedOfSandbox extends Question {
  readonly sandbox: string;
  /** Whether it should be allowed. */
  readonly expected: boolean;
}

const outside: readonly (readonly [name: string, end: End])[] = [
  ['DNS', { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, address: '10.244.255.253' }],
  ['the internet', { address: '203.0.113.9' }],
  ['the API server', { address: '10.10.0.1' }],
];

const tcp = (...ports: readonly number[]): readonly Port[] =>
  ports.map((port) => ({ port, protocol: 'TCP' }));

const ports: readonly Port[] = [
  ...tcp(53, 80, 443, 5432, 6443, 8000, 8080, 9092),
  { port: 53, protocol: 'UDP' },
];

const proxyPort: Port = { port: 8080, protocol: 'TCP' };

/** From each sandbox to all parts of the release, to its neighbour, and to every proxy. */
function questionsAbout(objects: readonly PodObject[]): readonly AskedOfSandbox[] {
  const found = objects.map(({ metadata: { name, labels = {} }, status: { podIP = '' } }) => ({
    name,
    labels,
    id: labels['centaur.ai/sandbox-id'] ?? '',
    end: { namespace, labels, address: podIP },
  }));
  const proxies = found.filter(({ name }) => name.startsWith('proxy-'));
  const own = found.filter(({ labels }) => labels['app.kubernetes.io/component'] !== undefined);
  const all = found.filter(({ name }) => name.startsWith('sandbox-'));
  return all.flatMap(({ id, end }, index) => {
    const ask = (to: string, target: End, port: Port, expected: boolean): AskedOfSandbox => ({
      sandbox: id,
      from: end,
      to: target,
      port,
      expected,
      words: `${id} -> ${to}:${port.port}/${port.protocol}`,
    });
    const neighbour = all[(index + 1) % all.length];
    return [
      ...[...own.map(({ name, end }) => [name, end] as const), ...outside].flatMap(([name, target]) =>
        ports.map((port) => ask(name, target, port, isOpen(name, port))),
      ),
      ...(neighbour ? ports.map((port) => ask(neighbour.name, neighbour.end, port, false)) : []),
      ...proxies.map((proxy) => ask(proxy.name, proxy.end, proxyPort, proxy.id === id)),
    ];
  });
}

function isOpen(name: string, { port }: Port): boolean {
  return (name.startsWith('centaur-centaur-api-') && port === 8000) || (name === 'DNS' && port === 53);
}

function wordsOf(questions: readonly Question[]): readonly string[] {
  return questions.map(({ words }) => words).sort();
}

// ------------------------------------------------------------------------------------------------------- figures

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Figures depend on the machine: they are informative, see docs/operations.md. */
function tell(figure: string): void {
  process.stderr.write(`scale: ${figure}\n`);
}
