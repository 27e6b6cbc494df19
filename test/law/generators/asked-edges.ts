/** The cases that each row of the operator table must be tested with, derived only from the arguments. */

import type { Operator, Parameter, ParameterKind } from '../../../src/helm/ir/operator.js';
import { parameterAt } from '../../../src/helm/ir/operator.js';
import type { Value } from '../../../src/text/json.js';
import { hostileStrings } from './arbitrary-values.js';

type Argument = Value | undefined;

/** A number, or a string, as in messages. */
const written = (value: number | string) => (Object.is(value, -0) ? '-0' : JSON.stringify(value));

const integers = [0, -0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER].map(written);
const numbers = [
  ...integers,
  ...[2 ** 63, -(2 ** 63), 1e21, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE].map(written),
];
const booleans = ['true', 'false'];
const planes = Array.from({ length: 17 }, (_, plane) => `plane ${plane}`);
const texts = [...hostileStrings.map(written), ...planes];
const within = (edges: readonly string[]) => edges.map((edge) => `${edge} within`);
const members = within([...numbers, ...booleans, ...planes, '""', 'null', '[]', '{}', 'a list', 'a map']);
const lists = ['[]', 'a list', ...members];
const maps = ['{}', 'a map', ...members];

const edgesOf: { readonly [K in ParameterKind]: readonly string[] } = {
  string: texts,
  integer: integers,
  boolean: booleans,
  'string or integer': [...texts, ...integers],
  digits: ['0', '-0', '9'.repeat(15), `-${'9'.repeat(15)}`].map(written),
  duration: ['1ms', '0.001s', '999999.999h999999.999m999999.999s999999ms'].map(written),
  header: ['', '-', '_'].map(written),
  pattern: ['^$', '^[^a]*$', '^[\r\n \t]+$', '^(a|b)+$', '^[😀-😎]$', '^`"<>*$'].map(written),
  positive: [1, Number.MAX_SAFE_INTEGER].map(written),
  quantity: ['1', '1000m', '1Gi', '1024Mi', '1e99', 0, 1e-7, Number.MAX_SAFE_INTEGER].map(written),
  scalar: [...texts, ...integers, ...booleans],
  strings: ['[]', 'a list', ...within(['""', ...planes])],
  list: lists,
  map: maps,
  container: [...lists, ...maps],
  sized: [...texts, ...lists, ...maps],
  any: [...texts, ...numbers, ...booleans, ...lists, ...maps, 'null'],
};

/** The edge cases that some calls never have as arguments, each with the parameter's name. */
export function missedEdges(operator: Operator, calls: readonly (readonly Argument[])[]): readonly string[] {
  const met = new Map<Parameter, Set<string>>(operator.parameters.map((parameter) => [parameter, new Set()]));
  for (const args of calls) {
    for (const [index, argument] of args.entries()) meet(argument, met.get(parameterAt(operator, index)));
  }
  return operator.parameters.flatMap((parameter) => {
    const demanded = [...edgesOf[parameter.kind], ...(parameter.optional ? ['null', 'absent'] : [])];
    const missed = new Set(demanded.filter((edge) => !met.get(parameter)?.has(edge)));
    return [...missed].map((edge) => `${parameter.name}: ${edge}`);
  });
}

/** Adds the edge cases of a value and its members. */
function meet(value: Argument, met: Set<string> | undefined, where = ''): void {
  if (met === undefined) return;
  const add = (edge: string) => met.add(edge + where);
  if (value === undefined) add('absent');
  else if (value === null || typeof value === 'boolean') add(String(value));
  else if (typeof value === 'number') add(written(value));
  else if (typeof value === 'string') meetText(value, add);
  else {
    const entries = Object.entries(value);
    const [kind, empty] = Array.isArray(value) ? ['a list', '[]'] : ['a map', '{}'];
    add(entries.length === 0 ? empty : kind);
    for (const [key, member] of entries) {
      if (kind === 'a map') meet(key, met, ' within');
      meet(member, met, ' within');
    }
  }
}

function meetText(text: string, add: (edge: string) => void): void {
  add(written(text));
  for (const character of text) add(`plane ${(character.codePointAt(0) ?? 0) >> 16}`);
}
