/** Walking a list or a map: the body for each member, and the variables that are bound to it. */
import { exactInteger } from '../expressions/exact-integers.js';
import { type Symbolic, variable } from '../expressions/expression.js';
import { unknownKind } from '../ir/children.js';
import { reads } from '../ir/free-variables.js';
import type { Schema } from '../ir/schema.js';
import type { Ast, Element, Variable } from '../ir/tree.js';
import { kindOf, memberSchema } from '../schema/schema.js';
import { elementsOf } from './reader.js';

export type Container = readonly unknown[] | { readonly [key: string]: unknown };

/**
 * The list members that a function returns for each member of another list, or for each entry of a map. `name` is the
 * name of the variable, if the list's own name does not suggest one.
 */
export function eachElement(
  over: Ast,
  body: (item: Symbolic<unknown>, key: Symbolic<never>) => unknown,
  name?: string,
): Element {
  const { item, key, itemExpr, keyExpr } = bind(over, name);
  const elements = elementsOf(body(itemExpr, keyExpr));
  const isKeyed = kindOf(over.schema) === 'map' || elements.some((element) => reads(element, key));
  return { kind: 'each', over, item, key: isKeyed ? key : undefined, body: elements };
}

/** The variables for a member of a list and its index, or for a value of a map and its key. */
export function bind(over: Ast, name?: string) {
  const kind = kindOf(over.schema);
  if (kind !== 'list' && kind !== 'map') throw new TypeError(`each walks a list or a map, not a ${kind}`);
  const [itemName, keyName] = namesOf(over, kind);
  const item: Variable = { name: name ?? itemName };
  const key: Variable = { name: keyName };
  const keySchema: Schema = kind === 'map' ? { type: 'string' } : { ...exactInteger, minimum: 0 };
  return {
    item,
    key,
    itemExpr: variable<unknown>(item, memberSchema(over.schema)),
    keyExpr: variable<never>(key, keySchema),
  };
}

/**
 * Names for the variables that walk a list or a map, so that templates read like their source: `$extraPort` for
 * `.Values.extraPorts`, `$label` and `$labelName` for `.Values.labels`, `$claims` and `$host` for `$claimsByHost`.
 */
function namesOf(over: Ast, kind: 'list' | 'map'): readonly [item: string, key: string] {
  const name = nameOf(over) ?? '';
  const [, groups, by] = /^(\w+)By([A-Z]\w*)$/.exec(name) ?? [];
  if (groups !== undefined && by !== undefined) return [groups, by.charAt(0).toLowerCase() + by.slice(1)];
  const one = singular(name);
  if (kind === 'map') return one === undefined ? ['value', 'key'] : [one, `${one}Name`];
  return [one ?? (name || 'item'), one === undefined ? 'index' : `${one}Index`];
}

/** Covers English plurals as far as names of lists need it: `tls` has no vowel, so it is not a plural. */
function singular(plural: string): string | undefined {
  if (!/[^su]s$/.test(plural) || !/[aeiouy]/i.test(plural.slice(0, -1))) return undefined;
  if (/[^aeiou]ies$/.test(plural)) return plural.replace(/ies$/, 'y');
  return plural.replace(/(?<=ss|sh|x|zz|[nrt]ch|[aeiou]{2}ch)es$|s$/, '');
}

/** The name of a list or map. */
export function nameOf(over: Ast): string | undefined {
  switch (over.kind) {
    case 'member':
      return over.key;
    case 'variable':
      return over.variable.name;
    case 'collect':
    case 'assemble':
    case 'group':
      return over.name;
    case 'include': {
      const { body, name } = over.template;
      return (body.kind === 'json' ? nameOf(body.value) : undefined) ?? name.split('.').at(-1);
    }
    case 'call': {
      const [list] = over.args;
      return list !== undefined && sameMembers.has(over.operator.name) ? nameOf(list) : undefined;
    }
    case 'literal':
    case 'builtin':
      return undefined;
    default:
      return unknownKind(over);
  }
}

/** Operators that yield members of their first argument. */
const sameMembers: ReadonlySet<string> = new Set(['sort', 'uniq', 'omit', 'concat', 'defaultIfAbsent']);
