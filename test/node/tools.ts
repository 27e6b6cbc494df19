import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtOnce, digest } from './built-once.js';
import { output, run } from './command.js';
import { nodeCache, nodeSources } from './project.js';
import { NodeUnavailable } from './unavailable.js';

/**
 * The programs that are built from Go modules, each from a module under `tools/` or the doubles' own. The modules'
 * go.mod files are the one place of all versions; there are several because their requirements collide.
 */
const programs = {
  containerd: { module: 'tools/containerd', package: 'github.com/containerd/containerd/v2/cmd/containerd' },
  'containerd-shim-runc-v2': {
    module: 'tools/containerd',
    package: 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
  },
  ctr: { module: 'tools/containerd', package: 'github.com/containerd/containerd/v2/cmd/ctr' },
  'host-local': {
    module: 'tools/containerd',
    package: 'github.com/containernetworking/plugins/plugins/ipam/host-local',
  },
  ptp: { module: 'tools/containerd', package: 'github.com/containernetworking/plugins/plugins/main/ptp' },
  coredns: { module: 'tools/coredns', package: '.' },
  etcd: { module: 'tools/kubernetes', package: 'go.etcd.io/etcd/server/v3' },
  kubelet: { module: 'tools/kubernetes', package: 'k8s.io/kubernetes/cmd/kubelet' },
  'kube-apiserver': { module: 'tools/kubernetes', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  'kube-controller-manager': {
    module: 'tools/kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
  },
  'kube-proxy': { module: 'tools/kubernetes', package: 'k8s.io/kubernetes/cmd/kube-proxy' },
  'kube-scheduler': { module: 'tools/kubernetes', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  kubectl: { module: 'tools/kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl' },
  double: { module: 'doubles', package: '.' },
  kwok: { module: 'tools/kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  cyclonus: { module: 'tools/cyclonus', package: 'github.com/mattfenwick/cyclonus/cmd/cyclonus' },
} as const;

/** A program that is built from one of the node's Go modules. */
export type Tool = keyof typeof programs;

/** The programs that every node runs; the rest is built when a test asks for it. */
export const nodeTools = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
  'host-local',
  'ptp',
  'coredns',
  'double',
] as const satisfies readonly Tool[];

/** The folders that hold these programs, for a PATH; what the cache lacks is built first, with progress on stderr. */
export async function builtTools(names: readonly Tool[]): Promise<string[]> {
  const folders = new Set<string>();
  for (const [index, name] of names.entries()) {
    folders.add(path.dirname(await builtTool(name, `${index + 1} of ${names.length}`)));
  }
  return [...folders];
}

/**
 * The path of a program, built first where the cache has none for exactly its sources, versions and Go toolchain.
 *
 * @param place its place among others that are built, such as "3 of 15", for the person who waits.
 * @throws NodeUnavailable when there is no Go toolchain; Error with the compiler's words when the build fails.
 */
export async function builtTool(name: Tool, place = '1 of 1'): Promise<string> {
  const folder = path.join(nodeSources, programs[name].module);
  const flags = linkerFlags(await readFile(path.join(folder, 'go.mod'), 'utf8'));
  const key = await digest(await sources(folder), await goToolchain(), flags);
  const target = path.join(nodeCache, 'bin', `${path.basename(folder)}-${key}`, name);
  return builtOnce(target, (partial) => build(name, folder, flags, partial, place));
}

async function sources(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => /(?<!_test)\.go$|^go\.(mod|sum)$/.test(file)).sort();
  return files.map((file) => path.join(folder, file));
}

async function goToolchain(): Promise<string> {
  const asked = ['env', 'GOVERSION', 'GOOS', 'GOARCH'];
  const { code, stdout } = await run('go', asked).catch(() => ({ code: 1, stdout: '' }));
  if (code === 0) return stdout.trim();
  throw new NodeUnavailable('there is no Go toolchain on the PATH to build the parts of a node with');
}

/** What the projects' own builds write into their binaries, from the versions in go.mod: clients and nodes show it. */
function linkerFlags(goMod: string): string {
  const version = (module: string) =>
    goMod.match(new RegExp(`^\\s*(?:require )?${module} (v\\S+)`, 'm'))?.[1];
  const kubernetes = version('k8s.io/kubernetes');
  const containerd = version('github.com/containerd/containerd/v2');
  const values: Record<string, string | undefined> = {
    ...(kubernetes && kubernetesVersion(kubernetes)),
    'github.com/containerd/containerd/v2/version.Version': containerd,
  };
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return ['-s', '-w', ...set.map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

function kubernetesVersion(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  return Object.fromEntries(
    packages.flatMap((name) =>
      Object.entries(values).map(([variable, value]) => [`${name}.${variable}`, value]),
    ),
  );
}

async function build(
  name: Tool,
  folder: string,
  flags: string,
  target: string,
  place: string,
): Promise<void> {
  const started = performance.now();
  const say = (words: string) => {
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stderr.write(`node tools, ${place}: ${words} ${name}, ${seconds} s\n`);
  };
  say('building');
  const ticker = setInterval(() => say('still building'), 30_000);
  try {
    const args = ['build', '-p', '2', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', target];
    // A first build takes minutes of all cores: people's own work goes first.
    await output('nice', ['-n', '10', 'go', ...args, programs[name].package], {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    say('built');
  } finally {
    clearInterval(ticker);
  }
}
