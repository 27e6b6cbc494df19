import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { run } from './command.js';
import { etc, network, nodeName } from './configuration.js';
import { insideFolder, runFile } from './run-folder.js';

/** A process of the node, run by the program with the part's name. */
interface Part {
  readonly args: readonly string[];
  /** Whether it is ready; it may throw as long as it is not. */
  readonly ready: () => Promise<boolean>;
}

const apiServer = 'https://127.0.0.1:6443';
const node = `/api/v1/nodes/${nodeName}`;

/** The health endpoint of the API server, the controller manager and the scheduler. */
const serving = [`--tls-cert-file=${etc('server.crt')}`, `--tls-private-key-file=${etc('server.key')}`];

export const parts = {
  containerd: {
    args: [`--config=${etc('containerd.toml')}`],
    ready: () => accepts(path.join(insideFolder, runFile.containerd)),
  },
  etcd: {
    args: [`--data-dir=${path.join(insideFolder, 'etcd')}`, '--unsafe-no-fsync'],
    ready: () => answers('http://127.0.0.1:2379/health'),
  },
  'kube-apiserver': {
    args: [
      '--etcd-servers=http://127.0.0.1:2379',
      `--advertise-address=${network.node}`,
      `--service-cluster-ip-range=${network.services}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      // PodSecurity decides what pods may do.
      '--allow-privileged=true',
      `--token-auth-file=${etc('tokens.csv')}`,
      `--client-ca-file=${etc('ca.crt')}`,
      `--service-account-issuer=https://kubernetes.default.svc.${network.domain}`,
      `--service-account-key-file=${etc('service-accounts.pub')}`,
      `--service-account-signing-key-file=${etc('service-accounts.key')}`,
      // How it reaches the kubelet, for `kubectl exec` and `kubectl logs`.
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${etc('client.crt')}`,
      `--kubelet-client-key=${etc('client.key')}`,
      ...serving,
    ],
    ready: () => answers(`${apiServer}/readyz`),
  },
  'kube-controller-manager': {
    args: [
      `--kubeconfig=${etc('kube-controller-manager.kubeconfig')}`,
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${etc('service-accounts.key')}`,
      `--root-ca-file=${etc('ca.crt')}`,
      ...serving,
    ],
    ready: () => answers('https://127.0.0.1:10257/healthz'),
  },
  'kube-proxy': {
    args: [`--config=${etc('kube-proxy.json')}`],
    ready: () => answers('http://127.0.0.1:10256/healthz'),
  },
  'kube-scheduler': {
    args: [`--kubeconfig=${etc('kube-scheduler.kubeconfig')}`, '--leader-elect=false', ...serving],
    ready: () => answers('https://127.0.0.1:10259/healthz'),
  },
  kubelet: {
    args: [
      `--config=${etc('kubelet.json')}`,
      `--kubeconfig=${etc('kubelet.kubeconfig')}`,
      `--root-dir=${path.join(insideFolder, 'kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${network.node}`,
    ],
    ready: async () => (await answers('http://127.0.0.1:10248/healthz')) && (await found(node)) !== undefined,
  },
  /** Enforces NetworkPolicies, and does none of its other work. */
  'kube-router': {
    args: [
      `--kubeconfig=${etc('kube-router.kubeconfig')}`,
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      `--hostname-override=${nodeName}`,
      `--service-cluster-ip-range=${network.services}`,
      // It answers for the first time after five seconds.
      '--health-port=0',
    ],
    // The last of the chains that it creates before it first reads the policies.
    ready: async () => (await run('iptables', ['--list-rules', 'KUBE-NWPLCY-DEFAULT'])).code === 0,
  },
  /** Replaces the kubelets of nodes that are only objects, for tests of scale; it starts when it is first restarted. */
  kwok: {
    args: [
      `--config=${etc('kwok.yaml')}`,
      `--kubeconfig=${etc('admin.kubeconfig')}`,
      '--manage-nodes-with-label-selector=type=kwok',
      `--cidr=${network.fakePods}`,
      `--node-ip=${network.fakeNodes}`,
      // A lease is renewed four times in this period: a thousand nodes every 30 seconds.
      '--node-lease-duration-seconds=120',
      '--server-address=127.0.0.1:10247',
    ],
    ready: () => answers('http://127.0.0.1:10247/healthz'),
  },
} satisfies Record<string, Part>;

export type PartName = keyof typeof parts;

export function isPartName(name: string): name is PartName {
  return Object.hasOwn(parts, name);
}

/** Parts of one list start together, once those before them are ready. */
export const startOrder: readonly (readonly PartName[])[] = [
  ['containerd', 'etcd'],
  ['kube-apiserver'],
  ['kube-controller-manager', 'kube-proxy', 'kube-scheduler', 'kubelet'],
  // It exits if it finds no Node.
  ['kube-router'],
];

/**
 * Whether the node accepts pods: its kubelet has reported it after `since`, in milliseconds since the epoch, the
 * scheduler may use it, and pods have a ServiceAccount.
 */
export async function takesPods(since: number): Promise<boolean> {
  const lease = await found(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`);
  const { spec, status } = (await found(node)) ?? {};
  const account = await found('/api/v1/namespaces/default/serviceaccounts/default');
  const ready =
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  const seen = Date.parse(lease?.spec?.renewTime ?? '') > since;
  return seen && ready && spec?.taints === undefined && account !== undefined;
}

/** The API server's response for a path; undefined if there is none. */
async function found(resource: string): Promise<KubernetesObject | undefined> {
  const admin = JSON.parse(await readFile(etc('admin.kubeconfig'), 'utf8'));
  const headers = { Authorization: `Bearer ${admin.users[0].user.token}` };
  const response = await fetch(`${apiServer}${resource}`, { headers });
  return response.ok ? JSON.parse(await response.text()) : undefined;
}

/** The parts of a Node, a Lease or a ServiceAccount that are read here. */
interface KubernetesObject {
  readonly spec?: { readonly renewTime?: string; readonly taints?: unknown };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    }).on('error', reject);
  });
}
