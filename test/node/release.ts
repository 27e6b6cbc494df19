/** The chart as an operator installs it on a node: the Secrets made before, the page's snippets, and a real Helm. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type Container, infraKeys } from '../../src/centaur/infra-secret.js';
import type { SecretSource } from '../../src/secrets/source.js';
import { page } from '../centaur/page.js';
import { type HelmMajor, helmCommand } from '../judges/helm.js';
import { certificateAuthority } from '../proxy/certificates.js';
import { printed } from './command.js';
import { withNetworkCommands } from './images/alpine.js';
import { connectImage } from './images/connect.js';
import { doubleImage } from './images/doubles.js';
import type { Node } from './node.js';
import { until } from './until.js';

/** As the page names them. */
export const namespace = 'centaur-system';
const release = 'centaur';

const chart = fileURLToPath(new URL('../../charts/centaur', import.meta.url));

/** The values of each mode: the page's snippet, and nothing else. */
export const snippets: { readonly [mode in SecretSource]: string } = {
  'onepassword-connect': page.connect,
  onepassword: page.serviceAccount,
  env: 'ironProxy: {secretSource: env}\n',
};

/** The credential that a release resolves where nothing is declared: that of the one harness that is on. */
export const harnessCredential = 'OPENAI_API_KEY';

/** The infra Secret, with the keys of all modes at once, so that a container can get one too many. */
export const infra: { readonly [key: string]: string } = {
  ...Object.fromEntries(
    [...infraKeys.map(({ key }) => key), harnessCredential].map((key) => [key, made(key)]),
  ),
  OP_VAULT: 'Agents & "Tools"',
};

const connectCredentials = JSON.stringify({ version: '2', verifier: { salt: made('the verifier') } });

/** A value that is nowhere else, the same each time. */
function made(name: string): string {
  return `made-${createHash('sha256').update(name).digest('hex')}`;
}

/** The images that the chart runs, by doubles. */
export async function importImages(node: Node): Promise<void> {
  const ironProxy = await doubleImage('iron-proxy', 'docker.io/ironsh/iron-proxy:0.45.0');
  await node.importImage(await withNetworkCommands(ironProxy));
  await node.importImage(await doubleImage('api', 'docker.io/library/centaur-api:latest'));
  await node.importImage(await connectImage('api', 'docker.io/1password/connect-api:1.8.1'));
  await node.importImage(await connectImage('sync', 'docker.io/1password/connect-sync:1.8.1'));
}

/** What the operator makes before the first install. */
export interface Prepared {
  /** The private key of the CA, as PEM. */
  readonly caKey: string;
  /** What must appear nowhere but in the operator's Secrets and the containers: an unmistakable part of each. */
  readonly confidential: { readonly [name: string]: string };
}

/** Makes the namespace, which takes restricted pods alone, and in it the Secrets of the contract. */
export async function prepareNamespace(node: Node): Promise<Prepared> {
  const { cert, key } = await certificateAuthority('the firewall');
  const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: enforced } },
    secret('centaur-infra-env', infra),
    secret('centaur-firewall-ca', { 'ca-cert.pem': cert }),
    secret('centaur-firewall-ca-key', { 'ca-cert.pem': cert, 'ca-key.pem': key }),
    secret('centaur-onepassword-connect-credentials', { '1password-credentials.json': connectCredentials }),
  ]);
  const [, keyLine = ''] = key.split('\n');
  return {
    caKey: key,
    confidential: { ...infra, 'ca-key.pem': keyLine, '1password-credentials.json': made('the verifier') },
  };
}

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

/** What Helm printed for a verb on the release; `values` are the text of a values file. */
export async function helm(
  node: Node,
  major: HelmMajor,
  verb: 'install' | 'upgrade' | 'test' | 'uninstall',
  values?: string,
): Promise<string> {
  const command = await helmCommand(major);
  const args = [
    ...[verb, release, '--namespace', namespace, '--timeout', '5m'],
    ...(values === undefined ? [] : [chart, '--values', '-', '--wait']),
  ];
  return printed(await node.run(command, args, values === undefined ? {} : { input: values }), [
    'helm',
    ...args,
  ]);
}

// ------------------------------------------------------------------------------------------------------- what runs

/** A pod of the namespace. */
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

/** The namespace's pods, once none of them is on its way out. */
export function pods(node: Node): Promise<readonly Pod[]> {
  return until(
    'no pod is on its way out',
    async () => {
      const list = await node.kubectl('get', 'pods', '--namespace', namespace, '--output', 'json');
      const { items }: { items: readonly PodObject[] } = JSON.parse(list);
      if (items.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) return undefined;
      return items.map(({ metadata: { name, uid, labels }, status }) => ({
        name,
        uid,
        component: labels['app.kubernetes.io/component'] ?? '',
        ready: status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
      }));
    },
    120,
  );
}

/** What a double says that its container was given. */
export interface Report {
  readonly environment: { readonly [name: string]: string };
  readonly mounts: readonly { readonly files: readonly { readonly sha256?: string }[] }[];
}

export async function report(node: Node, component: 'api' | 'iron-proxy'): Promise<Report> {
  return JSON.parse(
    await node.exec(['--namespace', namespace, `deploy/${release}-centaur-${component}`], 'report'),
  );
}

/** Variables that hold anything of the infra Secret, whatever they are called. */
export function ofTheInfraSecret(environment: Report['environment']): Report['environment'] {
  const held = Object.values(infra);
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => held.some((part) => value.includes(part))),
  );
}

/** What the table of keys gives a container, without declared databases. */
export function expectedOfTheInfraSecret(container: Container, mode: SecretSource): Report['environment'] {
  const keys = infraKeys
    .filter(({ readers, modes, forDatabases }) => {
      return readers.includes(container) && !forDatabases && (modes?.includes(mode) ?? true);
    })
    .map(({ key }) => key);
  const credentials = container === 'iron-proxy' && mode === 'env' ? [harnessCredential] : [];
  return Object.fromEntries([...keys, ...credentials].map((key) => [key, infra[key] ?? '']));
}

/** Whether a file with this content is mounted. */
export function isMounted(content: string, { mounts }: Report): boolean {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return mounts.some(({ files }) => files.some((file) => file.sha256 === sha256));
}

// ------------------------------------------------------------------------------------------------ what can be read

interface SecretObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** The namespace's Secrets: the operator's own, and those in which Helm keeps releases. */
export async function secrets(
  node: Node,
): Promise<{ readonly own: readonly SecretObject[]; readonly helm: readonly SecretObject[] }> {
  const list = await node.kubectl('get', 'secrets', '--namespace', namespace, '--output', 'json');
  const { items }: { items: readonly SecretObject[] } = JSON.parse(list);
  const isHelms = ({ type }: SecretObject) => type === 'helm.sh/release.v1';
  return { own: items.filter((item) => !isHelms(item)), helm: items.filter(isHelms) };
}

/** A release as Helm stores it: JSON, packed with gzip and in base64, in a Secret that is base64 again. */
export function releaseText({ data }: SecretObject): string {
  const packed = Buffer.from(data?.release ?? '', 'base64').toString();
  return gunzipSync(Buffer.from(packed, 'base64')).toString();
}

/** All that the cluster tells about the release outside of Secrets: every object of every kind, events, and all logs. */
export async function published(node: Node): Promise<string> {
  const kinds = (await node.kubectl('api-resources', '--verbs=list', '--output=name')).trim().split('\n');
  const readable = kinds.filter((kind) => kind !== 'secrets').join(',');
  const objects = await node.kubectl('get', readable, '--all-namespaces', '--output', 'json');
  const logs = (await pods(node)).map(({ name }) =>
    node.kubectl('logs', '--namespace', namespace, name, '--all-containers'),
  );
  return [objects, ...(await Promise.all(logs))].join('\n');
}

/** The names of what is in a text, as it is or in base64. */
export function disclosed(text: string, confidential: Prepared['confidential']): readonly string[] {
  return Object.entries(confidential)
    .filter(([, content]) => writings(content).some((writing) => text.includes(writing)))
    .map(([name]) => name);
}

/** How a text may be written: as it is, in JSON, or within base64, which depends on how many bytes stand before. */
function writings(content: string): string[] {
  const encoded = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(content)])
      .toString('base64')
      // What shares its bits with the neighbours is left out.
      .slice(Math.ceil((before * 8) / 6), -4),
  );
  return [content, JSON.stringify(content).slice(1, -1), ...encoded];
}
