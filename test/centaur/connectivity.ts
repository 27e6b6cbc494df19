/**
 * Who reaches whom under a set of NetworkPolicies, as Kubernetes defines it for the parts of a policy that the chart
 * and its API use: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { BlockList, isIPv6 } from 'node:net';
import type { ValueMap } from '../../src/text/json.js';
import { Reader } from './release.js';

export interface Pod {
  readonly namespace: string;
  readonly labels: { readonly [label: string]: string };
  /** Many networks apply address blocks to pods as well, so this does too. */
  readonly address: string;
}

/** An address outside the cluster. */
export interface Address {
  readonly address: string;
}

export type End = Pod | Address;

export interface Port {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Whether a connection is let out at its source and in at its target. */
export type Reaches = (from: End, to: End, port: Port) => boolean;

/** @throws Error if a policy has a part whose meaning is not implemented here. */
export function reachability(policies: readonly ValueMap[]): Reaches {
  const readers = policies.map((policy) => new Reader(policy));
  const egress = rulesFor(readers, 'Egress');
  const ingress = rulesFor(readers, 'Ingress');
  return (from, to, port) => passes(egress(from), to, port) && passes(ingress(to), from, port);
}

// Policies are compiled once, into functions: there are up to millions of questions about a few of them.

/** The rules that apply to a pod in a direction; undefined for an end that no policy selects, which is open. */
type RulesFor = (self: End) => readonly Rule[] | undefined;

type Rule = (other: End, port: Port) => boolean;

const directions = {
  Egress: { rules: 'egress', peers: 'to' },
  Ingress: { rules: 'ingress', peers: 'from' },
} as const;

function rulesFor(policies: readonly Reader[], direction: keyof typeof directions): RulesFor {
  const { rules, peers } = directions[direction];
  const applying = policies
    .filter((policy) => policy.list('spec', 'policyTypes').some(({ value }) => value === direction))
    .map((policy) => {
      const namespace = String(policy.at('metadata', 'namespace'));
      return {
        namespace,
        selects: selector(policy.in('spec', 'podSelector')),
        rules: policy.list('spec', rules).map((rule) => ruleOf(rule, peers, namespace)),
      };
    });
  const found = new Map<End, readonly Rule[] | undefined>();
  return (self) => {
    if (!('namespace' in self)) return undefined;
    if (!found.has(self)) {
      const selecting = applying.filter(
        ({ namespace, selects }) => namespace === self.namespace && selects(self.labels),
      );
      found.set(self, selecting.length === 0 ? undefined : selecting.flatMap(({ rules }) => rules));
    }
    return found.get(self);
  };
}

/** An end that no policy selects is open; a selected one is closed except for what a rule allows. */
function passes(rules: readonly Rule[] | undefined, other: End, port: Port): boolean {
  return rules?.some((rule) => rule(other, port)) ?? true;
}

/** A rule without ports, or without peers, applies to all of them. */
function ruleOf(rule: Reader, key: string, namespace: string): Rule {
  const ports = rule.list('ports').map(portOf);
  const peers = rule.list(key).map((peer) => peerOf(peer, namespace));
  return (other, { port, protocol }) =>
    (ports.length === 0 || ports.some((one) => one.port === port && one.protocol === protocol)) &&
    (peers.length === 0 || peers.some((isPeer) => isPeer(other)));
}

function portOf(allowed: Reader) {
  const port = allowed.at('port');
  if (typeof port !== 'number' || allowed.at('endPort') !== undefined)
    throw new Error(
      `no port by its name, and no range of ports, is known here: ${JSON.stringify(allowed.value)}`,
    );
  return { port, protocol: allowed.at('protocol') ?? 'TCP' };
}

function peerOf(peer: Reader, namespace: string): (other: End) => boolean {
  const block = peer.in('ipBlock');
  if (block.value !== undefined) {
    const within = cidr(String(block.at('cidr')));
    const except = block.list('except').map(({ value }) => cidr(String(value)));
    return ({ address }) => within(address) && !except.some((contains) => contains(address));
  }
  const namespaces = peer.in('namespaceSelector');
  const selectsNamespace = selector(namespaces);
  const selectsPod = selector(peer.in('podSelector'));
  return (other) =>
    'namespace' in other &&
    (namespaces.value === undefined
      ? other.namespace === namespace
      : selectsNamespace({ 'kubernetes.io/metadata.name': other.namespace })) &&
    selectsPod(other.labels);
}

/** Whether labels are selected; an absent or empty selector selects all. */
function selector(reader: Reader): (labels: Pod['labels']) => boolean {
  const wanted = Object.entries((reader.at('matchLabels') ?? {}) as ValueMap);
  const expressions = reader.list('matchExpressions').map((expression) => {
    const operator = expression.at('operator');
    if (operator !== 'NotIn') throw new Error(`the chart uses no ${operator}`);
    return { key: String(expression.at('key')), values: expression.list('values').map(({ value }) => value) };
  });
  return (labels) =>
    wanted.every(([label, value]) => labels[label] === value) &&
    expressions.every(({ key, values }) => !values.some((value) => value === labels[key]));
}

function cidr(text: string): (address: string) => boolean {
  const [network = '', bits] = text.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  // A BlockList treats every IPv4 address as an IPv6 one too; a policy does not.
  return (address) => isIPv6(address) === (family === 'ipv6') && list.check(address, family);
}
