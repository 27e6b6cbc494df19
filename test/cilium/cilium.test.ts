/**
 * The table of flows under Cilium, where an `ipBlock` matches neither nodes nor pods, as Cilium's own policy engine
 * decides.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { End } from '../centaur/connectivity.js';
import { connect, pods, policiesOf } from '../centaur/flow-pods.js';
import {
  allowedBy,
  type EndName,
  endsOf,
  type Installation,
  inEveryMode,
  modes,
  otherPods,
  type Pods,
  proxies,
  questions,
  type Row,
  type Variation,
  variants,
} from '../centaur/flow-table.js';
import { allowedByCilium, type CiliumEnd, ciliumJudge, faultsOfPolicy } from './cilium.js';

beforeAll(ciliumJudge, 45 * 60_000);

/** What Cilium does not know by its address. */
const nodes: { readonly [name in EndName]?: CiliumEnd } = {
  'API server': { reserved: ['kube-apiserver', 'remote-node'] },
  'another node': { reserved: ['remote-node'] },
  'DNS cache of each node': { reserved: ['host'] },
};

function ciliumEnd(name: string, end: End): CiliumEnd {
  if ('namespace' in end) return { namespace: end.namespace, labels: end.labels };
  return nodes[name as EndName] ?? { address: end.address };
}

async function passed(values: string, installation: Installation, pods: Pods): Promise<readonly string[]> {
  const ends = Object.entries(endsOf(pods)).map(([name, end]) => [name, ciliumEnd(name, end)] as const);
  const asked = questions(pods);
  const verdicts = await allowedByCilium(
    policiesOf({ ...installation, values }),
    Object.fromEntries(ends),
    asked.map(({ names, port }) => ({ ...names, port })),
  );
  return asked
    .filter((_, index) => verdicts[index])
    .map(({ words }) => words)
    .sort();
}

const internet = ['internet', 'internet (IPv6)'] as const;
const dnsPods = ['DNS', 'kube-system pod', 'DNS of OpenShift'] as const;
const cluster = ['API server', 'another node', 'DNS cache of each node', ...otherPods] as const;

/** The table's rows with what is different under Cilium: nodes and pods are reached by their entities alone. */
const rows = (more: Variation = {}): readonly Row[] =>
  inEveryMode({
    dns: dnsPods,
    kubernetesApi: [['API'], [...internet, 'API server'], [443, 6443]],
    database: [['API'], [...internet, ...cluster], [5432]],
    upstreams: [...internet, ...cluster],
    ...more,
  });

const ofConnect: readonly Row[] = [
  [['Connect'], dnsPods, ['53/UDP', 53, '5353/UDP', 5353]],
  [proxies, ['Connect'], [8080]],
  [['Connect'], internet, [443]],
];

const enabled = '  cilium: {enabled: true}\n';
const withCilium = (values: string) =>
  values.includes('networkPolicy:')
    ? values.replace('networkPolicy: {', 'networkPolicy: {cilium: {enabled: true}, ')
    : `${values}networkPolicy:\n${enabled}`;

const variant = (title: string): Installation => {
  const found = variants.find((one) => one.title === title);
  if (found === undefined) throw new Error(`the table has no installation '${title}'`);
  return found;
};

const expected: readonly (readonly [Installation, readonly Row[]])[] = [
  [modes['onepassword-connect'], [...rows(), ...ofConnect]],
  [modes.onepassword, rows()],
  [modes.env, rows()],
  [variant("with the API server's address"), rows({ kubernetesApi: [['API'], ['API server'], [443, 6443]] })],
  [
    variant("with the database's namespace and port"),
    rows({ database: [['API'], ['API elsewhere', 'iron-proxy elsewhere', 'sandbox elsewhere'], [6432]] }),
  ],
  [variant("with the database's address"), rows({ database: [['API'], ['internet'], [5432]] })],
];

describe('with CiliumNetworkPolicies, exactly the flows of the table are allowed', () => {
  it.each(
    expected.map(([installation, rows]) => ({ title: installation.title, installation, rows })),
  )('$title', async ({ installation, rows }) => {
    const present = { ...pods, Connect: installation.hasConnect ? connect : undefined };
    const found = await passed(withCilium(installation.values), installation, present);
    expect(found).toEqual(allowedBy({ ...installation, rows }));
  });
});

describe("Cilium's CRD", () => {
  it('accepts the policies, and would refuse a misspelt entity or field', async () => {
    const { env } = modes;
    const faults = await faultsOfPolicy();
    const policies = policiesOf({ ...env, values: withCilium(env.values) });
    const own = policies.filter(({ kind }) => kind === 'CiliumNetworkPolicy');
    expect(own).toHaveLength(3);
    for (const policy of own) {
      expect(faults(policy)).toEqual([]);
      const with_ = (from: string, to: string) =>
        faults(JSON.parse(JSON.stringify(policy).replaceAll(from, to)));
      expect(with_('"cluster"', '"clusters"')).toContainEqual(expect.stringContaining('allowed values'));
      expect(with_('toPorts', 'toPort')).toContainEqual(expect.stringContaining('additional properties'));
    }
  });
});

describe('without them', () => {
  it('neither the API server nor an upstream or a database on a node is reached', async () => {
    const { env } = modes;
    const database: Row = [['API'], [...internet, ...otherPods], [5432]];
    const without = rows({
      kubernetesApi: [['API'], internet, [443, 6443]],
      database,
      upstreams: internet,
    });
    expect(await passed(env.values, env, pods)).toEqual(allowedBy({ ...env, rows: without }));
  });

  it('there are none', () => {
    const { env } = modes;
    const off = 'networkPolicy: {enabled: false, cilium: {enabled: true}}\n';
    for (const values of [env.values, `${env.values}${off}`])
      expect(policiesOf({ ...env, values }).map(({ kind }) => kind)).not.toContain('CiliumNetworkPolicy');
  });
});
