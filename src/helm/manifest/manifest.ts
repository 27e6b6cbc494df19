/**
 * The types in which manifests are written: Kubernetes' own, as cdk8s-plus generates them from its OpenAPI
 * document, with an expression allowed for every value, list member and optional field.
 */
import type { Expr } from '../expressions/expression.js';
import type { Ast, Element, Entry, Node } from '../ir/tree.js';
import type { IsUnionClass, KubernetesName, Plain } from '../schema/kubernetes-types.js';

export const FRAGMENT: unique symbol = Symbol('centaur-chart.fragment');
declare const HOLDS: unique symbol;

/** What `when`, `each` and similar functions return: not a value, but a part of the manifest around it. */
export type Fragment =
  | { readonly kind: 'conditional'; readonly condition: Ast; readonly body: unknown }
  | {
      readonly kind: 'choice';
      readonly condition: Ast;
      readonly chosen: unknown;
      readonly otherwise: unknown;
    }
  | { readonly kind: 'elements'; readonly elements: readonly Element[] }
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'node'; readonly node: Node };

interface Part<out T> {
  readonly [FRAGMENT]: Fragment;
  readonly [HOLDS]?: () => T;
}

/** A field or list member that is present only under a condition. */
export interface Conditional<out T> extends Part<T> {
  readonly conditional: true;
}

/** One of two values, by a condition; or another value that is written in its own way. */
export interface Choice<out T> extends Part<T> {
  readonly choice: true;
}

/** A list member for each member of another list or map. */
export interface Each<out T> extends Part<T> {
  readonly each: true;
}

/** A value of type `T`, as written in a manifest. */
export type Authored<T> = Expr<Plain<T>> | Choice<T> | Literal<T>;

/** A member of a list of `T`. */
export type Member<T> = Authored<T> | Conditional<T> | Each<T>;

type Literal<T> = T extends string | number | boolean
  ? T
  : T extends Date
    ? string
    : IsUnionClass<T> extends true
      ? string | number
      : T extends readonly (infer E)[]
        ? readonly Member<E>[]
        : T extends object
          ? Fields<T>
          : never;

/** A map with the fields of `T`. */
export type Fields<T> = {
  readonly [K in keyof T as KubernetesName<K>]: undefined extends T[K]
    ? Authored<NonNullable<T[K]>> | Conditional<NonNullable<T[K]>> | undefined
    : string extends K
      ? Authored<T[K]> | Conditional<T[K]>
      : Authored<T[K]>;
};
