/**
 * The law, for any chart: for every values document the toolkit and both Helms produce the same objects, or all of them
 * refuse it. A document on which they differ is written to a file, with the commands that reproduce the difference.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import {
  EvaluationError,
  HelmChart,
  type Loaded,
  loadValues,
  type ReleaseOptions,
} from '../../src/helm/index.js';
import { forbiddenTextMessage, notPassedOn } from '../../src/text/forbidden-text.js';
import { helmMajors } from '../judges/helm.js';
import { type Judge, type Parsed, type Refused, templateBy } from '../judges/judge.js';
import { canonical } from './canonical.js';
import { seed, shrinks } from './seed.js';

/** A chart as source, and the folder that it was compiled into. */
export interface LawChart {
  readonly chart: HelmChart;
  readonly folder: string;
}

/** A user's input to Helm: the contents of values files, where later ones win, and expressions for `--set`. */
export interface UserDocument {
  readonly files: readonly string[];
  readonly set?: readonly string[];
}

export interface Outcome {
  /** Whether objects were produced from the document. */
  readonly accepted: boolean;
  /** How a Helm differs from the toolkit; undefined if none does. */
  readonly difference?: string;
}

/** The release that every document is for. */
export const release = { name: 'law-release', namespace: 'law-namespace' };

/** Asks the toolkit and both Helms. */
export async function judged(judge: Judge, subject: LawChart, document: UserDocument): Promise<Outcome> {
  const ours = evaluated(subject.chart, document);
  const verdicts = await judge.render({ chart: subject.folder, ...asked(document) });
  for (const major of helmMajors) {
    const found = compared(ours, verdicts[major]);
    if (found !== undefined) return { accepted: 'objects' in ours, difference: `Helm ${major}: ${found}` };
  }
  return { accepted: 'objects' in ours };
}

/** Whether a command can be given a document: no argument of a process holds a null character. */
export function fitsCommand({ set = [] }: UserDocument): boolean {
  return set.every((expression) => !expression.includes('\0'));
}

/** Asks a Helm binary: `helm template` is far slower than Helm's packages. */
export async function judgedByCommand(
  helm: string,
  subject: LawChart,
  document: UserDocument,
): Promise<Outcome> {
  const ours = evaluated(subject.chart, document);
  const difference = compared(ours, await templateBy(helm, { chart: subject.folder, ...asked(document) }));
  return { accepted: 'objects' in ours, ...(difference !== undefined && { difference }) };
}

/**
 * Checks the law for a chart.
 *
 * @throws {Error} with the difference, and the file that the document was written to
 */
export async function expectLaw(judge: Judge, subject: LawChart, document: UserDocument): Promise<void> {
  const { difference } = await judged(judge, subject, document);
  if (difference !== undefined) throw new Error(`${difference}\n${written(subject, document)}`);
}

/**
 * Checks the law for a chart on many random documents, and returns how many of them were accepted.
 *
 * @throws {Error} with the smallest document that shows a difference
 */
export async function expectLawOfMany(
  judge: Judge,
  subject: LawChart,
  documents: fc.Arbitrary<UserDocument>,
  many: number,
): Promise<number> {
  let accepted = 0;
  for (let start = 0; start < many; start += batchSize) {
    const batch = { seed: seed + start, numRuns: Math.min(batchSize, many - start) };
    accepted += await acceptedOfBatch(judge, subject, documents, batch);
    if (many > batchSize) console.log(`${start + batch.numRuns} of ${many} documents, ${accepted} accepted`);
  }
  return accepted;
}

/** The results of this many evaluations fit in memory. */
const batchSize = 500;

/** Keeps the processors busy: a request is answered while another one is evaluated here. */
const atOnce = 16;

interface Batch {
  readonly seed: number;
  readonly numRuns: number;
}

async function acceptedOfBatch(
  judge: Judge,
  subject: LawChart,
  documents: fc.Arbitrary<UserDocument>,
  batch: Batch,
): Promise<number> {
  let accepted = 0;
  const sampled = fc.sample(documents, batch);
  for (let start = 0; start < sampled.length; start += atOnce) {
    const outcomes = await Promise.all(
      sampled.slice(start, start + atOnce).map((document) => judged(judge, subject, document)),
    );
    accepted += outcomes.filter((outcome) => outcome.accepted).length;
    const failed = outcomes.findIndex(({ difference }) => difference !== undefined);
    if (failed >= 0) await shrink(judge, subject, documents, batch.seed, start + failed);
  }
  return accepted;
}

async function shrink(
  judge: Judge,
  subject: LawChart,
  documents: fc.Arbitrary<UserDocument>,
  batchSeed: number,
  index: number,
): Promise<never> {
  const property = fc.asyncProperty(
    documents,
    async (document) => (await judged(judge, subject, document)).difference === undefined,
  );
  const options = { seed: batchSeed, path: `${index}`, numRuns: index + 1, endOnFailure: !shrinks };
  const { counterexample } = await fc.check(property, options);
  const place = `LAW_SEED=${seed}, document ${batchSeed - seed + index}`;
  if (counterexample === null) {
    throw new Error(`${place} differed once, and then did not: is something left to chance?`);
  }
  const [smallest] = counterexample;
  const { difference } = await judged(judge, subject, smallest);
  throw new Error(`${difference}\n${place}\n${written(subject, smallest)}`);
}

// ------------------------------------------------------------------------------------------------------ comparison

type Ours = { readonly objects: readonly object[] } | Problems;

/** Why a document is refused. */
interface Problems {
  readonly problems: readonly string[];
  /** It can be read, and its schema admits it. */
  readonly byRules?: true;
}

/** Whether a chart produces objects from a document. */
export function isTaken({ chart }: LawChart, document: UserDocument): boolean {
  return 'objects' in evaluated(chart, document);
}

/** A document is drawn, checked for acceptance, and judged: it is evaluated once. */
const known = new WeakMap<UserDocument, { readonly chart: HelmChart; readonly ours: Ours }>();

function evaluated(chart: HelmChart, document: UserDocument): Ours {
  const last = known.get(document);
  if (last?.chart === chart) return last.ours;
  const ours = evaluatedAnew(chart, document);
  known.set(document, { chart, ours });
  return ours;
}

function evaluatedAnew(chart: HelmChart, document: UserDocument): Ours {
  const admitted = admittedValues(chart, document);
  if ('problems' in admitted) return { problems: admitted.problems.map(({ message }) => message) };
  try {
    const { problems, objects } = chart.evaluate(admitted.values, release);
    if (problems.length > 0) return { problems, byRules: true };
    return { objects: objects.map(({ object }) => object) };
  } catch (error) {
    if (error instanceof EvaluationError)
      return { problems: [`the chart has no meaning for it: ${error.message}`] };
    throw error;
  }
}

const withoutRules = new WeakMap<HelmChart, HelmChart>();

/** The complete values of a document, regardless of the chart's rules. */
export function admittedValues(chart: HelmChart, { files, set = [] }: UserDocument): Loaded {
  const ruleless =
    withoutRules.get(chart) ?? new HelmChart({ metadata: chart.metadata, values: chart.schema });
  withoutRules.set(chart, ruleless);
  const named = files.map((text, index) => ({ file: `values-${index}.yaml`, text }));
  return loadValues(ruleless, { files: named, set, release });
}

function asked({ files, set = [] }: UserDocument) {
  return { values: files, set, release: releaseOf(release) };
}

function releaseOf({ name = '', namespace = '' }: ReleaseOptions) {
  return { name, namespace };
}

/** How a Helm differs from our evaluation; undefined if both agree. */
export function compared(ours: Ours, theirs: Parsed | Refused): string | undefined {
  if ('problems' in ours) return comparedRefusals(ours, theirs);
  if (!theirs.ok) return `refuses what is accepted here: ${theirs.error}`;
  if (theirs.warnings.length > 0) return theirs.warnings.join('\n');
  const [here, there] = [identified(ours.objects), identified(theirs.objects)];
  for (const identity of new Set([...here.keys(), ...there.keys()])) {
    const [expected, found] = [here.get(identity), there.get(identity)];
    if (expected !== found) return `${identity}\nevaluated: ${expected}\nrendered:  ${found}`;
  }
  return undefined;
}

function comparedRefusals({ problems, byRules }: Problems, theirs: Parsed | Refused): string | undefined {
  if (theirs.ok) return `accepts what is refused here: ${problems.join('; ')}`;
  // Helm has its own messages about files, --set and schemas; those from `fail` are ours, up to a hint.
  const [, failed] =
    /execution error at \(\S+\): (.*?)(?:\n\nUse --debug flag .*)?$/s.exec(theirs.error) ?? [];
  if (failed === problems.join('\n')) return undefined;
  // Helm has one message for all strings that can't be passed on; here each is reported with its place.
  if (failed === forbiddenTextMessage && problems.every((problem) => problem.endsWith(notPassedOn)))
    return undefined;
  if (!byRules && /failed to parse|failed parsing --set|specifications of the schema/.test(theirs.error))
    return undefined;
  return `refuses it in other words: ${theirs.error}\nhere: ${problems.join('\n')}`;
}

/** Objects by what identifies them to Kubernetes. */
function identified(objects: readonly object[]): ReadonlyMap<string, string> {
  const entries = objects.map((object) => {
    const { apiVersion, kind, metadata = {} }: Identity = object;
    const { namespace = '', name = '' } = metadata;
    return [`${apiVersion} ${kind} ${namespace}/${name}`, canonical(object)] as const;
  });
  const map = new Map(entries);
  if (map.size < entries.length)
    throw new Error(`an object stands twice: ${entries.map(([name]) => name).sort()}`);
  return map;
}

interface Identity {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

// ---------------------------------------------------------------------------------------- reproducing a difference

const cache = fileURLToPath(new URL('../../.cache/law/', import.meta.url));

/** Writes a document to a file, and returns the commands to inspect it. */
export function written(subject: LawChart, document: UserDocument): string {
  const { files, set = [] } = document;
  const id = createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 12);
  const folder = path.join(cache, id);
  const chart = path.join(folder, 'chart');
  for (const [file, text] of subject.chart.compile()) write(path.join(chart, file), text);
  const options = [
    ...files.flatMap((text, index) => {
      const file = path.join(folder, `values-${index}.yaml`);
      write(file, text);
      return ['--values', file];
    }),
    ...set.flatMap((expression) => ['--set', quoted(expression)]),
    ...['--namespace', release.namespace],
  ].join(' ');
  return [
    `The document is in ${folder}:`,
    `  node lib/command/main.js render --release ${release.name} ${options}`,
    `  helm template ${release.name} ${chart} ${options}`,
  ].join('\n');
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
