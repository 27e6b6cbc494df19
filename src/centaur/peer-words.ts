/** Peers of NetworkPolicies' rules in words. */
import type { k8s } from 'cdk8s-plus-28';
import type { Plain } from '../helm/authoring.js';

type Peer = Plain<k8s.NetworkPolicyPeer>;
type Selector = Plain<k8s.LabelSelector>;

/** Each peer once, in order; a rule without peers has all of them. */
export function peersInWords(peers: readonly Peer[]): readonly string[] {
  if (peers.length === 0) return ['anything'];
  return [...new Set(peers.map(peerInWords))];
}

function peerInWords({ ipBlock, namespaceSelector, podSelector }: Peer): string {
  if (ipBlock !== undefined) return blockInWords(ipBlock);
  const pods = labelsInWords(podSelector ?? {});
  const namespaces =
    namespaceSelector === undefined ? 'of this namespace' : namespacesInWords(namespaceSelector);
  return `${pods === '' ? 'pods' : `pods ${pods}`} ${namespaces}`;
}

function blockInWords({ cidr, except = [] }: Plain<k8s.IpBlock>): string {
  return except.length === 0 ? cidr : `${cidr} except ${except.join(', ')}`;
}

/** The label that Kubernetes gives to every namespace. */
const nameLabel = 'kubernetes.io/metadata.name';

function namespacesInWords(selector: Selector): string {
  const labels = labelsInWords(selector);
  if (labels === '') return 'of any namespace';
  const name = selector.matchLabels?.[nameLabel];
  return labels === `${nameLabel}=${name}` ? `of ${name}` : `of namespaces ${labels}`;
}

/** A label selector in kubectl's notation; an empty string if it selects everything. */
function labelsInWords({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    const list = values.length > 0 ? ` (${values.join(', ')})` : '';
    return `${key} ${operator}${list}`;
  });
  return [...labels, ...expressions].join(', ');
}
