import type { Node } from '../cluster/node.js';
import type { Rights } from './contract.js';

/** What a ServiceAccount may do with objects of a namespace, according to `kubectl auth can-i --list`. */
export async function rightsOf(
  node: Node,
  account: { readonly namespace: string; readonly name: string },
  namespace: string,
): Promise<Rights> {
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const list = await node.kubectl('auth', 'can-i', '--list', '--namespace', namespace, '--as', user);
  const rights = new Map<string, readonly string[]>();
  for (const line of list.trimEnd().split('\n').slice(1)) {
    const [, resource = '', urls = '', names = '', verbs = ''] =
      /^(\S*) +\[(.*)\] +\[(.*)\] +\[(.*)\]$/.exec(line) ?? [];
    if (verbs === '') throw new Error(`kubectl auth can-i --list said: ${line}`);
    if (urls !== '') continue;
    const what = names === '' ? resource : `${resource} ${names}`;
    rights.set(what, [...(rights.get(what) ?? []), ...verbs.split(' ')].sort());
  }
  return Object.fromEntries(rights);
}

/** The names of a namespace's ServiceAccounts. */
export async function accountsIn(node: Node, namespace: string): Promise<readonly string[]> {
  const names = 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}';
  const listed = await node.kubectl('get', 'serviceaccounts', '--namespace', namespace, '--output', names);
  return listed.trimEnd().split('\n').sort();
}
