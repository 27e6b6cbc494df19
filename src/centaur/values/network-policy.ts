import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { closed, flag } from './fields.js';

export const networkPolicySchema = closed(
  {
    enabled: flag('Deny, in both directions, all traffic that the chart does not need.', true),
    apiIngressSourceNamespaces: Type.Array(kubernetes.dnsLabel(), {
      description: 'Namespaces whose pods may reach the API.',
      default: [],
    }),
    apiServerPort: kubernetes.port({
      description: 'Port of the Kubernetes API server behind its Service.',
      default: 6443,
    }),
    apiServerCidrs: Type.Array(kubernetes.cidr(), {
      description:
        'Address ranges of the Kubernetes API server. Empty lets the API reach its ports on any address.',
      default: [],
    }),
  },
  'NetworkPolicies: default deny, and rules for each allowed flow on both ends.',
);
