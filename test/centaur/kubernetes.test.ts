/** Kubernetes' own schemas, and its restricted profile, on every object of each mode. */
import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/text/json.js';
import { restrictedProblems } from '../kubernetes/restricted.js';
import { validateObject } from '../kubernetes/validate.js';
import { render } from './release.js';
import { releases } from './releases.js';

describe.each(Object.entries(releases))('a release %s', (_, values) => {
  const { objects } = render(values);

  it('has only objects that Kubernetes strictly accepts', () => {
    expect(objects.flatMap((object) => validateObject(object))).toEqual([]);
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
