/** The law for a chart that the toolkit does not know: on documents from its own schema, both Helms and the toolkit agree. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { resolved } from '../../src/helm/schema.js';
import type { Schema } from '../../src/helm/tree.js';
import { type Judge, startJudge } from '../judges/judge.js';
import { documents } from '../law/documents.js';
import { runs, seed } from '../law/seed.js';
import { throwawayFolder } from '../law/throwaway-chart.js';
import { valuesText } from '../law/values-text.js';
import { evaluated, expectAgreement } from './agreement.js';

let judge: Judge;
const throwaway = throwawayFolder();
beforeAll(async () => {
  judge = await startJudge();
});
afterAll(async () => {
  throwaway.remove();
  await judge.stop();
});

test('for each document, the same objects or a refusal', async () => {
  const chart = webService();
  const schema = resolved(chart.schema as Schema);
  const folder = throwaway.write(chart.compile());
  const count = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(documents(schema).map(valuesText), async (values) => {
      count[evaluated(chart, values).objects === undefined ? 'refused' : 'accepted']++;
      await expectAgreement(judge, { chart, folder, values });
    }),
    { seed, numRuns: runs(200) },
  );
  // A law about refusals alone, or about no refusal, would say little.
  expect(count.accepted).toBeGreaterThan(runs(200) / 50);
  expect(count.refused).toBeGreaterThan(runs(200) / 50);
});
