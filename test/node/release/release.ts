/** A release of the chart on a node, as an operator has it: by a real Helm, from the text of a values file. */
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

/** The chart as it is committed. */
export const chartFolder = fileURLToPath(new URL('../../../charts/centaur', import.meta.url));

/** The values of each mode: the page's snippet, and nothing else. */
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

/** The containers that run on in a component's pods. */
export const containersOf: { readonly [component in Component]: readonly Container[] } = {
  api: ['api'],
  connect: ['connect-api', 'connect-sync'],
  'iron-proxy': ['iron-proxy'],
};

/** The images that the chart runs: doubles, and the real iron-proxy where IRON_PROXY_BIN names one. */
export async function importImages(node: Node): Promise<void> {
  const proxy = 'docker.io/ironsh/iron-proxy:0.45.0';
  const images = [
    withNetworkCommands(
      await (ironProxy ? programImage(proxy, ironProxy, 'iron-proxy') : doubleImage('iron-proxy', proxy)),
    ),
    doubleImage('api', 'docker.io/library/centaur-api:latest'),
    doubleImage('pause', 'docker.io/library/centaur-sandbox:latest'),
    connectImage('api', 'docker.io/1password/connect-api:1.8.1', vault),
    connectImage('sync', 'docker.io/1password/connect-sync:1.8.1', vault),
  ];
  for (const image of images) await node.importImage(await image);
}

/** The text of a values file, or of several, of which a later one wins. */
export type ValuesTexts = string | readonly string[];

/** A component's container, the first one when none is named. */
export type Place = Component | readonly [component: Component, container: string];

export interface ReleaseOptions {
  readonly major: HelmMajor;
  /** `centaur` when left out, as on the page. */
  readonly name?: string;
  /** `centaur-system` when left out, as on the page. */
  readonly namespace?: string;
  /** The chart's folder, when it is not the one that is committed. */
  readonly chart?: string;
  /** What its Connect is called, when it is not by its default name. */
  readonly connect?: string;
}

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Installs with `--wait`. @throws Error with Helm's words when it fails. */
  install(values: ValuesTexts, ...flags: readonly string[]): Promise<string>;
  /** Upgrades with `--wait`. @throws Error with Helm's words when it fails. */
  upgrade(values: ValuesTexts, ...flags: readonly string[]): Promise<string>;
  /** What Helm printed for another verb on the release. @throws Error with its words when it fails. */
  helm(verb: string, ...args: readonly string[]): Promise<string>;
  /** Like the others, for what may fail: with what it printed and its exit status. */
  tried(verb: string, args: readonly string[], values?: ValuesTexts): Promise<Result>;
  /** Its pods, once none of them is on its way out. */
  pods(): Promise<readonly Pod[]>;
  /** Its pods, but for those on their way out. */
  staying(): Promise<readonly Pod[]>;
  /** Its pods, as soon as they are those of a mode and no others; all of them are ready then. */
  podsOf(mode: SecretSource): Promise<readonly Pod[]>;
  /** What a command printed in a component's container, the first one when none is named. */
  exec(where: Place, ...command: readonly string[]): Promise<string>;
  /** What a container was given, as it is seen from inside. */
  report(where: Place): Promise<Report>;
  /** The spec of a component's pods. */
  podSpec(component: Component): Promise<PodSpec>;
}

/** The spec of a pod, as far as tests change it. */
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

async function valuesFiles(node: Node, values: ValuesTexts): Promise<readonly string[]> {
  const texts = typeof values === 'string' ? [values] : values;
  const flags = texts.map(async (text) => {
    const file = path.join(node.folder, `values-${sha256(text)}.yaml`);
    await writeFile(file, text);
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

/** What a container was given: see doubles/report.go. */
export interface Report {
  readonly environment: { readonly [name: string]: string };
  readonly mounts: readonly {
    readonly path: string;
    readonly readOnly: boolean;
    /** Their paths are relative to that of the mount, and empty where it is a file itself. */
    readonly files: readonly { readonly path: string; readonly sha256?: string }[];
  }[];
}

/** Whether a file with this content is mounted. */
export function isMounted(content: string, { mounts }: Report): boolean {
  const digest = sha256(content);
  return mounts.some(({ files }) => files.some((file) => file.sha256 === digest));
}

/** The paths of all files in mounts that can't be written, but for those that each pod has of Kubernetes. */
export function givenFiles({ mounts }: Report): readonly string[] {
  const everywhere = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'];
  return mounts
    .filter(({ path, readOnly }) => readOnly && !everywhere.includes(path))
    .flatMap(({ path, files }) => files.map((file) => (file.path === '' ? path : `${path}/${file.path}`)))
    .sort();
}
