/** A release of the chart on a node, installed like an operator would: by a real Helm, from a values file. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SecretSource } from '../../../src/secrets/source.js';
import { page } from '../../centaur/page.js';
import { type HelmMajor, helmCommand } from '../../judges/helm.js';
import { ironProxy } from '../../proxy/proxy.js';
import { printed, type Result } from '../cluster/command.js';
import type { Node } from '../cluster/node.js';
import { until } from '../cluster/until.js';
import { withNetworkCommands } from '../images/alpine.js';
import { connectImage } from '../images/connect.js';
import { doubleImage, programImage } from '../images/doubles.js';
import type { Container } from './contract.js';
import { pageNamespace, vault } from './operator.js';

/** The committed chart. */
export const chartFolder = fileURLToPath(new URL('../../../charts/centaur', import.meta.url));

/** The values of each mode: only the page's snippet. */
export const snippets: { readonly [mode in SecretSource]: string } = {
  'onepassword-connect': page.connect,
  onepassword: page.serviceAccount,
  env: 'ironProxy: {secretSource: env}\n',
};

/** The components whose pods a release of each mode has. */
export const componentsOf: { readonly [mode in SecretSource]: readonly Component[] } = {
  'onepassword-connect': ['api', 'connect', 'iron-proxy'],
  onepassword: ['api', 'iron-proxy'],
  env: ['api', 'iron-proxy'],
};

export type Component = 'api' | 'connect' | 'iron-proxy';

/** The long-running containers in a component's pods. */
export const containersOf: { readonly [component in Component]: readonly Container[] } = {
  api: ['api'],
  connect: ['connect-api', 'connect-sync'],
  'iron-proxy': ['iron-proxy'],
};

/** The images that the chart runs: doubles, and the real iron-proxy if IRON_PROXY_BIN names one. */
export async function importImages(node: Node): Promise<void> {
  const proxy = 'docker.io/ironsh/iron-proxy:0.45.0';
  const images = [
    withNetworkCommands(
      await (ironProxy ? programImage(proxy, ironProxy, 'iron-proxy') : doubleImage('iron-proxy', proxy)),
    ),
    doubleImage('api', 'docker.io/library/centaur-api:latest'),
    doubleImage('pause', 'docker.io/library/centaur-agent:latest'),
    connectImage('api', 'docker.io/1password/connect-api:1.8.1', vault),
    connectImage('sync', 'docker.io/1password/connect-sync:1.8.1', vault),
  ];
  await Promise.all(images.map(async (image) => node.importImage(await image)));
}

/** The content of a values file, or of several, where later ones win. */
export type ValuesTexts = string | readonly string[];

/** A component's container, by default the first one. */
export type Place = Component | readonly [component: Component, container: string];

export interface ReleaseOptions {
  readonly major: HelmMajor;
  /** By default `centaur`, as on the page. */
  readonly name?: string;
  /** By default `centaur-system`, as on the page. */
  readonly namespace?: string;
  /** The chart's folder, if it is not the committed one. */
  readonly chart?: string;
  /** The name of its Connect, if it is not the default one. */
  readonly connect?: string;
}

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Installs with `--wait`. @throws Error with Helm's message if it fails. */
  install(values: ValuesTexts, ...flags: readonly string[]): Promise<string>;
  /** Upgrades with `--wait`. @throws Error with Helm's message if it fails. */
  upgrade(values: ValuesTexts, ...flags: readonly string[]): Promise<string>;
  /** Helm's output for another verb on the release. @throws Error with its message if it fails. */
  helm(verb: string, ...args: readonly string[]): Promise<string>;
  /** Like the others, for commands that may fail: with the output and exit status. */
  tried(verb: string, args: readonly string[], values?: ValuesTexts): Promise<Result>;
  /** Its pods, once none of them is terminating. */
  pods(): Promise<readonly Pod[]>;
  /** Its pods, except terminating ones. */
  staying(): Promise<readonly Pod[]>;
  /** Its pods, as soon as they are exactly those of a mode; all of them are ready then. */
  podsOf(mode: SecretSource): Promise<readonly Pod[]>;
  /** The output of a command in a component's container, by default the first one. */
  exec(where: Place, ...command: readonly string[]): Promise<string>;
  /** The environment and mounts of a container, as seen from inside. */
  report(where: Place): Promise<Report>;
  /** The spec of a component's pods. */
  podSpec(component: Component): Promise<PodSpec>;
}

/** The fields of a pod's spec that tests change. */
export interface PodSpec {
  readonly dnsConfig?: object;
  readonly containers: readonly { readonly volumeMounts?: readonly { readonly mountPath: string }[] }[];
}

/** The handle of a release; nothing is installed yet. */
export function releaseOn(node: Node, options: ReleaseOptions): Release {
  const {
    major,
    name = 'centaur',
    namespace = pageNamespace,
    chart = chartFolder,
    connect = 'onepassword-connect',
  } = options;
  const namespaced = ['--namespace', namespace];
  const workloads: { readonly [component in Component]: string } = {
    api: `deploy/${name}-centaur-api`,
    'iron-proxy': `deploy/${name}-centaur-iron-proxy`,
    connect: `deploy/${connect}`,
  };

  const tried: Release['tried'] = async (verb, args, values) => {
    const from = values === undefined ? [] : [chart, ...(await valuesFiles(node, values))];
    return node.run(await helmCommand(major), [verb, name, ...namespaced, ...from, ...args]);
  };
  const succeeded = async (verb: string, args: readonly string[], values?: ValuesTexts) =>
    printed(await tried(verb, args, values), ['helm', verb, name, ...args]);
  const waiting = ['--wait', '--timeout', '5m'];
  const podObjects = async (): Promise<readonly PodObject[]> => {
    const selector = `app.kubernetes.io/instance=${name}`;
    const get = ['get', 'pods', ...namespaced, '--selector', selector, '--output', 'json'];
    const { items }: { items: readonly PodObject[] } = JSON.parse(await node.kubectl(...get));
    return items;
  };

  const release: Release = {
    name,
    namespace,
    install: (values, ...flags) => succeeded('install', [...waiting, ...flags], values),
    upgrade: (values, ...flags) => succeeded('upgrade', [...waiting, ...flags], values),
    helm: (verb, ...args) => succeeded(verb, args),
    tried,
    pods: () =>
      until(
        'no pod is on its way out',
        async () => {
          const items = await podObjects();
          return items.every(isStaying) ? items.map(podOf) : undefined;
        },
        120,
      ),
    staying: async () => (await podObjects()).filter(isStaying).map(podOf),
    async podsOf(mode) {
      const found = await until(`the pods are those of ${mode}`, async () => {
        const present = await release.pods();
        const components = present.map(({ component }) => component).sort();
        return components.join() === componentsOf[mode].join() ? present : undefined;
      });
      const waited = found.filter(({ ready }) => !ready).map((pod) => pod.name);
      if (waited.length > 0) throw new Error(`not ready: ${waited.join(', ')}`);
      return found;
    },
    exec(where, ...command) {
      const [component, ...container] = typeof where === 'string' ? [where] : where;
      const arguments_ = container.flatMap((one) => ['--container', one]);
      return node.exec([...namespaced, workloads[component], ...arguments_], ...command);
    },
    report: async (where) => JSON.parse(await release.exec(where, 'report')),
    async podSpec(component) {
      const spec = ['--output', 'jsonpath={.spec.template.spec}'];
      return JSON.parse(await node.kubectl('get', ...namespaced, workloads[component], ...spec));
    },
  };
  return release;
}

/** The files that are written or being written: releases that are installed at once share them, and none reads half of one. */
const written = new Map<string, Promise<void>>();

async function valuesFiles(node: Node, values: ValuesTexts): Promise<readonly string[]> {
  const texts = typeof values === 'string' ? [values] : values;
  const flags = texts.map(async (text) => {
    const file = path.join(node.folder, `values-${sha256(text)}.yaml`);
    const writing = written.get(file) ?? writeFile(file, text);
    written.set(file, writing);
    await writing;
    return ['--values', file];
  });
  return (await Promise.all(flags)).flat();
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A pod of a release. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  readonly ready: boolean;
  /** Empty until it has one. */
  readonly address: string;
}

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isStaying({ metadata }: PodObject): boolean {
  return metadata.deletionTimestamp === undefined;
}

function podOf({ metadata: { name, uid, labels }, status }: PodObject): Pod {
  return {
    name,
    uid,
    component: labels['app.kubernetes.io/component'] ?? '',
    ready: status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    address: status.podIP ?? '',
  };
}

/** The environment and mounts of a container: see doubles/report.go. */
export interface Report {
  readonly environment: { readonly [name: string]: string };
  readonly mounts: readonly {
    readonly path: string;
    readonly readOnly: boolean;
    /** Their paths are relative to that of the mount, and empty if it is a file itself. */
    readonly files: readonly { readonly path: string; readonly sha256?: string }[];
  }[];
}

/** Whether a file with this content is mounted. */
export function isMounted(content: string, { mounts }: Report): boolean {
  const digest = sha256(content);
  return mounts.some(({ files }) => files.some((file) => file.sha256 === digest));
}

/** The paths of all files in read-only mounts, except those that Kubernetes gives each pod. */
export function givenFiles({ mounts }: Report): readonly string[] {
  const everywhere = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'];
  return mounts
    .filter(({ path, readOnly }) => readOnly && !everywhere.includes(path))
    .flatMap(({ path, files }) => files.map((file) => (file.path === '' ? path : `${path}/${file.path}`)))
    .sort();
}
