/**
 * Who reaches whom under a set of NetworkPolicies, as Kubernetes defines it for the parts of a policy that the chart
 * uses: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { BlockList, isIPv6 } from 'node:net';
import type { ValueMap } from '../../src/helm/tree.js';
import { Reader } from './release.js';

export interface Pod {
  readonly namespace: string;
  readonly labels: { readonly [label: string]: string };
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
export function reaches(policies: readonly ValueMap[], from: End, to: End, port: Port): boolean {
  return (
    passes(policies, from, to, port, { type: 'Egress', rules: 'egress', peers: 'to' }) &&
    passes(policies, to, from, port, { type: 'Ingress', rules: 'ingress', peers: 'from' })
  );
}

interface Direction {
  readonly type: 'Egress' | 'Ingress';
  readonly rules: 'egress' | 'ingress';
  readonly peers: 'from' | 'to';
}

/** What no policy selects is open; what one selects is closed but for what some policy allows. */
function passes(
  policies: readonly ValueMap[],
  self: End,
  other: End,
  port: Port,
  direction: Direction,
): boolean {
  if (!('namespace' in self)) return true;
  const selecting = policies
    .map((policy) => new Reader(policy))
    .filter((policy) => policy.at('metadata', 'namespace') === self.namespace)
    .filter((policy) => selects(policy.in('spec', 'podSelector'), self.labels))
    .filter((policy) => policy.list('spec', 'policyTypes').some(({ value }) => value === direction.type));
  if (selecting.length === 0) return true;
  return selecting.some((policy) =>
    policy
      .list('spec', direction.rules)
      .some((rule) => allowsPort(rule, port) && allowsPeer(rule, direction.peers, other, self.namespace)),
  );
}

function allowsPort(rule: Reader, { port, protocol }: Port): boolean {
  if (rule.at('ports') === undefined) return true;
  return rule
    .list('ports')
    .some((allowed) => allowed.at('port') === port && allowed.at('protocol') === protocol);
}

function allowsPeer(rule: Reader, key: string, other: End, namespace: string): boolean {
  if (rule.at(key) === undefined) return true;
  return rule.list(key).some((peer) => {
    const block = peer.in('ipBlock');
    if (!('namespace' in other)) return block.value !== undefined && inBlock(block, other.address);
    if (block.value !== undefined) return false;
    const namespaceSelector = peer.in('namespaceSelector');
    const there =
      namespaceSelector.value === undefined
        ? other.namespace === namespace
        : selects(namespaceSelector, { 'kubernetes.io/metadata.name': other.namespace });
    return there && (peer.at('podSelector') === undefined || selects(peer.in('podSelector'), other.labels));
  });
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
  const contains = (cidr: string) => {
    const list = new BlockList();
    const [network = '', bits] = cidr.split('/');
    // A BlockList takes every IPv4 address for an IPv6 one as well; a policy does not.
    if (isIPv6(network) !== isIPv6(address)) return false;
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
  return (
    contains(String(block.at('cidr'))) && !block.list('except').some(({ value }) => contains(String(value)))
  );
}
