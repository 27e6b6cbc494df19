/** The law for a chart that the toolkit does not know: on documents from its own schema, both Helms and the toolkit agree. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { resolved } from '../../src/helm/schema.js';
import type { Schema } from '../../src/helm/tree.js';
import { type Judge, startJudge } from '../judges/judge.js';
import { documents, instances } from '../law/documents.js';
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
  const folder = throwaway.write(chart.compile());
  const schema = resolved(chart.schema as Schema);
  const properties = Object.entries(schema.properties ?? {});
  // A document of all keys breaks one of the rules more often than not.
  const someKeys = fc
    .tuple(
      fc.record(Object.fromEntries(properties.map(([key, member]) => [key, instances(member)]))),
      fc.subarray(properties.map(([key]) => key)),
    )
    .map(([values, chosen]) =>
      Object.fromEntries(Object.entries(values).filter(([key]) => chosen.includes(key))),
    );

  const accepted = new Set<string>();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(someKeys, documents(schema)), async (values) => {
      const text = valuesText(values);
      if (evaluated(chart, text).objects === undefined) refused++;
      else for (const key of Object.keys(values)) accepted.add(key);
      await expectAgreement(judge, { chart, folder, values: text });
    }),
    { seed, numRuns: runs(200) },
  );
  // A law about refusals alone, or about no refusal, would say little.
  expect([...accepted].sort()).toEqual(properties.map(([key]) => key).sort());
  expect(refused).toBeGreaterThan(0);
});
