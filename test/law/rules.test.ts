/**
 * The law of the rules: a document breaks each rule of a chart's source, and all refuse it in the same words. The rules
 * are taken from the source, so a rule that no document breaks fails here.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { centaurChart } from '../../src/centaur/index.js';
import { scopeOf } from '../../src/helm/evaluate/evaluate.js';
import type { HelmChart } from '../../src/helm/index.js';
import { brokenRules as ofCentaur } from '../centaur/broken-rules.js';
import { brokenRules as ofWebService } from '../examples/broken-rules.js';
import { useJudge } from '../judges/use-judge.js';
import { admittedValues, judged, release } from './law.js';
import { type BrokenRules, type Rule, rulesOf } from './rules.js';
import { throwawayFolder } from './throwaway-chart.js';

const judge = useJudge();

describe.each<[name: string, chart: HelmChart, documents: BrokenRules]>([
  ['centaur', centaurChart(), ofCentaur],
  ['web-service', webService(), ofWebService],
])('%s', (_, chart, documents) => {
  const rules = rulesOf(chart);
  const throwaway = throwawayFolder();
  const subject = { chart, folder: throwaway.write(chart.compile()) };
  afterAll(() => throwaway.remove());

  const known = new Map<string, readonly Rule[]>();
  /** The rules that a values file breaks, each as often as it has a message. */
  function brokenBy(file: string): readonly Rule[] {
    const broken = known.get(file) ?? brokenAnew(file);
    known.set(file, broken);
    return broken;
  }

  function brokenAnew(file: string): readonly Rule[] {
    const admitted = admittedValues(chart, { files: [file] });
    if ('problems' in admitted) throw new Error(admitted.problems.map(({ message }) => message).join('\n'));
    const scope = scopeOf(chart.context(admitted.values, release));
    return rules.flatMap((rule) => rule.messages(scope).map(() => rule));
  }

  test.each(documents)('%s…', async (rule, file) => {
    const named = rules.filter(({ words }) => words.startsWith(rule)).map(({ words }) => words);
    expect([...new Set(named)], 'the rules whose messages begin so').toHaveLength(1);
    expect(brokenBy(file).map(({ words }) => words)).toEqual([named[0]]);
    expect(await judged(judge(), subject, { files: [file] })).toEqual({ accepted: false });
  });

  test('every rule is broken by one of these documents', () => {
    const broken = new Set(documents.flatMap(([, file]) => brokenBy(file)));
    expect(rules.filter((rule) => !broken.has(rule)).map(({ words }) => words)).toEqual([]);
  });
});
