import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  and,
  constant,
  type Expr,
  each,
  type Fields,
  KubeNetworkPolicy,
  type Leaf,
  listOf,
  type Member,
  type Plain,
  release,
  str,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import { cloudCredentials } from '../secrets/denied-ranges.js';
import { CiliumPolicies } from './cilium-policies.js';
import { connectSelector } from './connect.js';
import {
  extraRules,
  type Flow,
  type FlowPort,
  flowsOf,
  isWorkload,
  type Outside,
  type Place,
  type Pods,
  placesOf,
  portsOf,
  sourcesOf,
  type Workload,
} from './flows.js';
import { proxyLabels } from './iron-proxy.js';
import type { Platform } from './platform.js';
import { sandboxLabels } from './sandbox.js';

type Peer = Member<k8s.NetworkPolicyPeer>;

/** Default deny in both directions and, for each workload, the flows at either end of which it is. */
export class NetworkPolicies extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const { values, names, mode } = platform;
    const { enabled, extraIngress, extraEgress } = values.networkPolicy;
    const { connect } = values.onepasswordConnect;
    const flows = flowsOf(platform);
    const pods = podsOf(platform);
    const places = placesOf(values);
    const peersOf = (ends: readonly (Workload | Outside)[]) =>
      ends.flatMap((end) => (isWorkload(end) ? [{ podSelector: pods[end] }] : peersAt(places[end])));

    new KubeNetworkPolicy(this, 'default-deny', {
      comment: "Denies the chart's pods whatever no other policy allows.",
      when: enabled,
      metadata: { name: str`${names.fullname}-default-deny`, labels: { ...names.labels('network-policy') } },
      spec: {
        podSelector: {
          // All charts of a parent chart are one instance. Connect's pods have another name, and their own policy.
          matchLabels: { 'app.kubernetes.io/name': names.name, 'app.kubernetes.io/instance': release.Name },
        },
        policyTypes: ['Ingress', 'Egress'],
      },
    });

    const policy = (workload: Workload, options: PolicyOptions) => {
      const extra = extraRules[workload];
      const ofFlows = flows
        .filter(({ to }) => to.includes(workload))
        .map(
          (flow): Member<k8s.NetworkPolicyIngressRule> =>
            conditional(flow, { from: peersOf(sourcesOf(flow)), ports: portsOf(flow, policyPort) }),
        );
      const ingress = [
        ...ofFlows,
        ...(extra?.ingress
          ? [
              each<Plain<k8s.NetworkPolicyIngressRule>, k8s.NetworkPolicyIngressRule>(
                extraIngress[extra.ingress],
                (rule) => rule,
                'rule',
              ),
            ]
          : []),
      ];
      new KubeNetworkPolicy(this, workload, {
        ...options,
        metadata: { name: str`${names.fullname}-${workload}`, labels: { ...names.labels('network-policy') } },
        spec: {
          podSelector: pods[workload],
          policyTypes: ['Ingress', 'Egress'],
          // The API server drops empty lists, and would treat each server-side apply of one as a change.
          ...(ingress.length > 0 && { ingress }),
          egress: [
            ...(extra
              ? [
                  each<Plain<k8s.NetworkPolicyEgressRule>, k8s.NetworkPolicyEgressRule>(
                    extraEgress[extra.egress],
                    (rule) => rule,
                    'rule',
                  ),
                ]
              : []),
            ...flows
              .filter((flow) => sourcesOf(flow).includes(workload))
              .map(
                (flow): Member<k8s.NetworkPolicyEgressRule> =>
                  conditional(flow, { to: peersOf(flow.to), ports: portsOf(flow, policyPort) }),
              ),
          ],
        },
      });
    };

    policy('api', { when: enabled, comment: 'The API.' });
    policy('iron-proxy', {
      when: enabled,
      comment: "The chart's own proxy, which the API goes through.",
    });
    policy('sandbox-proxy', { when: enabled, comment: 'The proxies that the API makes for sandboxes.' });
    policy('connect', {
      when: and(enabled, connect.create, mode('onepassword-connect')),
      comment: '1Password Connect.',
    });
    policy('sandbox', {
      when: enabled,
      comment: 'Sandboxes. The API adds, for each of them, the way to its own proxy and to nothing else.',
    });
    policy('test', { when: enabled, comment: 'The pod of `helm test`.' });
    new CiliumPolicies(this, 'cilium', platform, { flows, pods });
  }
}

interface PolicyOptions {
  readonly when: Expr<boolean>;
  readonly comment: string;
}

/**
 * The selector of pods. Those that the API creates carry no label of a release, so those of another release in the
 * namespace match too; a pod of another release itself never does. A proxy belongs to a sandbox unless a release has it
 * as a component: its id proves nothing, since a proxy with the id of the chart's own would have no policy.
 */
function podsOf({ names }: Platform): Pods {
  return {
    api: { matchLabels: { ...names.selectorLabels('api') } },
    'iron-proxy': { matchLabels: { ...names.selectorLabels('iron-proxy') } },
    connect: { matchLabels: connectSelector },
    sandbox: { matchLabels: sandboxLabels },
    'sandbox-proxy': {
      matchLabels: proxyLabels,
      matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'NotIn', values: ['iron-proxy'] }],
    },
    test: { matchLabels: { ...names.selectorLabels('test') } },
  };
}

const everyAddress: Peer = each(
  valueTemplate(
    'centaur.networkPolicy.anywhere',
    'Every address but those at which clouds serve the credentials of their machines.',
    listOf<k8s.NetworkPolicyPeer>(
      [
        constant({ ipBlock: { cidr: '0.0.0.0/0', except: cloudCredentials.ipv4 } }),
        constant({ ipBlock: { cidr: '::/0', except: cloudCredentials.ipv6 } }),
      ],
      'peers',
    ),
  ),
  (peer) => peer,
);

/** What may run in the cluster: some networks do not apply address blocks to pods. */
const everyPod: Fields<k8s.NetworkPolicyPeer> = { namespaceSelector: {} };

/** What a rule allows for an end outside the release. */
function peersAt({ namespaces, cidrs, anyAddress, anyPod }: Place): readonly Peer[] {
  const listed = (members: Expr<readonly string[]>, peer: typeof namespace): Peer =>
    each<string, k8s.NetworkPolicyPeer>(members, peer);
  const either = (condition: Expr<boolean> | true, peer: Peer): Peer =>
    condition === true ? peer : when<k8s.NetworkPolicyPeer>(condition, peer);
  return [
    ...(namespaces === undefined ? [] : [listed(namespaces, namespace)]),
    ...(cidrs === undefined ? [] : [listed(cidrs, block)]),
    ...(anyAddress === undefined ? [] : [either(anyAddress, everyAddress)]),
    ...(anyPod === undefined ? [] : [either(anyPod, everyPod)]),
  ];
}

function namespace(name: Expr<string>): Fields<k8s.NetworkPolicyPeer> {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

function block(cidr: Expr<string>): Fields<k8s.NetworkPolicyPeer> {
  return { ipBlock: { cidr } };
}

function policyPort(port: Leaf<number>, protocol: FlowPort['protocol']): Fields<k8s.NetworkPolicyPort> {
  return { protocol, port };
}

function conditional<T>(flow: Flow, rule: Fields<T>): Member<T> {
  return flow.when === undefined ? (rule as Member<T>) : when(flow.when, rule as never);
}
