/**
 * Who may talk to whom: the complete table. The policies on both ends of each flow, the graph and the tests are
 * generated from it; everything else is denied.
 */
import type { k8s } from 'cdk8s-plus-28';
import {
  and,
  type Expr,
  each,
  type Fields,
  isNonEmpty,
  type Leaf,
  type Member,
  not,
  or,
} from '../helm/authoring.js';
import { apiPort } from './api.js';
import type { Platform } from './platform.js';
import type { Values } from './values/index.js';

/** Pods of the release, or pods that the API creates: sandboxes, and a `sandbox-proxy` for each of them. */
export const workloads = ['api', 'iron-proxy', 'connect', 'sandbox', 'sandbox-proxy', 'test'] as const;

export type Workload = (typeof workloads)[number];

/** The selector of each workload's pods. */
export type Pods = { readonly [workload in Workload]: Fields<k8s.LabelSelector> };

/** What is outside the release. */
export const outsiders = [
  'api-callers',
  'metrics-collectors',
  'dns',
  'kubernetes-api',
  'database',
  'upstreams',
  'external-connect',
  '1password',
] as const;

export type Outside = (typeof outsiders)[number];

export function isWorkload(end: Workload | Outside): end is Workload {
  return workloads.some((workload) => workload === end);
}

/** Pods of equal trust, or what is not part of the release. */
export type Zone = 'sandboxes' | 'control' | 'secrets' | 'outside';

/** What people call each end of a flow, and where it belongs. */
export const ends: {
  readonly [end in Workload | Outside]: { readonly title: string; readonly zone: Zone };
} = {
  sandbox: { title: 'Sandboxes', zone: 'sandboxes' },
  api: { title: 'API', zone: 'control' },
  test: { title: 'helm test', zone: 'control' },
  'iron-proxy': { title: 'iron-proxy', zone: 'secrets' },
  'sandbox-proxy': { title: "Sandboxes' iron-proxies", zone: 'secrets' },
  connect: { title: '1Password Connect', zone: 'secrets' },
  dns: { title: 'DNS servers', zone: 'outside' },
  'kubernetes-api': { title: 'Kubernetes API server', zone: 'outside' },
  database: { title: 'Database of the API', zone: 'outside' },
  upstreams: { title: 'Upstream hosts', zone: 'outside' },
  '1password': { title: '1Password', zone: 'outside' },
  'external-connect': { title: 'Existing Connect server', zone: 'outside' },
  'api-callers': { title: 'Callers of the API', zone: 'outside' },
  'metrics-collectors': { title: 'Metrics collectors', zone: 'outside' },
};

/**
 * The keys of `networkPolicy.extraIngress` and `extraEgress` whose rules a workload has in addition. Sandboxes' proxies
 * have the same upstreams as the chart's own, but only their sandboxes use them.
 */
export const extraRules: {
  readonly [workload in Workload]?: { readonly ingress?: ExtraRulesKey; readonly egress: ExtraRulesKey };
} = {
  api: { ingress: 'api', egress: 'api' },
  'iron-proxy': { ingress: 'ironProxy', egress: 'ironProxy' },
  'sandbox-proxy': { egress: 'ironProxy' },
  connect: { ingress: 'connect', egress: 'connect' },
};

export type ExtraRulesKey = 'api' | 'ironProxy' | 'connect';

/** Where policies allow an end outside the release to be: at any of these. */
export interface Place {
  /** The pods of namespaces. */
  readonly namespaces?: Expr<readonly string[]>;
  readonly cidrs?: Expr<readonly string[]>;
  /** Every address but those at which clouds serve the credentials of their machines. */
  readonly anyAddress?: Expr<boolean> | true;
  /** Every pod of the cluster: some networks do not apply address blocks to pods. */
  readonly anyPod?: Expr<boolean> | true;
}

export function placesOf(values: Values): { readonly [end in Outside]: Place } {
  const { apiServerCidrs, apiIngressSourceNamespaces, database, dns, metricsNamespaces } =
    values.networkPolicy;
  const anyDatabase = databaseIsAnywhere(values);
  return {
    dns: { namespaces: dns.namespaces, cidrs: dns.cidrs },
    'kubernetes-api': { cidrs: apiServerCidrs, anyAddress: not(isNonEmpty(apiServerCidrs)) },
    database: {
      namespaces: database.namespaces,
      cidrs: database.cidrs,
      anyAddress: anyDatabase,
      anyPod: anyDatabase,
    },
    upstreams: { anyAddress: true },
    '1password': { anyAddress: true },
    'external-connect': { anyAddress: true, anyPod: true },
    'api-callers': { namespaces: apiIngressSourceNamespaces },
    'metrics-collectors': { namespaces: metricsNamespaces },
  };
}

export interface Flow {
  readonly from: readonly (Workload | Outside)[] | 'every-workload';
  readonly to: readonly (Workload | Outside)[];
  readonly ports: readonly FlowPort[];
  /** The condition of the flow; always if omitted. */
  readonly when?: Expr<boolean>;
  /** The reason for the flow. */
  readonly because: string;
}

/** A port, or each of a list in the values. */
export type FlowPort = { readonly protocol: 'TCP' | 'UDP' } & (
  | { readonly port: Leaf<number> }
  | { readonly each: Expr<readonly number[]> }
);

const tcp = (port: Leaf<number>): FlowPort => ({ protocol: 'TCP', port });
const eachOf = (protocol: FlowPort['protocol'], ports: Expr<readonly number[]>): FlowPort => ({
  protocol,
  each: ports,
});

/** A member of a list for each port, in the form that a kind of policy has for it. */
export function portsOf<T>(
  { ports }: Pick<Flow, 'ports'>,
  form: (port: Leaf<number>, protocol: FlowPort['protocol']) => Member<T>,
): readonly Member<T>[] {
  return ports.map(
    (one): Member<T> =>
      'each' in one ? each(one.each, (port) => form(port, one.protocol)) : form(one.port, one.protocol),
  );
}

/** The chart's own proxy, and those that the API creates. */
const everyProxy = ['iron-proxy', 'sandbox-proxy'] as const;

export function sourcesOf({ from }: Flow): readonly (Workload | Outside)[] {
  return from === 'every-workload' ? workloads : from;
}

export function flowsOf({ values, mode, secrets, connectServer }: Platform): readonly Flow[] {
  const { proxyPort, managementPort, healthPort, pgPortRangeStart } = values.ironProxy.service;
  const { connect } = values.onepasswordConnect;
  const { dns, database, metricsNamespaces } = values.networkPolicy;
  return [
    {
      from: 'every-workload',
      to: ['dns'],
      ports: [eachOf('UDP', dns.ports), eachOf('TCP', dns.ports)],
      // Without this condition the rule could have no peers, which Kubernetes interprets as all of them.
      when: or(isNonEmpty(dns.namespaces), isNonEmpty(dns.cidrs)),
      because: 'names',
    },
    {
      from: ['sandbox', ...everyProxy],
      to: ['api'],
      ports: [tcp(apiPort)],
      because: 'work, and its results',
    },
    {
      from: ['api-callers'],
      to: ['api'],
      ports: [tcp(apiPort)],
      when: isNonEmpty(values.networkPolicy.apiIngressSourceNamespaces),
      because: 'networkPolicy.apiIngressSourceNamespaces',
    },
    {
      from: ['api'],
      to: ['iron-proxy'],
      ports: [tcp(proxyPort)],
      because: 'the way out',
    },
    {
      from: ['api'],
      to: everyProxy,
      ports: [tcp(managementPort)],
      because: 'reloads',
    },
    {
      from: ['api'],
      to: everyProxy,
      ports: [tcp(pgPortRangeStart)],
      when: secrets.declaresDatabase,
      because: 'declared databases',
    },
    {
      from: ['api'],
      to: ['kubernetes-api'],
      ports: [tcp(443), tcp(values.networkPolicy.apiServerPort)],
      because: 'it creates sandboxes',
    },
    {
      from: ['api'],
      to: ['database'],
      ports: [eachOf('TCP', database.ports)],
      because: 'DATABASE_URL',
    },
    {
      from: everyProxy,
      to: ['upstreams'],
      ports: [tcp(443), tcp(80), tcp(5432)],
      because: 'its purpose',
    },
    {
      from: everyProxy,
      to: ['connect'],
      ports: [tcp(connect.api.httpPort)],
      when: and(mode('onepassword-connect'), connect.create),
      because: 'look-ups; without this flow each one times out silently',
    },
    {
      from: everyProxy,
      to: ['external-connect'],
      ports: [tcp(connectServer.port)],
      when: and(mode('onepassword-connect'), isNonEmpty(connect.url)),
      because: 'look-ups at a Connect server that exists already',
    },
    { from: ['connect'], to: ['1password'], ports: [tcp(443)], because: "the vaults' items" },
    {
      from: ['metrics-collectors'],
      to: ['connect'],
      ports: [tcp(connect.api.httpPort), tcp(connect.sync.httpPort)],
      when: isNonEmpty(metricsNamespaces),
      because: 'networkPolicy.metricsNamespaces',
    },
    { from: ['test'], to: ['api'], ports: [tcp(apiPort)], because: 'helm test' },
    { from: ['test'], to: ['iron-proxy'], ports: [tcp(healthPort)], because: 'helm test' },
  ];
}

/** A flow for which the chart has no rule of its own. */
export interface CoveredFlow extends Omit<Flow, 'ports'> {
  readonly ports: readonly (FlowPort | PortRange)[];
  /** What allows it: policies that the API creates for each sandbox, or the rules for another end. */
  readonly allowedBy: 'api' | 'upstreams';
}

export interface PortRange {
  readonly protocol: 'TCP';
  readonly first: Leaf<number>;
  readonly last: Leaf<number>;
}

export function coveredFlowsOf({ values, mode, secrets }: Platform): readonly CoveredFlow[] {
  const { proxyPort, pgPortRangeStart, pgPortRangeEnd } = values.ironProxy.service;
  return [
    {
      from: ['sandbox'],
      to: ['sandbox-proxy'],
      ports: [tcp(proxyPort)],
      allowedBy: 'api',
      because: 'each sandbox reaches its own proxy',
    },
    {
      from: ['sandbox'],
      to: ['sandbox-proxy'],
      ports: [{ protocol: 'TCP', first: pgPortRangeStart, last: pgPortRangeEnd }],
      when: secrets.declaresDatabase,
      allowedBy: 'api',
      because: 'declared databases',
    },
    {
      from: everyProxy,
      to: ['1password'],
      ports: [tcp(443)],
      when: mode('onepassword'),
      allowedBy: 'upstreams',
      because: 'look-ups with a service account',
    },
  ];
}

/** Whether no value says where the database is. */
export function databaseIsAnywhere({ networkPolicy: { database } }: Values): Expr<boolean> {
  return not(or(isNonEmpty(database.namespaces), isNonEmpty(database.cidrs)));
}
