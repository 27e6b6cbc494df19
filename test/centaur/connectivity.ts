/**
 * Who reaches whom under a set of NetworkPolicies, as Kubernetes defines it for the parts of a policy that the chart and
 * its API use: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { BlockList, isIPv6 } from 'node:net';
import type { ValueMap } from '../../src/helm/tree.js';
import { Reader } from './release.js';

export interface Pod {
  readonly namespace: string;
  readonly labels: { readonly [label: string]: string };
  /** Many networks hold an address block against pods too, so here one does. */
  readonly address: string;
}

/** An address outside of the cluster. */
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

/** @throws Error when a policy has a part whose meaning is not known here. */
export function reachability(policies: readonly ValueMap[]): Reaches {
  const known = policies.map((policy) => knownParts(new Reader(policy)));
  const egress = rulesFor(known, 'Egress');
  const ingress = rulesFor(known, 'Ingress');
  return (from, to, port) => passes(egress(from), from, to, port) && passes(ingress(to), to, from, port);
}

/** The rules that hold for a pod in a direction; undefined for an end that no policy selects, which is open. */
type RulesFor = (self: End) => readonly Rule[] | undefined;

interface Rule {
  /** Undefined where the rule names none, which stands for all. */
  readonly peers: readonly Reader[] | undefined;
  readonly ports: readonly Reader[] | undefined;
}

const directions = {
  Egress: { rules: 'egress', peers: 'to' },
  Ingress: { rules: 'ingress', peers: 'from' },
} as const;

function rulesFor(policies: readonly Reader[], direction: keyof typeof directions): RulesFor {
  const { rules, peers } = directions[direction];
  const applying = policies
    .filter((policy) => policy.list('spec', 'policyTypes').some(({ value }) => value === direction))
    .map((policy) => ({
      namespace: policy.at('metadata', 'namespace'),
      selector: policy.in('spec', 'podSelector'),
      rules: policy
        .list('spec', rules)
        .map((rule) => ({ peers: listed(rule, peers), ports: listed(rule, 'ports') })),
    }));
  // Thousands of questions are about the same few pods.
  const found = new Map<End, readonly Rule[] | undefined>();
  return (self) => {
    if (!('namespace' in self)) return undefined;
    if (!found.has(self)) {
      const selecting = applying.filter(
        ({ namespace, selector }) => namespace === self.namespace && selects(selector, self.labels),
      );
      found.set(self, selecting.length === 0 ? undefined : selecting.flatMap(({ rules }) => rules));
    }
    return found.get(self);
  };
}

/** A list that may be left out; an empty one means the same. */
function listed(rule: Reader, key: string): readonly Reader[] | undefined {
  const items = rule.list(key);
  return items.length === 0 ? undefined : items;
}

/** What no policy selects is open; what one selects is closed but for what some rule allows. */
function passes(rules: readonly Rule[] | undefined, self: End, other: End, port: Port): boolean {
  if (rules === undefined || !('namespace' in self)) return true;
  return rules.some(
    ({ peers, ports }) =>
      (ports === undefined || ports.some((allowed) => isPort(allowed, port))) &&
      (peers === undefined || peers.some((peer) => isPeer(peer, other, self.namespace))),
  );
}

function isPort(allowed: Reader, { port, protocol }: Port): boolean {
  return allowed.at('port') === port && allowed.at('protocol') === protocol;
}

function isPeer(peer: Reader, other: End, namespace: string): boolean {
  const block = peer.in('ipBlock');
  if (block.value !== undefined) return inBlock(block, other.address);
  if (!('namespace' in other)) return false;
  const namespaces = peer.in('namespaceSelector');
  const there =
    namespaces.value === undefined
      ? other.namespace === namespace
      : selects(namespaces, { 'kubernetes.io/metadata.name': other.namespace });
  return there && selects(peer.in('podSelector'), other.labels);
}

function selects(selector: Reader, labels: { readonly [label: string]: string }): boolean {
  const wanted = selector.at('matchLabels') ?? {};
  return (
    Object.entries(wanted as ValueMap).every(([label, value]) => labels[label] === value) &&
    selector.list('matchExpressions').every((expression) => meets(expression, labels))
  );
}

function meets(expression: Reader, labels: { readonly [label: string]: string }): boolean {
  const operator = expression.at('operator');
  if (operator !== 'NotIn') throw new Error(`the chart uses no ${operator}`);
  const label = labels[String(expression.at('key'))];
  return expression.list('values').every(({ value }) => value !== label);
}

function inBlock(block: Reader, address: string): boolean {
  return (
    contains(String(block.at('cidr')), address) &&
    !block.list('except').some(({ value }) => contains(String(value), address))
  );
}

function contains(cidr: string, address: string): boolean {
  const [network = '', bits] = cidr.split('/');
  // A BlockList takes every IPv4 address for an IPv6 one as well; a policy does not.
  if (isIPv6(network) !== isIPv6(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** A port by its name, or a range of ports, would be read as something else. */
function knownParts(policy: Reader): Reader {
  const text = JSON.stringify(policy.in('spec').value);
  const [unknown] = text.match(/"endPort"|"port":"[^"]*"/) ?? [];
  if (unknown !== undefined) throw new Error(`the meaning of ${unknown} in a policy is not known here`);
  return policy;
}
