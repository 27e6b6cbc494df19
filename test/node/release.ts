/** A release of the chart on a node, as an operator has it: by a real Helm, from the text of a values file. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { SecretSource } from '../../src/secrets/source.js';
import { page } from '../centaur/page.js';
import { type HelmMajor, helmCommand } from '../judges/helm.js';
import { printed, type Result } from './command.js';
import { withNetworkCommands } from './images/alpine.js';
import { connectImage } from './images/connect.js';
import { doubleImage } from './images/doubles.js';
import type { Node } from './node.js';
import { pageNamespace } from './operator.js';
import { until } from './until.js';

/** The chart as it is committed. */
export const chartFolder = fileURLToPath(new URL('../../charts/centaur', import.meta.url));

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

/** The images that the chart runs, by doubles. */
export async function importImages(node: Node): Promise<void> {
  const ironProxy = await doubleImage('iron-proxy', 'docker.io/ironsh/iron-proxy:0.45.0');
  await node.importImage(await withNetworkCommands(ironProxy));
  await node.importImage(await doubleImage('api', 'docker.io/library/centaur-api:latest'));
  await node.importImage(await connectImage('api', 'docker.io/1password/connect-api:1.8.1'));
  await node.importImage(await connectImage('sync', 'docker.io/1password/connect-sync:1.8.1'));
}

export interface ReleaseOptions {
  readonly major: HelmMajor;
  /** `centaur` when left out, as on the page. */
  readonly name?: string;
  /** `centaur-system` when left out, as on the page. */
  readonly namespace?: string;
  /** The chart's folder, when it is not the one that is committed. */
  readonly chart?: string;
}

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Installs with `--wait`; `values` are the text of a values file. @throws Error with Helm's words when it fails. */
  install(values: string, ...flags: readonly string[]): Promise<string>;
  /** Upgrades with `--wait`. @throws Error with Helm's words when it fails. */
  upgrade(values: string, ...flags: readonly string[]): Promise<string>;
  /** What Helm printed for another verb on the release. @throws Error with its words when it fails. */
  helm(verb: string, ...args: readonly string[]): Promise<string>;
  /** Like the others, for what may fail: with what it printed and its exit status. */
  tried(verb: string, args: readonly string[], values?: string): Promise<Result>;
  /** Its pods, once none of them is on its way out. */
  pods(): Promise<readonly Pod[]>;
  /** Its pods, as soon as they are those of a mode and no others; all of them are ready then. */
  podsOf(mode: SecretSource): Promise<readonly Pod[]>;
  /** What a command printed in a component's container, the first one when none is named. */
  exec(
    where: Component | readonly [component: Component, container: string],
    ...command: readonly string[]
  ): Promise<string>;
  /** What a double says that its container was given. */
  report(component: 'api' | 'iron-proxy'): Promise<Report>;
}

/** The handle of a release; nothing is installed yet. */
export function releaseOn(node: Node, options: ReleaseOptions): Release {
  const { major, name = 'centaur', namespace = pageNamespace, chart = chartFolder } = options;
  const namespaced = ['--namespace', namespace];
  const workloads: { readonly [component in Component]: string } = {
    api: `deploy/${name}-centaur-api`,
    'iron-proxy': `deploy/${name}-centaur-iron-proxy`,
    connect: 'deploy/onepassword-connect',
  };

  const tried: Release['tried'] = async (verb, args, values) => {
    const from = values === undefined ? [] : [chart, '--values', '-'];
    return node.run(
      await helmCommand(major),
      [verb, name, ...namespaced, ...from, ...args],
      values === undefined ? {} : { input: values },
    );
  };
  const succeeded = async (verb: string, args: readonly string[], values?: string) =>
    printed(await tried(verb, args, values), ['helm', verb, name, ...args]);
  const waiting = ['--wait', '--timeout', '5m'];

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
          const selector = `app.kubernetes.io/instance=${name}`;
          const list = await node.kubectl(
            'get',
            'pods',
            ...namespaced,
            '--selector',
            selector,
            '--output',
            'json',
          );
          const { items }: { items: readonly PodObject[] } = JSON.parse(list);
          if (items.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) return undefined;
          return items.map(podOf);
        },
        120,
      ),
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
    report: async (component) => JSON.parse(await release.exec(component, 'report')),
  };
  return release;
}

/** A pod of a release. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  readonly ready: boolean;
}

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function podOf({ metadata: { name, uid, labels }, status }: PodObject): Pod {
  return {
    name,
    uid,
    component: labels['app.kubernetes.io/component'] ?? '',
    ready: status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
  };
}

/** What a double says that its container was given. */
export interface Report {
  readonly environment: { readonly [name: string]: string };
  readonly mounts: readonly { readonly files: readonly { readonly sha256?: string }[] }[];
}

/** Whether a file with this content is mounted. */
export function isMounted(content: string, { mounts }: Report): boolean {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return mounts.some(({ files }) => files.some((file) => file.sha256 === sha256));
}
