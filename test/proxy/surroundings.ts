import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { execFile } from '../system/processes.js';
import { certificateAuthority, type KeyPair, serverCertificate } from './certificates.js';
import type { ProxyContainer } from './container.js';
import { type Database, startDatabase } from './database.js';
import { credentials, databaseHost, infraSecret, signInAddress, vaultOf } from './declared.js';
import type { VaultData } from './double.js';
import { startOnePassword } from './onepassword.js';
import { ironProxy, type RunningProxy, startProxy } from './proxy.js';
import { startUpstream, type Upstream } from './upstream.js';

/** Everything outside a proxy's pod, and the way to start proxies in it. */
export interface Surroundings {
  /** The CA that proxies trust. */
  readonly internet: KeyPair;
  readonly upstream: Upstream;
  readonly database: Database;
  /** Starts a proxy with the 1Password double that its container's environment names, which stores this. */
  start(container: ProxyContainer, data?: VaultData): Promise<RunningProxy>;
  /** Stops it and every proxy that was started in it. */
  stop(): Promise<void>;
}

/** Describes what a real iron-proxy does; without one, a skipped test gives the reason instead. */
export function describeProxy(name: string, tests: () => void): void {
  if (ironProxy) describe(name, tests);
  else it(name, ({ skip }) => skip('skipped: IRON_PROXY_BIN is not set'));
}

/** What the tests of a description share: surroundings, and the proxy that a test started last, which ends with it. */
export interface Stage {
  readonly around: Surroundings;
  proxy: RunningProxy;
}

/** Starts surroundings before the tests of a description, and stops them after. */
export function stage(): Stage {
  let around: Surroundings;
  let proxy: RunningProxy | undefined;
  beforeAll(async () => {
    around = await startSurroundings();
  });
  afterEach(() => proxy?.stop());
  afterAll(() => around?.stop());
  return {
    get around() {
      return around;
    },
    get proxy() {
      if (proxy === undefined) throw new Error('the test has started no proxy');
      return proxy;
    },
    set proxy(started) {
      proxy = started;
    },
  };
}

/** The version whose rules the tests state; a build from source without a release calls itself "dev". */
const judged = ['0.45.0', 'dev'];

async function checkVersion(): Promise<void> {
  const { stdout } = await execFile(ironProxy, ['version']);
  const version = stdout.trim().replace(/^v/, '');
  if (judged.includes(version)) return;
  throw new Error(
    `IRON_PROXY_BIN is iron-proxy ${version}, and these tests are of ${judged[0]}: give them that one`,
  );
}

/** Starts upstream hosts under the names that the tests use, and a database. */
export async function startSurroundings(): Promise<Surroundings> {
  await checkVersion();
  const firewall = await certificateAuthority('firewall');
  const internet = await certificateAuthority('internet');
  const upstream = await startUpstream(internet, [
    ...['*.example.com', '*.internal.example.com', '*.ledger.example.com'],
    ...['api.openai.com', '*.googleapis.com', '*.s3.eu-west-1.amazonaws.com'],
  ]);
  const signIn = await serverCertificate(internet, [signInAddress]);
  const database = await startDatabase();
  const proxies: RunningProxy[] = [];
  return {
    internet,
    upstream,
    database,
    start: async (container, data) => {
      const { OP_CONNECT_HOST, OP_SERVICE_ACCOUNT_TOKEN } = container.env;
      const onePassword =
        OP_SERVICE_ACCOUNT_TOKEN === undefined
          ? undefined
          : await startOnePassword(
              signIn,
              data ?? vaultOf(credentials, infraSecret.OP_SERVICE_ACCOUNT_TOKEN),
            );
      if (onePassword) upstream.lead(signInAddress, onePassword.socket);
      const proxy = await startProxy(container, {
        firewall,
        internet: internet.cert,
        upstream: upstream.socket,
        ...(OP_CONNECT_HOST && { connect: data ?? vaultOf(credentials, infraSecret.OP_CONNECT_TOKEN) }),
        ...(onePassword && { onePassword }),
        database: { host: databaseHost, socket: database.socket },
      });
      proxies.push(proxy);
      return proxy;
    },
    stop: async () => {
      for (const proxy of proxies) await proxy.stop();
      await upstream.stop();
      await database.stop();
    },
  };
}
