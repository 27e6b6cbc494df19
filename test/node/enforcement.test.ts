import { beforeEach, describe, expect, test } from 'vitest';
import { restrictedPod } from '../kubernetes/restricted-pod.js';
import { pauseImage } from './cluster/configuration.js';
import { policiesInForce } from './cluster/enforcement.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import { doubleImage } from './images/doubles.js';

const images = { api: 'docker.io/centaur-chart/api:1', slackbot: 'docker.io/centaur-chart/slackbot:1' };
const callers = ['caller', 'stranger'] as const;

/** The content of the callers' namespace, and of the server's, whose name is also a domain's. */
const [front, back] = ['front', 'com'];
const server = `server.back.${back}`;
const serverPorts = [8000, 3001];

describe('a node', () => {
  const node = useNode(async (node) => {
    for (const role of ['api', 'slackbot'] as const) {
      await node.importImage(await doubleImage(role, images[role]));
    }
    await node.apply([
      ...[front, back].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ...callers.map((name) => pod(front, name, [{ name, image: pauseImage }])),
      pod(back, 'server', serverContainers, { hostname: 'server', subdomain: 'back' }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'back', namespace: back },
        spec: { clusterIP: 'None', selector: { app: 'server' } },
      },
    ]);
    for (const namespace of [front, back]) {
      await node.kubectl('wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    }
  });
  const inCaller = (caller: Caller, ...command: string[]) => node().exec(['-n', front, caller], ...command);

  beforeEach(async () => {
    for (const namespace of [front, back]) {
      await node().kubectl('delete', '-n', namespace, 'networkpolicies', '--all');
    }
  });

  test('allows everything without a policy', async () => {
    await enforced();
    expect(await dialled(server)).toEqual({
      caller: { 8000: 'answers', 3001: 'answers' },
      stranger: { 8000: 'answers', 3001: 'answers' },
    });
  });

  test('admits ingress that a policy allows and refuses the rest, until the policy changes', async () => {
    await enforced(into([8000]));
    expect(await dialled(server)).toEqual({
      caller: { 8000: 'answers', 3001: 'refused' },
      stranger: { 8000: 'refused', 3001: 'refused' },
    });
    await enforced(into([3001]));
    expect(await dialled(server)).toEqual({
      caller: { 8000: 'refused', 3001: 'answers' },
      stranger: { 8000: 'refused', 3001: 'refused' },
    });
  });

  test('admits egress that a policy allows and refuses the rest, until the policy changes', async () => {
    await enforced(outOf([dns, { to: [namespace(back)], ports: [{ port: 8000 }] }]));
    const expected = {
      caller: { 8000: 'answers', 3001: 'refused' },
      stranger: { 8000: 'answers', 3001: 'answers' },
    };
    expect(await dialled(server)).toEqual(expected);
    const apiServer = 'kubernetes.default';
    expect(await dialled(apiServer, [443])).toEqual({
      caller: { 443: 'refused' },
      stranger: { 443: 'answers' },
    });

    // A policy sees the target of a Service: the node's own address.
    const address = { to: [{ ipBlock: { cidr: '10.10.0.1/32' } }], ports: [{ port: 6443 }] };
    await enforced(outOf([dns, address]));
    expect(await dialled(server)).toEqual({ ...expected, caller: { 8000: 'refused', 3001: 'refused' } });
    expect(await dialled(apiServer, [443])).toEqual({
      caller: { 443: 'answers' },
      stranger: { 443: 'answers' },
    });
  });

  test('resolves names only for those that may ask, through the pod in kube-system', async () => {
    await enforced(outOf([dns]));
    const dial = () => inCaller('caller', 'dial', `${server}:8000`);
    await expect(dial()).rejects.toThrow(/dial tcp 10\.244\.\S+:8000: connect: connection refused/);
    await enforced(outOf([]));
    await expect(dial()).rejects.toThrow(/dial tcp: lookup server\.back\.com/);
  });

  test("looks names up in the cluster's domains first, as a cluster does", async () => {
    expect((await inCaller('caller', 'cat', '/etc/resolv.conf')).trim().split('\n')).toEqual([
      'search front.svc.cluster.local svc.cluster.local cluster.local',
      'nameserver 10.96.0.10',
      'options ndots:5',
    ]);
    const { status } = JSON.parse(await node().kubectl('get', '-n', back, 'pod/server', '-o', 'json'));
    expect(await inCaller('caller', 'dial', `${server}:8000`)).toBe(`${status.podIP}:8000\n`);
  });

  test('lets the kubelet probe where no ingress is allowed', async () => {
    await enforced(policy(back, {}, { policyTypes: ['Ingress', 'Egress'] }));
    await node().apply([pod(back, 'late', serverContainers)]);
    await node().kubectl('wait', '-n', back, '--for=condition=Ready', 'pod/late', '--timeout=30s');
    await enforced();
    expect(await dialled(server)).toEqual({
      caller: { 8000: 'refused', 3001: 'refused' },
      stranger: { 8000: 'refused', 3001: 'refused' },
    });
  });

  test.each([
    'kube-router',
    'node',
  ] as const)('enforces policies again when its %s was restarted', async (part) => {
    await enforced(into([8000]));
    await node().restart(part);
    await until('the server answers', () => inCaller('caller', 'dial', `${server}:8000`));
    await enforced();
    expect(await dialled(server)).toEqual({
      caller: { 8000: 'answers', 3001: 'refused' },
      stranger: { 8000: 'refused', 3001: 'refused' },
    });
  });

  /** Applies policies and waits until they are in force. */
  async function enforced(...policies: readonly object[]): Promise<void> {
    if (policies.length > 0) await node().apply(policies);
    await policiesInForce(node());
  }

  /** The results of connections to these ports, by client. */
  async function dialled(host: string, ports = serverPorts): Promise<Outcomes> {
    const outcome = async (caller: Caller, port: number) => {
      const tried = inCaller(caller, 'dial', `${host}:${port}`).then(
        () => 'answers',
        ({ message }: Error) => (/connection refused/.test(message) ? 'refused' : message),
      );
      return [port, await tried] as const;
    };
    const outcomes = callers.map(async (caller) => {
      return [
        caller,
        Object.fromEntries(await Promise.all(ports.map((port) => outcome(caller, port)))),
      ] as const;
    });
    return Object.fromEntries(await Promise.all(outcomes));
  }
});

type Caller = (typeof callers)[number];
type Outcomes = { readonly [caller: string]: { readonly [port: number]: string } };

const serverContainers = [
  {
    name: 'api',
    image: images.api,
    readinessProbe: { httpGet: { path: '/health/ready', port: 8000 }, periodSeconds: 1 },
  },
  {
    name: 'slackbot',
    image: images.slackbot,
    readinessProbe: { tcpSocket: { port: 3001 }, periodSeconds: 1 },
  },
];

function pod(namespace: string, name: string, containers: readonly object[], spec: object = {}): object {
  return restrictedPod({ name, namespace, labels: { app: name } }, {}, { containers, ...spec });
}

function namespace(name: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

/** The path to the cluster's DNS, as in a policy of the chart. */
const dns = { to: [namespace('kube-system')], ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] };

/** From one of the callers to the server. */
function into(ports: readonly number[]): object {
  const from = [{ ...namespace(front), podSelector: { matchLabels: { app: 'caller' } } }];
  const ingress = [{ from, ports: ports.map((port) => ({ port })) }];
  return policy(back, { matchLabels: { app: 'server' } }, { ingress, policyTypes: ['Ingress'] });
}

/** From one of the callers to any target of the rules. */
function outOf(egress: readonly object[]): object {
  return policy(front, { matchLabels: { app: 'caller' } }, { egress, policyTypes: ['Egress'] });
}

function policy(namespace: string, podSelector: object, spec: object): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'policy', namespace },
    spec: { podSelector, ...spec },
  };
}
