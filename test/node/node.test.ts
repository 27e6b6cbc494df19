import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { restrictedPod } from '../kubernetes/restricted-pod.js';
import { type Program, start } from '../proxy/program.js';
import { projectRoot } from '../system/project.js';
import { kill, processesIn } from './cluster/cgroup.js';
import { output, run } from './cluster/command.js';
import { compiled } from './cluster/compiled.js';
import { needNodes, useNode } from './cluster/fixture.js';
import { type Node, prepareNode } from './cluster/node.js';
import { nodeSources } from './cluster/project.js';
import { readOwner, runPrefix } from './cluster/run-folder.js';
import { removeAbandonedRuns } from './cluster/runs.js';
import { until } from './cluster/until.js';
import { doubleImage } from './images/doubles.js';

const foldersBefore = systemFolders();
const minute = 60_000;
const namespace = 'restricted';
const image = 'docker.io/centaur-chart/api:1';
const postgresImage = 'docker.io/centaur-chart/postgres:1';

describe('a node', () => {
  const settings = machineSettings();
  const node = useNode(prepare);
  const kubectl = (...args: string[]) => node().kubectl('--namespace', namespace, ...args);
  const inApi = (...command: string[]) => node().exec(['--namespace', namespace, 'deploy/api'], ...command);

  test('has the versions that the tools modules pin', async () => {
    const info = await node().kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo}');
    const pinned = async (tools: string, module: string) => {
      const goMod = await readFile(path.join(nodeSources, 'tools', tools, 'go.mod'), 'utf8');
      return goMod.match(new RegExp(`^\\s*(?:require )?${module} v(\\S+)`, 'm'))?.[1];
    };
    const kubernetes = `v${await pinned('kubernetes', 'k8s.io/kubernetes')}`;
    expect(JSON.parse(info)).toMatchObject({
      kubeletVersion: kubernetes,
      containerRuntimeVersion: `containerd://${await pinned('containerd', 'github.com/containerd/containerd/v2')}`,
    });
    const { serverVersion, clientVersion } = JSON.parse(await node().kubectl('version', '-o', 'json'));
    expect([serverVersion.gitVersion, clientVersion.gitVersion]).toEqual([kubernetes, kubernetes]);
  });

  test('runs a Deployment of a double under the restricted Pod Security profile', async () => {
    expect(await kubectl('get', 'deploy/api', '-o', 'jsonpath={.status.readyReplicas}')).toBe('2');
  });

  test('refuses what the restricted profile does not allow', async () => {
    const privileged = pod('root', {}, { securityContext: { privileged: true } });
    await expect(node().apply([privileged])).rejects.toThrow(/violates PodSecurity "restricted:latest"/);
  });

  test('leads pods to each other by the names of Services', async () => {
    await until('the Service has endpoints', () => inApi('dial', 'api:8000'));
    const healthy = '{"status":"ok"}';
    expect(await inApi('get', 'http://api:8000/health')).toBe(healthy);
    expect(await inApi('get', `http://api.${namespace}.svc.cluster.local:8000/health`)).toBe(healthy);
    expect(await inApi('dial', 'kubernetes.default:443')).toBe('10.96.0.1:443\n');
    await expect(inApi('get', 'http://nobody:8000/health')).rejects.toThrow(/no such host/);
  });

  test('shows the environment of a container to kubectl exec', async () => {
    expect((await inApi('env')).split('\n')).toContain('TOKEN=of the secret');
    expect(await inApi('sh', '-c', 'env | grep ^TOKEN | cat')).toBe('TOKEN=of the secret\n');
  });

  test('lets a double report its environment and mounts', async () => {
    const report = JSON.parse(await inApi('report'));
    expect(report).toMatchObject({
      role: 'api',
      environment: { TOKEN: 'of the secret' },
      user: 1000,
      group: 1000,
      capabilities: '0000000000000000',
      noNewPrivileges: true,
      seccomp: true,
      readOnlyRoot: true,
    });
    const sha256 = createHash('sha256').update('of the secret').digest('hex');
    const file = { path: 'token', mode: '0644', size: 13, sha256 };
    expect(report.mounts).toContainEqual({ path: '/secret', type: 'tmpfs', readOnly: true, files: [file] });
    const probe = { from: '10.244.0.1', port: 8000, request: 'GET /health/ready', times: expect.any(Number) };
    expect(report.peers).toContainEqual(probe);
  });

  test('reports that a key of a Secret is missing, and recovers once it exists', {
    timeout: 2 * minute,
  }, async () => {
    const key = { name: 'LATER', valueFrom: { secretKeyRef: { name: 'keys', key: 'later' } } };
    await node().apply([pod('late', {}, { env: [key] })]);
    const reason = 'jsonpath={.status.containerStatuses[0].state.waiting.reason}';
    await until('the kubelet has found the key missing', async () => {
      return (await kubectl('get', 'pod/late', '-o', reason)) === 'CreateContainerConfigError';
    });
    await node().apply([secret({ token: 'of the secret', later: 'it is there' })]);
    await kubectl('wait', '--for=condition=Ready', 'pod/late', '--timeout=30s');
  });

  test('binds a claim to a volume that the group of a pod may write', { timeout: minute }, async () => {
    await node().importImage(await doubleImage('postgres', postgresImage));
    await node().apply([postgres()]);
    await kubectl('rollout', 'status', 'statefulset/postgres', '--timeout=60s');
    const asked = await node().exec(['-n', namespace, 'postgres-0'], 'pg_isready', '-U', 'tempo');
    expect(asked).toBe('127.0.0.1:5432 - accepting connections\n');
  });

  test('restarts a part that ended', { timeout: minute }, async () => {
    const [first = 0] = await processes(node(), 'kube-scheduler');
    kill(first);
    await until('another scheduler runs', async () => {
      const found = await processes(node(), 'kube-scheduler');
      return found.length === 1 && found[0] !== first;
    });
  });

  test('restarts its kubelet without harm to the pods', { timeout: minute }, async () => {
    const before = await processes(node(), 'kubelet');
    await node().restart('kubelet');
    expect(await processes(node(), 'kubelet')).not.toEqual(before);
    expect(await restarts(node())).toEqual([0, 0]);
  });

  test('loses its power and recovers its pods', { timeout: 2 * minute }, async () => {
    await node().restart('node');
    await until('the containers run again', async () => `${await restarts(node())}` === '1,1');
    await kubectl('rollout', 'status', 'deploy/api', '--timeout=30s');
    await until('the Service leads to a pod', () => inApi('get', 'http://api:8000/health'));
  });

  test('leaves the settings of the machine unchanged', async () => {
    expect(await machineSettings()).toEqual(await settings);
  });
});

describe('two nodes side by side', () => {
  const [first, second] = [useNode(prepare), useNode(prepare)];

  test('leave their marks on the machine', async () => {
    for (const node of [first(), second()]) {
      const kinds = (await traces(node.folder)).map((trace) => trace.split(' ')[0]);
      expect(new Set(kinds)).toEqual(new Set(['cgroup', 'folder', 'mount', 'process']));
    }
  });

  test('leave nothing once stopped, and do not affect each other', { timeout: minute }, async () => {
    await first().stop();
    expect(await traces(first().folder)).toEqual([]);
    expect(await restarts(second())).toEqual([0, 0]);
  });

  test('leave nothing after the next start when a keeper was killed', { timeout: minute }, async () => {
    kill(second().pid);
    await until('the kernel has ended the node', async () => {
      return !(await traces(second().folder)).some((trace) => /^(process|mount)/.test(trace));
    });
    await removeAbandonedRuns();
    expect(await traces(second().folder)).toEqual([]);
  });
});

describe('a node that is coming up', () => {
  needNodes();

  test.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing when its starter ends by %s', {
    timeout: minute,
  }, async (signal) => {
    await comingUp(async (starter, folder) => {
      process.kill(-starter.pid, signal);
      await until('all of it is gone', async () => (await traces(folder)).length === 0, 30);
    });
  });

  test('and ends by itself reports it, and leaves only the logs of its parts', {
    timeout: minute,
  }, async () => {
    await comingUp(async (starter, folder) => {
      const [first = 0] = await processes({ folder }, 'tini');
      kill(first);
      expect(await starter.ended).toBe(1);
      const said = starter.output();
      expect(said).toMatch(/the node did not come up: .*the node ended by itself; the logs are in \S+/s);
      const [, logs = ''] = said.match(/the logs are in (\S+)/) ?? [];
      expect(await readdir(logs)).toEqual(expect.arrayContaining(['etcd.log', 'kube-apiserver.log']));
      await rm(logs, { recursive: true });
      expect(await traces(folder)).toEqual([]);
    });
  });
});

describe('a node for people', () => {
  needNodes();

  test('stays between npm run node:up and node:down, and its lines lead into it', {
    timeout: 2 * minute,
  }, async () => {
    const temporary = await mkdtemp(path.join(tmpdir(), 'people-'));
    // Other permanent nodes are not this test's to end.
    const npm = (script: string) =>
      run('npm', ['run', '--silent', script], {
        cwd: projectRoot,
        env: { ...process.env, TMPDIR: temporary },
      });
    try {
      const up = await npm('node:up');
      expect(up.stdout).toMatch(/^export KUBECONFIG=\S+\n$/);
      const [command = ''] = up.stderr.match(/nsenter .* kubectl get pods -A/) ?? [];
      const typed = await run('sh', ['-c', `eval "$0"; ${command}`, up.stdout], { env: process.env });
      expect(typed).toMatchObject({ code: 0, stderr: '' });
      expect(typed.stdout).toMatch(/^NAMESPACE.*\nkube-system +coredns-\S+ +1\/1 +Running .*\n$/);

      const [name = ''] = (await readdir(temporary)).filter((entry) => entry.startsWith(runPrefix));
      const folder = path.join(temporary, name);
      expect(await npm('node:down')).toMatchObject({ code: 0, stdout: `node: ${folder} is down\n` });
      expect(await traces(folder)).toEqual([]);
      expect((await npm('node:down')).stdout).toBe('node: none is up\n');
    } finally {
      await npm('node:down');
      await rm(temporary, { recursive: true });
    }
  });
});

describe('a machine that can have no node', () => {
  test('says that it must be Linux', async () => {
    const { platform } = process;
    onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }));
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    await expect(prepareNode()).rejects.toThrow(/a node runs containers of Linux, and this is darwin/);
  });

  test('says that its user must be root', async () => {
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    onTestFinished(() => getuid.mockRestore());
    await expect(prepareNode()).rejects.toThrow(/a node needs root .*: run this with sudo/);
  });
});

test('nodes create no folder of the system', () => {
  expect(systemFolders()).toEqual(foldersBefore);
});

/** Starts a node from a separate process, in its own process group as in a terminal, for use while it starts. */
async function comingUp(use: (starter: Program, folder: string) => Promise<void>): Promise<void> {
  const program = JSON.stringify(await compiled('node'));
  const temporary = await mkdtemp(path.join(tmpdir(), 'starter-'));
  const script = `import(${program}).then(({ startNode }) => startNode())`;
  const env = { ...process.env, TMPDIR: temporary };
  const starter = start(process.execPath, ['-e', script], { env, detached: true });
  try {
    const folder = await until('the node has started its API server', async () => {
      const [name] = await readdir(temporary);
      const found = path.join(temporary, name ?? '');
      return (await processes({ folder: found }, 'kube-apiserver')).length > 0 && found;
    });
    await use(starter, folder);
  } finally {
    await starter.stop();
    await rm(temporary, { recursive: true });
  }
}

/** Two replicas of a double behind a Service, in a namespace that accepts only restricted pods. */
async function prepare(node: Node): Promise<void> {
  await node.importImage(await doubleImage('api', image));
  const labels = { app: 'api' };
  const { spec } = pod('api', labels, {
    env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }],
    readinessProbe: { httpGet: { path: '/health/ready', port: 8000 }, periodSeconds: 1 },
  });
  const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: enforced } },
    secret({ token: 'of the secret' }),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'api', namespace },
      spec: { selector: labels, ports: [{ port: 8000 }] },
    },
  ]);
  await node.kubectl('rollout', 'status', '--namespace', namespace, 'deploy/api', '--timeout=60s');
}

function secret(stringData: Readonly<Record<string, string>>) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace }, stringData };
}

/** A pod of the double, with a Secret mounted. */
function pod(name: string, labels: object, container: object) {
  const volumeMounts = [{ name: 'keys', mountPath: '/secret', readOnly: true }];
  const keys = { secretName: 'keys', items: [{ key: 'token', path: 'token' }] };
  return restrictedPod(
    { name, namespace, labels },
    { name: 'api', image, volumeMounts, ...container },
    { volumes: [{ name: 'keys', secret: keys }] },
  );
}

/** A double that needs a volume for its data. */
function postgres() {
  const labels = { app: 'postgres' };
  const { spec } = pod('postgres', labels, {
    image: postgresImage,
    env: [{ name: 'POSTGRES_PASSWORD', value: 'password' }],
    volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
  });
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'postgres', namespace },
    spec: {
      serviceName: 'postgres',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  };
}

/** The number of restarts of the Deployment's containers. */
async function restarts(node: Node): Promise<number[]> {
  const counts = 'jsonpath={.items[*].status.containerStatuses[0].restartCount}';
  const printed = await node.kubectl('get', 'pods', '-n', namespace, '-l', 'app=api', '-o', counts);
  return printed.split(' ').map(Number);
}

/** The ids of a node's processes that run a program. */
async function processes({ folder }: Pick<Node, 'folder'>, program: string): Promise<number[]> {
  const owner = await readOwner(folder);
  const found = (await processesIn(owner?.cgroups ?? [])).map(async (pid) => {
    const [command = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    return path.basename(command) === program ? [pid] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Everything on this machine that belongs to a node: one a line, the kind first. */
async function traces(folder: string): Promise<string[]> {
  const name = path.basename(folder);
  const perProcess = (await readdir('/proc')).filter(Number).map(async (pid) => {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const isNodes = (await read('cgroup')).includes(name) || (await read('cmdline')).includes(name);
    const mounts = (await read('mountinfo')).split('\n').filter((line) => line.includes(name));
    return [...(isNodes ? [`process ${pid}`] : []), ...mounts.map((line) => `mount ${pid} ${line}`)];
  });
  const cgroups = (await output('find', ['/sys/fs/cgroup', '-name', name])).split('\n').filter(Boolean);
  return [
    ...(await Promise.all(perProcess)).flat(),
    ...cgroups.map((cgroup) => `cgroup ${cgroup}`),
    ...(existsSync(folder) ? [`folder ${folder}`] : []),
  ];
}

/** The folders of a machine's own containerd and kubelet, if they exist. */
function systemFolders(): string[] {
  return [
    '/etc/cni',
    '/opt/cni',
    '/opt/containerd',
    '/run/containerd',
    '/run/netns',
    '/run/node',
    '/usr/libexec/kubernetes',
    '/var/lib/cni',
    '/var/lib/containerd',
    '/var/lib/kubelet',
    '/var/log/containers',
    '/var/log/pods',
  ].filter((folder) => existsSync(folder));
}

/** Settings of the kernel that a kubelet would change. */
function machineSettings(): Promise<string[]> {
  const names = ['kernel/panic', 'kernel/panic_on_oops', 'kernel/keys/root_maxkeys', 'vm/overcommit_memory'];
  return Promise.all(names.map((name) => readFile(`/proc/sys/${name}`, 'utf8')));
}
