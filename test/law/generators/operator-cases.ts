/**
 * Calls of the rows of the operator table, derived only from the table: for each combination of kinds of arguments,
 * random arguments and the edge cases of each kind; from the values, and as constants.
 */
import fc from 'fast-check';
import { bound, evaluate, type Scope, scopeOf } from '../../../src/helm/evaluate/evaluate.js';
import { call, EvaluationError } from '../../../src/helm/expressions/call.js';
import { exactInteger } from '../../../src/helm/expressions/exact-integers.js';
import { astOf, symbolic, variable } from '../../../src/helm/expressions/expression.js';
import { toJson } from '../../../src/helm/expressions/operators.js';
import type { Operator, ParameterKind } from '../../../src/helm/ir/operator.js';
import { parameterAt } from '../../../src/helm/ir/operator.js';
import type { Schema } from '../../../src/helm/ir/schema.js';
import type { Ast, Element, Variable } from '../../../src/helm/ir/tree.js';
import { union } from '../../../src/helm/schema/schema.js';
import type { Value } from '../../../src/text/json.js';
import {
  anyValues,
  digits,
  durations,
  integers,
  mapsOf,
  numbers,
  quantities,
  scalars,
  stringLists,
  stringMaps,
  strings,
} from './arbitrary-values.js';
import * as edges from './edges.js';

// ------------------------------------------------------------------------------------------------------------ ways

type Argument = Value | undefined;
type Arguments = readonly Argument[];

/** A way to fill one parameter: the argument's schema, random arguments, and edge cases. */
interface Choice<T extends Argument = Value> {
  readonly label: string;
  readonly schema: Schema;
  readonly values: fc.Arbitrary<T>;
  readonly edges: edges.Edges<T>;
}

const text: Schema = { type: 'string' };

const string: Choice = { label: 'string', schema: text, values: strings, edges: edges.textEdges };
const integer: Choice = {
  label: 'integer',
  schema: exactInteger,
  values: integers,
  edges: edges.integerEdges,
};
const number: Choice = {
  label: 'number',
  schema: { type: 'number' },
  values: numbers,
  edges: edges.numberEdges,
};
const boolean: Choice = {
  label: 'boolean',
  schema: { type: 'boolean' },
  values: fc.boolean(),
  edges: edges.booleanEdges,
};
const scalar: Choice = {
  label: 'scalar',
  schema: { type: ['string', 'number', 'boolean'] },
  values: scalars,
  edges: edges.scalarEdges,
};
const stringList: Choice = {
  label: 'strings',
  schema: { type: 'array', items: text },
  values: stringLists,
  edges: edges.stringListEdges,
};
const list: Choice = {
  label: 'list',
  schema: { type: 'array', items: {} },
  values: fc.array(anyValues, { maxLength: 4 }),
  edges: edges.listEdges,
};
const stringMap: Choice = {
  label: 'map of strings',
  schema: { type: 'object', additionalProperties: text },
  values: stringMaps,
  edges: edges.stringMapEdges,
};
const map: Choice = {
  label: 'map',
  schema: { type: 'object', additionalProperties: {} },
  values: mapsOf(anyValues),
  edges: edges.mapEdges,
};
const header: Choice = {
  label: 'header',
  schema: text,
  values: fc.stringMatching(/^[A-Za-z0-9_-]{0,12}$/),
  edges: edges.headerEdges,
};

const pattern: Choice = {
  label: 'pattern',
  schema: text,
  values: fc.constantFrom(...edges.patterns),
  edges: edges.patternEdges,
};

const positive: Choice = {
  label: 'positive',
  schema: exactInteger,
  values: integers,
  edges: edges.positiveEdges,
};
const quantity: Choice = {
  label: 'quantity',
  schema: { type: ['string', 'number'] },
  values: quantities,
  edges: edges.quantityEdges,
};
const duration: Choice = {
  label: 'duration',
  schema: text,
  values: durations,
  edges: edges.durationEdges,
};

/** Maps whose members are of one kind. */
function mapOf(of: Choice): Choice {
  return {
    label: `map of ${of.label}`,
    schema: { type: 'object', additionalProperties: of.schema },
    values: mapsOf(of.values),
    edges: of.edges.map((edge) => edges.mapWith(fc.constant('a'), edge, of.values)),
  };
}

const choices: { readonly [K in ParameterKind]: readonly Choice[] } = {
  string: [string],
  integer: [integer],
  boolean: [boolean],
  'string or integer': [string, integer],
  digits: [{ label: 'digits', schema: text, values: digits, edges: edges.digitEdges }],
  duration: [duration],
  header: [header],
  pattern: [pattern],
  positive: [positive],
  quantity: [quantity],
  scalar: [string, integer, boolean],
  strings: [stringList],
  list: [stringList, list],
  map: [stringMap, map, ...[number, boolean, list, map].map(orNull).map(mapOf)],
  container: [list, map],
  sized: [string, list, map],
  any: [string, integer, number, boolean, scalar, stringList, list, stringMap, map].map(orNull),
};

function orNull(choice: Choice): Choice {
  return {
    label: `${choice.label} or null`,
    schema: union([choice.schema, { type: 'null' }]),
    values: fc.option(choice.values, { nil: null, freq: 8 }),
    edges: [...choice.edges, fc.constant(null)],
  };
}

function orAbsent(choice: Choice): Choice<Argument> {
  return {
    ...choice,
    label: `${choice.label} or none`,
    values: fc.option(choice.values, { nil: undefined, freq: 2 }),
    edges: [...choice.edges, fc.constant(undefined)],
  };
}

type Signature = readonly Choice<Argument>[];

/** Every way to call an operator that the compiler accepts. */
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
    const ways: Signature = choices[kind].flatMap((choice) =>
      optional ? [choice, orAbsent(orNull(choice))] : [choice],
    );
    all = all.flatMap((signature) => ways.map((way) => [...signature, way]));
  }
  return all;
}

function isAccepted(operator: Operator, signature: Signature): boolean {
  return isBuilt(() =>
    call(
      operator,
      signature.map(({ schema, edges: [edge = fc.constant(0)] }, index) =>
        isConstant(operator, index) ? fc.sample(edge, 1)[0] : variable({ name: 'x' }, schema),
      ),
    ),
  );
}

function isConstant(operator: Operator, index: number): boolean {
  return parameterAt(operator, index).constant === true;
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

// ----------------------------------------------------------------------------------------------------------- cases

/** The result of a call in TypeScript, as JSON. */
export interface Case {
  readonly arguments: Arguments;
  readonly expected: string;
}

/** Cases that one piece of a template computes: a walk over a list of the values, or results of constants. */
export interface Group {
  readonly call: string;
  readonly cases: readonly Case[];
  readonly element: (over: Ast, cases: readonly Case[]) => Element;
}

const parameterNames = ['a', 'b', 'c', 'd', 'e'];

/** The members of the values that hold a call's arguments. */
export function argumentsAsValues(args: Arguments): { readonly [name: string]: Value } {
  const members = args.map((argument, index) => [parameterNames[index] ?? '', argument] as const);
  return Object.fromEntries(
    members.flatMap(([name, argument]) => (argument === undefined ? [] : [[name, argument]])),
  );
}

/** At least this many cases of random arguments, and one for each edge case of each kind that a parameter accepts. */
export function questionsFor(operator: Operator, many: number, seed: number): readonly Group[] {
  const ways = signatures(operator).map((signature) => wayOf(operator, signature, seed));
  for (const index of operator.parameters.keys()) askEdges(ways, index, seed);
  for (const [index, way] of ways.entries()) askAtRandom(way, Math.ceil(many / ways.length), seed + index);
  return ways.flatMap((way) => [
    ...way.walks.values(),
    literals(operator, way, Math.ceil(many / 4 / ways.length)),
  ]);
}

/** One way to call a row, and the cases that it was tested with. */
interface Way {
  readonly signature: Signature;
  /** Random arguments; those that must be constants come from a small set. */
  readonly values: readonly fc.Arbitrary<Argument>[];
  /** The cases, by the constants in their template. */
  readonly walks: ReadonlyMap<string, Group>;
  /** Adds a case. False if the row is not defined for its arguments. */
  ask(args: Arguments): boolean;
}

const fewConstants = 25;

function wayOf(operator: Operator, signature: Signature, seed: number): Way {
  const walks = new Map<
    string,
    Group & { readonly cases: Case[]; readonly ask: (args: Arguments) => boolean }
  >();
  return {
    signature,
    walks,
    values: signature.map(({ values }, index) =>
      isConstant(operator, index)
        ? fc.constantFrom(...fc.sample(values, { seed, numRuns: fewConstants }))
        : values,
    ),
    ask(args) {
      const constants = args.filter((_, index) => isConstant(operator, index));
      const key = JSON.stringify(constants);
      const walk = walks.get(key) ?? walked(operator, signature, args);
      walks.set(key, walk);
      return walk.ask(args);
    },
  };
}

/** A walk over arguments from the values; one that must be a constant is the same for all. */
function walked(operator: Operator, signature: Signature, constants: Arguments) {
  const item: Variable = { name: 'case' };
  const properties = Object.fromEntries(
    signature.map(({ schema }, index) => [parameterNames[index] ?? '', schema]),
  );
  const of: Ast = { kind: 'variable', variable: item, schema: { type: 'object', properties } };
  const result = resultOf(
    operator,
    signature.map(({ schema }, index) =>
      isConstant(operator, index)
        ? constants[index]
        : symbolic({ kind: 'member', of, key: parameterNames[index] ?? '', schema }),
    ),
  );
  const cases: Case[] = [];
  return {
    call: callText(operator, signature),
    cases,
    element: (over: Ast): Element => ({
      kind: 'each',
      over,
      item,
      key: undefined,
      body: [itemOf(result)],
    }),
    ask(args: Arguments): boolean {
      const found = caseOf(args, result, bound(empty, item, argumentsAsValues(args)));
      if (found !== undefined) cases.push(found);
      return found !== undefined;
    },
  };
}

const attempts = 200;

/** Tests each edge case of a parameter once, with other arguments for which the row is defined. */
function askEdges(ways: readonly Way[], index: number, seed: number): void {
  const takers = new Map<string, Way[]>();
  for (const way of ways) {
    const label = way.signature[index]?.label ?? '';
    takers.set(label, [...(takers.get(label) ?? []), way]);
  }
  let left = [...takers.values()].flatMap((some) =>
    (some[0]?.signature[index]?.edges ?? []).flatMap((edge, position) => {
      const way = some[position % some.length];
      if (way === undefined) return [];
      return { way, args: fc.tuple(...way.values.map((values, at) => (at === index ? edge : values))) };
    }),
  );
  for (let attempt = 0; attempt < attempts && left.length > 0; attempt++) {
    const all = fc.noBias(fc.tuple(...left.map(({ args }) => args)));
    const [drawn = []] = fc.sample(all, { seed: seed + attempt, numRuns: 1 });
    left = left.filter(({ way }, position) => !way.ask(drawn[position] ?? []));
  }
}

/** Tests random arguments until the row is defined for enough of them. */
function askAtRandom(way: Way, many: number, seed: number): void {
  let asked = 0;
  for (let lot = 0; lot < attempts && asked < many; lot++) {
    const drawn = fc.sample(fc.tuple(...way.values), { seed: seed + lot, numRuns: many - asked });
    asked += drawn.filter((args) => way.ask(args)).length;
  }
}

/** Some of the same arguments as constants in the template. */
function literals(operator: Operator, way: Way, many: number): Group {
  const asked = [...way.walks.values()].flatMap(({ cases }) => cases.map(({ arguments: args }) => args));
  const step = Math.max(1, Math.floor(asked.length / many));
  const some = asked.filter((_, index) => index % step === 0);
  const cases = some.flatMap((args) => {
    if (args.includes(undefined) || !isBuilt(() => resultOf(operator, args))) return [];
    return caseOf(args, resultOf(operator, args), empty) ?? [];
  });
  return {
    call: `${callText(operator, way.signature)} of constants`,
    cases,
    element: (_, those) => ({
      kind: 'when',
      condition: astOf(true),
      body: those.map((each) => itemOf(resultOf(operator, each.arguments))),
    }),
  };
}

/** The JSON of a call's result. */
function resultOf(operator: Operator, args: readonly unknown[]): Ast {
  return astOf(toJson(symbolic<string>(astOf(call(operator, args)))));
}

function caseOf(args: Arguments, result: Ast, scope: Scope): Case | undefined {
  try {
    return { arguments: args, expected: String(evaluate(result, scope)) };
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

const empty = scopeOf({
  Values: {},
  Release: { Name: '', Namespace: '', Service: '' },
  Chart: { Name: '', Version: '', AppVersion: '' },
});

function callText(operator: Operator, signature: Signature): string {
  return `${operator.name}(${signature.map(({ label }) => label).join(', ')})`;
}

function itemOf(value: Ast): Element {
  return { kind: 'item', value: { kind: 'expression', value } };
}
