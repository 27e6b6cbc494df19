/**
 * Whether each row of the operator table means in Helm what it means in TypeScript: thousands of calls of each row are
 * evaluated by our implementation and, printed by the compiler, by `helm template`.
 */
import { operators } from '../../src/helm/expressions/operators.js';
import type { Operator } from '../../src/helm/ir/operator.js';
import type { Ast, Entry, Node } from '../../src/helm/ir/tree.js';
import { layoutDocument } from '../../src/helm/layout/layout.js';
import { mapNode } from '../../src/helm/manifest/reader.js';
import { printTemplate } from '../../src/helm/template/go-lines.js';
import type { Value } from '../../src/text/json.js';
import { type PlainMap, templateBy } from '../judges/judge.js';
import { missedEdges } from './generators/asked-edges.js';
import { argumentsAsValues, type Group, questionsFor } from './generators/operator-cases.js';
import { valuesText } from './generators/values-text.js';
import { seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

/** Binaries by what to call them in messages. */
export type Helms = ReadonlyMap<string, string>;

/** What a row was tested with. */
interface Row {
  readonly operator: Operator;
  readonly groups: readonly Group[];
}

/** The outcome. */
export interface Answer {
  readonly compared: number;
  /** The edge cases of its parameters that no call had. */
  readonly missed: readonly string[];
  /** How Helm's results differ, in the words of a test's message. */
  readonly differences: readonly string[];
}

/** As many calls as one run of Helm computes, or those of one row if there are more. */
const callsAtOnce = 30_000;

/**
 * Tests all rows with this many random calls of each, and edge cases in addition, in a few large runs. While Helm
 * renders one, the next is prepared.
 */
export async function operatorAnswers(helms: Helms, many: number): Promise<ReadonlyMap<string, Answer>> {
  const all = new Map<string, Answer>();
  let running: Promise<unknown> = Promise.resolve();
  for (const batch of batches(many)) {
    const asked = askTogether(helms, batch).then((answers) => {
      for (const [name, answer] of answers) all.set(name, answer);
    });
    await running;
    running = asked;
  }
  await running;
  return all;
}

function* batches(many: number): Generator<readonly Row[]> {
  let batch: Row[] = [];
  for (const [index, operator] of operators.entries()) {
    const row = { operator, groups: questionsFor(operator, many, seed + 1000 * index) };
    if (batch.length > 0 && countOf([...batch, row]) > callsAtOnce) {
      yield batch;
      batch = [];
    }
    batch.push(row);
  }
  yield batch;
}

function countOf(rows: readonly Row[]): number {
  return rows.flatMap(({ groups }) => groups).reduce((sum, { cases }) => sum + cases.length, 0);
}

/** If Helm refuses some row, each is tested separately. */
async function askTogether(
  helms: Helms,
  rows: readonly Row[],
): Promise<readonly (readonly [string, Answer])[]> {
  const results = await rendered(helms, rows);
  const answers: [string, Answer][] = [];
  for (const row of rows) {
    const differences = results.ok ? differencesOf(row, results.objects) : await refusals(helms, row);
    const calls = row.groups.flatMap(({ cases }) => cases.map((each) => each.arguments));
    const missed = missedEdges(row.operator, calls);
    answers.push([row.operator.name, { compared: calls.length, missed, differences }]);
  }
  return answers;
}

// ---------------------------------------------------------------------------------------------------- asking Helm

type Objects = ReadonlyMap<string, readonly PlainMap[]>;
type Rendered =
  | { readonly ok: true; readonly objects: Objects }
  | { readonly ok: false; readonly error: string };

async function rendered(helms: Helms, rows: readonly Row[]): Promise<Rendered> {
  const { files, values } = chartOf(rows);
  const folder = throwawayFolder();
  const request = { chart: folder.write(files), values: [valuesText(values)] };
  const objects = new Map<string, readonly PlainMap[]>();
  try {
    const verdicts = await Promise.all(
      [...helms].map(async ([name, helm]) => [name, await templateBy(helm, request)] as const),
    );
    for (const [name, verdict] of verdicts) {
      if (!verdict.ok) return { ok: false, error: `${name} refuses: ${verdict.error}` };
      objects.set(name, verdict.objects);
    }
  } finally {
    folder.remove();
  }
  return { ok: true, objects };
}

/** A template for each row, which computes its groups, and the values that they walk. */
function chartOf(rows: readonly Row[]): { files: ReadonlyMap<string, string>; values: Value } {
  const templates = rows.map((row) => [`templates/${row.operator.name}.yaml`, templateOf(row)] as const);
  const values = rows.map(
    ({ operator, groups }) =>
      [
        operator.name,
        groups.map(({ cases }) => cases.map((each) => argumentsAsValues(each.arguments))),
      ] as const,
  );
  return {
    files: new Map([['Chart.yaml', 'apiVersion: v2\nname: law\nversion: 0.1.0\n'], ...templates]),
    values: Object.fromEntries(
      values.map(([name, groups]) => [
        name,
        Object.fromEntries(groups.map((group, index) => [groupKey(index), group])),
      ]),
    ),
  };
}

const groupKey = (index: number) => `group${index}`;

const allValues: Ast = { kind: 'builtin', object: 'Values', schema: {} };

function templateOf({ operator: { name }, groups }: Row): string {
  const head = mapNode({ apiVersion: 'law/v1', kind: 'Results', metadata: { name } }).entries;
  const ofRow: Ast = { kind: 'member', of: allValues, key: name, schema: {} };
  const results = groups.map(({ element, cases }, index): Entry => {
    const key = groupKey(index);
    const over: Ast = { kind: 'member', of: ofRow, key, schema: { type: 'array', items: {} } };
    const list: Node = {
      kind: 'list',
      elements: [{ kind: 'item', value: { kind: 'scalar', value: 'first' } }, element(over, cases)],
    };
    return { kind: 'field', key, value: list };
  });
  return printTemplate(layoutDocument({ kind: 'map', entries: [...head, ...results] }));
}

// ------------------------------------------------------------------------------------------------------ differences

/** A few of the calls whose results differ, the shortest ones. */
function differencesOf(row: Row, objects: Objects): readonly string[] {
  const found = [...objects].flatMap(([helm, rendered]) => {
    const results = rendered.find(({ metadata }) => isNamed(metadata, row.operator.name));
    return row.groups.flatMap(({ call, cases }, index) => {
      const list: unknown = results?.[groupKey(index)];
      return cases.flatMap(({ arguments: args, expected }, position) => {
        const result: unknown = Array.isArray(list) ? list[position + 1] : undefined;
        return result === expected
          ? []
          : [`${call} of ${JSON.stringify(args)}: ${expected} here, in ${helm} ${result}`];
      });
    });
  });
  return found.sort((left, right) => left.length - right.length).slice(0, 5);
}

function isNamed(metadata: unknown, name: string): boolean {
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && metadata.name === name;
}

/** The first call of a row that Helm refuses, found by bisection; or how its results differ, if it refuses none. */
async function refusals(helms: Helms, row: Row): Promise<readonly string[]> {
  const results = await rendered(helms, [row]);
  if (results.ok) return differencesOf(row, results.objects);
  for (const half of halves(row)) {
    const found = await refusals(helms, half);
    if (found.length > 0) return found;
  }
  const [only] = row.groups;
  return [`${only?.call} of ${JSON.stringify(only?.cases.map((each) => each.arguments))}: ${results.error}`];
}

function halves(row: Row): readonly Row[] {
  const [only, ...others] = row.groups;
  if (only === undefined) return [];
  const halved = others.length > 0 ? cut(row.groups) : cut(only.cases).map((cases) => [{ ...only, cases }]);
  return halved.map((groups) => ({ ...row, groups }));
}

function cut<T>(items: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.floor(items.length / 2);
  return middle === 0 ? [] : [items.slice(0, middle), items.slice(middle)];
}
