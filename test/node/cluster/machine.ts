/**
 * What a node hides of the machine or has for itself, so that it never modifies the machine: mounts, cgroups, network.
 */
import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Cgroup, enter, kill, makeCgroup, removeTree } from './cgroup.js';
import { output } from './command.js';
import { network } from './configuration.js';
import { insideFolder } from './run-folder.js';
import { until } from './until.js';

/** Where writes under /var go: into memory. */
const varFolder = '/run/var';

/**
 * Covers the places where a node's parts would write to the machine. The mounts end with the mount namespace, which
 * must be the node's own.
 */
export async function coverFolders(runFolder: string): Promise<void> {
  // As the working directory, the run folder stays reachable regardless of mounts over it.
  process.chdir(runFolder);
  await output('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run']);
  await mkdir(insideFolder);
  await output('mount', ['--bind', '.', insideFolder]);
  process.chdir('/');
  const layers = { lowerdir: '/var', upperdir: `${varFolder}/upper`, workdir: `${varFolder}/work` };
  await mkdir(layers.upperdir, { recursive: true });
  await mkdir(layers.workdir);
  const options = Object.entries(layers).map((layer) => layer.join('='));
  await output('mount', ['-t', 'overlay', '-o', options.join(','), 'overlay', '/var']);
}

/**
 * A kubelet changes settings that differ from these. But they belong to the whole machine, so it is shown the values
 * that it expects.
 */
const kubeletSettings = {
  'kernel/keys/root_maxbytes': 25_000_000,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
};

export async function coverSettings(): Promise<void> {
  for (const [setting, value] of Object.entries(kubeletSettings)) {
    const file = path.join(insideFolder, 'settings', setting);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${value}\n`);
    await output('mount', ['--bind', file, path.join('/proc/sys', setting)]);
  }
}

/** Shows the node's cgroups as the roots of the hierarchies, and moves its processes below them. */
export async function coverCgroups(cgroups: readonly Cgroup[]): Promise<void> {
  for (const { mountPoint, folder } of cgroups) {
    await output('mount', ['--bind', folder, mountPoint]);
    const parts = path.join(mountPoint, 'parts');
    await makeCgroup(parts);
    for (const pid of [1, process.pid]) await enter([{ folder: parts }], pid);
  }
}

/** Gives the node its address. There is no way out: the default route ends at the other end of the pair. */
export async function connectNetwork(): Promise<void> {
  const ip = (words: string) => output('ip', words.split(' '));
  await ip('link set lo up');
  await ip('link add node0 type veth peer name node1');
  await ip(`address add ${network.node}/24 dev node0`);
  for (const end of ['node0', 'node1']) await ip(`link set ${end} up`);
  await ip('route add default dev node0');
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
}

/** The process namespace of this process, as a name. */
export function processNamespace(): Promise<string> {
  return readlink('/proc/self/ns/pid');
}

/**
 * Simulates a loss of power: every process except this one and the first ends, the contents of memory are lost, and the
 * disk stays.
 *
 * @param outside the process namespace of the machine, see {@link processNamespace}.
 * @throws Error if this is not a process of a node.
 */
export async function losePower(outside: string, cgroups: readonly Cgroup[]): Promise<void> {
  if ((await processNamespace()) === outside)
    throw new Error('only a node loses its power, and this is none');
  await until('every process of the node is gone', async () => {
    const others = (await readdir('/proc')).map(Number).filter((pid) => pid > 1 && pid !== process.pid);
    for (const pid of others) kill(pid);
    return others.length === 0;
  });
  await unmountContainers();
  const memory = (await readdir('/run')).map((name) => `/run/${name}`);
  for (const entry of memory.filter((each) => each !== insideFolder && each !== varFolder)) {
    await rm(entry, { recursive: true });
  }
  for (const { mountPoint } of cgroups) await removeTree(path.join(mountPoint, 'kubepods'));
  await output('nft', ['flush', 'ruleset']);
  await output('ipset', ['destroy']);
}

/** Unmounts what the kubelet and containerd mounted for pods, the last first. */
async function unmountContainers(): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  const ours = mounts.filter((point) => point.startsWith('/run/') && point !== insideFolder);
  if (ours.length > 0) await output('umount', ['--lazy', ...ours.reverse()]);
}
