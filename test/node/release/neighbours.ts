/** Shows whether releases in one namespace affect only their own pods. */
import type { Node } from '../cluster/node.js';
import type { Release } from './release.js';

/** The pods that a release's Services select, by the name of the Service. */
export async function podsBehindServices(node: Node, { name, namespace }: Release): Promise<PodNames> {
  const services = await listed<Service>(node, namespace, 'services', `app.kubernetes.io/instance=${name}`);
  const behind = services.map(async ({ metadata }) => {
    const selector = `kubernetes.io/service-name=${metadata.name}`;
    const slices = await listed<EndpointSlice>(node, namespace, 'endpointslices', selector);
    const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
    return [metadata.name, endpoints.map(({ targetRef }) => targetRef.name).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(behind));
}

/** The pods that a release's NetworkPolicies select, by the name of the policy. */
export async function podsUnderPolicies(node: Node, { name, namespace }: Release): Promise<PodNames> {
  const own = `app.kubernetes.io/instance=${name}`;
  const policies = await listed<NetworkPolicy>(node, namespace, 'networkpolicies', own);
  const under = policies.map(async ({ metadata, spec }) => {
    const pods = await listed<Named>(node, namespace, 'pods', selectorText(spec.podSelector));
    return [metadata.name, pods.map((pod) => pod.metadata.name).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(under));
}

type PodNames = { readonly [object: string]: readonly string[] };

interface Named {
  readonly metadata: { readonly name: string };
}

type Service = Named;

interface EndpointSlice extends Named {
  readonly endpoints?: readonly { readonly targetRef: { readonly name: string } }[];
}

interface NetworkPolicy extends Named {
  readonly spec: { readonly podSelector: LabelSelector };
}

interface LabelSelector {
  readonly matchLabels?: { readonly [label: string]: string };
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The selector in kubectl's notation, for the operators that the chart uses. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  });
  return [...Object.entries(matchLabels).map(([label, value]) => `${label}=${value}`), ...expressions].join(
    ',',
  );
}

async function listed<Item>(
  node: Node,
  namespace: string,
  kind: string,
  selector: string,
): Promise<readonly Item[]> {
  const args = ['get', kind, '--namespace', namespace, '--selector', selector, '--output', 'json'];
  const { items }: { items: readonly Item[] } = JSON.parse(await node.kubectl(...args));
  return items;
}
