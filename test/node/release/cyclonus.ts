/** cyclonus, an independent implementation of NetworkPolicies: https://github.com/mattfenwick/cyclonus */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { End } from '../../centaur/connectivity.js';
import type { Question } from '../../centaur/flow-table.js';
import { output } from '../cluster/command.js';
import { builtTool } from '../cluster/tools.js';

/**
 * Its answer to each question, under exactly these policies.
 *
 * @throws Error if the numbers of answers and questions differ.
 */
export async function judgedByCyclonus(
  policies: readonly object[],
  questions: readonly Question[],
): Promise<readonly boolean[]> {
  const absent = keysOfNotIn(policies);
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
      `--traffic-path=${await file(
        'traffic.json',
        questions.map((question) => traffic(question, absent)),
      )}`,
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

function traffic({ from, to, port: { port, protocol } }: Question, absent: object) {
  return {
    Source: peer(from, absent),
    Destination: peer(to, absent),
    ResolvedPort: port,
    Protocol: protocol,
  };
}

function peer(end: End, absent: object) {
  if (!('namespace' in end)) return { IP: end.address };
  const { namespace, labels, address } = end;
  // The label that every namespace has; the policies use no other.
  const NamespaceLabels = { 'kubernetes.io/metadata.name': namespace };
  const PodLabels = { ...absent, ...labels };
  return { IP: address, Internal: { Namespace: namespace, NamespaceLabels, PodLabels } };
}

/**
 * The keys that some selector compares by `NotIn`, each with an empty value for the pods that lack it. In Kubernetes
 * `NotIn` selects those, too; in cyclonus it does not, so it is asked about a pod with a value that no policy names.
 *
 * Format: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @throws Error if a policy also checks whether one of these keys exists, which the value would change.
 */
function keysOfNotIn(policies: readonly object[]): Readonly<Record<string, ''>> {
  const operators = new Map<string, Set<string>>();
  JSON.stringify(policies, (_, value) => {
    if (typeof value?.key === 'string' && typeof value.operator === 'string') {
      operators.set(value.key, (operators.get(value.key) ?? new Set()).add(value.operator));
    }
    return value;
  });
  const keys = [...operators].filter(([, named]) => named.has('NotIn'));
  const both = keys.find(([, named]) => named.has('Exists') || named.has('DoesNotExist'));
  if (both !== undefined) throw new Error(`policies ask by NotIn and by Exists for ${both[0]}`);
  return Object.fromEntries(keys.map(([key]) => [key, '' as const]));
}
