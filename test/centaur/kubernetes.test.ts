/** Kubernetes' own schemas, and its restricted profile, on every object of each mode. */
import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/text/json.js';
import { clusterScopedKinds } from '../kubernetes/documents.js';
import { restrictedProblems } from '../kubernetes/restricted.js';
import { validateObject } from '../kubernetes/validate.js';
import { Reader, render } from './release.js';
import { releases } from './releases.js';

const clusterScoped = Object.values(await clusterScopedKinds()).flat();

describe.each(Object.entries(releases))('a release %s', (_, values) => {
  const { objects } = render(values);

  it('has only objects that Kubernetes strictly accepts', () => {
    expect(objects.flatMap((object) => validateObject(object))).toEqual([]);
  });

  it('names the namespace in each object, except in those whose kind has none', () => {
    const [without, within] = [true, false].map((isClusterScoped) =>
      objects.filter(({ kind }) => clusterScoped.includes(String(kind)) === isClusterScoped),
    );
    const namespaces = (them: readonly ValueMap[] = []) => [
      ...new Set(them.map((object) => new Reader(object).at('metadata', 'namespace'))),
    ];
    expect(namespaces(without)).toEqual([undefined]);
    expect(namespaces(within).toSorted()).toEqual(['centaur-egress', 'centaur-system']);
  });

  it("has only pods that meet Kubernetes' restricted profile", () => {
    const isPodMaker = ({ kind }: ValueMap) => ['Deployment', 'Pod'].includes(String(kind));
    expect(objects.filter(isPodMaker).length).toBeGreaterThanOrEqual(3);
    expect(objects.flatMap((object) => restrictedProblems(object))).toEqual([]);
  });
});

it('a pod that may become root is detected', () => {
  const { objects } = render('api: {podSecurityContext: {runAsNonRoot: false}}\n');
  expect(objects.flatMap((object) => restrictedProblems(object))).not.toEqual([]);
});
