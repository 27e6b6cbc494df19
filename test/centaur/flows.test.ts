/** The contract's table of flows, in its own words, against what the policies let through: these and no others. */
import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/helm/tree.js';
import { type End, type Port, reaches } from './connectivity.js';
import { page } from './page.js';
import { Reader, release, render } from './release.js';

const { namespace } = release;
const labelsOf = (component: string, instance = 'centaur') => ({
  'app.kubernetes.io/name': component === 'connect' ? 'connect' : 'centaur',
  'app.kubernetes.io/instance': instance,
  'app.kubernetes.io/component': component,
});
const ownProxyLabels = { 'centaur.ai/iron-proxy': 'true', 'centaur.ai/sandbox-id': 'api' };

/** The API creates sandboxes and a proxy for each; their labels are the contract's. */
const ends: { readonly [name: string]: End } = {
  API: { namespace, labels: labelsOf('api') },
  'own iron-proxy': {
    namespace,
    labels: { ...labelsOf('iron-proxy'), ...ownProxyLabels },
  },
  "a sandbox's iron-proxy": {
    namespace,
    labels: { 'centaur.ai/iron-proxy': 'true', 'centaur.ai/sandbox-id': 'abc' },
  },
  sandbox: { namespace, labels: { 'centaur.ai/managed': 'true', 'centaur.ai/sandbox-id': 'abc' } },
  Connect: { namespace, labels: { ...labelsOf('connect'), app: 'onepassword-connect' } },
  DNS: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  "another release's API": { namespace, labels: labelsOf('api', 'other') },
  "another release's iron-proxy": {
    namespace,
    labels: { ...labelsOf('iron-proxy', 'other'), ...ownProxyLabels },
  },
  "another release's Connect": {
    namespace,
    labels: { ...labelsOf('connect', 'other'), app: 'other-connect' },
  },
  'a pod elsewhere': { namespace: 'other', labels: labelsOf('api') },
  'the internet': { address: '203.0.113.9' },
  'the internet (IPv6)': { address: '2001:db8::9' },
  'cloud metadata': { address: '169.254.169.254' },
};

const ports: readonly Port[] = [
  { port: 53, protocol: 'UDP' },
  ...[53, 80, 443, 3001, 5432, 6443, 8000, 8080, 8081, 9090, 9092, 11220].map((port) => ({
    port,
    protocol: 'TCP' as const,
  })),
];

const internet = ['the internet', 'the internet (IPv6)'];
const proxies = ['own iron-proxy', "a sandbox's iron-proxy"];

type Row = readonly [from: readonly string[], to: readonly string[], ports: readonly (number | '53/UDP')[]];

const inEveryMode: readonly Row[] = [
  [['API', ...proxies, 'sandbox'], ['DNS'], ['53/UDP', 53]],
  [['sandbox', ...proxies], ['API'], [8000]],
  [['API'], ['own iron-proxy'], [8080]],
  [['API'], proxies, [9092]],
  // The Kubernetes API server, whose address is not known.
  [['API'], internet, [443, 6443]],
  [proxies, internet, [443, 80, 5432]],
];

const withConnect: readonly Row[] = [
  ...inEveryMode,
  [['Connect'], ['DNS'], ['53/UDP', 53]],
  [proxies, ['Connect'], [8080]],
  [['Connect'], internet, [443]],
];

const database = 'tools: {ledger: {secrets: [{type: pg_dsn, name: LEDGER_DSN, database: ledger}]}}\n';
const envMode = 'ironProxy: {secretSource: env}\n';

function policiesOf(values: string, name = release.name): readonly ValueMap[] {
  return render(values, { release: { name, namespace } })
    .objects.filter(({ kind }) => kind === 'NetworkPolicy')
    .map((policy) => ({ ...policy, metadata: { ...(policy.metadata as object), namespace } }));
}

/** A release's own pods are only there in the modes that have them. */
function flowsUnder(policies: readonly ValueMap[], without: readonly string[]): readonly string[] {
  const present = Object.entries(ends).filter(([name]) => !without.includes(name));
  return present.flatMap(([from, source]) =>
    present
      .filter(([to]) => to !== from && (isOurs(from) || isOurs(to)))
      .flatMap(([to, target]) =>
        ports
          .filter((port) => reaches(policies, source, target, port))
          .map((port) => line(from, to, name(port))),
      ),
  );
}

function isOurs(end: string): boolean {
  return ['API', ...proxies, 'sandbox', 'Connect'].includes(end);
}

function name({ port, protocol }: Port): string {
  return protocol === 'UDP' ? `${port}/UDP` : String(port);
}

function line(from: string, to: string, port: string): string {
  return `${from} -> ${to}:${port}`;
}

function lines(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(([from, to, allowed]) =>
    from.flatMap((source) =>
      to
        .filter((target) => target !== source)
        .flatMap((target) => allowed.map((port) => line(source, target, String(port)))),
    ),
  );
}

describe('the policies let through exactly the flows of the table', () => {
  it.each([
    ['with Connect', page.connect, withConnect, []],
    ['with a service account', page.serviceAccount, inEveryMode, ['Connect']],
    ['with credentials from the environment', envMode, inEveryMode, ['Connect']],
    [
      'with a declared database',
      envMode + database,
      [...inEveryMode, [['API'], proxies, [5432]]] satisfies readonly Row[],
      ['Connect'],
    ],
    [
      "with the API server's address",
      'networkPolicy: {apiServerCidrs: [192.0.2.0/24]}\n',
      inEveryMode.filter(([, , allowed]) => !allowed.includes(6443)),
      ['Connect'],
    ],
    [
      'with a namespace whose pods may call the API',
      'networkPolicy: {apiIngressSourceNamespaces: [other]}\n',
      [...inEveryMode, [['a pod elsewhere'], ['API'], [8000]]] satisfies readonly Row[],
      ['Connect'],
    ],
  ] as const)('%s', (_, values, rows, without) => {
    expect([...flowsUnder(policiesOf(values), without)].sort()).toEqual([...lines(rows)].sort());
  });

  it('beside another release in the namespace, which shares the pods that an API makes and nothing else', () => {
    const other = page.connect.replace(/^( *)create: .*$/m, '$&\n$1applicationName: other-connect');
    const policies = [...policiesOf(page.connect), ...policiesOf(other, 'other')];
    // What an API makes has no label that tells whose it is.
    const shared: readonly Row[] = [
      [['sandbox', "a sandbox's iron-proxy"], ["another release's API"], [8000]],
      [["another release's API"], ["a sandbox's iron-proxy"], [9092]],
      [["a sandbox's iron-proxy"], ["another release's Connect"], [8080]],
    ];
    expect([...flowsUnder(policies, [])].sort()).toEqual([...lines([...withConnect, ...shared])].sort());
  });

  it('none where policies are off', () => {
    const kinds = render('networkPolicy: {enabled: false}\n').objects.map((object) =>
      new Reader(object).at('kind'),
    );
    expect(kinds).not.toContain('NetworkPolicy');
  });
});
