/** Walking a list or a map: what is done for each member, and the variables that are bound to it. */
import { exactInteger } from '../expressions/exact-integers.js';
import { type Symbolic, variable } from '../expressions/expression.js';
import { unknownKind } from '../ir/children.js';
import { reads } from '../ir/free-variables.js';
import type { Schema } from '../ir/schema.js';
import type { Ast, Element, Variable } from '../ir/tree.js';
import { kindOf, memberSchema } from '../schema/schema.js';
import { elementsOf } from './reader.js';

export type Container = readonly unknown[] | { readonly [key: string]: unknown };

/** The members of a list that a function gives for each member of another list, or for each entry of a map. */
export function eachElement(
  over: Ast,
  body: (item: Symbolic<unknown>, key: Symbolic<never>) => unknown,
): Element {
  const { item, key, itemExpr, keyExpr } = bind(over);
  const elements = elementsOf(body(itemExpr, keyExpr));
  const isKeyed = kindOf(over.schema) === 'map' || elements.some((element) => reads(element, key));
  return { kind: 'each', over, item, key: isKeyed ? key : undefined, body: elements };
}

/** The variables for a member of a list and its index, or for a value of a map and its key. */
export function bind(over: Ast) {
  const kind = kindOf(over.schema);
  if (kind !== 'list' && kind !== 'map') throw new TypeError(`each walks a list or a map, not a ${kind}`);
  const name = singular(over);
  const [alone, suffix, keySchema] = kind === 'map' ? mapKey : listIndex;
  const item: Variable = { name: name ?? (kind === 'map' ? 'value' : 'item') };
  const key: Variable = { name: name === undefined ? alone : `${name}${suffix}` };
  return {
    item,
    key,
    itemExpr: variable<unknown>(item, memberSchema(over.schema)),
    keyExpr: variable<never>(key, keySchema),
  };
}

type KeyVariable = readonly [name: string, suffix: string, schema: Schema];
const mapKey: KeyVariable = ['key', 'Name', { type: 'string' }];
const listIndex: KeyVariable = ['index', 'Index', { ...exactInteger, minimum: 0 }];

/** A variable that walks `.Values.extraPorts` is called `$extraPort`, so that templates read like their source. */
function singular(over: Ast): string | undefined {
  const plural = pluralOf(over);
  if (/[^s]s$/.test(plural))
    return plural.endsWith('ies') ? plural.replace(/ies$/, 'y') : plural.slice(0, -1);
  return undefined;
}

function pluralOf(over: Ast): string {
  switch (over.kind) {
    case 'member':
      return over.key;
    case 'collect':
      return over.name;
    case 'include':
      return over.template.name.split('.').at(-1) ?? '';
    case 'call': {
      const [list] = over.args;
      return list !== undefined && ['sort', 'uniq'].includes(over.operator.name) ? pluralOf(list) : '';
    }
    case 'literal':
    case 'builtin':
    case 'variable':
    case 'assemble':
    case 'group':
      return '';
    default:
      return unknownKind(over);
  }
}
