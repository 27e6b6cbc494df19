/** The building blocks of rules. */
import { type Expr, each, hasSuffix, listOf, type Member, or, type Symbolic } from '../helm/authoring.js';

/** Computes a value once, for several uses, into a variable with the given name. */
export function given<V, T>(
  name: string,
  value: Expr<V>,
  body: (value: Symbolic<V>) => Member<T>,
): Member<T> {
  return each<V, T>(listOf<V>([value as never]), body, name);
}

/** Whether any of several conditions holds. */
export function anyOf([one, other, ...more]: readonly Expr<boolean>[]): Expr<boolean> {
  if (one === undefined) throw new TypeError('no condition is given');
  return other === undefined ? one : or(one, other, ...more);
}

/** Whether a name has one of several other names as its ending, as `PROD_OP_CONNECT_TOKEN` does. */
export function endsAsOneOf(names: readonly string[], name: Expr<string>): Expr<boolean> {
  return anyOf(names.map((ending) => hasSuffix(ending, name)));
}
