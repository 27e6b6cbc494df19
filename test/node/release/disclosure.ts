/** What can be read of a release outside its containers, and whether it contains anything confidential. */
import { gunzipSync } from 'node:zlib';
import type { Node } from '../cluster/node.js';
import type { Prepared } from './operator.js';

interface SecretObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** A namespace's Secrets: the operator's own, and those in which Helm keeps releases. */
export async function secretsIn(
  node: Node,
  namespace: string,
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

/** Everything in the cluster outside Secrets: every object of every kind, including events, as JSON. */
export async function objectsOf(node: Node): Promise<string> {
  const kinds = (await node.kubectl('api-resources', '--verbs=list', '--output=name')).trim().split('\n');
  const readable = kinds.filter((kind) => kind !== 'secrets').join(',');
  return node.kubectl('get', readable, '--all-namespaces', '--output', 'json');
}

/** The logs of all containers of a namespace. */
export async function logsOf(node: Node, namespace: string): Promise<string> {
  const names = (await node.kubectl('get', 'pods', '--namespace', namespace, '--output', 'name')).trim();
  const logs = names
    .split('\n')
    .map((name) => node.kubectl('logs', '--namespace', namespace, name, '--all-containers'));
  return (await Promise.all(logs)).join('\n');
}

/** The names of the strings that a text contains, literally or in base64. */
export function disclosed(text: string, confidential: Prepared['confidential']): readonly string[] {
  return Object.entries(confidential)
    .filter(([, content]) => writings(content).some((writing) => text.includes(writing)))
    .map(([name]) => name);
}

/**
 * The possible spellings of a string: literal, in JSON, or within base64, which depends on the number of preceding
 * bytes.
 */
function writings(content: string): string[] {
  const encoded = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(content)])
      .toString('base64')
      // Digits that share bits with the neighbours are omitted.
      .slice(Math.ceil((before * 8) / 6), -4),
  );
  return [content, JSON.stringify(content).slice(1, -1), ...encoded];
}
