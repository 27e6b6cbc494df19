/** Finds the cluster and the user as kubectl does: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import { type Cluster, type Context, KubeConfig, type User } from '@kubernetes/client-node';
import { printable } from '../text/printable.js';
import type { ClusterFlags } from './cluster-options.js';
import { codeOf, Failure, givenPath, reasonOf } from './failure.js';
import type { Io } from './io.js';

/** Where a cluster is, and who asks it. */
export interface Access {
  readonly config: KubeConfig;
  /** The name of the context, which fits on a line. */
  readonly context: string;
  /** The namespace of the context. */
  readonly namespace: string | undefined;
  readonly cluster: Cluster;
}

/** The number of contexts that a message names. */
const maxNamed = 20;

/** The file that Kubernetes mounts into pods. */
const podToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** @throws {Failure} that says what is missing or wrong; it shows no content of a file */
export function loadAccess({ kubeconfig, context }: ClusterFlags, { env }: Pick<Io, 'env'>): Access {
  const config = loadConfig(kubeconfig, env);
  const contexts = config.getContexts().map(({ name }) => printable(name));
  const name = context ?? config.getCurrentContext();
  const known =
    contexts.length === 0
      ? 'the kubeconfig has no context'
      : `the kubeconfig has ${contexts.slice(0, maxNamed).join(', ')}${contexts.length > maxNamed ? ', …' : ''}`;
  if (name === undefined || name === '') {
    throw new Failure(2, `the kubeconfig has no current context: choose one with --context (${known})`);
  }
  const chosen = config.getContextObject(name);
  if (chosen === null) throw new Failure(2, `--context: there is no such context (${known})`);
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Failure(2, `the kubeconfig has no cluster for its context ${printable(name)}`);
  }
  if (config.getCurrentUser() === null) {
    throw new Failure(2, `the kubeconfig has no user for its context ${printable(name)}`);
  }
  if (!cluster.skipTLSVerify && cluster.server.startsWith('http:')) {
    throw new Failure(
      2,
      `the cluster of the context ${printable(name)} has an http address, and Secrets are only sent over https`,
    );
  }
  return { config, context: printable(name), namespace: chosen.namespace, cluster };
}

function loadConfig(given: string | undefined, env: Io['env']): KubeConfig {
  const listed = env.KUBECONFIG?.split(path.delimiter).filter((file) => file !== '') ?? [];
  if (given !== undefined) return merged([readConfig(given, '--kubeconfig')], env);
  if (listed.length > 0) {
    // As for kubectl, a file that does not exist yet is no error.
    const present = listed.filter(existsSync);
    if (present.length === 0) throw new Failure(2, 'KUBECONFIG: none of its files exists');
    return merged(
      present.map((file) => readConfig(file, 'KUBECONFIG')),
      env,
    );
  }
  const home = env.HOME || env.USERPROFILE;
  const own = home ? path.join(home, '.kube', 'config') : '';
  if (existsSync(own)) return merged([readConfig(own, 'the kubeconfig')], env);
  if (existsSync(podToken)) {
    const config = new KubeConfig();
    config.loadFromCluster();
    return config;
  }
  throw new Failure(2, 'there is no kubeconfig: set KUBECONFIG, or name the file with --kubeconfig');
}

/** @throws {Failure} that repeats no part of the file: it may contain a token */
function readConfig(file: string, by: string): KubeConfig {
  let text: string;
  try {
    // A device such as /dev/zero has no end.
    const isDevice = statSync(file).isCharacterDevice() && file !== '/dev/null';
    if (isDevice) throw new Failure(2, `${by}: ${givenPath(file)} is not a file`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new Failure(2, `${by}: cannot read ${givenPath(file)}: ${reasonOf(error)}`);
  }
  const config = new KubeConfig();
  if (text.trim() === '') return config;
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(path.dirname(file));
  } catch (error) {
    if (codeOf(error) !== undefined)
      throw new Failure(2, `${by}: ${givenPath(file)} names a file that cannot be read: ${reasonOf(error)}`);
    throw new Failure(
      2,
      `${by}: ${givenPath(file)} is not a kubeconfig: \`kubectl config view --kubeconfig=FILE\` says why`,
    );
  }
  return config;
}

/** Of two entries with one name, the first counts, as for kubectl. */
function merged(configs: readonly KubeConfig[], env: Io['env']): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firstOfEach(configs.flatMap(({ clusters }) => clusters)).map((cluster) =>
      throughProxy(cluster, env),
    ),
    users: firstOfEach<User>(configs.flatMap(({ users }) => users)),
    contexts: firstOfEach<Context>(configs.flatMap(({ contexts }) => contexts)),
    currentContext: configs.map(({ currentContext }) => currentContext).find(Boolean),
  });
  return config;
}

function firstOfEach<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values()].reverse();
}

// ------------------------------------------------------------------------------------------------------- the proxy

/** The cluster with the proxy that the environment names for it, as kubectl uses it: net/http's ProxyFromEnvironment. */
function throughProxy(cluster: Cluster, env: Io['env']): Cluster {
  const proxyUrl = env.HTTPS_PROXY || env.https_proxy;
  if (cluster.proxyUrl || !proxyUrl || !URL.canParse(cluster.server)) return cluster;
  const excluded = env.NO_PROXY || env.no_proxy || '';
  return isExcluded(new URL(cluster.server), excluded) ? cluster : { ...cluster, proxyUrl: urlOf(proxyUrl) };
}

function urlOf(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/**
 * Whether a server is reached without the proxy: names stand for their subdomains, too; addresses and ranges are
 * possible. https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function isExcluded({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const address = isIP(host) === 0 ? undefined : host;
  if (host === 'localhost' || (address !== undefined && inRange(address, '127.0.0.0/8')) || host === '::1')
    return true;
  const actualPort = port || (protocol === 'https:' ? '443' : '80');
  return list.split(',').some((entry) => {
    const rule = entry.trim().toLowerCase();
    if (rule === '') return false;
    if (rule === '*') return true;
    if (rule.includes('/')) return address !== undefined && inRange(address, rule);
    const [, name = '', ofPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(rule) ?? [];
    if (ofPort !== undefined && ofPort !== actualPort) return false;
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
    if (bare.startsWith('.')) return host.endsWith(bare);
    return host === bare || (address === undefined && host.endsWith(`.${bare}`));
  });
}

function inRange(address: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = (ip: string) => (isIP(ip) === 6 ? 'ipv6' : 'ipv4');
  if (isIP(network) === 0 || isIP(network) !== isIP(address) || !/^\d{1,3}$/.test(bits)) return false;
  const blocked = new BlockList();
  try {
    blocked.addSubnet(network, Number(bits), family(network));
  } catch {
    return false;
  }
  return blocked.check(address, family(address));
}
