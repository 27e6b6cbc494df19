/**
 * The law of the files around the templates: Helm reads the same defaults and metadata as in the source, regardless of
 * their content and descriptions; and plain manifests are equivalent to their objects.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { chartInfo, type Expr, HelmChart, HelmObject, isPresent } from '../../src/helm/index.js';
import type { Schema } from '../../src/helm/ir/schema.js';
import { constantYaml } from '../../src/helm/template/constant-yaml.js';
import { holdsForbiddenText } from '../../src/text/forbidden-text.js';
import type { Value, ValueMap } from '../../src/text/json.js';
import { helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';
import { canonical } from './canonical.js';
import { anyValues, keys, mapsOf, strings } from './generators/arbitrary-values.js';
import { patience, runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const judge = useJudge();
const folder = throwawayFolder();
afterAll(() => folder.remove());

const writable = (value: Value) => !holdsForbiddenText(value);
const texts = strings.filter((text) => writable(text) && !/[^\P{Cc}\n\t]/u.test(text));

/** Helm removes everything that is not printable from metadata. */
const appVersions = texts.filter((text) => /^[ -~]*$/.test(text));

/** A possible default: null would remove itself. */
const defaults = anyValues.filter((value) => writable(value) && !holdsNull(value));

function holdsNull(value: Value): boolean {
  if (Array.isArray(value))
    return value.some((item) => typeof item === 'object' && item !== null && holdsNull(item));
  return value === null || (typeof value === 'object' && Object.values(value).some(holdsNull));
}

/** Nested objects, with or without defaults in their leaves. */
const schemas: fc.Arbitrary<Schema> = fc.letrec<{ object: Schema; member: Schema }>((tie) => ({
  member: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ default: defaults, description: texts }),
    fc.record({ description: texts }),
    tie('object'),
  ),
  object: fc.record({
    type: fc.constant('object'),
    description: texts,
    properties: fc.dictionary(
      keys.filter((key) => writable({ [key]: 0 })),
      tie('member'),
      { maxKeys: 4 },
    ),
  }),
})).object;

describe(`files, seed ${seed}`, { timeout: patience }, () => {
  test('Helm reads the same defaults and metadata as in the source', async () => {
    await fc.assert(
      fc.asyncProperty(
        schemas,
        texts,
        appVersions,
        texts,
        async (values, description, appVersion, introduction) => {
          const chart = new HelmChart({
            metadata: { name: 'law', version: '0.1.0', appVersion, description },
            values: values as object,
            introduction,
          });
          const symbols = Object.keys(values.properties ?? {}).map((key): unknown =>
            Reflect.get(chart.values, key),
          );
          new HelmObject(chart, 'metadata', {
            apiVersion: 'law/v1',
            kind: 'Metadata',
            ...{
              read: symbols.map((value) => isPresent(value as Expr<unknown>)),
              appVersion: chartInfo.AppVersion,
            },
          });
          const files = chart.compile();
          const written = folder.write(files);
          const read = await judge().coalesce({ chart: written });
          const rendered = await judge().render({ chart: written });
          const expected = canonical(chart.evaluate(chart.defaults).objects.map(({ object }) => object));
          for (const major of helmMajors) {
            const [ofValues, ofMetadata] = [read[major], rendered[major]];
            const given = ofValues.ok ? canonical(ofValues.values) : ofValues.error;
            expect(given, files.get('values.yaml')).toBe(canonical(chart.defaults));
            const made = ofMetadata.ok ? canonical(ofMetadata.objects) : ofMetadata.error;
            expect(made, files.get('Chart.yaml')).toBe(expected);
          }
        },
      ),
      { seed, numRuns: runs(300) },
    );
  });

  test('plain manifests are read as the objects that they were written from', async () => {
    await fc.assert(
      fc.asyncProperty(mapsOf(anyValues.filter(writable)), async (map: ValueMap) => {
        fc.pre(Object.keys(map).every(writable));
        const text = constantYaml(map).join('\n');
        const parsed = await judge().parse(`top:\n  inner:\n${constantYaml({ a: map }, 4).join('\n')}\n`);
        expect(parsed.ok ? canonical(parsed.objects) : parsed.error, text).toBe(
          canonical([{ top: { inner: { a: map } } }]),
        );
      }),
      { seed, numRuns: runs(1000) },
    );
  });
});
