/**
 * Who may talk to whom: the whole table. The policies on both ends of each flow, the graph and the tests are made from
 * it, and what is not in it is denied.
 */
import { and, type Expr, isNonEmpty, type Leaf } from '../helm/authoring.js';
import { apiPort } from './api.js';
import type { Platform } from './platform.js';

/** Pods of the release, or pods that the API makes: sandboxes, and a `sandbox-proxy` for each of them. */
export type Workload = 'api' | 'iron-proxy' | 'connect' | 'sandbox' | 'sandbox-proxy' | 'test';

/** What lies outside of the release. */
export type Outside =
  | 'dns'
  | 'kubernetes-api'
  | 'upstreams'
  | '1password'
  | 'external-connect'
  | 'api-callers';

export interface Flow {
  readonly from: readonly (Workload | Outside)[] | 'every-workload';
  readonly to: readonly (Workload | Outside)[];
  readonly ports: readonly { readonly port: Leaf<number>; readonly protocol?: 'UDP' }[];
  /** Only then; always where left out. */
  readonly when?: Expr<boolean>;
  /** Why the flow is there. */
  readonly because: string;
}

/** The chart's own proxy, and those that the API makes. */
const everyProxy = ['iron-proxy', 'sandbox-proxy'] as const;

export function flowsOf({ values, mode, secrets, connectServer }: Platform): readonly Flow[] {
  const { proxyPort, managementPort, pgPortRangeStart } = values.ironProxy.service;
  const { connect } = values.onepasswordConnect;
  return [
    {
      from: 'every-workload',
      to: ['dns'],
      ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }],
      because: 'names',
    },
    {
      from: ['sandbox', ...everyProxy],
      to: ['api'],
      ports: [{ port: apiPort }],
      because: 'work, and its results',
    },
    {
      from: ['api-callers'],
      to: ['api'],
      ports: [{ port: apiPort }],
      // Without this condition the rule would have no peers, which Kubernetes takes for all of them.
      when: isNonEmpty(values.networkPolicy.apiIngressSourceNamespaces),
      because: 'networkPolicy.apiIngressSourceNamespaces',
    },
    {
      from: ['api'],
      to: ['iron-proxy'],
      ports: [{ port: proxyPort }],
      because: 'the way out',
    },
    {
      from: ['api'],
      to: everyProxy,
      ports: [{ port: managementPort }],
      because: 'reloads',
    },
    {
      from: ['api'],
      to: everyProxy,
      ports: [{ port: pgPortRangeStart }],
      when: secrets.declaresDatabase,
      because: 'declared databases',
    },
    {
      from: ['api'],
      to: ['kubernetes-api'],
      ports: [{ port: 443 }, { port: values.networkPolicy.apiServerPort }],
      because: 'it creates sandboxes',
    },
    {
      from: everyProxy,
      to: ['upstreams'],
      ports: [{ port: 443 }, { port: 80 }, { port: 5432 }],
      because: 'its purpose',
    },
    {
      from: everyProxy,
      to: ['connect'],
      ports: [{ port: connect.api.httpPort }],
      when: and(mode('onepassword-connect'), connect.create),
      because: 'look-ups; without this flow each one times out silently',
    },
    {
      from: everyProxy,
      to: ['external-connect'],
      ports: [{ port: connectServer.port }],
      when: and(mode('onepassword-connect'), isNonEmpty(connect.url)),
      because: 'look-ups at a Connect server that exists already',
    },
    { from: ['connect'], to: ['1password'], ports: [{ port: 443 }], because: "the vaults' items" },
    { from: ['test'], to: ['api'], ports: [{ port: apiPort }], because: 'helm test' },
    { from: ['test'], to: ['iron-proxy'], ports: [{ port: proxyPort }], because: 'helm test' },
  ];
}
