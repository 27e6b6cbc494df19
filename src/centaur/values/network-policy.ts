import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { closed, flag } from './fields.js';

export const networkPolicySchema = closed(
  {
    enabled: flag('Deny, in both directions, all traffic that the chart does not need.', true),
    apiIngressSourceNamespaces: namespaces('Namespaces whose pods may reach the API.'),
    metricsNamespaces: namespaces("Namespaces whose pods may collect Connect's metrics."),
    dns: closed(
      {
        namespaces: namespaces('Namespaces of the DNS servers.', ['kube-system', 'openshift-dns']),
        ports: ports('Ports of the DNS servers, for UDP and TCP.', [53, 5353]),
        cidrs: cidrs(
          'Address ranges of DNS servers that are not pods: caches on each node, or servers on the network of the host.',
          ['169.254.20.10/32'],
        ),
      },
      'The DNS servers of the cluster, which every pod may ask.',
    ),
    database: closed(
      {
        ports: ports('Ports of the database.', [5432]),
        cidrs: cidrs('Address ranges of the database.'),
        namespaces: namespaces('Namespaces of the database, if it runs in the cluster.'),
      },
      'The database that DATABASE_URL in the infra Secret names. If neither cidrs nor namespaces are set, the API reaches its ports on any address except the link-local ones and those of cloud metadata.',
    ),
    cilium: closed(
      {
        enabled: flag(
          'Add CiliumNetworkPolicies. Under Cilium, address ranges match neither nodes nor pods, so that the API could not reach the API server, nor iron-proxy an upstream in the cluster.',
          false,
        ),
      },
      'For clusters whose network is Cilium.',
    ),
    extraEgress: closed(
      {
        api: egressRules('The API.'),
        ironProxy: egressRules(
          "iron-proxy, and those of sandboxes. What they let out is still limited by allowedHosts and the tools' hosts.",
        ),
        connect: egressRules('The Connect server of the release.'),
      },
      "Further connections that the release's pods may open: Kubernetes' rules, each with its peers.",
    ),
    extraIngress: closed(
      {
        api: ingressRules('The API.'),
        ironProxy: ingressRules('iron-proxy. Those of sandboxes accept connections from nobody else.'),
        connect: ingressRules('The Connect server of the release.'),
      },
      "Further connections that the release's pods accept: Kubernetes' rules, each with its peers.",
    ),
    apiServerPort: kubernetes.port({
      description: 'Port of the Kubernetes API server behind its Service.',
      default: 6443,
    }),
    apiServerCidrs: cidrs(
      'Address ranges of the Kubernetes API server. Empty lets the API reach its ports on any address.',
    ),
  },
  'NetworkPolicies: default deny, and rules for each allowed flow on both ends.',
);

function namespaces(description: string, value: readonly string[] = []) {
  return Type.Array(kubernetes.dnsLabel(), { description, default: [...value] });
}

function cidrs(description: string, value: readonly string[] = []) {
  const range = kubernetes.cidr({
    description: 'An address range (CIDR), such as 10.0.0.0/8 or 10.0.0.1/32.',
  });
  return Type.Array(range, { description, default: [...value] });
}

function egressRules(description: string) {
  return Type.Array(kubernetes.networkPolicyEgressRule(), { description, default: [] });
}

function ingressRules(description: string) {
  return Type.Array(kubernetes.networkPolicyIngressRule(), { description, default: [] });
}

/** Never empty: Kubernetes interprets no ports as all of them. */
function ports(description: string, value: readonly number[]) {
  return Type.Array(kubernetes.port(), { description, minItems: 1, default: [...value] });
}
