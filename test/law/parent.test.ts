/** The law inside a parent chart: Helm passes its charts all of `global`, and `enabled` turns each on or off. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { centaurChart } from '../../src/centaur/index.js';
import type { HelmChart } from '../../src/helm/index.js';
import { holdsForbiddenText } from '../../src/text/forbidden-text.js';
import { isMap, type ValueMap } from '../../src/text/json.js';
import { secretForms } from '../centaur/secret-forms.js';
import { helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';
import { userDocuments, withForms } from './generators/documents.js';
import { admittedValues, compared, isTaken, release } from './law.js';
import { parentOf } from './parent-chart.js';
import { patience, runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const judge = useJudge();
const folder = throwawayFolder();
afterAll(() => folder.remove());

/** What other charts of the release, Rancher or Fleet put there. */
const globals = { cattle: { systemDefaultRegistry: 'registry.example.com', clusterId: 'c-1' }, tier: 3 };

async function rendered(chart: string, values: object) {
  const verdicts = await judge().render({ chart, values: [JSON.stringify(values)], release });
  return helmMajors.map((major) => [major, verdicts[major]] as const);
}

describe.each<readonly [string, HelmChart, object]>([
  ['centaur', centaurChart(), secretForms],
  ['web-service', webService(), {}],
])(`%s in a parent chart, seed ${seed}`, { timeout: patience }, (name, chart, forms) => {
  const subject = { chart, folder: '' };
  const documents = userDocuments(withForms(chart.schema, { ...forms }), {
    isWanted: (file) => !holdsForbiddenText(file),
  })
    .filter((document) => isTaken(subject, document))
    .map((document) => {
      const admitted = admittedValues(chart, document);
      if ('problems' in admitted) throw new Error('a document that is taken is admitted');
      return admitted.values;
    });

  test('has the same objects from both Helms as here', async () => {
    const parent = folder.write(parentOf({ chart }));
    const drawn: readonly ValueMap[] = fc.sample(documents, { seed, numRuns: runs(30, 5) });
    for (const { global = {}, ...own } of drawn) {
      const shared = { ...(isMap(global) ? global : {}), ...globals };
      const admitted = admittedValues(chart, {
        files: [JSON.stringify({ ...own, global: shared, enabled: true })],
      });
      if ('problems' in admitted) throw new Error(JSON.stringify(admitted.problems));
      const { problems, objects } = chart.evaluate(admitted.values, release);
      const ours =
        problems.length > 0
          ? { problems, byRules: true as const }
          : { objects: objects.map(({ object }) => object) };
      const values = { [name]: { ...own, enabled: true }, global: shared };
      for (const [major, theirs] of await rendered(parent, values)) {
        expect([major, compared(ours, theirs)]).toEqual([major, undefined]);
      }
    }
  });

  test('has no objects if the condition is false', async () => {
    for (const [, theirs] of await rendered(folder.write(parentOf({ chart })), {
      [name]: { enabled: false },
    })) {
      expect(theirs).toMatchObject({ ok: true, objects: [] });
    }
  });

  test.each([
    [{ [name]: { enabled: 'yes' } }, /enabled/],
    [{ [name]: { enabld: true } }, /enabld/],
  ])('refuses %j', async (values, message) => {
    for (const [, theirs] of await rendered(folder.write(parentOf({ chart })), values)) {
      expect(theirs).toMatchObject({ ok: false, error: expect.stringMatching(message) });
    }
  });
});

test('two aliases of centaur in one parent chart create no object twice', async () => {
  const chart = centaurChart();
  const parent = folder.write(parentOf({ chart, alias: 'one' }, { chart, alias: 'two' }));
  const mode = { ironProxy: { secretSource: 'onepassword-connect' } };
  const connect = (applicationName: string) => ({
    onepasswordConnect: { connect: { create: true, applicationName } },
  });
  const values = {
    one: { ...mode, ...connect('connect-one') },
    two: { ...mode, ...connect('connect-two'), api: { egressDiscovery: { enabled: false } } },
  };
  for (const [, theirs] of await rendered(parent, values)) {
    if (!theirs.ok) throw new Error(theirs.error);
    const objects = theirs.objects.map((object) => object as Identified);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((one, index) => names.indexOf(one) !== index)).toEqual([]);
    const namespaces = new Set(
      objects.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [] : [metadata?.namespace])),
    );
    expect([...namespaces].sort()).toEqual(['centaur-egress', release.namespace]);
  }
});

interface Identified {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}
