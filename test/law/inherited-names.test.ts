/** Names that every JavaScript object inherits are ordinary keys to Helm, so they are to the toolkit. */
import { afterAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { centaurChart } from '../../src/centaur/index.js';
import { hints } from '../../src/centaur/upgrade-hints.js';
import { type HelmChart, loadValues } from '../../src/helm/index.js';
import type { Schema } from '../../src/helm/ir/schema.js';
import { resolved } from '../../src/helm/schema/schema.js';
import type { Value } from '../../src/text/json.js';
import { useJudge } from '../judges/use-judge.js';
import { valuesText } from './generators/values-text.js';
import { expectLaw } from './law.js';
import { runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const inherited = Object.getOwnPropertyNames(Object.prototype);

const judge = useJudge();

type Path = readonly string[];

/** The maps that can be reached without a list; a map of any keys has the member `a`. */
function mapsBelow(schema: Schema, path: Path = []): readonly Path[] {
  const { properties = {}, patternProperties = {}, additionalProperties } = schema;
  const [any] = [...Object.values(patternProperties), additionalProperties].filter(isSchema);
  const members = Object.entries(any === undefined ? properties : { a: any, ...properties });
  if (members.length === 0 && additionalProperties === undefined) return [];
  return [path, ...members.flatMap(([key, member]) => mapsBelow(member, [...path, key]))];
}

function isSchema(schema: Schema | boolean | undefined): schema is Schema {
  return typeof schema === 'object';
}

/** A document with these members in the map at the path. */
function documentOf(path: Path, names: readonly string[], member: Value): string {
  const members: Value = Object.fromEntries(names.map((name) => [name, member]));
  return valuesText(path.reduceRight<Value>((inner, key) => Object.fromEntries([[key, inner]]), members));
}

describe.each<readonly [string, HelmChart]>([
  ['centaur', centaurChart()],
  ['web-service', webService()],
])(`%s, seed ${seed}`, (_, chart) => {
  const folder = throwawayFolder();
  const subject = { chart, folder: folder.write(chart.compile()) };
  afterAll(() => folder.remove());

  function told(text: string): readonly string[] {
    const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text }], hints });
    return 'problems' in loaded ? loaded.problems.map(({ message }) => message) : [];
  }

  const maps = mapsBelow(resolved(chart.schema as Schema));
  const chosen = [...maps.keys()].slice(0, runs(maps.length)).map((index) => (index + seed) % maps.length);

  test.each(
    chosen.map((index) => [maps[index]?.join('.'), index] as const),
  )('in the map %s', async (_, index) => {
    const path = maps[index] ?? [];
    const member = index % 2 === 0 ? 'x' : {};
    const refused = inherited.filter((name) => told(documentOf(path, [name], member)).length > 0);
    const taken = inherited.filter((name) => !refused.includes(name));
    for (const names of [refused, taken]) {
      await expectLaw(judge(), subject, { files: [documentOf(path, names, member)] });
    }
  });

  test.each(inherited)('%s is reported as an unknown key', (name) => {
    expect(told(documentOf([], [name], 'x'))).toEqual(['this key is not known']);
  });
});
