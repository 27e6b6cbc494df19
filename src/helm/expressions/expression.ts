import type { Static, TSchema } from 'typebox';
import { forbiddenTextMessage, holdsForbiddenText } from '../../text/forbidden-text.js';
import type { Value } from '../../text/json.js';
import type { Schema } from '../ir/schema.js';
import type { Ast, Builtin, Variable } from '../ir/tree.js';
import { propertyNames, propertySchema, resolved, schemaOfConstant } from '../schema/schema.js';

export const AST: unique symbol = Symbol('centaur-chart.ast');
declare const YIELDS: unique symbol;

/** A value that is known when the chart is installed, or when its values are evaluated. */
export interface Expr<out T> {
  readonly [AST]: Ast;
  readonly [YIELDS]?: () => T;
}

/** A constant, or an expression that yields one. */
export type Leaf<T> = T | Expr<T>;

/**
 * An expression whose members can be read like those of its value. Members of a value that may be absent can't be read
 * until `when` has shown that it is present.
 */
export type Symbolic<T> = Expr<T> & Members<T>;

type Members<T> = [T] extends [readonly unknown[]]
  ? unknown
  : [T] extends [object]
    ? { readonly [K in keyof T as string extends K ? never : K]-?: Symbolic<T[K]> }
    : unknown;

export function isExpr(value: unknown): value is Expr<unknown> {
  return typeof value === 'object' && value !== null && (value as { [AST]?: unknown })[AST] !== undefined;
}

export function astOf(leaf: unknown): Ast {
  return isExpr(leaf) ? leaf[AST] : literal(leaf);
}

/** A value that is the same in every release, as an expression. */
export function constant<const T>(value: T): Symbolic<T> {
  return symbolic(literal(value));
}

function literal(written: unknown): Ast {
  const value = checkedLiteral(written);
  if (holdsForbiddenText(value)) throw new TypeError(`a constant can't be written: ${forbiddenTextMessage}`);
  return { kind: 'literal', value, schema: schemaOfConstant(value) };
}

function checkedLiteral(value: unknown): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // YAML and Go have no -0 among integers.
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(checkedLiteral);
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, checkedLiteral(member)]));
  }
  throw new TypeError(`not a value that YAML can hold: ${String(value)}`);
}

/** Wraps a tree in an object whose properties are its members; a name that is missing from the schema is refused. */
export function symbolic<T>(ast: Ast): Symbolic<T> {
  const proxy = new Proxy(Object.freeze({}), {
    get(_, key) {
      if (key === AST) return ast;
      if (typeof key === 'symbol') {
        if (key === Symbol.toPrimitive) {
          throw new TypeError(`${pathOf(ast)} is an expression, not a string: compose strings with str\`…\``);
        }
        return undefined;
      }
      const member = propertySchema(ast.schema, key);
      if (member === undefined) {
        const known = propertyNames(ast.schema);
        const hint = known.length === 0 ? '' : `; it has ${known.join(', ')}`;
        throw new TypeError(`${pathOf(ast)} has no key '${key}'${hint}`);
      }
      return symbolic({ kind: 'member', of: ast, key, schema: member });
    },
    ownKeys() {
      throw new TypeError(
        `${pathOf(ast)} is an expression: write ...spread(${pathOf(ast)}) to take its entries`,
      );
    },
  });
  return proxy as Symbolic<T>;
}

/** How an expression is called in messages: `.Values.a.b`. */
export function pathOf(ast: Ast): string {
  switch (ast.kind) {
    case 'builtin':
      return `.${ast.object}`;
    case 'member':
      return `${pathOf(ast.of)}.${ast.key}`;
    case 'variable':
      return `$${ast.variable.name}`;
    case 'call':
      return `${ast.operator.name}(…)`;
    case 'include':
      return `include "${ast.template.name}"`;
    case 'collect':
    case 'assemble':
    case 'group':
      return `$${ast.name}`;
    case 'literal':
      return JSON.stringify(ast.value);
  }
}

export function variable<T>(variable: Variable, schema: Schema): Symbolic<T> {
  return symbolic({ kind: 'variable', variable, schema });
}

/**
 * A value with the type of another schema: for a value of several possible types after a condition has determined which
 * one it is, and for a computed value whose type is known better than its parts tell.
 */
export function readAs<S extends TSchema>(schema: S, value: Expr<unknown>): Symbolic<Static<S>> {
  return symbolic({ ...astOf(value), schema: resolved(schema as Schema) });
}

/** The values of a chart, as typed expressions: `valuesOf(schema).image.tag`. */
export function valuesOf<S extends TSchema>(schema: S): Symbolic<Static<S>> {
  return builtin('Values', resolved(schema as Schema));
}

const text: Schema = { type: 'string' };

/** What Helm knows about the release being rendered. */
export const release = builtin<{ Name: string; Namespace: string; Service: string }>('Release', {
  properties: { Name: text, Namespace: text, Service: text },
  required: ['Name', 'Namespace', 'Service'],
});

/** The content of `Chart.yaml`, with Helm's capitalization. */
export const chartInfo = builtin<{ Name: string; Version: string; AppVersion: string }>('Chart', {
  properties: { Name: text, Version: text, AppVersion: text },
  required: ['Name', 'Version', 'AppVersion'],
});

function builtin<T>(object: Builtin, schema: Schema): Symbolic<T> {
  return symbolic({ kind: 'builtin', object, schema });
}
