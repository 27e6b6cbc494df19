/**
 * The chart under each version of Helm that it must work with: the law on a sample of documents, through the `helm`
 * command of that version.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { centaurChart } from '../../src/centaur/index.js';
import type { HelmChart } from '../../src/helm/index.js';
import { holdsForbiddenText } from '../../src/text/forbidden-text.js';
import type { Value } from '../../src/text/json.js';
import { brokenRules as ofCentaur } from '../centaur/broken-rules.js';
import { withRunnablePods } from '../centaur/runnable-pods.js';
import { secretForms } from '../centaur/secret-forms.js';
import { brokenRules as ofWebService } from '../examples/broken-rules.js';
import { helmVersion, releasedHelm } from '../judges/helm.js';
import { templateBy } from '../judges/judge.js';
import { userDocuments, withForms, wrongDocuments } from '../law/generators/documents.js';
import { fitsCommand, isTaken, judgedByCommand, release, type UserDocument, written } from '../law/law.js';
import { operatorAnswers } from '../law/operator-answers.js';
import { parentOf } from '../law/parent-chart.js';
import type { BrokenRules } from '../law/rules.js';
import { runs, seed } from '../law/seed.js';
import { throwawayFolder } from '../law/throwaway-chart.js';
import { execFile } from '../system/processes.js';
import { projectRoot } from '../system/project.js';
import { differencesTable } from './differences.js';
import { allHelms, versions } from './versions.js';

const valuesFolder = path.join(projectRoot, 'values');
const valuesFiles = readdirSync(valuesFolder).map(
  (file) => [`values/${file}`, readFileSync(path.join(valuesFolder, file), 'utf8')] as const,
);

const isWanted = (file: Value) => !holdsForbiddenText(file);

/** Processes of Helm, each of which uses more than one processor while it reads a chart. */
const atOnce = 4;

interface Subject {
  readonly name: string;
  readonly chart: HelmChart;
  readonly folder: string;
  readonly files: readonly (readonly [name: string, text: string])[];
  readonly forms: { readonly [path: string]: string };
  readonly rules: BrokenRules;
}

/** A folder for each chart: all of them are asked again for each version. */
function subjectOf(chart: HelmChart, rest: Omit<Subject, 'name' | 'chart' | 'folder'>): Subject {
  const throwaway = throwawayFolder();
  afterAll(() => throwaway.remove());
  return { name: chart.metadata.name, chart, folder: throwaway.write(chart.compile()), ...rest };
}

const subjects = [
  subjectOf(centaurChart(), { files: valuesFiles, forms: secretForms, rules: ofCentaur }),
  subjectOf(webService(), { files: [['its defaults', '{}']], forms: {}, rules: ofWebService }),
];

test('what differs is in docs/law.md', async () => {
  const page = readFileSync(path.join(projectRoot, 'docs/law.md'), 'utf8');
  expect(page).toContain(differencesTable(await allHelms()));
});

describe.each(versions)(`Helm $version, seed ${seed}`, (version) => {
  let helm: string;
  beforeAll(async () => {
    helm = await releasedHelm(version);
  });

  test('is that version', async () => {
    expect(await helmVersion(helm)).toBe(version.version);
  });

  test('computes every operator as it is computed here', async () => {
    const answers = await operatorAnswers(new Map([[version.version, helm]]), runs(500));
    expect([...answers.values()].flatMap(({ differences }) => differences)).toEqual([]);
    expect(answers.size).toBeGreaterThan(40);
  });

  describe.each(subjects)('$name', (subject) => {
    const { name, chart, folder, files, forms, rules } = subject;
    const schema = withForms(chart.schema, forms);

    /** The number of accepted documents among those that both agree on. */
    async function judged(documents: readonly UserDocument[]): Promise<number> {
      let accepted = 0;
      for (let start = 0; start < documents.length; start += atOnce) {
        const some = documents.slice(start, start + atOnce);
        const outcomes = await Promise.all(
          some.map(async (document) => ({ document, ...(await judgedByCommand(helm, subject, document)) })),
        );
        for (const { document, difference } of outcomes) {
          if (difference !== undefined) throw new Error(`${difference}\n${written(subject, document)}`);
        }
        accepted += outcomes.filter((outcome) => outcome.accepted).length;
        if (start % 40 === 0)
          console.log(`${version.version}, ${name}: ${start} of ${documents.length} documents`);
      }
      return accepted;
    }

    test.each(files)('%s: lint has no complaints, and the objects are those of render', async (_, text) => {
      const child = execFile(helm, ['lint', '--strict', '--quiet', folder, '--values', '-']);
      child.child.stdin?.end(text);
      const { stdout, stderr } = await child;
      expect(stdout.trim() + stderr.trim()).toBe('');
      expect(await judged([{ files: [text] }])).toBe(1);
    });

    test('documents that the chart accepts: the same objects', async () => {
      const many = runs(150);
      const likely = userDocuments(schema, { isWanted, completed: withRunnablePods });
      const writable = fc.oneof(userDocuments(schema, { isWanted }), likely).filter(fitsCommand);
      const taken = writable.filter((document) => isTaken(subject, document));
      expect(await judged(fc.sample(taken, { seed, numRuns: many }))).toBe(many);
    });

    test('documents of its schema, and documents gone wrong: one verdict', async () => {
      const isAlike = (document: UserDocument) =>
        !version.dropsNulls || !/null/i.test(JSON.stringify(document)) || isTaken(subject, document);
      const drawn = fc
        .oneof(userDocuments(schema), wrongDocuments(schema))
        .filter((document) => fitsCommand(document) && isAlike(document));
      await judged(fc.sample(drawn, { seed, numRuns: runs(150) }));
    });

    test('every rule is broken in the same words', async () => {
      expect(await judged(rules.map(([, file]) => ({ files: [file] })))).toBe(0);
    });

    test('in a parent chart: the same objects, or none if it is off', async () => {
      const throwaway = throwawayFolder();
      try {
        const parent = throwaway.write(parentOf({ chart }));
        const on = { [chart.metadata.name]: { enabled: true }, global: { cattle: { clusterId: 'c-1' } } };
        const alone = await templateBy(helm, { chart: folder, release });
        const inside = await templateBy(helm, { chart: parent, values: [JSON.stringify(on)], release });
        if (!alone.ok || !inside.ok) throw new Error(JSON.stringify([alone, inside]));
        expect(inside.objects).toEqual(alone.objects);
        const off = JSON.stringify({ [chart.metadata.name]: { enabled: false } });
        const without = await templateBy(helm, { chart: parent, values: [off], release });
        expect(without).toMatchObject({ ok: true, objects: [] });
        const typo = JSON.stringify({ [chart.metadata.name]: { enabld: true } });
        const refused = await templateBy(helm, { chart: parent, values: [typo], release });
        expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('enabld') });
      } finally {
        throwaway.remove();
      }
    });
  });
});
