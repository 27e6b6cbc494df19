/**
 * The contract's table of flows in its own words, for each way of installing that changes it. Flows in no row are
 * denied. The rows of the Slackbot, Postgres and ingress controllers will come with those components.
 */
import type { End, Pod, Port } from './connectivity.js';
import { page } from './page.js';

/** Pods of the release, and pods that its API creates. */
const own = [
  'API',
  'own iron-proxy',
  'sandbox',
  "sandbox's iron-proxy",
  'other sandbox',
  "other sandbox's iron-proxy",
  'Connect',
  'helm test',
  // With the sandbox id of the chart's own.
  'stray iron-proxy',
] as const;

/** Pods of another release in the namespace. */
const neighbours = ["other release's API", "other release's iron-proxy", "other release's Connect"] as const;

/** Pods of the namespace `elsewhere`, with the same labels as the release's own. */
const podsElsewhere = ['API elsewhere', 'iron-proxy elsewhere', 'sandbox elsewhere'] as const;

/** Pods of other namespaces. */
export const otherPods = ['DNS', 'kube-system pod', 'DNS of OpenShift', ...podsElsewhere] as const;

/** The node's own address, on which the API server listens as well. */
export const apiServer = '10.10.0.1';

/**
 * Addresses that do not belong to pods. Clouds serve the credentials of their machines at those that pods must not
 * reach.
 */
const addresses = {
  internet: { address: '203.0.113.9' },
  'internet (IPv6)': { address: '2001:db8::9' },
  'API server': { address: apiServer },
  'another node': { address: '10.10.0.2' },
  'DNS cache of each node': { address: '169.254.20.10' },
  'link-local metadata': { address: '169.254.169.254' },
  'link-local address (IPv6)': { address: 'fe80::a9fe:a9fe' },
  'metadata of AWS (IPv6)': { address: 'fd00:ec2::254' },
  'Pod Identity of EKS (IPv6)': { address: 'fd00:ec2::23' },
  'metadata of Google (IPv6)': { address: 'fd20:ce::254' },
  'metadata of Oracle (IPv6)': { address: 'fd00:c1::a9fe:a9fe' },
  'metadata of Oracle, older': { address: '192.0.0.192' },
  'metadata of Alibaba': { address: '100.100.100.200' },
  'metadata of Alibaba (IPv6)': { address: 'fd00:100::100:200' },
  'metadata of Akamai (IPv6)': { address: 'fd00:a9fe:a9fe::1' },
  'metadata of Scaleway (IPv6)': { address: 'fd00:42::42' },
  'metadata of Volcano Engine': { address: '100.96.0.96' },
  'WireServer of Azure': { address: '168.63.129.16' },
} as const;

export type OwnEnd = (typeof own)[number];
export type OtherPod = (typeof otherPods)[number];
type Neighbour = (typeof neighbours)[number];
export type EndName = OwnEnd | Neighbour | OtherPod | keyof typeof addresses;

/** The namespace of the pods that are elsewhere; no policy applies there. */
export const elsewhere = 'elsewhere';

/**
 * What an unrestricted address block covers: in many networks, this includes pods. The release's own are among them,
 * and are closed by the policies on their end.
 */
export const anywhere: readonly EndName[] = [
  'internet',
  'internet (IPv6)',
  'API server',
  'another node',
  ...otherPods,
];

/** Every port on which a part of a release, its node or its upstreams listens, and some others. */
export const ports: readonly Port[] = [
  ...[
    22, 53, 80, 443, 2379, 3001, 3128, 5353, 5432, 5433, 6432, 6443, 8000, 8080, 8081, 8444, 9090, 9092, 9443,
    10250,
  ],
  ...[11220, 11221, 16443, 65535],
]
  .map((port): Port => ({ port, protocol: 'TCP' }))
  .concat([53, 443, 5353, 5432, 8000, 8080].map((port) => ({ port, protocol: 'UDP' })));

export type Row = readonly [
  from: readonly EndName[],
  to: readonly EndName[],
  ports: readonly (number | `${number}/UDP`)[],
];

const sandboxes = ['sandbox', 'other sandbox'] as const;
const sandboxProxies = ["sandbox's iron-proxy", "other sandbox's iron-proxy", 'stray iron-proxy'] as const;
export const proxies = ['own iron-proxy', ...sandboxProxies] as const;

/** What differs in a cluster or an installation. */
export interface Variation {
  readonly proxyPort?: number;
  readonly managementPort?: number;
  readonly kubernetesApi?: Row;
  readonly database?: Row;
  readonly dns?: readonly EndName[];
  readonly dnsPorts?: Row[2];
  readonly upstreams?: readonly EndName[];
}

const dnsServers = ['DNS', 'kube-system pod', 'DNS of OpenShift', 'DNS cache of each node'] as const;

/** The rows of every mode. */
export function inEveryMode({
  proxyPort = 8080,
  managementPort = 9092,
  // If its address is not known.
  kubernetesApi = [['API'], anywhere, [443, 6443]],
  database = [['API'], anywhere, [5432]],
  dns = dnsServers,
  dnsPorts = ['53/UDP', 53, '5353/UDP', 5353],
  upstreams = anywhere,
}: Variation = {}): readonly Row[] {
  return [
    // Any pod of kube-system: the labels of DNS, and of its caches on each node, are not the same in every cluster.
    [['API', ...proxies, ...sandboxes, 'helm test'], dns, dnsPorts],
    [[...sandboxes, ...proxies], ['API'], [8000]],
    [['API'], ['own iron-proxy'], [proxyPort]],
    [['API'], proxies, [managementPort]],
    kubernetesApi,
    database,
    [proxies, upstreams, [443, 80, 5432]],
    // The API's own policies: a sandbox uses only its own proxy.
    [['sandbox'], ["sandbox's iron-proxy"], [proxyPort]],
    [['other sandbox'], ["other sandbox's iron-proxy"], [proxyPort]],
    [['helm test'], ['API'], [8000]],
    [['helm test'], ['own iron-proxy'], [9090]],
  ];
}

/** One way of installing. */
export interface Installation {
  readonly title: string;
  readonly values: string;
  /** The port of a sandbox's proxy. */
  readonly proxyPort: number;
  readonly hasConnect: boolean;
  readonly rows: readonly Row[];
}

const env = 'ironProxy: {secretSource: env}\n';
const usual = { proxyPort: 8080, hasConnect: false, rows: inEveryMode() };

/** The modes, each installed as on the page. */
export const modes = {
  'onepassword-connect': {
    ...usual,
    title: 'with Connect',
    values: page.connect,
    hasConnect: true,
    rows: [
      ...inEveryMode(),
      [['Connect'], dnsServers, ['53/UDP', 53, '5353/UDP', 5353]],
      [proxies, ['Connect'], [8080]],
      [['Connect'], anywhere, [443]],
    ],
  },
  onepassword: { ...usual, title: 'with a service account', values: page.serviceAccount },
  env: { ...usual, title: 'with credentials from the environment', values: env },
} satisfies Record<string, Installation>;

/** With another release in the namespace: pods created by an API have no label that says which release's they are. */
export const besideAnotherRelease: Installation = {
  ...modes['onepassword-connect'],
  rows: [
    ...modes['onepassword-connect'].rows,
    [[...sandboxes, ...sandboxProxies], ["other release's API"], [8000]],
    [["other release's API"], sandboxProxies, [9092]],
    [sandboxProxies, ["other release's Connect"], [8080]],
  ],
};

/** What else changes the table. */
export const variants: readonly Installation[] = [
  {
    ...usual,
    title: 'with a declared database',
    values: `${env}tools: {ledger: {secrets: [{type: pg_dsn, name: LEDGER_DSN, database: ledger}]}}\n`,
    rows: [...inEveryMode(), [['API'], proxies, [5432]]],
  },
  {
    ...usual,
    title: "with the API server's address",
    values: `${env}networkPolicy: {apiServerCidrs: [${apiServer}/32]}\n`,
    rows: inEveryMode({ kubernetesApi: [['API'], ['API server'], [443, 6443]] }),
  },
  {
    ...usual,
    title: "with the database's namespace and port",
    values: `${env}networkPolicy: {database: {namespaces: [${elsewhere}], ports: [6432]}}\n`,
    rows: inEveryMode({
      database: [['API'], podsElsewhere, [6432]],
    }),
  },
  {
    ...usual,
    title: "with the database's address",
    values: `${env}networkPolicy: {database: {cidrs: [203.0.113.0/24]}}\n`,
    rows: inEveryMode({ database: [['API'], ['internet'], [5432]] }),
  },
  {
    ...usual,
    title: 'with DNS of one namespace, on one port',
    values: `${env}networkPolicy: {dns: {namespaces: [kube-system], ports: [53], cidrs: []}}\n`,
    rows: inEveryMode({ dns: ['DNS', 'kube-system pod'], dnsPorts: ['53/UDP', 53] }),
  },
  {
    ...usual,
    title: 'with no DNS',
    values: `${env}networkPolicy: {dns: {namespaces: [], cidrs: []}}\n`,
    rows: inEveryMode({ dns: [] }),
  },
  {
    ...modes['onepassword-connect'],
    title: 'with a namespace that collects metrics',
    values: `${page.connect}networkPolicy: {metricsNamespaces: [${elsewhere}]}\n`,
    rows: [...modes['onepassword-connect'].rows, [podsElsewhere, ['Connect'], [8080, 8081]]],
  },
  {
    ...usual,
    title: 'with a namespace whose pods may call the API',
    values: `${env}networkPolicy: {apiIngressSourceNamespaces: [${elsewhere}]}\n`,
    rows: [...inEveryMode(), [podsElsewhere, ['API'], [8000]]],
  },
  {
    ...usual,
    title: 'with a Connect server that exists already',
    values: `ironProxy: {secretSource: onepassword-connect}
onepasswordConnect: {connect: {url: "http://connect.${elsewhere}.svc:8444"}}\n`,
    rows: [...inEveryMode(), [proxies, anywhere, [8444]]],
  },
  {
    ...modes['onepassword-connect'],
    title: 'with further rules for each component',
    values: `${page.connect}networkPolicy:
  extraEgress:
    api: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 22}]}]
    ironProxy: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${elsewhere}}}}], ports: [{protocol: TCP, port: 3001}]}]
    connect: [{to: [{ipBlock: {cidr: 10.10.0.2/32}}], ports: [{port: 3128}]}]
  extraIngress:
    api: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: metrics-server}}}], ports: [{port: 8000}]}]
    ironProxy: [{from: [{ipBlock: {cidr: 203.0.113.9/32}}], ports: [{port: 8080}]}]
    connect: [{from: [{ipBlock: {cidr: 10.10.0.2/32}}], ports: [{port: 8080}]}]
`,
    rows: [
      ...modes['onepassword-connect'].rows,
      [['API'], ['internet'], [22]],
      [proxies, podsElsewhere, [3001]],
      [['Connect'], ['another node'], [3128]],
      [['kube-system pod'], ['API'], [8000]],
      [['internet'], ['own iron-proxy'], [8080]],
      [['another node'], ['Connect'], [8080]],
    ],
  },
  {
    title: 'with other ports',
    values: `ironProxy: {secretSource: env, service: {proxyPort: 3128, managementPort: 9443}}
networkPolicy: {apiServerPort: 16443}\n`,
    proxyPort: 3128,
    hasConnect: false,
    rows: inEveryMode({
      proxyPort: 3128,
      managementPort: 9443,
      kubernetesApi: [['API'], anywhere, [443, 16443]],
    }),
  },
];

/** The pods in the table; Connect, and those of another release, if they exist. */
export type Pods = { readonly [name in Exclude<OwnEnd, 'Connect'> | OtherPod]: Pod } & {
  readonly [name in 'Connect' | Neighbour]?: Pod | undefined;
};

/** A connection that is either allowed or denied. */
export interface Question {
  readonly from: End;
  readonly to: End;
  readonly port: Port;
  readonly words: string;
}

/** With the names of both ends. */
export interface NamedQuestion extends Question {
  readonly names: { readonly from: string; readonly to: string };
}

/** The pods that exist, and the addresses, by their names in the table. */
export function endsOf(pods: Pods): { readonly [name: string]: End } {
  const at: { readonly [name in EndName]?: End | undefined } = { ...pods, ...addresses };
  return Object.fromEntries(Object.entries(at).flatMap(([name, end]) => (end ? [[name, end]] : [])));
}

/** Every connection that the policies of a release affect. */
export function questions(pods: Pods): readonly NamedQuestion[] {
  const ends = Object.entries(endsOf(pods)).map(([name, end]) => ({ name, end, isOwn: isOwn(name) }));
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from && (from.isOwn || to.isOwn))
      .flatMap((to) =>
        ports.map((port) => ({
          from: from.end,
          to: to.end,
          port,
          names: { from: from.name, to: to.name },
          words: inWords(from.name, to.name, nameOf(port)),
        })),
      ),
  );
}

function isOwn(name: string): boolean {
  return own.some((known) => known === name);
}

/** The connections of a table, in the form of the questions. */
export function allowedBy({ rows }: Installation): readonly string[] {
  const lines = rows.flatMap(([from, to, allowed]) =>
    from.flatMap((source) =>
      to
        .filter((target) => target !== source)
        .flatMap((target) => allowed.map((port) => inWords(source, target, port))),
    ),
  );
  return [...new Set(lines)].sort();
}

function nameOf({ port, protocol }: Port): string {
  return protocol === 'UDP' ? `${port}/UDP` : `${port}`;
}

function inWords(from: string, to: string, port: string | number): string {
  return `${from} -> ${to}:${port}`;
}
