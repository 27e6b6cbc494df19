/** The words for what is conditional, repeated or merged in a manifest, and the reading of what was written with them. */

import { isDeleted, isForbidden } from '../../text/forbidden-text.js';
import { assertYamlComment } from '../../text/yaml-scalar.js';
import { exactInteger } from '../expressions/exact-integers.js';
import {
  AST,
  astOf,
  type Expr,
  isExpr,
  type Leaf,
  pathOf,
  type Symbolic,
  symbolic,
  variable,
} from '../expressions/expression.js';
import { isNonEmpty, isPresent, omit } from '../expressions/operators.js';
import { reads } from '../ir/free-variables.js';
import {
  type Ast,
  type Element,
  type Entry,
  identity,
  type MapNode,
  type Node,
  type Schema,
  type Variable,
} from '../ir/tree.js';
import { kindOf, memberSchema, union } from '../schema/schema.js';
import {
  type Authored,
  type Choice,
  type Conditional,
  type Each,
  FRAGMENT,
  type Fragment,
  type Member,
} from './manifest.js';

type Container = readonly unknown[] | { readonly [key: string]: unknown };

/**
 * A value that is there only under a condition; with a third argument, one of two values.
 *
 * The condition is a boolean, or a value that may be absent or empty: then the second argument is a function of that
 * value, called as if it were there. Text, lists and maps count as there when they are not empty.
 */
export function when<T>(condition: Expr<boolean>, then: Member<NoInfer<T>>): Conditional<T>;
export function when<T>(
  condition: Expr<boolean>,
  then: Authored<NoInfer<T>>,
  otherwise: Authored<NoInfer<T>>,
): Choice<T>;
export function when<P, T>(
  present: Expr<P>,
  then: (value: Symbolic<NonNullable<P>>) => Member<NoInfer<T>>,
): Conditional<T>;
export function when<P, T>(
  present: Expr<P>,
  then: (value: Symbolic<NonNullable<P>>) => Authored<NoInfer<T>>,
  otherwise: Authored<NoInfer<T>>,
): Choice<T>;
export function when(subject: Expr<unknown>, then: unknown, otherwise?: unknown): unknown {
  const { condition, value } = conditionOf(subject, then);
  if (otherwise === undefined) {
    return { [FRAGMENT]: { kind: 'conditional', condition, body: value }, conditional: true };
  }
  return { [FRAGMENT]: { kind: 'choice', condition, chosen: value, otherwise }, choice: true };
}

/**
 * Several fields under one condition, to be spread into a map: `...fields(condition, { a, b })`. Where one field is
 * conditional, `field: when(condition, value)` is shorter and lets the compiler find a misspelt field.
 */
export function fields<T extends object>(condition: Expr<boolean>, then: T): Partial<T>;
export function fields<P, T extends object>(
  present: Expr<P>,
  then: (value: Symbolic<NonNullable<P>>) => T,
): Partial<T>;
export function fields(subject: Expr<unknown>, then: unknown): object {
  const { condition, value } = conditionOf(subject, then);
  return spreadable([{ kind: 'when', condition, body: mapNode(value).entries }]);
}

function conditionOf(subject: Expr<unknown>, then: unknown): { condition: Ast; value: unknown } {
  const ast = astOf(subject);
  const kind = kindOf(ast.schema);
  if (typeof then !== 'function') {
    if (kind !== 'boolean') {
      throw new TypeError(
        `a condition is a boolean, not a ${kind}: give a function of the value that is to be there`,
      );
    }
    return { condition: ast, value: then };
  }
  const test = kind === 'string' || kind === 'list' || kind === 'map' ? isNonEmpty : isPresent;
  return { condition: astOf(test(symbolic(ast))), value: then(subject) };
}

/**
 * A member for each element of a list, in its order and with its index from 0, or for each entry of a map, in the order
 * of its keys.
 */
export function each<E, T>(
  list: Expr<readonly E[] | undefined>,
  body: (item: Symbolic<E>, index: Symbolic<number>) => Member<NoInfer<T>>,
): Each<T>;
export function each<V, T>(
  map: Expr<{ readonly [key: string]: V } | undefined>,
  body: (value: Symbolic<V>, key: Symbolic<string>) => Member<NoInfer<T>>,
): Each<T>;
export function each(
  over: Expr<Container | undefined>,
  body: (item: Symbolic<unknown>, key: Symbolic<never>) => unknown,
): Each<never> {
  return { [FRAGMENT]: { kind: 'elements', elements: [eachElement(astOf(over), body)] }, each: true };
}

function eachElement(over: Ast, body: (item: Symbolic<unknown>, key: Symbolic<never>) => unknown): Element {
  const { item, key, itemExpr, keySchema } = bind(over);
  const elements = elementsOf(body(itemExpr, variable<never>(key, keySchema)));
  const isKeyed = kindOf(over.schema) === 'map' || elements.some((element) => reads(element, key));
  return { kind: 'each', over, item, key: isKeyed ? key : undefined, body: elements };
}

function bind(over: Ast) {
  const kind = kindOf(over.schema);
  if (kind !== 'list' && kind !== 'map') throw new TypeError(`each walks a list or a map, not a ${kind}`);
  const name = singular(over);
  const [alone, suffix, keySchema] = kind === 'map' ? mapKey : listIndex;
  const item: Variable = { name: name ?? (kind === 'map' ? 'value' : 'item') };
  const key: Variable = { name: name === undefined ? alone : `${name}${suffix}` };
  return { item, key, itemExpr: variable<unknown>(item, memberSchema(over.schema)), keySchema };
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
    default:
      return '';
  }
}

/** An entry for each entry of a map, to be spread: `...entries(values.hosts, (port, host) => port)`. */
export function entries<V, T>(
  map: Expr<{ readonly [key: string]: V } | undefined>,
  body: (value: Symbolic<V>, key: Symbolic<string>) => Authored<T>,
): { readonly [key: string]: Authored<T> } {
  const over = astOf(map);
  if (kindOf(over.schema) !== 'map') throw new TypeError(`entries walks a map, not a ${kindOf(over.schema)}`);
  const { item, key, itemExpr, keySchema } = bind(over);
  const value = node(body(itemExpr as Symbolic<V>, variable<string>(key, keySchema)));
  return spreadable([{ kind: 'entries', over, key, item, value }]);
}

/** The entries of a map from the values, to be spread. A key that stands in the manifest itself wins over one of these. */
export function spread<V>(map: Expr<{ readonly [key: string]: V } | undefined>): {
  readonly [key: string]: Authored<V>;
} {
  return entries<V, V>(map, (value) => value as Authored<V>);
}

/** A comment line, to be spread into the map whose next field it speaks of. */
export function comment(text: string): object {
  assertYamlComment(text);
  return spreadable([{ kind: 'comment', text }]);
}

/** A text of many lines, written as a block: a configuration file in a ConfigMap. It ends with a line break. */
export function block(text: Expr<string>): Choice<string> {
  const ast = astOf(text);
  if (ast.kind !== 'include' || ast.template.body.kind !== 'document') {
    throw new TypeError(
      `block takes the text of a textTemplate, not ${pathOf(ast)}: no other text is known to stay inside a block`,
    );
  }
  return choiceOf({ kind: 'block', text: ast });
}

export function choiceOf<T>(node: Node): Choice<T> {
  return { [FRAGMENT]: { kind: 'node', node }, choice: true };
}

let spreadCount = 0;

/** Spreading copies string keys in their order, so a fragment travels under a key that no manifest has. */
export function spreadable(entries: readonly Entry[]): { readonly [key: string]: never } {
  const fragment: Fragment = { kind: 'entries', entries };
  return { [`\0${spreadCount++}`]: { [FRAGMENT]: fragment } } as never;
}

// ----------------------------------------------------------------------------------------- lists as expressions

/** The results of a function for each element of a list, or for each entry of a map in the order of its keys. */
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
  return collect([eachElement(astOf(over), body as never)], nameOf(astOf(over)));
}

/** The elements of a list for which a condition holds. */
export function filter<E>(
  list: Expr<readonly E[] | undefined>,
  test: (item: Symbolic<E>) => Expr<boolean>,
): Symbolic<readonly E[]> {
  const over = astOf(list);
  return collect([eachElement(over, (item) => when(test(item as Symbolic<E>), item as never))], nameOf(over));
}

/** The lists that a function gives for each element (or entry), one after another. */
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
    nameOf(astOf(over)),
  );
}

/** Whether a condition holds for one element of a list. */
export function some<E>(
  list: Expr<readonly E[] | undefined>,
  test: (item: Symbolic<E>) => Expr<boolean>,
): Expr<boolean> {
  return isNonEmpty(filter(list, test));
}

function nameOf(over: Ast): string {
  return over.kind === 'member' ? over.key : 'items';
}

/**
 * The elements of a list in groups, by a text that each has: in the order of the list within a group, and the groups
 * in the order of that text. `name` is what the variable is called.
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

/** A list as an expression, from members as a manifest's list has them; `name` is what its variable is called. */
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
 * A map as an expression: fields as a manifest's map has them, where a later entry of the same key wins; `name` is
 * what its variable is called. Write it out with `each` or `entries`.
 */
export function mapOf<V>(
  fields: { readonly [key: string]: Authored<V> | Conditional<V> },
  name = 'map',
): Symbolic<{ readonly [key: string]: V }> {
  const entries = merged(Object.entries(fields).flatMap(([key, value]) => entriesOf(key, value)));
  // The keys become constants of Go: they have to be writable as such.
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
    if (entry.kind === 'field' || entry.kind === 'entries') return [nodeSchema(entry.value)];
    return entry.kind === 'when' ? entrySchemas(entry.body) : [];
  });
}

// ------------------------------------------------------------------------------------------- reading a manifest

/** Reads what was written in a manifest's place. */
export function node(written: unknown): Node {
  if (isExpr(written)) {
    const value = written[AST];
    // A constant list or map stays one value: a list that is an expression holds no other lists or maps.
    const scalar = value.kind === 'literal' && (typeof value.value !== 'object' || value.value === null);
    return scalar ? node(value.value) : { kind: 'expression', value };
  }
  if (typeof written === 'string') assertKept(written);
  const fragment = fragmentOf(written);
  if (fragment !== undefined) return fragmentNode(fragment);
  if (Array.isArray(written)) return { kind: 'list', elements: elementsOfAll(written) };
  if (typeof written === 'object' && written !== null) return mapNode(written);
  if (
    written === null ||
    typeof written === 'string' ||
    typeof written === 'boolean' ||
    (typeof written === 'number' && Number.isFinite(written))
  ) {
    return { kind: 'scalar', value: written };
  }
  throw new TypeError(`not a value that a manifest can hold: ${String(written)}`);
}

function assertKept(text: string): void {
  if (isDeleted(text)) throw new TypeError(`Helm would delete "<no value>" from ${JSON.stringify(text)}`);
}

function fragmentNode(fragment: Fragment): Node {
  switch (fragment.kind) {
    case 'choice':
      return {
        kind: 'choice',
        condition: fragment.condition,
        chosen: node(fragment.chosen),
        otherwise: node(fragment.otherwise),
      };
    case 'node':
      return fragment.node;
    default:
      throw new TypeError(
        'a value stands here that may be absent or many: only a field or a list member may be',
      );
  }
}

export function mapNode(written: unknown): MapNode {
  if (typeof written !== 'object' || written === null || Array.isArray(written) || isExpr(written)) {
    throw new TypeError(`a map is needed here, not ${String(written)}`);
  }
  return closed(Object.entries(written).flatMap(([key, value]) => entriesOf(key, value)));
}

/** A map in which no key can stand twice: YAML takes the last one, and Kubernetes refuses it. */
function closed(entries: readonly Entry[]): MapNode {
  const taken = keysOf(entries);
  const twice = taken.find((key, index) => taken.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new TypeError(
      `the key '${twice}' is given twice: write one field, with when(condition, value, otherwise)`,
    );
  }
  if (openParts(entries).length > 1) {
    throw new TypeError(
      'two maps are spread into one, and one key could come from both: join them in the values',
    );
  }
  return { kind: 'map', entries: merged(entries.map((entry) => withoutKeys(entry, taken))) };
}

/** The keys that a map's source gives itself, under a condition or not. */
function keysOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'field') return entry.key;
    if (entry.kind === 'when') return keysOf(entry.body);
    return entry.kind === 'include' ? keysOf(entriesOfTemplate(entry)) : [];
  });
}

/** The parts of a map whose keys come from other maps. */
function openParts(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'entries') return [entry];
    if (entry.kind === 'when') return openParts(entry.body);
    return entry.kind === 'include' ? openParts(entriesOfTemplate(entry)) : [];
  });
}

function entriesOfTemplate({ template }: Extract<Entry, { kind: 'include' }>): readonly Entry[] {
  return template.body.kind === 'fields' ? template.body.node.entries : [];
}

/** A key that stands in the manifest wins over a spread one; where the schema lets no such key in, nothing is to be done. */
function withoutKeys(entry: Entry, taken: readonly string[]): Entry {
  switch (entry.kind) {
    case 'entries': {
      const possible = taken.filter((key) => !isForbidden(key) && admitsKey(entry.over.schema, key));
      if (possible.length === 0) return entry;
      return { ...entry, over: astOf(omit(symbolic<object>(entry.over), ...possible)) };
    }
    case 'when':
      return { ...entry, body: entry.body.map((inner) => withoutKeys(inner, taken)) };
    case 'include': {
      const own = keysOf(entriesOfTemplate(entry));
      const others = taken.filter((key) => !own.includes(key));
      for (const part of openParts(entriesOfTemplate(entry))) {
        const clash = part.kind === 'entries' && others.find((key) => admitsKey(part.over.schema, key));
        if (clash) {
          throw new TypeError(
            `${entry.template.name} spreads a map that may have the key '${clash}', which stands beside it: spread the map where that key is`,
          );
        }
      }
      return entry;
    }
    default:
      return entry;
  }
}

function admitsKey(schema: Schema, key: string): boolean {
  const patterns = Object.entries(schema.patternProperties ?? {});
  const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(key));
  return (
    matching.every(([, member]) => member !== false) &&
    (matching.length > 0 || schema.additionalProperties !== false)
  );
}

function entriesOf(key: string, value: unknown): readonly Entry[] {
  if (value === undefined) return [];
  assertKept(key);
  const fragment = fragmentOf(value);
  if (fragment?.kind === 'entries') return fragment.entries;
  if (fragment?.kind === 'conditional') {
    return [{ kind: 'when', condition: fragment.condition, body: entriesOf(key, fragment.body) }];
  }
  return [{ kind: 'field', key, value: node(value) }];
}

/** Neighbours under one condition share its block. */
function merged<P extends Entry | Element>(parts: readonly P[]): readonly P[] {
  const result: P[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (
      part.kind === 'when' &&
      last?.kind === 'when' &&
      identity(part.condition) === identity(last.condition)
    ) {
      result[result.length - 1] = { ...last, body: [...last.body, ...part.body] };
    } else {
      result.push(part);
    }
  }
  return result;
}

/** Reads the members of a list, or the lines of a text. */
export function elementsOfAll(written: readonly unknown[]): readonly Element[] {
  return merged(written.flatMap(elementsOf));
}

function elementsOf(written: unknown): readonly Element[] {
  if (written === undefined) return [];
  const fragment = fragmentOf(written);
  if (fragment?.kind === 'elements') return fragment.elements;
  if (fragment?.kind === 'conditional') {
    return [{ kind: 'when', condition: fragment.condition, body: elementsOf(fragment.body) }];
  }
  return [{ kind: 'item', value: node(written) }];
}

function fragmentOf(written: unknown): Fragment | undefined {
  return typeof written === 'object' && written !== null && !isExpr(written)
    ? (written as { [FRAGMENT]?: Fragment })[FRAGMENT]
    : undefined;
}
