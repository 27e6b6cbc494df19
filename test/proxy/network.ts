import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandPath } from '../system/commands.js';
import { execFile } from '../system/processes.js';
import { builtDouble } from './doubles.js';
import { type Program, start } from './program.js';

/** The address of the outside world as seen by a pod, and that of the pod as seen from outside. */
export const worldAddress = '10.77.0.1';
const podAddress = '10.77.0.2';

const isRoot = process.getuid?.() === 0;

/**
 * Two connected network namespaces: a pod's own, in which every port is free, and the world around it. The servers of a
 * test run outside both and listen on Unix sockets, to which a relay in the world forwards ports.
 */
export interface Network {
  /** The command that runs another in the world. */
  readonly world: readonly string[];
  /** The socket that leads to a port of the pod. */
  podPort(port: number): string;
  /** Starts a program in the pod, whose files are those of the folder `root`, which is read-only to it. */
  startInPod(root: string, command: Command): Promise<Program>;
  stop(): Promise<void>;
}

/** A program with its arguments and its whole environment. */
export interface Command {
  /** Its path on this machine; in the pod it is `/program`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a network is made of. */
export interface NetworkOptions {
  /** Ports of the world, each with the socket that its connections are forwarded to. */
  readonly world: Readonly<Record<number, string>>;
  /** Ports of the pod that a test connects to. */
  readonly pod: readonly number[];
}

/** Creates the two namespaces; they disappear once all programs in them have ended. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const folder = await mkdtemp(path.join(tmpdir(), 'network-'));
  const podPort = (port: number) => path.join(folder, `pod-${port}.sock`);
  const routes = [
    ...Object.entries(options.world).flatMap(([port, socket]) => ['-in', `${port}=${socket}`]),
    ...options.pod.flatMap((port) => ['-out', `${podPort(port)}=${podAddress}:${port}`]),
  ];
  // Without root, a user namespace gives the right to create the others.
  const unshare = ['--net', ...(isRoot ? [] : ['--user', '--map-root-user'])];
  const relay = start('unshare', [...unshare, await builtDouble('relay'), ...routes]);
  await relay.line(/^ready$/);
  const world = enter(relay.pid);
  return {
    world,
    podPort,
    startInPod: async (root, command) => {
      const [nsenter = '', ...enterWorld] = world;
      const shell = ['sh', '-euc', podScript, 'sh', root, command.program];
      const pod = start(
        nsenter,
        [...enterWorld, 'unshare', '--net', '--mount', ...shell, ...dropRights, ...withEnvironment(command)],
        { env: { PATH: process.env.PATH } },
      );
      await pod.line(/^waiting for the cable$/);
      await plug(relay.pid, pod.pid);
      pod.tell('plugged in');
      return pod;
    },
    stop: async () => {
      await relay.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function enter(pid: number): readonly string[] {
  const user = isRoot ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', '--target', String(pid), '--net', ...user];
}

async function plug(world: number, pod: number): Promise<void> {
  const ip = (pid: number, words: string) => {
    const [command = '', ...args] = [...enter(pid), commandPath('ip'), ...words.split(' ')];
    return execFile(command, args);
  };
  await ip(world, `link add name pod type veth peer name eth0 netns ${pod}`);
  await ip(world, `address add ${worldAddress}/24 dev pod`);
  await ip(world, 'link set pod up');
  await ip(pod, 'link set lo up');
  await ip(pod, `address add ${podAddress}/24 dev eth0`);
  await ip(pod, 'link set eth0 up');
}

// The pod's root is a folder with the pod's own files. The machine's programs and libraries and the pod's program are
// added to it, the mount is made read-only only for the pod, and the program replaces the shell.
const podScript = `
  root=$1 program=$2
  shift 2
  echo waiting for the cable
  read _
  mount --bind "$root" "$root"
  for folder in bin lib lib64 sbin usr dev; do
    if [ -L "/$folder" ]; then
      cp -P "/$folder" "$root/$folder"
    elif [ -d "/$folder" ]; then
      mkdir -p "$root/$folder"
      mount --rbind "/$folder" "$root/$folder"
    fi
  done
  touch "$root/program"
  mount --bind "$program" "$root/program"
  mount -o remount,bind,ro "$root"
  exec </dev/null
  exec chroot "$root" "$@"
`;

/** Prefix of a command that makes it end with the process that started it, however that ends. */
export const endsWithItsParent: readonly string[] = ['setpriv', '--pdeathsig=KILL'];

// 65532 is the uid of the chart's iron-proxy pods. A user namespace without root has no uid except its own.
const dropRights = [
  ...endsWithItsParent,
  ...['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
  ...(isRoot ? ['--reuid=65532', '--regid=65532', '--clear-groups'] : []),
];

function withEnvironment({ args, env }: Command): string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['env', '-i', ...variables, '/program', ...args];
}
