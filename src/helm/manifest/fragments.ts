/** Functions for the conditional, repeated and merged parts of a manifest. */
import { assertYamlComment } from '../../text/yaml-scalar.js';
import { astOf, type Expr, pathOf, type Symbolic, symbolic } from '../expressions/expression.js';
import { isNonEmpty, isPresent } from '../expressions/operators.js';
import type { Ast, Entry } from '../ir/tree.js';
import { kindOf } from '../schema/schema.js';
import {
  type Authored,
  type Choice,
  type Conditional,
  type Each,
  FRAGMENT,
  type Fragment,
  type Member,
} from './manifest.js';
import { mapNode, node } from './reader.js';
import { bind, type Container, eachElement } from './walk.js';

/**
 * A value that is present only under a condition; with a third argument, one of two values.
 *
 * The condition is a boolean, or a value that may be absent or empty. In the latter case the second argument is a
 * function of that value, called as if it were present. Strings, lists and maps count as present if they are not empty.
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
 * A member for each element of a list, in order and with its index from 0, or for each entry of a map, in key order.
 * Templates call an element of `hosts` `$host`; `name` is for lists whose own name does not suggest one.
 */
export function each<E, T>(
  list: Expr<readonly E[] | undefined>,
  body: (item: Symbolic<E>, index: Symbolic<number>) => Member<NoInfer<T>>,
  name?: string,
): Each<T>;
export function each<V, T>(
  map: Expr<{ readonly [key: string]: V } | undefined>,
  body: (value: Symbolic<V>, key: Symbolic<string>) => Member<NoInfer<T>>,
  name?: string,
): Each<T>;
export function each(
  over: Expr<Container | undefined>,
  body: (item: Symbolic<unknown>, key: Symbolic<never>) => unknown,
  name?: string,
): Each<never> {
  return { [FRAGMENT]: { kind: 'elements', elements: [eachElement(astOf(over), body, name)] }, each: true };
}

/** An entry for each entry of a map, to be spread: `...entries(values.hosts, (port, host) => port)`. */
export function entries<V, T>(
  map: Expr<{ readonly [key: string]: V } | undefined>,
  body: (value: Symbolic<V>, key: Symbolic<string>) => Authored<T>,
): { readonly [key: string]: Authored<T> } {
  const over = astOf(map);
  if (kindOf(over.schema) !== 'map') throw new TypeError(`entries walks a map, not a ${kindOf(over.schema)}`);
  const { item, key, itemExpr, keyExpr } = bind(over);
  const value = node(body(itemExpr as Symbolic<V>, keyExpr));
  return spreadable([{ kind: 'entries', over, key, item, value }]);
}

/** The entries of a map from the values, to be spread. A key in the manifest itself overrides one of these. */
export function spread<V>(map: Expr<{ readonly [key: string]: V } | undefined>): {
  readonly [key: string]: Authored<V>;
} {
  return entries<V, V>(map, (value) => value as Authored<V>);
}

/** A comment line, to be spread into the map before the field that it describes. */
export function comment(text: string): object {
  assertYamlComment(text);
  return spreadable([{ kind: 'comment', text }]);
}

/** A string of many lines, written as a block: a configuration file in a ConfigMap. It ends with a line break. */
export function block(text: Expr<string>): Choice<string> {
  const ast = astOf(text);
  if (ast.kind !== 'include' || ast.template.body.kind !== 'document') {
    throw new TypeError(
      `block takes the text of a textTemplate, not ${pathOf(ast)}: no other text is known to stay inside a block`,
    );
  }
  return { [FRAGMENT]: { kind: 'node', node: { kind: 'block', text: ast } }, choice: true };
}

let spreadCount = 0;

/** Spreading copies string keys in order, so a fragment travels under a key that no manifest uses. */
export function spreadable(entries: readonly Entry[]): { readonly [key: string]: never } {
  const fragment: Fragment = { kind: 'entries', entries };
  return { [`\0${spreadCount++}`]: { [FRAGMENT]: fragment } } as never;
}
