/** The graph of a release against its manifests: arrows are what the policies allow, keys what the pods can read. */
import { describe, expect, it } from 'vitest';
import {
  type GraphEdge,
  type GraphNode,
  graphOf,
  type ReleaseGraph,
} from '../../src/centaur/release-graph.js';
import { loadValues } from '../../src/helm/load-values.js';
import type { Value } from '../../src/text/json.js';
import { reachability } from './connectivity.js';
import { connect, pods, policiesOf } from './flow-pods.js';
import {
  anywhere,
  type EndName,
  type Installation,
  modes,
  otherPods,
  questions,
  variants,
} from './flow-table.js';
import { page } from './page.js';
import { chart, Reader, release, render } from './release.js';
import { releases } from './releases.js';

function graph(text: string, tests = true): ReleaseGraph {
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text }], release });
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return graphOf(chart, loaded.values, { release, tests });
}

function node({ nodes }: ReleaseGraph, id: string): GraphNode {
  const found = nodes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`the graph has no node ${id}`);
  return found;
}

const items = ({ sections }: GraphNode, heading: string) =>
  sections.find((section) => section.heading === heading)?.items;

// ------------------------------------------------------------------------------------------------------------ arrows

const podsElsewhere = ['API elsewhere', 'iron-proxy elsewhere', 'sandbox elsewhere'] as const;

/** The ends in the contract's table that a node of the graph stands for. */
const endsOfNode: { readonly [id: string]: readonly EndName[] } = {
  api: ['API'],
  'iron-proxy': ['own iron-proxy'],
  connect: ['Connect'],
  sandbox: ['sandbox', 'other sandbox'],
  'sandbox-proxy': ["sandbox's iron-proxy", "other sandbox's iron-proxy", 'stray iron-proxy'],
  test: ['helm test'],
};

/** The ends that the words of a node outside the release mean. */
const endsOfWords: { readonly [words: string]: readonly EndName[] } = {
  'any address except cloud metadata': anywhere,
  'any pod of the cluster': otherPods,
  'pods of kube-system': ['DNS', 'kube-system pod'],
  'pods of openshift-dns': ['DNS of OpenShift'],
  'pods of elsewhere': podsElsewhere,
  'pods k8s-app=metrics-server of any namespace': ['kube-system pod'],
  '169.254.20.10/32': ['DNS cache of each node'],
  '10.10.0.1/32': ['API server'],
  '10.10.0.2/32': ['another node'],
  '203.0.113.0/24': ['internet'],
  '203.0.113.9/32': ['internet'],
};

function endsAt(graph: ReleaseGraph, id: string): readonly EndName[] {
  if (id === 'release') return graph.nodes.flatMap((one) => endsOfNode[one.id] ?? []);
  const own = endsOfNode[id];
  if (own !== undefined) return own;
  return (items(node(graph, id), 'Allowed') ?? []).flatMap((line) => {
    const words = line.replace(/: \w+ \d+$/, '');
    const found = endsOfWords[words];
    if (found === undefined) throw new Error(`the test does not know what this means: ${words}`);
    return found;
  });
}

/** Each pair of ends that an arrow connects: the API's policies connect a sandbox to its own proxy only. */
function pairsOf(
  graph: ReleaseGraph,
  { from, to, allowedBy }: GraphEdge,
): readonly (readonly [EndName, EndName])[] {
  if (allowedBy === 'api') {
    return [
      ['sandbox', "sandbox's iron-proxy"],
      ['other sandbox', "other sandbox's iron-proxy"],
    ];
  }
  const targets = endsAt(graph, to);
  return endsAt(graph, from).flatMap((source) =>
    targets.filter((target) => target !== source).map((target) => [source, target] as const),
  );
}

/** What the arrows allow, in the form of the questions. */
function drawn(graph: ReleaseGraph): readonly string[] {
  const lines = graph.edges.flatMap((edge) =>
    pairsOf(graph, edge).flatMap(([from, to]) =>
      edge.ports
        .filter(({ port }) => !port.includes('-'))
        .map(({ protocol, port }) => `${from} -> ${to}:${port}${protocol === 'UDP' ? '/UDP' : ''}`),
    ),
  );
  return [...new Set(lines)].sort();
}

function allowed(installation: Installation): readonly string[] {
  const present = { ...pods, Connect: installation.hasConnect ? connect : undefined };
  const reaches = reachability(policiesOf(installation));
  return questions(present)
    .filter(({ from, to, port }) => reaches(from, to, port))
    .map(({ words }) => words)
    .sort();
}

describe('the arrows are exactly what the policies of the manifests allow', () => {
  it.each([...Object.values(modes), ...variants])('$title', (installation) => {
    expect(drawn(graph(installation.values))).toEqual(allowed(installation));
  });
});

it('what CiliumNetworkPolicies add is a part of the arrows', () => {
  const values = 'networkPolicy: {cilium: {enabled: true}}\n';
  const { edges } = graph(values);
  const policies = render(values)
    .objects.filter(({ kind }) => kind === 'CiliumNetworkPolicy')
    .map((policy) => new Reader(policy));
  expect(policies).toHaveLength(3);
  for (const policy of policies) {
    const source = String(policy.at('metadata', 'name')).replace('centaur-centaur-', '');
    const own = edges
      .filter(({ from, allowedBy }) => from === source && allowedBy === 'chart')
      .map(({ ports }) => ports.map(({ protocol, port }) => ({ port, protocol })));
    for (const rule of policy.list('spec', 'egress'))
      expect(own).toContainEqual(rule.at('toPorts', 0, 'ports'));
  }
});

it('a sandbox reaches declared databases on the range of ports that the API hands out', () => {
  const values =
    'ironProxy: {secretSource: env}\ntools: {t: {secrets: [{type: pg_dsn, name: D, database: d}]}}\n';
  const edge = graph(values).edges.find(({ from, to }) => from === 'sandbox' && to === 'sandbox-proxy');
  expect(edge).toMatchObject({
    allowedBy: 'api',
    ports: [
      { protocol: 'TCP', port: '8080' },
      { protocol: 'TCP', port: '5432-5471' },
    ],
  });
});

it('without NetworkPolicies, the only arrows are from everything to everything', () => {
  const { limited, edges, nodes } = graph('networkPolicy: {enabled: false}\n');
  expect(limited).toBe(false);
  expect(edges.map(({ from, to, ports }) => ({ from, to, ports }))).toEqual([
    { from: 'release', to: 'outside', ports: [] },
    { from: 'outside', to: 'release', ports: [] },
  ]);
  expect(nodes.flatMap(({ sections }) => sections).map(({ heading }) => heading)).not.toContain('Allowed');
});

it('leaves out the pod of helm test unless it is asked for', () => {
  const ids = ({ nodes, edges }: ReleaseGraph) => [
    ...nodes.map(({ id }) => id),
    ...edges.flatMap(({ from, to }) => [from, to]),
  ];
  expect(ids(graph('', false))).not.toContain('test');
  expect(ids(graph('', true))).toContain('test');
});

// -------------------------------------------------------------------------------------------------------------- keys

const infra = 'secretManager: {existingSecretName: other-infra, envPrefix: PRE_}\n';
const volumes = (secret: string) => `
    - {name: one, secret: {secretName: ${secret}, items: [{key: a, path: a}, {key: b, path: b}]}}
    - {name: two, projected: {sources: [{secret: {name: ${secret}, items: [{key: c, path: c}]}}, {secret: {name: whole}}]}}
    - {name: three, secret: {secretName: not-mounted}}`;
const mounts = '[{name: one, mountPath: /one}, {name: two, mountPath: /two}]';

const documents = {
  ...releases,
  'with another infra Secret': `ironProxy: {secretSource: env}\n${infra}`,
  'with variables that replace keys':
    'api: {extraEnv: {DATABASE_URL: "postgresql://db", SLACKBOT_API_KEY: x}}\n',
  'with more volumes': `
api:
  extraVolumes: ${volumes('more')}
  extraVolumeMounts: ${mounts}
ironProxy:
  secretSource: env
  extraVolumes: ${volumes('others')}
  extraVolumeMounts: ${mounts}
secrets: {bootstrapSecretName: bootstrap}
`,
};

/** `secret/key` for each key of a Secret that is referenced below a value; `secret/*` for a whole Secret. */
function references(value: Value | undefined, mounted: readonly unknown[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((member: Value) => references(member, mounted));
  if (typeof value !== 'object' || value === null) return [];
  const reader = new Reader(value);
  if (reader.at('volumeMounts') === undefined && reader.at('name') !== undefined && isVolume(reader)) {
    if (!mounted.includes(reader.at('name'))) return [];
  }
  const own = Object.entries(value).flatMap(([field, inner]) => {
    const at = new Reader(inner);
    if (field === 'secretKeyRef') return [`${at.at('name')}/${at.at('key')}`];
    if (field !== 'secret') return [];
    const keys = at.at('items') === undefined ? ['*'] : at.list('items').map((item) => item.at('key'));
    return keys.map((key) => `${at.at('secretName') ?? at.at('name')}/${key}`);
  });
  return [...own, ...Object.values(value).flatMap((inner) => references(inner, mounted))];
}

function isVolume(reader: Reader): boolean {
  return ['secret', 'projected', 'emptyDir', 'configMap'].some((kind) => reader.at(kind) !== undefined);
}

/** The same, as a node of the graph shows it. */
function keysOf({ sections }: GraphNode): readonly string[] {
  return sections
    .filter(({ kind }) => kind === 'keys')
    .flatMap(({ heading, items }) =>
      items.map((item) => `${heading.replace(/^Secret /, '')}/${item === 'all of it' ? '*' : item}`),
    )
    .sort();
}

describe.each(Object.entries(documents))('a release %s', (_, text) => {
  const drawing = graph(text);
  const { objects } = render(text);
  const workloads = objects
    .map((object) => new Reader(object))
    .map((object) => (object.at('kind') === 'Pod' ? object : object.in('spec', 'template')))
    .filter((pod) => pod.at('spec', 'containers') !== undefined)
    .map((pod) => ({ pod, id: String(pod.at('metadata', 'labels', 'app.kubernetes.io/component')) }));

  it('has a node for each workload of the manifests, and for those that the API creates', () => {
    const drawnWorkloads = drawing.nodes.filter(({ zone }) => zone !== 'outside').map(({ id }) => id);
    const expected = [...workloads.map(({ id }) => id), 'sandbox', 'sandbox-proxy'];
    expect([...drawnWorkloads].sort()).toEqual(expected.sort());
  });

  it('shows in each pod exactly the keys that its manifest references', () => {
    for (const { pod, id } of workloads) {
      const containers = [...pod.list('spec', 'containers'), ...pod.list('spec', 'initContainers')];
      const mounted = containers.flatMap((container) =>
        container.list('volumeMounts').map((one) => one.at('name')),
      );
      const expected = [...new Set(references(pod.at('spec'), mounted))].sort();
      expect(keysOf(node(drawing, id)), id).toEqual(expected);
    }
  });

  it('shows in sandboxes the Secrets that the API is told to give them, and placeholders', () => {
    const { env } = render(text).get('Deployment', 'centaur-centaur-api').container('api');
    const bootstrap = env.KUBERNETES_BOOTSTRAP_SECRET_NAME;
    const sandbox = node(drawing, 'sandbox');
    expect(keysOf(sandbox)).toEqual(
      [
        `${env.KUBERNETES_FIREWALL_CA_SECRET_NAME}/ca-cert.pem`,
        ...(bootstrap === undefined ? [] : [`${bootstrap}/*`]),
      ].sort(),
    );
    expect(items(sandbox, 'Placeholders only')).toEqual(items(node(drawing, 'iron-proxy'), 'Credentials'));
  });

  it('shows credentials, and what fetches them, in the zone for them and nowhere else', () => {
    const holders = drawing.nodes.filter(({ sections }) =>
      sections.some(({ kind, critical = [] }) => kind === 'credentials' || critical.length > 0),
    );
    expect(holders.map(({ id }) => id)).toContain('iron-proxy');
    expect(holders.filter(({ zone }) => zone !== 'secrets')).toEqual([]);
  });

  it("says what the API's token may do with Secrets", () => {
    const rights = drawing.nodes.flatMap(({ id, sections }) =>
      sections
        .filter(({ heading }) => heading.startsWith('ServiceAccount'))
        .map((section) => ({ id, ...section })),
    );
    expect(rights).toEqual([
      {
        id: 'api',
        kind: 'words',
        heading: 'ServiceAccount centaur-centaur-api',
        items: ['may create, delete, get Secrets of this namespace'],
      },
    ]);
  });
});

it('names the credential of each host, the token endpoint, and the hosts that get none', () => {
  const values = `
ironProxy: {secretSource: env, allowedHosts: [pypi.org]}
harnesses: {codex: {enabled: false}}
tools:
  t:
    hosts: [a.example.com, b.example.com]
    secrets:
      - {type: http, name: KEY, match_headers: [X-Key], hosts: [a.example.com]}
      - {type: pg_dsn, name: DSN, database: ledger}
      - type: oauth_token
        name: OAUTH
        grant: client_credentials
        hosts: [c.example.com]
        token_endpoint: "https://login.example.com/token"
        fields: {client_id: ID, client_secret: CLIENT}
`;
  const upstreams = node(graph(values), 'upstreams');
  expect(items(upstreams, 'Receive credentials')).toEqual([
    'DSN to database ledger',
    'KEY to a.example.com',
    'OAUTH to c.example.com, login.example.com',
  ]);
  expect(items(upstreams, 'Receive none')).toEqual(['b.example.com', 'pypi.org']);
});

it.each([
  ['with Connect', page.connect, ['OP_CONNECT_TOKEN', '1password-credentials.json']],
  ['with a service account', page.serviceAccount, ['OP_SERVICE_ACCOUNT_TOKEN']],
  ['from the environment', `ironProxy: {secretSource: env}\n${infra}`, ['PRE_OPENAI_API_KEY']],
])('marks the keys that are or fetch credentials %s', (_, text, keys) => {
  const marked = graph(text).nodes.flatMap(({ sections }) =>
    sections.flatMap(({ critical = [] }) => critical),
  );
  expect([...marked].sort()).toEqual([...keys].sort());
});

it('names the driver of a volume that may hold Secrets', () => {
  const values = `
api:
  extraVolumes: [{name: v, csi: {driver: secrets-store.csi.k8s.io, readOnly: true}}]
  extraVolumeMounts: [{name: v, mountPath: /v}]
`;
  expect(items(node(graph(values), 'api'), 'Volume of secrets-store.csi.k8s.io')).toEqual(['all of it']);
});

it('shows an existing Connect server with its host and port, and none of the release', () => {
  const values =
    'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {url: "http://connect.tools.svc:8444/a/path"}}\n';
  const drawing = graph(values);
  expect(items(node(drawing, 'external-connect'), 'Host')).toEqual(['connect.tools.svc:8444']);
  expect(drawing.nodes.map(({ id }) => id)).not.toContain('connect');
});

it('contains no value of a variable or of a key that the values give', () => {
  const text = `
api: {extraEnv: {A: hunter2-api}}
sandbox: {extraEnv: {B: hunter2-sandbox}}
firewall:
  ca:
    certPem: "-----BEGIN CERTIFICATE-----\\nhunter2\\n-----END CERTIFICATE-----\\n"
    keyPem: "-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----\\n"
`;
  expect(JSON.stringify(graph(text))).not.toContain('hunter2');
});

it('is the same each time', () => {
  expect(graph(page.connect)).toEqual(graph(page.connect));
});
