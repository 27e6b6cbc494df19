/**
 * The second law: a manifest of any shape, evaluated, equals what Helm renders from it compiled. Random pieces are
 * written in the vocabulary of a chart's source, compiled into a throwaway chart, and rendered for random values.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { evaluateNode, run, scopeOf } from '../../src/helm/evaluate/evaluate.js';
import {
  EvaluationError,
  type Expr,
  entries,
  groupBy,
  HelmChart,
  HelmObject,
  isPresent,
  type Symbolic,
} from '../../src/helm/index.js';
import { layoutDocument } from '../../src/helm/layout/layout.js';
import { mapNode } from '../../src/helm/manifest/reader.js';
import { holdsForbiddenText } from '../../src/text/forbidden-text.js';
import type { ValueMap } from '../../src/text/json.js';
import { helmMajors } from '../judges/helm.js';
import type { Rendered } from '../judges/judge.js';
import { useJudge } from '../judges/use-judge.js';
import { canonical } from './canonical.js';
import { Author, known } from './generators/random-manifest.js';
import { Tape, tapes } from './generators/tape.js';
import { valuesText } from './generators/values-text.js';
import { type World, world, worlds } from './generators/world.js';
import { patience, runs, seed, shrinks } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const judge = useJudge();
const folder = throwawayFolder();
afterAll(() => folder.remove());

const release = { name: 'law-release', namespace: 'law-namespace' };

/** A chart with one object that reads every value, since a chart must not have unused values. */
function startChart() {
  const chart = new HelmChart({
    metadata: { name: 'law', version: '0.1.0', appVersion: '1.10', description: 'A random manifest.' },
    values: world,
  });
  new HelmObject(chart, 'everything', {
    apiVersion: 'law/v1',
    kind: 'Everything',
    ...{ values: everyValue(chart.values).map((value) => isPresent(value)) },
  });
  return chart;
}

function everyValue(values: Symbolic<World>): readonly Expr<unknown>[] {
  return keysOf(world.properties).map((key) => values[key]);
}

function keysOf<T extends object>(object: T): readonly (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}

function shape(numbers: readonly number[]): HelmChart<typeof world> {
  const chart = startChart();
  const tape = new Tape(numbers);
  const author = new Author(tape);
  const at = known(chart.values);
  new HelmObject(chart, 'shape', {
    apiVersion: 'law/v1',
    kind: 'Shape',
    ...(tape.chance() && { when: author.flag(at, 2), comment: 'Why\nit is there.' }),
    ...({ shape: author.map(at, 3), last: author.value(at, 2) } as object),
  });
  return chart;
}

/** A chart that refuses some values itself, with messages made of them, and has notes for after the installation. */
function rules(numbers: readonly number[]): HelmChart<typeof world> {
  const chart = startChart();
  const author = new Author(new Tape(numbers));
  chart.addRules(...author.messages(known(chart.values), 2));
  chart.addNotes('Installed:', '', ...author.messages(known(chart.values), 2));
  chart.addWarnings(...author.messages(known(chart.values), 2));
  return chart;
}

function texts(numbers: readonly number[]): HelmChart<typeof world> {
  const chart = startChart();
  const author = new Author(new Tape(numbers), false);
  new HelmObject(chart, 'texts', {
    apiVersion: 'law/v1',
    kind: 'Texts',
    ...author.document(known(chart.values), 3),
  });
  return chart;
}

/** Counts, so that a test of nothing does not pass. */
class Tally {
  compared = 0;
  /** Why a chart could not be built, or is undefined for values: each reason once, and how often. */
  readonly skipped = new Map<string, number>();

  skip(error: Error): undefined {
    const reason = error.message.replaceAll(/[0-9]+|".*?"/g, '…').slice(0, 100);
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
    return undefined;
  }
}

/** Fails with the template, the values and both results if Helm and the evaluation differ. */
async function compare(build: () => HelmChart<typeof world>, documents: readonly ValueMap[], tally: Tally) {
  const chart = attempt(build, TypeError, tally);
  if (chart === undefined) return;
  const compiled = attempt(() => chart.compile(), TypeError, tally);
  if (compiled === undefined) return;
  const files = new Map([...compiled].filter(([file]) => !/^values/.test(file)));
  const written = folder.write(files);
  for (const values of documents) {
    const evaluated = attempt(() => evaluate(chart, values), EvaluationError, tally);
    if (evaluated === undefined) continue;
    tally.compared++;
    const text = valuesText(values);
    const verdicts = await judge().render({ chart: written, values: [text], release });
    for (const major of helmMajors) {
      const verdict = verdicts[major];
      const said = verdict.ok ? saidOf(verdict) : `refused: ${verdict.error}`;
      const agree =
        evaluated.refused === undefined ? said === evaluated.objects : said.includes(evaluated.refused);
      if (!agree) {
        const rendered = verdict.ok ? Object.values(verdict.manifests).join('') : '';
        const expected = evaluated.refused ?? evaluated.objects;
        throw new Error(report(`in Helm ${major}`, { files, text, rendered, expected, said }));
      }
    }
  }
}

function saidOf({ objects, warnings }: Rendered): string {
  return warnings.length > 0 ? warnings.join('\n') : canonical(objects);
}

interface Difference {
  readonly files: ReadonlyMap<string, string>;
  readonly text: string;
  readonly rendered: string;
  readonly expected: string;
  readonly said: string;
}

function report(where: string, { files, text, rendered, expected, said }: Difference): string {
  const templates = [...files].filter(([file]) => /^templates.(?!everything)/.test(file));
  return [
    `The evaluation and Helm differ, ${where}.`,
    ...templates.map(([file, template]) => `----- ${file}\n${template}`),
    `----- values\n${text}`,
    `----- rendered\n${rendered}`,
    `----- evaluated\n${expected}`,
    `----- rendered and read\n${said}`,
  ].join('\n');
}

/** Undefined if the chart can't be built or is undefined for the values; JavaScript's own TypeErrors don't count. */
function attempt<T>(make: () => T, expected: new () => Error, tally: Tally): T | undefined {
  try {
    return make();
  } catch (error) {
    const own = error instanceof Error && /is not a function|of undefined|Invalid/.test(error.message);
    if (error instanceof expected && !own) return tally.skip(error);
    throw error;
  }
}

function evaluate(chart: HelmChart<typeof world>, values: ValueMap) {
  try {
    const { problems, objects } = chart.evaluate(values, release);
    return {
      objects: canonical(objects.map(({ object }) => object)),
      ...(problems.length > 0 && { refused: problems.join('\n') }),
    };
  } catch (error) {
    // Helm's reader has its own message for a key that is too long.
    if (isLongKey(error)) return { objects: '', refused: 'refused: ' };
    throw error;
  }
}

function isLongKey(error: unknown): boolean {
  return error instanceof EvaluationError && error.message.includes('is too long for YAML');
}

describe(`shapes, seed ${seed}`, { timeout: patience }, () => {
  test.each([
    ['manifests', shape],
    ['texts', texts],
    ['rules and notes', rules],
  ] as const)('random %s', async (_, build) => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(tapes, fc.array(worlds, { minLength: 1, maxLength: 2 }), (numbers, documents) =>
        compare(() => build(numbers), documents, tally),
      ),
      { seed, numRuns: runs(300), endOnFailure: !shrinks },
    );
    expect(tally.skipped, 'shapes that could not be built, or had no meaning').toEqual(new Map());
    expect(tally.compared).toBeGreaterThan(runs(300));
  });

  test('a key arrives if it is as long as YAML reads, and no longer one does', async () => {
    const build = () => {
      const chart = startChart();
      const byWord = groupBy(chart.values.words, (word) => word, 'byWord');
      new HelmObject(chart, 'shape', {
        apiVersion: 'law/v1',
        kind: 'Shape',
        ...{ shape: entries(byWord, () => 'x') },
      });
      return chart;
    };
    // With the quotes 1,024 characters of JSON: of letters, of surrogate pairs, and of escapes.
    const lengths = { a: 1, '\u{105c0}': 1, '\u{e0001}': 1, '"': 2, '\u0001': 6, '<': 6 };
    const words = Object.entries(lengths).flatMap(([piece, length]) => {
      const longest = piece.repeat(1022 / length) + 'x'.repeat(1022 % length);
      return [longest, `${longest}x`];
    });
    const [world] = fc.sample(worlds, { seed, numRuns: 1 });
    const tally = new Tally();
    await compare(
      build,
      words.map((word) => ({ ...world, words: [word] })),
      tally,
    );
    expect(tally.compared).toBe(words.length);
  });

  test('values at the end of a document arrive with their last line breaks, which Helm would trim', async () => {
    const build = () => {
      const chart = startChart();
      new HelmObject(chart, 'shape', { apiVersion: 'law/v1', kind: 'Shape', ...{ last: chart.values.open } });
      return chart;
    };
    const taken = worlds.filter((values) => !holdsForbiddenText(values));
    const [values = {}] = fc.sample(taken, { seed, numRuns: 1 });
    const ends = ['', ' ', '\t', '\n', ' \n', '\n\n', '\n\n\n', '\n ', '\n\t\n'];
    const texts = ends.flatMap((end) => [end, `a${end}`, `a\nb${end}`]);
    const documents = texts.map((text) => ({ ...values, open: { last: text } }));
    const tally = new Tally();
    await compare(build, documents, tally);
    expect(tally.compared).toBe(documents.length);
  });

  test('a string consists of its lines, and its lines mean what is evaluated', () => {
    fc.assert(
      fc.property(tapes, worlds, (numbers, values) => {
        fc.pre(!holdsForbiddenText(values));
        const author = new Author(new Tape(numbers), false);
        const { values: symbols } = startChart();
        const map = mapNode({ begin: 'x', ...author.map(known(symbols), 3) });
        const scope = scopeOf({
          Values: values,
          Release: { Name: 'law', Namespace: 'law', Service: 'Helm' },
          Chart: { Name: 'law', Version: '0.1.0', AppVersion: '1.10' },
        });
        const text = run(layoutDocument(map), scope).join('\n');
        const options = { version: '1.1', schema: 'yaml-1.1', merge: false, intAsBigInt: false } as const;
        let meant = '';
        try {
          meant = canonical(evaluateNode(map, scope));
        } catch (error) {
          if (!isLongKey(error)) throw error;
          // As a manifest it is refused; as a string it is unchanged.
          fc.pre(false);
        }
        expect(canonical(parse(text, options)), text).toBe(meant);
      }),
      { seed, numRuns: runs(1000) },
    );
  });
});
