/** The schema for people accepts whatever the chart accepts. */

import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { readValuesFile } from '../../src/helm/values/read.js';
import { holdsForbiddenText } from '../../src/text/forbidden-text.js';
import { wordKeywords } from '../../src/text/form.js';
import { isList, isMap, type Value } from '../../src/text/json.js';
import { withRunnablePods } from '../centaur/runnable-pods.js';
import { secretForms } from '../centaur/secret-forms.js';
import { userDocuments, withForms } from './generators/documents.js';
import { isTaken } from './law.js';
import { patience, runs, seed } from './seed.js';

const chart = centaurChart();
const files = chart.compile();
const ajv = new Ajv({ allowUnionTypes: true, keywords: [...wordKeywords] });
const accepts = ajv.compile(JSON.parse(files.get('values.editor.schema.json') ?? ''));

test(`what the chart accepts is not marked, seed ${seed}`, { timeout: patience }, () => {
  const isWanted = (file: Value) => !holdsForbiddenText(file) && !holdsNull(file);
  const drawn = userDocuments(withForms(chart.schema, secretForms), {
    isWanted,
    completed: withRunnablePods,
  });
  const taken = drawn.filter(
    (document) => document.files.length === 1 && isTaken({ chart, folder: '' }, document),
  );
  fc.assert(
    fc.property(taken, ({ files: [text = ''] }) => {
      const { values } = readValuesFile(text, 'values.yaml');
      accepts(JSON.parse(JSON.stringify(values)));
      expect(accepts.errors ?? []).toEqual([]);
    }),
    { seed, numRuns: runs(100, 20) },
  );
});

/** An editor marks a null, which removes a key with its default: the one thing that it is stricter about. */
function holdsNull(value: Value): boolean {
  if (isList(value)) return value.some(holdsNull);
  return isMap(value) ? Object.values(value).some(holdsNull) : value === null;
}
