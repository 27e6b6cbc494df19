import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MissingCommands, systemPath } from '../../system/commands.js';
import { installCommands } from '../../system/install.js';
import { spawn } from '../../system/processes.js';
import { doubleImage } from '../images/doubles.js';
import { dockerArchive, type Image } from '../images/image.js';
import { kill } from './cgroup.js';
import { type CommandOptions, output, printed, type Result, run } from './command.js';
import { compiled } from './compiled.js';
import { pauseImage, writeConfiguration } from './configuration.js';
import { dnsImage, dnsIsReady, dnsObjects } from './dns.js';
import type { KeeperOptions } from './keeper.js';
import { keepLogs } from './logs.js';
import type { PartName } from './parts.js';
import { identity, type Owner, runFile, runPrefix } from './run-folder.js';
import { removeAbandonedRuns } from './runs.js';
import { builtTools, nodeTools, programIn, type Tool } from './tools.js';
import { assertAvailable, NodeUnavailable } from './unavailable.js';
import { until } from './until.js';
import { volumes } from './volumes.js';

export interface NodeOptions {
  /** Programs for the PATH of commands, in addition to those that every node has. */
  readonly tools?: readonly Tool[];
  /** Keeps the node up when this process ends. */
  readonly stays?: boolean;
}

/** A Kubernetes node that runs real containers, alone in its own network, and enforces NetworkPolicies. */
export interface Node {
  /** The run folder, which is removed with the node. */
  readonly folder: string;
  /** The process to end in order to end the node. */
  readonly pid: number;
  /** The path of an administrator's kubeconfig, usable only in the node's network. */
  readonly kubeconfig: string;
  /** The prefix that runs a command in the node's network. */
  readonly enter: readonly string[];
  /** Runs a command of this machine in the node's network, with KUBECONFIG set, and the node's kubectl on the PATH. */
  run(command: string, args: readonly string[], options?: CommandOptions): Promise<Result>;
  /** The output of kubectl. @throws Error with its message if it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** Applies objects, or a manifest. */
  apply(manifest: string | readonly object[]): Promise<void>;
  /**
   * The output of a command in a container; `where` are arguments of `kubectl exec`, such as `['-n', 'a', 'deploy/b']`.
   */
  exec(where: readonly string[], ...command: string[]): Promise<string>;
  /** Makes an image known to the node, as if it were pulled. */
  importImage(image: Image | Uint8Array): Promise<void>;
  /** Ends a part, or everything as a loss of power does, and starts it again; resolves once it is ready. */
  restart(part: PartName | 'node'): Promise<void>;
  /** Copies the logs to a permanent place, and returns it. */
  keepLogs(): Promise<string>;
  /** Ends the node and removes everything that it left on this machine. */
  stop(): Promise<void>;
}

/** Installs and builds all that a node needs, which takes many minutes the first time, and no time afterwards. */
export async function prepareNode(tools: readonly Tool[] = []): Promise<string[]> {
  await assertAvailable();
  return [...(await commands()), ...(await builtTools([...nodeTools, ...tools]))];
}

function commands(): Promise<readonly string[]> {
  return installCommands().catch((error) => {
    throw error instanceof MissingCommands ? new NodeUnavailable(error.message) : error;
  });
}

/**
 * Starts a node and resolves when it accepts pods. It ends with `stop`, and with this process unless it `stays`.
 *
 * @throws NodeUnavailable if this machine can't have one; Error with the node's own message if it does not start.
 */
export async function startNode(options: NodeOptions = {}): Promise<Node> {
  const programs = await prepareNode(options.tools);
  const program = await compiled('keeper');
  await removeAbandonedRuns();
  const folder = await mkdtemp(path.join(tmpdir(), runPrefix));
  let stop = () => rm(folder, { recursive: true });
  try {
    const owner: Owner = { identity: (await identity(process.pid)) ?? '', cgroups: [], stays: false };
    await writeFile(path.join(folder, runFile.owner), JSON.stringify(owner));
    await writeConfiguration(folder, programs);
    const keeper = startKeeper(program, { folder, programs, stays: options.stays ?? false });
    const node = nodeOf(folder, keeper, programs);
    stop = node.stop;
    await comesUp(folder, keeper);
    for (const image of [doubleImage('pause', pauseImage), dnsImage()]) await node.importImage(await image);
    await node.apply([...(await volumes(folder)), ...dnsObjects]);
    await node.kubectl(...dnsIsReady);
    return node;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The process outside the node that represents it, see keeper.ts. */
interface Keeper {
  readonly pid: number;
  /** Resolves when it is gone, and all of the node with it. */
  readonly ended: Promise<unknown>;
  /** Keeps this process from ending before it. */
  hold(): void;
  /** Its output and the supervisor's. */
  words(): string;
}

function startKeeper(program: string, options: KeeperOptions): Keeper {
  const file = path.join(options.folder, runFile.logs, 'node.log');
  const log = openSync(file, 'a');
  // Still readable after the run folder is removed.
  const reader = openSync(file, 'r');
  const command = ['--net', process.execPath, program, JSON.stringify(options)];
  // Detached, so that the Ctrl-C that ends this process lets it do its work: it sees the end of its input then.
  const keeper = spawn('unshare', command, {
    detached: true,
    stdio: [options.stays ? 'ignore' : 'pipe', log, log],
  });
  closeSync(log);
  keeper.unref();
  if (keeper.stdin instanceof Socket) keeper.stdin.unref();
  if (keeper.pid === undefined) throw new Error("unshare can't be started");
  return {
    pid: keeper.pid,
    ended: once(keeper, 'exit'),
    hold: () => keeper.ref(),
    words: () => readFileSync(reader, 'utf8').trim(),
  };
}

async function comesUp(folder: string, keeper: Keeper): Promise<void> {
  let ended = false;
  keeper.ended.then(() => {
    ended = true;
  });
  // The supervisor's own timeout is much shorter and takes effect first.
  await until('the node is up', () => ended || control(folder, 'GET', '/ready'), 600);
  if (ended) throw new Error(`the node did not come up: ${keeper.words()}`);
}

/** Sends a request to the supervisor. @throws Error with its message if it refuses. */
function control(folder: string, method: 'GET' | 'POST', resource: string): Promise<true> {
  const socketPath = path.join(folder, runFile.control);
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path: resource }, (response) => {
      let words = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        words += text;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(true) : reject(new Error(words))));
    });
    asked.on('error', reject).end();
  });
}

function nodeOf(folder: string, keeper: Keeper, programs: readonly string[]): Node {
  const kubeconfig = path.join(folder, runFile.kubeconfig);
  const enter = ['nsenter', `--net=/proc/${keeper.pid}/ns/net`, '--'];
  const env = environment(folder, kubeconfig, programs);
  const node: Node = {
    folder,
    pid: keeper.pid,
    kubeconfig,
    enter,
    run(command, args, options = {}) {
      const [nsenter = '', ...into] = enter;
      return run(nsenter, [...into, command, ...args], { ...options, env: { ...env, ...options.env } });
    },
    async kubectl(...args) {
      return printed(await node.run('kubectl', args), ['kubectl', ...args]);
    },
    async apply(manifest) {
      const list = { apiVersion: 'v1', kind: 'List', items: manifest };
      const input = typeof manifest === 'string' ? manifest : JSON.stringify(list);
      printed(await node.run('kubectl', ['apply', '-f', '-'], { input }), ['kubectl', 'apply']);
    },
    exec(where, ...command) {
      return node.kubectl('exec', ...where, '--', ...command);
    },
    async importImage(image) {
      const input = image instanceof Uint8Array ? image : dockerArchive(image);
      const socket = path.join(folder, runFile.containerd);
      const args = ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', '-'];
      await output(programIn(programs, 'ctr'), args, { env, input });
    },
    async restart(part) {
      await control(folder, 'POST', `/restart/${part}`);
    },
    keepLogs: () => keepLogs(folder),
    async stop() {
      kill(keeper.pid, 'SIGTERM');
      keeper.hold();
      await keeper.ended;
    },
  };
  return node;
}

/** The machine's environment, extended by access to the node, and with caches that are removed with it. */
function environment(folder: string, kubeconfig: string, programs: readonly string[]): NodeJS.ProcessEnv {
  const own = {
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: path.join(folder, 'cache/kubectl'),
    HELM_CACHE_HOME: path.join(folder, 'cache/helm'),
    HELM_CONFIG_HOME: path.join(folder, 'config/helm'),
    HELM_DATA_HOME: path.join(folder, 'data/helm'),
    PATH: [...programs, process.env.PATH, ...systemPath].join(':'),
  };
  const others = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
  return { ...Object.fromEntries(others), ...own };
}
