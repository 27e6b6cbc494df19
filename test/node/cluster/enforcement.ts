/** Which NetworkPolicies the node enforces by now. */
import { randomBytes } from 'node:crypto';
import { dnsPods } from './dns.js';
import type { Node } from './node.js';
import { until } from './until.js';

/**
 * Resolves once the current NetworkPolicies are enforced for the pods that have an address. kube-router is told of
 * changes of each kind in order: its result for a policy and for a pod's label shows that it knows all earlier changes.
 */
export async function policiesInForce(node: Node): Promise<void> {
  const { namespace, labels } = dnsPods;
  const name = `marker-${randomBytes(4).toString('hex')}`;
  const selector = Object.entries(labels).map((label) => label.join('='));
  const marked = ['--namespace', namespace, 'pods', `--selector=${selector}`];
  await node.apply([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace },
      // It allows what was allowed without it.
      spec: { podSelector: { matchLabels: { marker: name } }, policyTypes: ['Ingress'], ingress: [{}] },
    },
  ]);
  await node.kubectl('label', '--overwrite', ...marked, `marker=${name}`);
  await until('kube-router has got to the last change of a policy', async () => {
    const { stdout } = await node.run('iptables-save', ['--table', 'filter']);
    return stdout.includes(`"run through nw policy ${name}"`);
  });
  await node.kubectl('delete', '--namespace', namespace, 'networkpolicy', name);
}
