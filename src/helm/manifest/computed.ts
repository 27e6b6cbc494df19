/** Lists and maps that are expressions: templates compute them into a variable before the line that uses them. */
import { astOf, type Expr, type Leaf, type Symbolic, symbolic } from '../expressions/expression.js';
import { isNonEmpty } from '../expressions/operators.js';
import { unknownKind } from '../ir/children.js';
import type { Schema } from '../ir/schema.js';
import type { Element, Entry, Node } from '../ir/tree.js';
import { kindOf, memberSchema, union } from '../schema/schema.js';
import { each, when } from './fragments.js';
import type { Authored, Conditional, Member } from './manifest.js';
import { elementsOfAll, entriesOf, keysOf, merged } from './reader.js';
import { bind, type Container, eachElement, nameOf } from './walk.js';

/** Applies a function to each element of a list, or to each entry of a map in key order. */
export function map<E, R>(
  list: Expr<readonly E[] | undefined>,
  body: (item: Symbolic<E>) => Leaf<R>,
): Symbolic<readonly R[]>;
export function map<V, R>(
  map: Expr<{ readonly [key: string]: V } | undefined>,
  body: (value: Symbolic<V>, key: Symbolic<string>) => Leaf<R>,
): Symbolic<readonly R[]>;
export function map(
  over: Expr<Container | undefined>,
  body: (item: Symbolic<never>, key: Symbolic<string>) => unknown,
): Symbolic<readonly never[]> {
  return collect([eachElement(astOf(over), body as never)], nameOf(astOf(over)) ?? 'items');
}

/** The elements of a list for which a condition holds. */
export function filter<E>(
  list: Expr<readonly E[] | undefined>,
  test: (item: Symbolic<E>) => Expr<boolean>,
): Symbolic<readonly E[]> {
  const over = astOf(list);
  return collect(
    [eachElement(over, (item) => when(test(item as Symbolic<E>), item as never))],
    nameOf(over) ?? 'items',
  );
}

/** Concatenates the lists that a function returns for each element (or entry). */
export function flatMap<E, R>(
  list: Expr<readonly E[] | undefined>,
  body: (item: Symbolic<E>) => Expr<readonly R[] | undefined>,
): Symbolic<readonly R[]>;
export function flatMap<V, R>(
  map: Expr<{ readonly [key: string]: V } | undefined>,
  body: (value: Symbolic<V>, key: Symbolic<string>) => Expr<readonly R[] | undefined>,
): Symbolic<readonly R[]>;
export function flatMap(
  over: Expr<Container | undefined>,
  body: (item: Symbolic<never>, key: Symbolic<string>) => Expr<readonly unknown[] | undefined>,
): Symbolic<readonly never[]> {
  return collect(
    [eachElement(astOf(over), (item, key) => each(body(item as never, key), (inner) => inner as never))],
    nameOf(astOf(over)) ?? 'items',
  );
}

/** Whether a condition holds for one element of a list. */
export function some<E>(
  list: Expr<readonly E[] | undefined>,
  test: (item: Symbolic<E>) => Expr<boolean>,
): Expr<boolean> {
  return isNonEmpty(filter(list, test));
}

/**
 * Groups the elements of a list by a string. Elements keep the order of the list within a group; the groups are sorted
 * by that string. `name` is the name of the variable.
 */
export function groupBy<E>(
  list: Expr<readonly E[] | undefined>,
  key: (item: Symbolic<E>) => Expr<string>,
  name = 'groups',
): Symbolic<{ readonly [key: string]: readonly E[] }> {
  const over = astOf(list);
  if (kindOf(over.schema) !== 'list')
    throw new TypeError(`groupBy walks a list, not a ${kindOf(over.schema)}`);
  const { item, itemExpr } = bind(over);
  const groups: Schema = {
    type: 'object',
    additionalProperties: { type: 'array', items: memberSchema(over.schema) },
  };
  return symbolic({
    kind: 'group',
    name,
    over,
    item,
    key: astOf(key(itemExpr as Symbolic<E>)),
    schema: groups,
  });
}

/** A list as an expression, with members as in a manifest's list; `name` is the name of its variable. */
export function listOf<T>(members: readonly Member<T>[], name = 'items'): Symbolic<readonly T[]> {
  return collect(elementsOfAll(members), name);
}

function collect<T>(elements: readonly Element[], name: string): Symbolic<readonly T[]> {
  const items = union(elementSchemas(elements));
  return symbolic({ kind: 'collect', name, elements, schema: { type: 'array', items } });
}

function elementSchemas(elements: readonly Element[]): readonly Schema[] {
  return elements.flatMap((element) =>
    element.kind === 'item' ? [nodeSchema(element.value)] : elementSchemas(element.body),
  );
}

function nodeSchema(node: Node): Schema {
  if (node.kind === 'expression') return node.value.schema;
  if (node.kind === 'scalar') return { const: node.value };
  throw new TypeError('a list that is an expression holds expressions and constants, not maps or lists');
}

/**
 * A map as an expression: fields as in a manifest's map, except that a later entry of the same key wins; `name` is the
 * name of its variable. Write it out with `each` or `entries`.
 */
export function mapOf<V>(
  fields: { readonly [key: string]: Authored<V> | Conditional<V> },
  name = 'map',
): Symbolic<{ readonly [key: string]: V }> {
  const entries = merged(Object.entries(fields).flatMap(([key, value]) => entriesOf(key, value)));
  // The keys become Go constants, so they must be valid as such.
  keysOf(entries).forEach(astOf);
  return symbolic({
    kind: 'assemble',
    name,
    entries,
    schema: { type: 'object', additionalProperties: union(entrySchemas(entries)) },
  });
}

function entrySchemas(entries: readonly Entry[]): readonly Schema[] {
  return entries.flatMap((entry): readonly Schema[] => {
    switch (entry.kind) {
      case 'field':
      case 'entries':
        return [nodeSchema(entry.value)];
      case 'when':
        return entrySchemas(entry.body);
      case 'include':
      case 'comment':
        return [];
      default:
        return unknownKind(entry);
    }
  });
}
