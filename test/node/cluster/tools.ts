import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtProgram, NoGoToolchain } from '../../builds/go.js';
import { nodeCache, nodeSources } from './project.js';
import { NodeUnavailable } from './unavailable.js';

/**
 * The programs that are built from Go modules, each from a module under `tools/` or the doubles' own. The modules'
 * go.mod files are the only place for versions; there are several because their requirements conflict.
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
  'kube-router': {
    module: 'tools/kube-router',
    package: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
  },
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
  'kube-router',
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

/** The path of a program that was built into one of these folders. */
export function programIn(folders: readonly string[], name: Tool): string {
  const file = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (file === undefined) throw new Error(`${name} is not among the programs of this node`);
  return file;
}

/**
 * The path of a program, built first where that is due.
 *
 * @param place its place among others that are built, such as "3 of 15", for the person who waits.
 * @throws NodeUnavailable when there is no Go toolchain; Error with the compiler's words when the build fails.
 */
export async function builtTool(name: Tool, place = '1 of 1'): Promise<string> {
  const module = path.join(nodeSources, programs[name].module);
  const ldflags = linkerFlags(await readFile(path.join(module, 'go.mod'), 'utf8'));
  const folder = path.join(nodeCache, 'bin', path.basename(module));
  const { package: main } = programs[name];
  return builtProgram({ module, package: main, ldflags, folder, name, note: place, nice: true }).catch(
    (error) => {
      if (!(error instanceof NoGoToolchain)) throw error;
      throw new NodeUnavailable(`${error.message} to build the parts of a node with`);
    },
  );
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
