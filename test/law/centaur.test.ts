/** The law for the chart itself: documents from its schema, layered, with --set and nulls, and invalid documents. */

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { holdsForbiddenText } from '../../src/text/forbidden-text.js';
import type { Value } from '../../src/text/json.js';
import { withRunnablePods } from '../centaur/runnable-pods.js';
import { secretForms } from '../centaur/secret-forms.js';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';
import { userDocuments, withForms, wrongDocuments } from './generators/documents.js';
import { expectLawOfMany, fitsCommand, isTaken, judgedByCommand } from './law.js';
import { patience, runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const chart = centaurChart();
const schema = withForms(chart.schema, secretForms);
const throwaway = throwawayFolder();
const subject = { chart, folder: throwaway.write(chart.compile()) };

const isWanted = (file: Value) => !holdsForbiddenText(file);
/** Documents that break fewer of the rules: with all that are in the schema, few are accepted. */
const likely = userDocuments(schema, { isWanted, completed: withRunnablePods });

const judge = useJudge();
afterAll(() => throwaway.remove());

describe(`centaur, seed ${seed}`, { timeout: patience }, () => {
  test('documents that the chart accepts: the same objects from both Helms as here', async () => {
    const many = runs(300);
    const writable = fc.oneof(userDocuments(schema, { isWanted }), likely);
    const taken = writable.filter((document) => isTaken(subject, document));
    expect(await expectLawOfMany(judge(), subject, taken, many)).toBe(many);
  });

  test('documents of its schema, which may break rules across keys: one verdict', async () => {
    // A quarter of them are accepted: with fewer, a run would sometimes draw hardly any.
    const many = runs(100, 60);
    const drawn = fc.oneof({ weight: 1, arbitrary: userDocuments(schema) }, { weight: 3, arbitrary: likely });
    const accepted = await expectLawOfMany(judge(), subject, drawn, many);
    expect(accepted).toBeGreaterThan(many / 20);
    expect(accepted).toBeLessThan(many);
  });

  test('documents gone wrong: refused by both Helms, or by neither', async () => {
    const many = runs(150, 20);
    const accepted = await expectLawOfMany(judge(), subject, wrongDocuments(schema), many);
    expect(accepted).toBeLessThan(many / 2);
  });

  test('the commands themselves agree with their packages', async () => {
    const drawn = fc.oneof(userDocuments(schema), wrongDocuments(schema)).filter(fitsCommand);
    const sampled = fc.sample(drawn, { seed, numRuns: runs(6, 2) });
    for (const major of helmMajors) {
      const helm = await helmCommand(major);
      for (const document of sampled)
        expect((await judgedByCommand(helm, subject, document)).difference).toBeUndefined();
    }
  });
});
