import { expect, test } from 'vitest';
import { podOf, readableSecrets, rightsToSecrets } from './pod-rights.js';

const deployment = (spec: object) => {
  const pod = podOf(JSON.parse(JSON.stringify({ kind: 'Deployment', spec: { template: { spec } } })));
  if (pod === undefined) throw new Error('a Deployment has pods');
  return pod;
};

const key = (name: string, key: string) => ({ name: 'V', valueFrom: { secretKeyRef: { name, key } } });

test('a pod can read what any of its containers can, once, and whole Secrets as such', () => {
  const pod = deployment({
    initContainers: [{ env: [key('a', 'init'), { name: 'PLAIN', value: 'x' }] }],
    containers: [
      { env: [key('a', 'two'), key('a', 'init')], envFrom: [{ secretRef: { name: 'b' } }] },
      { env: [key('b', 'one')] },
    ],
  });
  expect(readableSecrets(pod)).toEqual([
    { name: 'a', keys: ['init', 'two'] },
    { name: 'b', keys: [] },
  ]);
});

test('a token has the rights of the Roles that are bound to its ServiceAccount', () => {
  const role = (name: string, resources: readonly string[], verbs: readonly string[]) => ({
    kind: 'Role',
    metadata: { name },
    rules: [{ resources, verbs }],
  });
  const binding = (name: string, account: string) => ({
    kind: 'RoleBinding',
    roleRef: { name },
    subjects: [{ kind: 'ServiceAccount', name: account }],
  });
  const objects = [
    role('own', ['pods', 'secrets'], ['get']),
    role('all', ['*'], ['list']),
    role('pods', ['pods'], ['create']),
    role('other', ['secrets'], ['delete']),
    ...['own', 'all', 'pods'].map((name) => binding(name, 'mine')),
    binding('other', 'another'),
  ];
  const rights = (spec: object) => rightsToSecrets(deployment({ containers: [{}], ...spec }), objects);
  expect(rights({ serviceAccountName: 'mine' })).toEqual({ serviceAccount: 'mine', verbs: ['get', 'list'] });
  expect(rights({ serviceAccountName: 'mine', automountServiceAccountToken: false })).toBeUndefined();
  expect(rights({})).toEqual({ serviceAccount: 'default', verbs: [] });
});

test('an object without pods has none', () => {
  expect(podOf({ kind: 'ConfigMap', data: {} })).toBeUndefined();
});
