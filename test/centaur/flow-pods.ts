/** The pods in the table of flows, and the policies of an installation. */
import type { ValueMap } from '../../src/text/json.js';
import type { Pod } from './connectivity.js';
import { elsewhere, type Installation, type Pods } from './flow-table.js';
import { release, render } from './release.js';
import { sandboxLabels, sandboxPolicies, strayProxyLabels } from './sandboxes.js';

const { namespace } = release;

let addresses = 0;

/** A pod with an address of its own. */
export function pod(labels: Pod['labels'], where = namespace): Pod {
  addresses += 1;
  return { namespace: where, labels, address: `10.244.0.${addresses}` };
}

export const labelsOf = (component: string, instance = 'centaur') => ({
  'app.kubernetes.io/name': component === 'connect' ? 'connect' : 'centaur',
  'app.kubernetes.io/instance': instance,
  'app.kubernetes.io/component': component,
});
export const ownProxy = { 'centaur.ai/iron-proxy': 'true', 'centaur.ai/sandbox-id': 'api' };
const ironProxy = { ...labelsOf('iron-proxy'), ...ownProxy };
const [mine, other] = [sandboxLabels('abc'), sandboxLabels('xyz')];

export const pods: Pods = {
  API: pod(labelsOf('api')),
  'own iron-proxy': pod(ironProxy),
  sandbox: pod(mine.sandbox),
  "sandbox's iron-proxy": pod(mine.proxy),
  'other sandbox': pod(other.sandbox),
  "other sandbox's iron-proxy": pod(other.proxy),
  'helm test': pod(labelsOf('test')),
  'stray iron-proxy': pod(strayProxyLabels),
  DNS: pod({ 'k8s-app': 'kube-dns' }, 'kube-system'),
  'kube-system pod': pod({ 'k8s-app': 'metrics-server' }, 'kube-system'),
  'DNS of OpenShift': pod({ 'dns.operator.openshift.io/daemonset-dns': 'default' }, 'openshift-dns'),
  'API elsewhere': pod(labelsOf('api'), elsewhere),
  'iron-proxy elsewhere': pod(ironProxy, elsewhere),
  'sandbox elsewhere': pod(mine.sandbox, elsewhere),
};
export const connect = pod({ ...labelsOf('connect'), app: 'onepassword-connect' });

/** The policies of an installation, and those of the sandboxes that its API makes. */
export function policiesOf({ values, proxyPort }: Installation, name = release.name): readonly ValueMap[] {
  const rendered = render(values, { release: { name, namespace } })
    .objects.filter(({ kind }) => kind === 'NetworkPolicy' || kind === 'CiliumNetworkPolicy')
    .map((policy) => ({ ...policy, metadata: { ...(policy.metadata as object), namespace } }));
  const ofSandboxes = ['abc', 'xyz'].flatMap((id) =>
    sandboxPolicies({ namespace, id, proxyPorts: [proxyPort] }),
  );
  return [...rendered, ...ofSandboxes];
}
