/**
 * The contract's table of flows on an enforcing network: between all pods of a release, sandboxes, DNS, the API server and a
 * database outside, each port that somebody listens on is dialled, and answers exactly where the table says so.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { allowedBy, apiServer, elsewhere, type Installation, modes } from '../centaur/flow-table.js';
import { helmCommand } from '../judges/helm.js';
import { restrictedPod } from '../kubernetes/restricted-pod.js';
import { dnsPods } from './cluster/dns.js';
import { policiesInForce } from './cluster/enforcement.js';
import { useNode } from './cluster/fixture.js';
import { until } from './cluster/until.js';
import { doubleImage } from './images/doubles.js';
import { allPodsReady } from './release/objects.js';
import { pageNamespace, prepareNamespace } from './release/operator.js';
import { sandboxWithProxy } from './release/outside.js';
import { importImages, releaseOn } from './release/release.js';

const images = { api: 'docker.io/centaur-chart/api:1', postgres: 'docker.io/centaur-chart/postgres:1' };
const proxyPorts = [8080, 9090, 9092];

/** Who dials, by the pods' names in the table, and who is dialled at which ports. */
const sources = [
  'API',
  'own iron-proxy',
  'Connect',
  'sandbox',
  "sandbox's iron-proxy",
  'other sandbox',
  "other sandbox's iron-proxy",
] as const;
const listeners = {
  API: [8000],
  'own iron-proxy': proxyPorts,
  Connect: [8080, 8081],
  "sandbox's iron-proxy": proxyPorts,
  "other sandbox's iron-proxy": proxyPorts,
  DNS: [53],
  'API server': [6443],
  'API elsewhere': [5432, 8000],
} as const;

type Source = (typeof sources)[number];
type Target = keyof typeof listeners;

const questions = sources.flatMap((from) =>
  (Object.keys(listeners) as Target[])
    .filter((to) => to !== from)
    .flatMap((to) => listeners[to].map((port) => ({ from, to, port, words: `${from} -> ${to}:${port}` }))),
);

const installation = modes['onepassword-connect'];

describe('on a network that enforces policies', () => {
  const node = useNode(async (node) => {
    await helmCommand(4);
    await importImages(node);
    for (const role of ['api', 'postgres'] as const) {
      await node.importImage(await doubleImage(role, images[role]));
    }
    await prepareNamespace(node);
    await node.kubectl('create', 'namespace', elsewhere);
  });
  const release = () => releaseOn(node(), { major: 4 });

  beforeAll(async () => {
    await release().install(installation.values);
    for (const id of ['mine', 'other']) await node().apply(await sandboxWithProxy(release(), id));
    const labels = { app: 'database' };
    const env = Object.entries({ POSTGRES_PASSWORD: 'of nobody', PGDATA: '/data/pg' });
    const data = { name: 'data', mountPath: '/data' };
    const containers = (['api', 'postgres'] as const).map((name) => ({
      name,
      image: images[name],
      env: env.map(([key, value]) => ({ name: key, value })),
      volumeMounts: [data],
    }));
    const volumes = [{ name: 'data', emptyDir: {} }];
    await node().apply([
      restrictedPod({ name: 'database', namespace: elsewhere, labels }, {}, { containers, volumes }),
    ]);
    await allPodsReady(node(), pageNamespace);
    await allPodsReady(node(), elsewhere);
  });

  test('what is in the table passes, and nothing else', async () => {
    await policiesInForce(node());
    expect(await answered()).toEqual(allowed(installation));
  });

  test('the API reaches no database but the one that the values name', async () => {
    await upgraded('networkPolicy: {database: {cidrs: [203.0.113.0/24]}}');
    expect(await answered()).toEqual(allowed(installation).filter((words) => words !== toDatabase));
    await upgraded(`networkPolicy: {database: {namespaces: [${elsewhere}]}}`);
    expect(await answered()).toEqual(allowed(installation));
    await upgraded(`networkPolicy: {database: {namespaces: [${elsewhere}], ports: [6432]}}`);
    expect(await answered()).not.toContain(toDatabase);
  });

  test('nothing does once the one policy is gone that lets a pod out', async () => {
    const policy = ['networkpolicy', 'centaur-centaur-api', '--namespace', pageNamespace];
    await upgraded('');
    await node().kubectl('delete', ...policy);
    await policiesInForce(node());
    expect((await answered()).filter((words) => words.startsWith('API -> '))).toEqual([]);
  });

  test('every listener answers the pods that the API did not make once policies are off', async () => {
    await upgraded('networkPolicy: {enabled: false}');
    // The API's own policies for sandboxes and their proxies stay.
    const ofSandboxes = /sandbox/;
    const open = questions.map(({ words }) => words).filter((words) => !ofSandboxes.test(words));
    expect((await answered()).filter((words) => !ofSandboxes.test(words))).toEqual(open.sort());
  });

  const toDatabase = 'API -> API elsewhere:5432';

  function allowed(installed: Installation): readonly string[] {
    const table = allowedBy(installed);
    return questions
      .map(({ words }) => words)
      .filter((words) => table.includes(words))
      .sort();
  }

  async function upgraded(values: string): Promise<void> {
    await release().upgrade([installation.values, values]);
    await policiesInForce(node());
  }

  /** The connections that were answered, in the table's words: each source dials all of them at once. */
  async function answered(): Promise<readonly string[]> {
    const addresses = await until('every target has an address', targets);
    const script = 'for at; do { dial "$at" >/dev/null 2>&1 && echo "$at"; } & done; wait';
    const lists = sources.map(async (from) => {
      const asked = questions.filter((question) => question.from === from);
      const at = ({ to, port }: (typeof questions)[number]) => `${addresses[to]}:${port}`;
      const printed = await inSource(from, 'sh', '-c', script, 'sh', ...asked.map(at));
      const reached = printed.split('\n');
      return asked.filter((question) => reached.includes(at(question))).map(({ words }) => words);
    });
    return (await Promise.all(lists)).flat().sort();
  }

  function inSource(from: Source, ...command: string[]): Promise<string> {
    const places = {
      API: ['deploy/centaur-centaur-api'],
      'own iron-proxy': ['deploy/centaur-centaur-iron-proxy'],
      Connect: ['deploy/onepassword-connect', '--container', 'connect-api'],
      sandbox: ['pod/sandbox-mine'],
      "sandbox's iron-proxy": ['pod/proxy-mine'],
      'other sandbox': ['pod/sandbox-other'],
      "other sandbox's iron-proxy": ['pod/proxy-other'],
    } as const satisfies Record<Source, readonly string[]>;
    return node().exec(['--namespace', pageNamespace, ...places[from]], ...command);
  }

  async function targets(): Promise<Readonly<Record<Target, string>>> {
    const address = async (namespace: string, selector: string) => {
      const flags = ['--namespace', namespace, '--output', 'jsonpath={.items[*].status.podIP}'];
      const found = (await node().kubectl('get', 'pods', ...flags, '--selector', selector)).trim();
      if (!/^[0-9.]+$/.test(found)) throw new Error(`${selector} in ${namespace}: ${found || 'no address'}`);
      return found;
    };
    const component = (name: string) => address(pageNamespace, `app.kubernetes.io/component=${name}`);
    const proxy = (id: string) =>
      address(pageNamespace, `centaur.ai/iron-proxy=true,centaur.ai/sandbox-id=${id}`);
    return {
      API: await component('api'),
      'own iron-proxy': await component('iron-proxy'),
      Connect: await component('connect'),
      "sandbox's iron-proxy": await proxy('mine'),
      "other sandbox's iron-proxy": await proxy('other'),
      DNS: await address(dnsPods.namespace, `k8s-app=${dnsPods.labels['k8s-app']}`),
      'API server': apiServer,
      'API elsewhere': await address(elsewhere, 'app=database'),
    };
  }
});
