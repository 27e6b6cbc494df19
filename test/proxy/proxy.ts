import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import type { KeyPair } from './certificates.js';
import { connectStatus, openTo, type Seen, type Sent, send, type Tunnel } from './client.js';
import { startConnect } from './connect.js';
import type { ProxyContainer } from './container.js';
import type { Double, VaultData } from './double.js';
import { endsWithItsParent, startNetwork, worldAddress } from './network.js';
import type { Program } from './program.js';
import { type Answer, ask } from './unix-http.js';

/** The binary to test with; empty if there is none. */
export const ironProxy = process.env.IRON_PROXY_BIN ?? '';

/** What surrounds the proxy's pod. */
export interface PodSurroundings {
  /** The CA that sandboxes trust, whose key the proxy has. */
  readonly firewall: KeyPair;
  /** The certificate of the CA that signs for upstream hosts. */
  readonly internet: string;
  /** Socket of the proxy that leads to all upstream hosts. */
  readonly upstream: string;
  /** What the Connect server in `OP_CONNECT_HOST` stores. */
  readonly connect?: VaultData;
  /** The servers that the service account signs in to, which are stopped with the proxy. */
  readonly onePassword?: Double;
  /** A Postgres server: the host that has it on port 5432, and its socket. */
  readonly database?: { readonly host: string; readonly socket: string };
}

/** A running iron-proxy. */
export interface RunningProxy {
  readonly pid: number;
  /** Sends a request as a sandbox does. */
  send(sent: Sent): Promise<Seen>;
  /** Opens a tunnel to the host of a URL, for more than one request. */
  open(to: string): Promise<Tunnel>;
  /** The status of a CONNECT to HOST:PORT. */
  connectTo(target: string): Promise<number>;
  /** Sends a request to the management API, with this key as the bearer token. */
  manage(method: string, target: string, key?: string): Promise<Answer>;
  /** Sends a request to the health port; for `/healthz` by default. */
  health(target?: string): Promise<Answer>;
  /** Replaces the config that it started with. */
  rewriteConfig(configYaml: string): Promise<void>;
  /** The socket that leads to the Postgres listener. */
  readonly postgres: string;
  /** Where it looks values up: the Connect server in `OP_CONNECT_HOST`, or 1Password itself. */
  readonly vaults: Double | undefined;
  /** All its output; complete once it is stopped. */
  log(): string;
  /** The first line of the log that contains this text, as soon as there is one. */
  logged(text: string | RegExp): Promise<string>;
  stop(): Promise<void>;
}

const egressPort = 3128;
const egress = `http://${worldAddress}:${egressPort}`;
/** The file in the pod with the certificate of the CA that signs for upstream hosts. */
export const trustedByProxy = '/internet/ca.pem';

/**
 * Starts iron-proxy as the kubelet would: in a separate pod, from the container's arguments and environment, on a
 * read-only root. Its environment is extended only by the way to the test's upstream hosts.
 *
 * @throws Error with all its output, if it ends instead of serving.
 */
export async function startProxy(container: ProxyContainer, around: PodSurroundings): Promise<RunningProxy> {
  const { configYaml, args, env } = container;
  const configFile = configPath(args);
  const ports = listeners(configYaml);
  const connectUrl = env.OP_CONNECT_HOST === undefined ? undefined : new URL(env.OP_CONNECT_HOST);
  const root = await mkdtemp(path.join(tmpdir(), 'pod-'));
  const network = await startNetwork({
    world: {
      [egressPort]: around.upstream,
      // Websockets do not use a proxy.
      80: around.upstream,
      ...(around.database && { 5432: around.database.socket }),
    },
    pod: Object.values(ports),
  });
  let vaults = around.onePassword;
  let pod: Program | undefined;
  const stop = async () => {
    await pod?.stop();
    await vaults?.stop();
    await network.stop();
    await rm(root, { recursive: true, force: true });
  };
  try {
    const hosts = [connectUrl?.hostname, around.database?.host].filter((host) => host !== undefined);
    await writeFiles(path.join(root, 'fs'), {
      [configFile]: configYaml,
      ...certificateFiles(configYaml, around.firewall),
      [trustedByProxy]: around.internet,
      '/etc/hosts': ['127.0.0.1 localhost', ...hosts.map((host) => `${worldAddress} ${host}`), ''].join('\n'),
      '/etc/nsswitch.conf': 'hosts: files\n',
    });
    if (connectUrl) {
      const port = Number(connectUrl.port || 80);
      vaults = await startConnect({
        within: [...network.world, ...endsWithItsParent],
        port,
        ...(around.connect && { data: around.connect }),
      });
    }
    pod = await network.startInPod(path.join(root, 'fs'), {
      program: ironProxy,
      args,
      env: {
        HTTPS_PROXY: egress,
        HTTP_PROXY: egress,
        // Otherwise its Connect client would use HTTP_PROXY too.
        NO_PROXY: hosts.join(','),
        SSL_CERT_FILE: trustedByProxy,
        ...env,
      },
    });
    const { tunnel, health, management, postgres } = ports;
    await serving(pod, () => ask(network.podPort(health), '/healthz'));
    await serving(pod, () => ask(network.podPort(tunnel), '/'));
    if (management) await serving(pod, () => ask(network.podPort(management), '/'));
    if (postgres) await pod.line('postgres proxy starting');
    const program = pod;
    return {
      pid: program.pid,
      vaults,
      stop,
      log: program.output,
      logged: (text) => program.line(text),
      send: (sent) => send(network.podPort(tunnel), around.firewall.cert, sent),
      open: (to) => openTo(network.podPort(tunnel), around.firewall.cert, to),
      manage: (method, target, key) =>
        ask(network.podPort(management ?? 0), target, {
          method,
          ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
        }),
      health: (target = '/healthz') => ask(network.podPort(health), target),
      connectTo: (target) => connectStatus(network.podPort(tunnel), target),
      rewriteConfig: (text) => writeFile(path.join(root, 'fs', configFile), text),
      postgres: network.podPort(postgres ?? 0),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configPath(args: readonly string[]): string {
  const flag = args.findIndex((arg) => /^--?config(=|$)/.test(arg));
  const file = args[flag]?.split('=')[1] ?? args[flag + 1];
  if (flag < 0 || file === undefined)
    throw new Error(`no -config FILE among the arguments: ${args.join(' ')}`);
  return file;
}

/** The ports that a config listens on, without those that it does not configure. */
function listeners(configYaml: string): Record<'tunnel' | 'health', number> & Record<string, number> {
  const config: unknown = parse(configYaml);
  const port = (...keys: readonly string[]) => {
    const address = keys.reduce<unknown>((value, key) => member(value, key), config);
    return typeof address === 'string' ? Number(address.replace(/^.*:/, '')) : undefined;
  };
  const management = port('management', 'listen');
  const postgres = port('postgres', 'listen');
  return {
    tunnel: port('proxy', 'tunnel_listen') ?? 0,
    health: port('metrics', 'listen') ?? 9090,
    ...(management !== undefined && { management }),
    ...(postgres !== undefined && { postgres }),
  };
}

function certificateFiles(configYaml: string, authority: KeyPair): Record<string, string> {
  const tls = member(parse(configYaml), 'tls');
  const file = (key: string, text: string) => {
    const name = member(tls, key);
    return typeof name === 'string' ? { [name]: text } : {};
  };
  return { ...file('ca_cert', authority.cert), ...file('ca_key', authority.key) };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(root, path.dirname(name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

/** Waits until a server of the program answers, with any status. */
async function serving(program: Program, question: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const outcome = await Promise.race([
      question().then(
        () => 'answered' as const,
        () => 'not yet' as const,
      ),
      program.ended.then((status) => ({ status })),
    ]);
    if (outcome === 'answered') return;
    if (outcome !== 'not yet')
      throw new Error(`iron-proxy ended with ${outcome.status}:\n${program.output()}`);
    await delay(20);
  }
}
