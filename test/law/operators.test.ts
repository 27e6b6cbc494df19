/**
 * The first law: each row of the operator table means in Helm what it means in TypeScript. The test is made from the
 * table: for each way in which a row may be called, by the kinds of its arguments, random arguments go through our
 * meaning and, printed by the compiler, through Helm's functions; as values from a file, and as constants.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bound, evaluate, type Scope, scopeOf } from '../../src/helm/evaluate.js';
import { exactInteger } from '../../src/helm/exact-integers.js';
import { astOf, symbolic, variable } from '../../src/helm/expression.js';
import { printTemplate } from '../../src/helm/go-template.js';
import { layoutDocument } from '../../src/helm/layout.js';
import { mapNode } from '../../src/helm/node.js';
import { call, EvaluationError, parameterAt } from '../../src/helm/operator.js';
import { operators, toJson } from '../../src/helm/operators.js';
import type {
  Ast,
  Element,
  Entry,
  Node,
  Operator,
  ParameterKind,
  Schema,
  Value,
  Variable,
} from '../../src/helm/tree.js';
import { helmMajors } from '../judges/helm.js';
import { type Judge, startJudge } from '../judges/judge.js';
import {
  anyValues,
  digits,
  integers,
  mapsOf,
  numbers,
  scalars,
  stringLists,
  stringMaps,
  strings,
} from './arbitrary-values.js';
import { patience, runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';
import { valuesText } from './values-text.js';

let judge: Judge;
const folder = throwawayFolder();
beforeAll(async () => {
  judge = await startJudge();
}, 15 * 60_000);
afterAll(async () => {
  folder.remove();
  await judge.stop();
});

/** A way to fill one parameter: what the schema says of the argument, and random arguments. */
interface Choice {
  readonly label: string;
  readonly schema: Schema;
  readonly values: fc.Arbitrary<Value | undefined>;
}

const string: Choice = { label: 'string', schema: { type: 'string' }, values: strings };
const integer: Choice = { label: 'integer', schema: exactInteger, values: integers };
const number: Choice = { label: 'number', schema: { type: 'number' }, values: numbers };
const boolean: Choice = { label: 'boolean', schema: { type: 'boolean' }, values: fc.boolean() };
const scalar: Choice = {
  label: 'scalar',
  schema: { type: ['string', 'number', 'boolean'] },
  values: scalars,
};
const stringList: Choice = {
  label: 'strings',
  schema: { type: 'array', items: { type: 'string' } },
  values: stringLists,
};
const list: Choice = { label: 'list', schema: { type: 'array', items: {} }, values: fc.array(anyValues) };
const stringMap: Choice = {
  label: 'map of strings',
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  values: stringMaps,
};
const map: Choice = {
  label: 'map',
  schema: { type: 'object', additionalProperties: {} },
  values: mapsOf(anyValues),
};

const choices: { readonly [K in ParameterKind]: readonly Choice[] } = {
  string: [string],
  integer: [integer],
  boolean: [boolean],
  text: [string, integer],
  digits: [{ ...string, label: 'digits', values: digits }],
  header: [{ ...string, label: 'header', values: fc.stringMatching(/^[A-Za-z0-9_-]{0,12}$/) }],
  scalar: [string, integer, boolean],
  strings: [stringList],
  list: [stringList, list],
  map: [stringMap, map],
  container: [list, map],
  sized: [string, list, map],
  any: [string, integer, number, boolean, scalar, stringList, list, stringMap, map],
};

type Signature = readonly Choice[];

/** Every way to call an operator that the compiler lets through. */
function signatures(operator: Operator): readonly Signature[] {
  const fewest = operator.parameters.length;
  const lengths = operator.parameters.at(-1)?.variadic ? [fewest, fewest + 1, fewest + 2] : [fewest];
  return lengths
    .flatMap((length) => combinations(operator, length))
    .filter((signature) => isAccepted(operator, signature));
}

function combinations(operator: Operator, length: number): readonly Signature[] {
  let all: readonly Signature[] = [[]];
  for (let index = 0; index < length; index++) {
    const { kind, optional } = parameterAt(operator, index);
    const ways = choices[kind].flatMap((choice) => (optional ? [choice, maybeAbsent(choice)] : [choice]));
    all = all.flatMap((signature) => ways.map((way) => [...signature, way]));
  }
  return all;
}

function maybeAbsent(choice: Choice): Choice {
  return {
    ...choice,
    label: `${choice.label}?`,
    values: fc.option(choice.values, { nil: undefined, freq: 2 }),
  };
}

function isAccepted(operator: Operator, signature: Signature): boolean {
  return isBuilt(() =>
    call(
      operator,
      signature.map(({ schema }, index) =>
        parameterAt(operator, index).constant ? 0 : variable({ name: 'x' }, schema),
      ),
    ),
  );
}

function isBuilt(build: () => unknown): boolean {
  try {
    build();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

type Arguments = readonly (Value | undefined)[];

/** What TypeScript says that a call yields, as JSON. */
interface Case {
  readonly arguments: Arguments;
  readonly expected: string;
}

/** Cases that one piece of a template computes: a walk over a list of the values, or results of constants. */
interface Group {
  readonly call: string;
  readonly cases: readonly Case[];
  /** How many arguments were tried; those that the operator has no meaning for make no cases. */
  readonly asked: number;
  readonly element: (over: Ast, cases: readonly Case[]) => Element;
}

const parameterNames = ['a', 'b', 'c', 'd', 'e'];

function row(args: Arguments): { readonly [name: string]: Value } {
  const members = args.map((argument, index) => [parameterNames[index] ?? '', argument] as const);
  return Object.fromEntries(
    members.flatMap(([name, argument]) => (argument === undefined ? [] : [[name, argument]])),
  );
}

function sample(signature: Signature, many: number, salt: number): readonly Arguments[] {
  return fc.sample(fc.tuple(...signature.map(({ values }) => values)), { numRuns: many, seed: seed + salt });
}

/** The JSON of a call's result. */
function resultOf(operator: Operator, args: readonly unknown[]): Ast {
  return astOf(toJson(symbolic<string>(astOf(call(operator, args)))));
}

function caseOf(args: Arguments, result: Ast, scope: Scope): readonly Case[] {
  try {
    const expected = evaluate(result, scope);
    return [{ arguments: args, expected: String(expected) }];
  } catch (error) {
    if (error instanceof EvaluationError) return [];
    throw error;
  }
}

const empty = scopeOf({
  Values: {},
  Release: { Name: '', Namespace: '', Service: '' },
  Chart: { Name: '', Version: '', AppVersion: '' },
});

/** Arguments from the values; one that must be a constant is the same for the whole group. */
function walked(operator: Operator, signature: Signature, many: number, salt: number): Group {
  const item: Variable = { name: 'case' };
  const properties = Object.fromEntries(
    signature.map(({ schema }, index) => [parameterNames[index] ?? '', schema]),
  );
  const of: Ast = { kind: 'variable', variable: item, schema: { type: 'object', properties } };
  const [constants = []] = sample(signature, 1, salt);
  const constant = (index: number) => parameterAt(operator, index).constant === true;
  const result = resultOf(
    operator,
    signature.map(({ schema }, index) =>
      constant(index)
        ? constants[index]
        : symbolic({ kind: 'member', of, key: parameterNames[index] ?? '', schema }),
    ),
  );
  const cases = sample(signature, many, salt + 1)
    .map((args) => args.map((argument, index) => (constant(index) ? constants[index] : argument)))
    .flatMap((args) => caseOf(args, result, bound(empty, item, row(args))));
  return {
    call: callText(operator, signature),
    cases,
    asked: many,
    element: (over) => ({ kind: 'each', over, item, key: undefined, body: [itemOf(result)] }),
  };
}

/** Arguments that stand in the template. */
function constant(operator: Operator, signature: Signature, many: number, salt: number): Group {
  const present = sample(signature, many, salt).filter((args) => !args.includes(undefined));
  const built = present.filter((args) => isBuilt(() => resultOf(operator, args)));
  return {
    call: `${callText(operator, signature)} of constants`,
    asked: built.length,
    cases: built.flatMap((args) => caseOf(args, resultOf(operator, args), empty)),
    element: (_, cases) => ({
      kind: 'when',
      condition: astOf(true),
      body: cases.map((each) => itemOf(resultOf(operator, each.arguments))),
    }),
  };
}

function callText(operator: Operator, signature: Signature): string {
  return `${operator.name}(${signature.map(({ label }) => label).join(', ')})`;
}

function itemOf(value: Ast): Element {
  return { kind: 'item', value: { kind: 'expression', value } };
}

/** A template that computes all groups, and the values that it walks. */
function chartOf(groups: readonly Group[]): { files: ReadonlyMap<string, string>; values: Value } {
  const results = groups.map(({ element, cases }, index): Entry => {
    const over: Ast = {
      kind: 'member',
      of: values,
      key: `group${index}`,
      schema: { type: 'array', items: {} },
    };
    const list: Node = {
      kind: 'list',
      elements: [{ kind: 'item', value: { kind: 'scalar', value: 'first' } }, element(over, cases)],
    };
    return { kind: 'field', key: `group${index}`, value: list };
  });
  const template = printTemplate(layoutDocument({ kind: 'map', entries: [...head, ...results] }));
  return {
    files: new Map([
      ['Chart.yaml', 'apiVersion: v2\nname: law\nversion: 0.1.0\n'],
      ['templates/results.yaml', template],
    ]),
    values: Object.fromEntries(
      groups.map(({ cases }, index) => [`group${index}`, cases.map((each) => row(each.arguments))]),
    ),
  };
}

const values: Ast = { kind: 'builtin', object: 'Values', schema: {} };
const head = mapNode({ apiVersion: 'law/v1', kind: 'Results' }).entries;

/** How Helm's results differ, in the words of a test's message; halves what Helm refuses until one case is left. */
async function differences(groups: readonly Group[]): Promise<readonly string[]> {
  const { files, values } = chartOf(groups);
  const verdicts = await judge.render({ chart: folder.write(files), values: [valuesText(values)] });
  const found: string[] = [];
  for (const major of helmMajors) {
    const verdict = verdicts[major];
    if (!verdict.ok) {
      const halves = halved(groups);
      if (halves.length > 1) return (await Promise.all(halves.map(differences))).flat();
      const [only] = groups;
      const [refused] = only?.cases ?? [];
      return [
        `${only?.call} of ${JSON.stringify(refused?.arguments)}: Helm ${major} refuses: ${verdict.error}`,
      ];
    }
    groups.forEach(({ call, cases }, index) => {
      const results: unknown = verdict.objects[0]?.[`group${index}`];
      cases.forEach(({ arguments: args, expected }, position) => {
        const result: unknown = Array.isArray(results) ? results[position + 1] : undefined;
        if (result !== expected) {
          found.push(`${call} of ${JSON.stringify(args)}: ${expected} here, in Helm ${major} ${result}`);
        }
      });
    });
  }
  return found;
}

function halved(groups: readonly Group[]): readonly (readonly Group[])[] {
  if (groups.length > 1) return groups.map((group) => [group]);
  return groups.flatMap((group) => {
    const { cases } = group;
    const middle = Math.floor(cases.length / 2);
    return middle === 0
      ? []
      : [[{ ...group, cases: cases.slice(0, middle) }], [{ ...group, cases: cases.slice(middle) }]];
  });
}

describe(`operators, seed ${seed}`, { timeout: patience }, () => {
  test.each(operators.map((operator) => [operator.name, operator] as const))('%s', async (_, operator) => {
    const ways = signatures(operator);
    const constants = operator.parameters.some((parameter) => parameter.constant);
    const repeats = constants ? 25 : 1;
    const many = Math.ceil(runs(1000) / ways.length / repeats);
    const groups = ways.flatMap((signature) => [
      ...Array.from({ length: repeats }, (_, index) => walked(operator, signature, many, index * 2)),
      constant(operator, signature, Math.min(many * repeats, 50), 1),
    ]);
    const asked = groups.reduce((sum, group) => sum + group.asked, 0);
    const meant = groups.reduce((sum, group) => sum + group.cases.length, 0);
    expect(meant / asked, 'the part of the arguments that the operator has a meaning for').toBeGreaterThan(
      0.5,
    );

    const found = await differences(groups.filter(({ cases }) => cases.length > 0));
    expect([...found].sort((left, right) => left.length - right.length).slice(0, 5)).toEqual([]);
  });
});
