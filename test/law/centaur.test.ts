/** The law for the chart itself: documents from its schema, layered, with --set and nulls, and documents gone wrong. */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { type Judge, startJudge } from '../judges/judge.js';
import { userDocuments, wrongDocuments } from './documents.js';
import { expectLawOfMany, judgedByCommand } from './law.js';
import { patience, runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const chart = centaurChart();
const throwaway = throwawayFolder();
const subject = { chart, folder: throwaway.write(chart.compile()) };

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
});
afterAll(async () => {
  throwaway.remove();
  await judge.stop();
});

describe(`centaur, seed ${seed}`, { timeout: patience }, () => {
  test('documents of its schema: the same objects from both Helms as here', async () => {
    // About a third is accepted: the others break a rule across keys, or hold characters that YAML does not have.
    const many = runs(600);
    const accepted = await expectLawOfMany(judge, subject, userDocuments(chart.schema), many);
    expect(accepted).toBeGreaterThan(many / 5);
  });

  test('documents gone wrong: refused by both Helms, or by none', async () => {
    const many = runs(150);
    const accepted = await expectLawOfMany(judge, subject, wrongDocuments(chart.schema), many);
    expect(accepted).toBeLessThan(many / 2);
  });

  test('the commands themselves say what their packages do', async () => {
    const sampled = fc.sample(fc.oneof(userDocuments(chart.schema), wrongDocuments(chart.schema)), {
      seed,
      numRuns: 6,
    });
    for (const document of sampled)
      expect((await judgedByCommand(subject, document)).difference).toBeUndefined();
  });
});
