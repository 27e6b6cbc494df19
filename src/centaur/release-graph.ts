/**
 * A release as a graph: who may talk to whom, and what can be read where. Flows come from their table, Secrets from the
 * manifests themselves, credentials from what is declared. It contains names, and never the value of a credential.
 */
import type { k8s } from 'cdk8s-plus-28';
import {
  type Expr,
  type HelmChart,
  type Leaf,
  listOf,
  type Plain,
  type ReleaseOptions,
  release as releaseInfo,
  str,
} from '../helm/authoring.js';
import { listsOf } from '../secrets/proxy-transforms.js';
import type { SecretSource } from '../secrets/source.js';
import type { ValueMap } from '../text/json.js';
import {
  type CoveredFlow,
  coveredFlowsOf,
  type ExtraRulesKey,
  ends,
  extraRules,
  type Flow,
  flowsOf,
  isWorkload,
  type Outside,
  outsiders,
  type Place,
  placesOf,
  portsOf,
  type Workload,
  workloads,
  type Zone,
} from './flows.js';
import { tokenKeys } from './infra-secret.js';
import { peersInWords } from './peer-words.js';
import { type Platform, platformOf } from './platform.js';
import { podOf, readableSecrets, rightsToSecrets } from './pod-rights.js';
import { sandboxSecrets } from './sandbox.js';
import type { valuesSchema } from './values/index.js';

export interface ReleaseGraph {
  readonly release: string;
  readonly namespace: string;
  /** Where credentials come from. */
  readonly source: SecretSource;
  /** Whether NetworkPolicies limit who talks to whom. If not, the only edges are from everything to everything. */
  readonly limited: boolean;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  readonly id: NodeId;
  readonly title: string;
  readonly zone: Zone;
  readonly sections: readonly Section[];
}

/** Letters, digits and `-`. */
export type NodeId = Workload | Outside | `extra-${Direction}-${ExtraRulesKey}`;

/** All pods of the release, or all that is outside. */
export type Group = 'release' | 'outside';

export interface Section {
  /** What the items are: keys of a Secret, names of credentials or placeholders, where the node is, or other words. */
  readonly kind: 'keys' | 'credentials' | 'placeholders' | 'place' | 'words';
  readonly heading: string;
  readonly items: readonly string[];
  /** Those of the keys that are credentials of tools or harnesses, or fetch them. */
  readonly critical?: readonly string[];
}

export interface GraphEdge {
  readonly from: NodeId | Group;
  readonly to: NodeId | Group;
  /** All if there are none. */
  readonly ports: readonly GraphPort[];
  /** The chart's policies, those that the API creates, rules in the values, or no policy at all. */
  readonly allowedBy: 'chart' | 'api' | 'values' | 'default';
  /** Never from values. */
  readonly because: readonly string[];
}

export interface GraphPort {
  readonly protocol: string;
  /** A number, a range or a name. */
  readonly port: string;
}

export interface GraphOptions {
  readonly release?: ReleaseOptions;
  /** Whether the pod of `helm test` is included. */
  readonly tests?: boolean;
}

/** Reads complete, valid values. */
export function graphOf(
  chart: HelmChart<typeof valuesSchema>,
  values: ValueMap,
  { release = {}, tests = false }: GraphOptions = {},
): ReleaseGraph {
  const platform = platformOf(chart.values);
  const objects = chart.evaluate(values, release).objects.map(({ object }) => object);
  const reader: Reader = { platform, objects, read: (expression) => chart.read(expression, values, release) };
  const present = workloadsOf(reader).filter((workload) => tests || workload !== 'test');
  const limited = reader.read(platform.values.networkPolicy.enabled);
  const flows = flowEdges(reader, present);
  const extra = extraRulesOf(reader, present);
  return {
    release: reader.read(releaseInfo.Name),
    namespace: reader.read(releaseInfo.Namespace),
    source: reader.read(platform.values.ironProxy.secretSource),
    limited,
    nodes: [
      ...podNodes(reader, present),
      ...outsideNodes(reader, flows, limited),
      ...(limited ? extra.map(({ node }) => node) : []),
    ],
    edges: limited ? merged([...flows, ...extra.flatMap(({ edges }) => edges)]) : everything,
  };
}

/** What evaluates the chart's tables for a release. */
interface Reader {
  readonly platform: Platform;
  readonly objects: readonly ValueMap[];
  read<T>(expression: Expr<T>): T;
}

// ---------------------------------------------------------------------------------------------------------- nodes

/** The workloads of the release, which have pods in its manifests, and those that the API creates. */
function workloadsOf(reader: Reader): readonly Workload[] {
  return workloads.filter((workload) => isMadeByApi(workload) || podsIn(reader, workload).length > 0);
}

function isMadeByApi(workload: Workload): workload is 'sandbox' | 'sandbox-proxy' {
  return workload === 'sandbox' || workload === 'sandbox-proxy';
}

function podsIn({ objects }: Reader, workload: Workload) {
  return objects
    .map(podOf)
    .filter((pod) => pod !== undefined)
    .filter(({ labels }) => labels['app.kubernetes.io/component'] === workload);
}

function podNodes(reader: Reader, present: readonly Workload[]): readonly GraphNode[] {
  return present.map((workload) => ({
    id: workload,
    ...ends[workload],
    sections: [...ownSections(reader, workload), ...sectionsOfPods(reader, workload)],
  }));
}

/** What the manifests let a workload's pods read. */
function sectionsOfPods(reader: Reader, workload: Workload): readonly Section[] {
  return podsIn(reader, workload).flatMap((pod) => {
    const rights = rightsToSecrets(pod, reader.objects);
    return [
      ...readableSecrets(pod).map(({ name, isDriver, keys }) =>
        isDriver ? keysSection(`Volume of ${name}`, keys) : secretSection(reader, name, keys),
      ),
      ...(rights !== undefined && rights.verbs.length > 0
        ? [
            words(`ServiceAccount ${rights.serviceAccount}`, [
              `may ${rights.verbs.join(', ')} Secrets of this namespace`,
            ]),
          ]
        : []),
    ];
  });
}

function secretSection(reader: Reader, name: string, keys: readonly string[]): Section {
  const critical = keys.filter((key) => isCritical(reader, name, key));
  return { ...keysSection(`Secret ${name}`, keys), ...(critical.length > 0 && { critical }) };
}

function keysSection(heading: string, keys: readonly string[]): Section {
  return { kind: 'keys', heading, items: keys.length === 0 ? ['all of it'] : keys };
}

/** Whether a key of a Secret holds a credential of a tool or harness, or something that fetches them. */
function isCritical({ platform, read }: Reader, name: string, key: string): boolean {
  const { secretManager, onepasswordConnect, ironProxy } = platform.values;
  const { credentialsName, credentialsKey } = onepasswordConnect.connect;
  if (name === read(credentialsName)) return key === read(credentialsKey);
  if (name !== read(secretManager.existingSecretName)) return false;
  const credentials = read(ironProxy.secretSource) === 'env' ? read(platform.secrets.credentialKeys) : [];
  return [...tokenKeys, ...credentials.map(({ key }) => key)].some(
    (one) => key === `${read(secretManager.envPrefix)}${one}`,
  );
}

function words(heading: string, items: readonly string[]): Section {
  return { kind: 'words', heading, items };
}

/** The addresses and pods that policies allow. */
function place(items: readonly string[]): Section {
  return { kind: 'place', heading: 'Allowed', items };
}

/** What is known about a workload in addition to its manifests. */
function ownSections(reader: Reader, workload: Workload): readonly Section[] {
  const { platform, read } = reader;
  const names = [...new Set(read(platform.secrets.secrets).map(({ name }) => name))];
  switch (workload) {
    case 'sandbox':
      return [
        { kind: 'placeholders', heading: 'Placeholders only', items: names },
        ...sandboxSecrets(platform.values)
          .map(({ secret, key }) => ({ name: read(secret), keys: key === undefined ? [] : [key] }))
          .filter(({ name }) => name !== '')
          .map(({ name, keys }) => secretSection(reader, name, keys)),
      ];
    case 'sandbox-proxy':
      return [words('One for each sandbox', ['reads what iron-proxy reads'])];
    case 'iron-proxy':
      return [{ kind: 'credentials', heading: 'Credentials', items: names }];
    case 'connect':
      return [words("The vaults' items", ['all that its credentials open'])];
    default:
      return [];
  }
}

/** The ends of these edges outside the release, each with the addresses and pods that the policies allow. */
function outsideNodes(reader: Reader, edges: readonly GraphEdge[], limited: boolean): readonly GraphNode[] {
  const places = placesOf(reader.platform.values);
  return outsiders
    .filter((end) => edges.some(({ from, to }) => from === end || to === end))
    .map((end) => {
      const allowed = limited ? [place(placeInWords(places[end], reader.read))] : [];
      return { id: end, ...ends[end], sections: [...outsideSections(reader, end), ...allowed] };
    });
}

function placeInWords(
  { namespaces, cidrs, anyAddress, anyPod }: Place,
  read: Reader['read'],
): readonly string[] {
  const isTrue = (condition: Expr<boolean> | boolean = false) =>
    typeof condition === 'boolean' ? condition : read(condition);
  return [
    ...(namespaces === undefined ? [] : read(namespaces).map((name) => `pods of ${name}`)),
    ...(cidrs === undefined ? [] : read(cidrs)),
    ...(isTrue(anyAddress) ? ['any address except cloud metadata'] : []),
    ...(isTrue(anyPod) ? ['any pod of the cluster'] : []),
  ];
}

function outsideSections({ platform, read }: Reader, end: Outside): readonly Section[] {
  switch (end) {
    case 'external-connect':
      return [words('Host', [`${read(platform.connectServer.host)}:${read(platform.connectServer.port)}`])];
    case 'upstreams':
      return hostSections({ platform, read });
    default:
      return [];
  }
}

/** The hosts to which iron-proxy sends each credential, and those that it lets through without one. */
function hostSections({ platform, read }: Pick<Reader, 'platform' | 'read'>): readonly Section[] {
  const targets = read(platform.secrets.secrets).map(({ name, hosts, declared }) => {
    const { database, token_endpoint: endpoint } = declared;
    if (database !== undefined) return { name, hosts: [], database };
    return { name, hosts: [...hosts, ...(endpoint === undefined ? [] : [new URL(endpoint).hostname])] };
  });
  const credentials = targets.map(
    ({ name, hosts, database }) =>
      `${name} to ${database === undefined ? [...new Set(hosts)].join(', ') : `database ${database}`}`,
  );
  const withCredential = targets.flatMap(({ hosts }) => hosts);
  const others = read(listsOf(platform.values).hosts).filter((host) => !withCredential.includes(host));
  return [words('Receive credentials', credentials), words('Receive none', others)].filter(
    ({ items }) => items.length > 0,
  );
}

// ---------------------------------------------------------------------------------------------------------- edges

const everything: readonly GraphEdge[] = [
  { from: 'release', to: 'outside', ports: [], allowedBy: 'default', because: ['no policy limits it'] },
  { from: 'outside', to: 'release', ports: [], allowedBy: 'default', because: ['no policy limits it'] },
];

function flowEdges({ platform, read }: Reader, present: readonly Workload[]): readonly GraphEdge[] {
  const exists = (end: Workload | Outside) => !isWorkload(end) || present.includes(end);
  const flows: readonly (Flow | CoveredFlow)[] = [...flowsOf(platform), ...coveredFlowsOf(platform)];
  return flows
    .filter((flow) => flow.when === undefined || read(flow.when))
    .flatMap((flow): readonly GraphEdge[] => {
      const sources = flow.from === 'every-workload' ? (['release'] as const) : flow.from.filter(exists);
      const edge = {
        ports: portsIn(flow, read),
        allowedBy: 'allowedBy' in flow && flow.allowedBy === 'api' ? ('api' as const) : ('chart' as const),
        because: [flow.because],
      };
      return sources.flatMap((from) => flow.to.filter(exists).map((to) => ({ from, to, ...edge })));
    });
}

/** The ports of a flow. */
function portsIn({ ports }: Flow | CoveredFlow, read: Reader['read']): readonly GraphPort[] {
  const string = (port: Leaf<number>) => str`${port}`;
  return ports.flatMap((one): readonly GraphPort[] => {
    const { protocol } = one;
    const found =
      'first' in one
        ? listOf<string>([str`${one.first}-${one.last}`], 'ports')
        : listOf<string>(portsOf({ ports: [one] }, string), 'ports');
    return read(found).map((port) => ({ protocol, port }));
  });
}

type Direction = 'ingress' | 'egress';

/** Rules in the values: for each key that has some, a node that stands for their peers, and its edges. */
function extraRulesOf({ platform, read }: Reader, present: readonly Workload[]) {
  const { extraIngress, extraEgress } = platform.values.networkPolicy;
  const keys: readonly ExtraRulesKey[] = ['api', 'ironProxy', 'connect'];
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    keys.flatMap((key) => {
      const name = direction === 'ingress' ? 'extraIngress' : 'extraEgress';
      const rules =
        direction === 'ingress'
          ? read(extraIngress[key]).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
          : read(extraEgress[key]).map(({ to = [], ports = [] }) => ({ peers: to, ports }));
      const selected = present.filter((workload) => extraRules[workload]?.[direction] === key);
      if (rules.length === 0 || selected.length === 0) return [];
      const id: NodeId = `extra-${direction}-${key}`;
      const title = `networkPolicy.${name}.${key}`;
      const node: GraphNode = {
        id,
        title,
        zone: 'outside',
        sections: [
          place(
            rules.map(
              ({ peers, ports }) =>
                `${peersInWords(peers).join(', ')}: ${portsInWords(ports.map(graphPort))}`,
            ),
          ),
        ],
      };
      const everyPort = rules.some(({ ports }) => ports.length === 0);
      const ports = everyPort ? [] : rules.flatMap(({ ports }) => ports.map(graphPort));
      const edges = selected.map(
        (workload): GraphEdge => ({
          ...(direction === 'ingress' ? { from: id, to: workload } : { from: workload, to: id }),
          ports,
          allowedBy: 'values',
          because: [title],
        }),
      );
      return [{ node, edges }];
    }),
  );
}

function graphPort({ protocol = 'TCP', port = 'all', endPort }: Plain<k8s.NetworkPolicyPort>): GraphPort {
  return { protocol, port: endPort === undefined ? `${port}` : `${port}-${endPort}` };
}

/** Ports by protocol, such as `TCP 443, 80`; those of both protocols once. */
export function portsInWords(ports: readonly GraphPort[]): string {
  if (ports.length === 0) return 'all ports';
  const byPort = new Map<string, Set<string>>();
  for (const { protocol, port } of ports) byPort.set(port, (byPort.get(port) ?? new Set()).add(protocol));
  const byProtocol = new Map<string, string[]>();
  for (const [port, protocols] of byPort) {
    const names = [...protocols].sort().join('+');
    byProtocol.set(names, [...(byProtocol.get(names) ?? []), port]);
  }
  return [...byProtocol].map(([names, list]) => `${names} ${list.join(', ')}`).join('; ');
}

/** One edge for all flows that are allowed alike between the same ends. */
function merged(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const byEnds = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const key = `${edge.from} ${edge.to} ${edge.allowedBy}`;
    const other = byEnds.get(key);
    byEnds.set(
      key,
      other === undefined
        ? edge
        : {
            ...other,
            ports: other.ports.length > 0 && edge.ports.length > 0 ? [...other.ports, ...edge.ports] : [],
            because: [...other.because, ...edge.because],
          },
    );
  }
  return [...byEnds.values()];
}
