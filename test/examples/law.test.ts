/** The law for a chart that the toolkit does not know: the example, on documents that nobody thought of. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import type { Schema } from '../../src/helm/ir/schema.js';
import { resolved } from '../../src/helm/schema/schema.js';
import { useJudge } from '../judges/use-judge.js';
import { instances, userDocuments, wrongDocuments } from '../law/generators/documents.js';
import { valuesText } from '../law/generators/values-text.js';
import { expectLawOfMany, type UserDocument } from '../law/law.js';
import { patience, runs, seed } from '../law/seed.js';
import { throwawayFolder } from '../law/throwaway-chart.js';

const chart = webService();
const throwaway = throwawayFolder();
const subject = { chart, folder: throwaway.write(chart.compile()) };
const judge = useJudge();
afterAll(() => throwaway.remove());

describe(`web-service, seed ${seed}`, { timeout: patience }, () => {
  test('some of its keys, each with a value of its own', async () => {
    // A law about refusals alone would prove little.
    const many = runs(100, 40);
    const accepted = await expectLawOfMany(judge(), subject, someKeys(), many);
    expect(accepted).toBeGreaterThan(many / 4);
  });

  test('layers of files, and --set', async () => {
    await expectLawOfMany(judge(), subject, userDocuments(chart.schema), runs(50));
  });

  test('documents gone wrong', async () => {
    await expectLawOfMany(judge(), subject, wrongDocuments(chart.schema), runs(50));
  });
});

/** A document with all keys usually breaks one of the chart's rules. */
function someKeys(): fc.Arbitrary<UserDocument> {
  const properties = Object.entries(resolved(chart.schema as Schema).properties ?? {});
  const allKeys = fc.record(Object.fromEntries(properties.map(([key, member]) => [key, instances(member)])));
  return fc
    .tuple(allKeys, fc.subarray(properties.map(([key]) => key)))
    .map(([values, chosen]) => Object.entries(values).filter(([key]) => chosen.includes(key)))
    .map((entries) => ({ files: [valuesText(Object.fromEntries(entries))] }));
}
