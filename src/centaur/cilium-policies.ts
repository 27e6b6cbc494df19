/**
 * CiliumNetworkPolicies for the flows whose other end may be a node or, for lack of a better selector, any address of
 * the cluster: under Cilium, an `ipBlock` matches neither nodes nor pods.
 * https://docs.cilium.io/en/stable/network/kubernetes/policy/#networkpolicy
 */
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  and,
  type Expr,
  type Fields,
  HelmObject,
  type Leaf,
  type Member,
  str,
  when,
} from '../helm/authoring.js';
import {
  databaseIsAnywhere,
  type Flow,
  type Outside,
  type Pods,
  portsOf,
  sourcesOf,
  type Workload,
} from './flows.js';
import type { Platform } from './platform.js';

/** https://github.com/cilium/cilium/blob/v1.20.2/pkg/policy/api/entity.go */
type Entity = 'kube-apiserver' | 'cluster';

interface EgressRule {
  readonly toEntities: readonly Entity[];
  readonly toPorts: readonly { readonly ports: readonly PortProtocol[] }[];
}

/** A port is a string here. */
interface PortProtocol {
  readonly port: string;
  readonly protocol: string;
}

interface CiliumNetworkPolicy {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: { readonly endpointSelector: k8s.LabelSelector; readonly egress: readonly EgressRule[] };
}

/** The entity that stands for an end outside the release, and its condition if the end can also be named otherwise. */
type Entities = {
  readonly [end in Outside]?: { readonly entity: Entity; readonly when?: Expr<boolean> };
};

/** Policies that add to the NetworkPolicies of the same pods. */
export class CiliumPolicies extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { values, names }: Platform,
    { flows, pods }: { readonly flows: readonly Flow[]; readonly pods: Pods },
  ) {
    super(scope, id);
    const { enabled, cilium } = values.networkPolicy;
    const entities: Entities = {
      'kubernetes-api': { entity: 'kube-apiserver' },
      upstreams: { entity: 'cluster' },
      database: { entity: 'cluster', when: databaseIsAnywhere(values) },
    };

    const policy = (workload: Workload, comment: string) => {
      const egress = flows
        .filter((flow) => sourcesOf(flow).includes(workload))
        .flatMap((flow) =>
          flow.to.flatMap((end): readonly Member<EgressRule>[] => {
            const known = entities[end as Outside];
            if (known === undefined) return [];
            const rule: Fields<EgressRule> = {
              toEntities: [known.entity],
              toPorts: [{ ports: portsOf<PortProtocol>(flow, portProtocol) }],
            };
            return [known.when === undefined ? rule : when(known.when, rule)];
          }),
        );
      const body: Fields<CiliumNetworkPolicy> = {
        metadata: { name: str`${names.fullname}-${workload}`, labels: { ...names.labels('network-policy') } },
        spec: { endpointSelector: pods[workload], egress },
      };
      new HelmObject(this, workload, {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        comment,
        when: and(enabled, cilium.enabled),
        ...body,
      });
    };

    policy('api', 'Under Cilium: the API server, and a database on a node.');
    policy('iron-proxy', 'Under Cilium: upstreams in the cluster.');
    policy('sandbox-proxy', "Under Cilium: upstreams in the cluster, for sandboxes' proxies.");
  }
}

function portProtocol(port: Leaf<number>, protocol: string): Fields<PortProtocol> {
  return { port: str`${port}`, protocol };
}
