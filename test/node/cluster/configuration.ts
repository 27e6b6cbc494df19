import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'smol-toml';
import { writeCertificates } from './certificates.js';
import { run } from './command.js';
import { kwokStages } from './kwok.js';
import { insideFolder, runFile } from './run-folder.js';

/** The addresses of a node, the same in each: every node has its own network. */
export const network = {
  node: '10.10.0.1',
  pods: '10.244.0.0/16',
  /** The addresses that kwok gives to nodes and pods that are only objects; they are unreachable. */
  fakeNodes: '10.10.1.1',
  fakePods: '10.245.0.0/16',
  services: '10.96.0.0/16',
  /** The API server's Service: the first address of the services' range. */
  apiService: '10.96.0.1',
  /** The Service of the cluster's DNS, see dns.ts. */
  dns: '10.96.0.10',
  domain: 'cluster.local',
  /**
   * The address of all names below example.com: a Service with this address stands for all hosts outside the cluster.
   */
  outside: '10.96.0.80',
};

/** The node's name in Kubernetes. */
export const nodeName = 'node';

/** The image of a pod's own container, which must exist before any other. */
export const pauseImage = 'docker.io/centaur-chart/pause:1';

/** The API server's users by token. kube-router runs outside the cluster and so has no ServiceAccount. */
const users = {
  admin: { name: 'admin', group: 'system:masters' },
  kubelet: { name: `system:node:${nodeName}`, group: 'system:nodes' },
  'kube-controller-manager': { name: 'system:kube-controller-manager', group: '' },
  'kube-proxy': { name: 'system:kube-proxy', group: '' },
  'kube-router': { name: 'kube-router', group: 'system:masters' },
  'kube-scheduler': { name: 'system:kube-scheduler', group: '' },
};

/** The path inside the node of a file of its configuration. */
export function etc(name: string): string {
  return path.join(insideFolder, 'etc', name);
}

/** Fills a new run folder with the certificates, tokens and configuration of one node. */
export async function writeConfiguration(folder: string, programs: readonly string[]): Promise<void> {
  const target = path.join(folder, 'etc');
  await mkdir(path.join(target, 'cni'), { recursive: true });
  await mkdir(path.join(folder, runFile.logs));
  await writeCertificates(target, ['127.0.0.1', network.node, network.apiService]);
  const authority = await readFile(path.join(folder, runFile.certificateAuthority), 'base64');
  const tokens = Object.entries(users).map(([part, user]) => {
    return { part, ...user, token: randomBytes(16).toString('hex') };
  });
  const accounts = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files = {
    ...Object.fromEntries(
      tokens.map(({ part, token }) => [`${part}.kubeconfig`, kubeconfig(authority, token)]),
    ),
    'tokens.csv': tokens.map(({ token, name, group }) => `${token},${name},${name},"${group}"\n`).join(''),
    'service-accounts.key': accounts.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'service-accounts.pub': accounts.publicKey.export({ type: 'spki', format: 'pem' }),
    'kubelet.json': JSON.stringify(kubelet),
    'kube-proxy.json': JSON.stringify(kubeProxy),
    'containerd.toml': stringify(containerd(programs, await snapshotter(folder))),
    'cni/10-node.conflist': JSON.stringify(cni),
    'kwok.yaml': kwokStages,
    'resolv.conf': '',
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(target, name), text, { mode: 0o600 });
  }
}

/** JSON, which is YAML too. */
function kubeconfig(authority: string, token: string): string {
  const cluster = { server: 'https://127.0.0.1:6443', 'certificate-authority-data': authority };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: nodeName, cluster }],
    users: [{ name: nodeName, user: { token } }],
    contexts: [{ name: nodeName, context: { cluster: nodeName, user: nodeName } }],
    'current-context': nodeName,
  });
}

const kubelet = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: { anonymous: { enabled: false }, x509: { clientCAFile: etc('ca.crt') } },
  authorization: { mode: 'Webhook' },
  cgroupDriver: 'cgroupfs',
  failCgroupV1: false,
  failSwapOn: false,
  // Otherwise it would change settings of the machine's kernel, see machine.ts; and it may lack the right to lower its
  // score.
  protectKernelDefaults: true,
  oomScoreAdj: 0,
  enforceNodeAllocatable: [],
  // It is not the node's job to keep the disk of the test machine free.
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
  },
  imageGCHighThresholdPercent: 100,
  containerRuntimeEndpoint: `unix://${path.join(insideFolder, runFile.containerd)}`,
  podLogsDir: path.join(insideFolder, runFile.logs, 'pods'),
  volumePluginDir: path.join(insideFolder, 'volume-plugins'),
  resolvConf: etc('resolv.conf'),
  clusterDNS: [network.dns],
  clusterDomain: network.domain,
  // Renewed each second, so that a start does not wait for the lease, see takesPods.
  nodeLeaseDurationSeconds: 4,
  // A corrected fault is noticed within seconds: without these a kubelet takes minutes to check again.
  syncFrequency: '5s',
  crashLoopBackOff: { maxContainerRestartPeriod: '5s' },
};

const kubeProxy = {
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  clientConnection: { kubeconfig: etc('kube-proxy.kubeconfig') },
  clusterCIDR: network.pods,
  hostnameOverride: nodeName,
  // These limits belong to the machine, and are out of reach from a network namespace.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
};

function containerd(programs: readonly string[], snapshotter: string) {
  return {
    version: 4,
    root: path.join(insideFolder, 'containerd'),
    state: '/run/containerd',
    plugins: {
      'io.containerd.server.v1.grpc': { address: path.join(insideFolder, runFile.containerd) },
      'io.containerd.internal.v1.opt': { path: path.join(insideFolder, 'opt') },
      'io.containerd.nri.v1.nri': { disable: true },
      'io.containerd.metadata.v1.bolt': { no_sync: true },
      'io.containerd.cri.v1.images': { snapshotter, pinned_images: { sandbox: pauseImage } },
      'io.containerd.cri.v1.runtime': {
        // Without CAP_SYS_RESOURCE runc can't lower a score, and stops.
        restrict_oom_score_adj: true,
        cni: { bin_dirs: programs, conf_dir: etc('cni'), use_internal_loopback: true },
        containerd: {
          default_runtime_name: 'runc',
          runtimes: { runc: { runtime_type: 'io.containerd.runc.v2', options: { SystemdCgroup: false } } },
        },
      },
    },
  };
}

/**
 * How containerd combines an image's layers: it copies them if the run folder does not support overlays, as in a
 * container whose own root is one.
 */
async function snapshotter(folder: string): Promise<'overlayfs' | 'native'> {
  const trial = await mkdtemp(path.join(folder, 'overlay-'));
  for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(path.join(trial, name));
  const mount = 'mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged';
  const { code } = await run('unshare', ['--mount', ...mount.split(' ')], { cwd: trial });
  await rm(trial, { recursive: true });
  return code === 0 ? 'overlayfs' : 'native';
}

/** Each pod has its own link to the node, so that all its traffic passes the node's Service rules. */
const cni = {
  cniVersion: '1.0.0',
  name: 'node',
  plugins: [
    {
      type: 'ptp',
      ipMasq: false,
      ipam: {
        type: 'host-local',
        dataDir: path.join(insideFolder, 'addresses'),
        ranges: [[{ subnet: network.pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};
