import { expect } from 'vitest';
import { type HelmChart, loadValues } from '../../src/helm/index.js';
import { helmMajors } from '../judges/helm.js';
import type { Judge } from '../judges/judge.js';
import { canonical } from '../law/canonical.js';

const release = { name: 'web', namespace: 'team-a' };

/** What the toolkit makes of a values file: objects, or what is wrong with it. */
export function evaluated(chart: HelmChart, values: string) {
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text: values }], release });
  return 'problems' in loaded
    ? {
        problems: loaded.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
      }
    : { objects: chart.evaluate(loaded.values, release).objects.map(({ object }) => object) };
}

/** Both Helms make the same objects of a values file as the toolkit, or refuse it too, for a broken rule with its words. */
export async function expectAgreement(
  judge: Judge,
  { chart, folder, values }: { chart: HelmChart; folder: string; values: string },
): Promise<void> {
  const { objects, problems } = evaluated(chart, values);
  const answers = await judge.render({ chart: folder, values: [values], release });
  for (const major of helmMajors) {
    const answer = answers[major];
    if (objects !== undefined) {
      if (!answer.ok) throw new Error(`Helm ${major} refuses what is accepted here: ${answer.error}`);
      const [theirs, ours] = [inOrder(answer.objects), inOrder(objects)];
      // The first of the two says more about a difference, the second finds it.
      if (canonical(theirs) !== canonical(ours)) expect(theirs).toEqual(ours);
      expect(canonical(theirs)).toBe(canonical(ours));
    } else {
      if (answer.ok) throw new Error(`Helm ${major} accepts what is refused here: ${problems.join('; ')}`);
      const isOfSchema = answer.error.includes("values don't meet the specifications of the schema");
      for (const problem of isOfSchema ? [] : problems) expect(answer.error).toContain(problem);
    }
  }
}

/** Helm prints objects in the order of their installation. */
function inOrder<T extends object>(objects: readonly T[]): readonly T[] {
  return [...objects].sort((left, right) => (canonical(left) < canonical(right) ? -1 : 1));
}
