/** cyclonus, which knows by itself what NetworkPolicies mean: https://github.com/mattfenwick/cyclonus */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { End } from '../centaur/connectivity.js';
import type { Question } from '../centaur/flow-table.js';
import { output } from './command.js';
import { builtTool } from './tools.js';

/**
 * What it says of each question, under these policies and no others.
 *
 * @throws Error when its answers are not as many as the questions.
 */
export async function judgedByCyclonus(
  policies: readonly object[],
  questions: readonly Question[],
): Promise<readonly boolean[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cyclonus-'));
  try {
    const file = async (name: string, content: unknown) => {
      await writeFile(path.join(folder, name), JSON.stringify(content));
      return path.join(folder, name);
    };
    const list = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items: policies };
    const printed = await output(await builtTool('cyclonus'), [
      'analyze',
      '--mode=query-traffic',
      `--policy-path=${await file('policies.json', list)}`,
      `--traffic-path=${await file('traffic.json', questions.map(traffic))}`,
    ]);
    const answers = [...printed.matchAll(/IS ALLOWED\?\s*\|\s*(TRUE|FALSE)/g)].map(
      ([, word]) => word === 'TRUE',
    );
    if (answers.length !== questions.length)
      throw new Error(`cyclonus gave ${answers.length} answers to ${questions.length} questions`);
    return answers;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function traffic({ from, to, port: { port, protocol } }: Question) {
  return { Source: peer(from), Destination: peer(to), ResolvedPort: port, Protocol: protocol };
}

function peer(end: End) {
  if (!('namespace' in end)) return { IP: end.address };
  const { namespace, labels, address } = end;
  // The label that every namespace has; the policies speak of no other.
  const NamespaceLabels = { 'kubernetes.io/metadata.name': namespace };
  return { IP: address, Internal: { Namespace: namespace, NamespaceLabels, PodLabels: labels } };
}
