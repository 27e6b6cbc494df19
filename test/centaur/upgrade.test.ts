/** A release of the chart's previous version can be upgraded to the present one without replacing an object. */
import { describe, expect, it, test } from 'vitest';
import { chartMetadata } from '../../src/centaur/metadata.js';
import { helmTemplate } from '../judges/judge.js';
import { previousChart, previousVersion } from './previous.js';
import { Reader, release, render } from './release.js';
import { releases } from './releases.js';

/**
 * What the API server refuses to change in an existing object; `validation.go` of each kind in Kubernetes' `pkg/apis`.
 */
const immutable: { readonly [kind: string]: readonly (readonly string[])[] } = {
  Deployment: [['spec', 'selector']],
  RoleBinding: [['roleRef']],
  Secret: [['type'], ['immutable']],
  Service: [['spec', 'clusterIP']],
};

/** Kinds in which any field may change, as long as the object keeps its name. */
const mutable = [
  'ConfigMap',
  'HorizontalPodAutoscaler',
  'Namespace',
  'PodDisruptionBudget',
  'Role',
  'ServiceAccount',
];

/**
 * What must stay unchanged, by how an object is found. Policies may come and go, and hooks are created again each time.
 */
function lasting(objects: readonly object[]): { readonly [identity: string]: readonly unknown[] } {
  const readers = objects.map((object) => new Reader(JSON.parse(JSON.stringify(object))));
  const isHook = (it: Reader) => it.at('metadata', 'annotations', 'helm.sh/hook') !== undefined;
  const kept = readers.filter((it) => it.at('kind') !== 'NetworkPolicy' && !isHook(it));
  return Object.fromEntries(
    kept.map((it) => {
      const kind = String(it.at('kind'));
      // Helm puts what names no namespace into the release's.
      const namespace = it.at('metadata', 'namespace') ?? (kind === 'Namespace' ? '' : release.namespace);
      const identity = [kind, namespace, it.at('metadata', 'name')].join('/');
      return [identity, (immutable[kind] ?? []).map((path) => it.at(...path))];
    }),
  );
}

describe.each(Object.entries(releases))('a release of the previous version %s', (_, values) => {
  it('keeps its objects, and what the API server would refuse to change in them', async () => {
    const before = await helmTemplate(4, { chart: previousChart, values: [values], release });
    if (!before.ok) throw new Error(before.error);
    const { objects } = render(values);
    expect(lasting(objects)).toEqual(lasting(before.objects));
    const kinds = [...new Set(objects.map((object) => String(new Reader(object).at('kind'))))];
    expect([...Object.keys(immutable), ...mutable, 'NetworkPolicy', 'Pod']).toEqual(
      expect.arrayContaining(kinds),
    );
  });
});

test('the previous version is older than the present one', () => {
  const parts = (version: string) => version.split('.').map((part) => part.padStart(5, '0'));
  expect(parts(previousVersion).join('.') < parts(chartMetadata.version).join('.')).toBe(true);
});
