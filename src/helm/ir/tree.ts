/**
 * The tree that a chart's source builds: expressions over values, and the manifest nodes that hold them. It is
 * plain data; {@link file://../evaluate/evaluate.ts} and {@link file://../template/go-expression.ts} give it its two meanings.
 */

import type { Value } from '../../text/json.js';

/** The part of JSON Schema (draft-07) that the toolkit itself reads. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  /** False for keys that no one may set. */
  readonly patternProperties?: { readonly [pattern: string]: Schema | false };
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly not?: Schema;
  readonly propertyNames?: Schema;
  readonly description?: string;
  readonly default?: unknown;
}

/** What an expression yields, as far as writing it into a template must know. */
export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'map' | 'scalar';

/** An expression: data with two meanings. `schema` says what it yields. */
export type Ast = (
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'builtin'; readonly object: Builtin }
  | { readonly kind: 'member'; readonly of: Ast; readonly key: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'call'; readonly operator: Operator; readonly args: readonly Ast[] }
  | { readonly kind: 'collect'; readonly name: string; readonly elements: readonly Element[] }
  | { readonly kind: 'assemble'; readonly name: string; readonly entries: readonly Entry[] }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly over: Ast;
      readonly item: Variable;
      readonly key: Ast;
    }
  | { readonly kind: 'include'; readonly template: Template; readonly args: Arguments }
) & { readonly schema: Schema };

/** The objects that Helm hands to every template. */
export type Builtin = 'Values' | 'Release' | 'Chart';

/** A name bound by `each` or by a named template's parameter; two variables are the same only if they are one object. */
export interface Variable {
  readonly name: string;
  /** A parameter is read from the template's argument (`.component`), everything else is a Go variable (`$port`). */
  readonly parameter?: true;
}

/** One row of the operator table: a meaning in TypeScript, and the Go template function that means the same. */
export interface Operator {
  readonly name: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** The result's schema, from the arguments' schemas. */
  readonly result: (args: readonly Schema[]) => Schema;
  /** @throws {EvaluationError} for arguments outside the operator's domain */
  readonly evaluate: (...args: never[]) => Value;
  /** The Go expression, given its arguments as Go operands. */
  readonly go: (...args: Operand[]) => string;
  /** The last argument may come through a pipe: `include "name" . | trunc 63`. */
  readonly piped?: true;
  /** It yields one of its arguments, or a part of one, as it is: a number is still the float64 that Helm has read. */
  readonly passes?: true;
  /** Says why arguments of these kinds don't go together. */
  readonly refuses?: (kinds: readonly Kind[]) => string | undefined;
}

/** An argument as Go text: a name, a constant, or an expression in parentheses. */
export interface Operand {
  readonly text: string;
  /** What it yields, where the parameter takes no `any`. */
  readonly kind?: Kind;
  /** The values may not have it. */
  readonly mayBeAbsent?: boolean;
  /** The constant, where it is a string. */
  readonly constant?: string;
}

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** A constant that stands in the source, no expression. */
  readonly constant?: true;
  /** The parameter may be absent (or null) in the values. */
  readonly optional?: true;
  /** The last parameter may be repeated. */
  readonly variadic?: true;
}

/**
 * - `text`: a string or an integer;
 * - `digits`: a string that is an integer of at most fifteen digits;
 * - `duration`: a string that is a positive duration of hours, minutes, seconds and milliseconds, as Go writes it;
 * - `header`: a string of ASCII letters, digits, `-` and `_`;
 * - `positive`: an integer of at least 1;
 * - `scalar`: a string, an integer or a boolean;
 * - `strings`: a list of strings;
 * - `container`: a list or a map;
 * - `sized`: a string, a list or a map;
 * - `any`: a value as Helm has it, numbers as they are.
 */
export type ParameterKind =
  | Exclude<Kind, 'number'>
  | 'text'
  | 'digits'
  | 'duration'
  | 'header'
  | 'positive'
  | 'strings'
  | 'container'
  | 'sized'
  | 'any';

/** A named template: `define` in the chart, a function here. */
export interface Template {
  readonly name: string;
  readonly summary: string;
  readonly parameters: readonly Variable[];
  readonly body: TemplateBody;
}

/**
 * - `string`: one line of text.
 * - `json`: any value; callers read it back with fromJson.
 * - `fields`: a map's entries, to be written into a map.
 * - `document`: a YAML document, as text.
 */
export type TemplateBody =
  | { readonly kind: 'string'; readonly value: Ast }
  | { readonly kind: 'json'; readonly value: Ast }
  | { readonly kind: 'fields'; readonly node: MapNode }
  | { readonly kind: 'document'; readonly node: MapNode };

export type Arguments = ReadonlyMap<Variable, Ast>;

/** A piece of a manifest. */
export type Node =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  | { readonly kind: 'expression'; readonly value: Ast }
  | { readonly kind: 'choice'; readonly condition: Ast; readonly chosen: Node; readonly otherwise: Node }
  | { readonly kind: 'block'; readonly text: Ast }
  | MapNode
  | ListNode;

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly elements: readonly Element[];
}

/** A member of a map. */
export type Entry =
  | { readonly kind: 'field'; readonly key: string; readonly value: Node }
  | { readonly kind: 'when'; readonly condition: Ast; readonly body: readonly Entry[] }
  | {
      readonly kind: 'entries';
      readonly over: Ast;
      readonly key: Variable;
      readonly item: Variable;
      readonly value: Node;
    }
  | { readonly kind: 'include'; readonly template: Template; readonly args: Arguments }
  | { readonly kind: 'comment'; readonly text: string };

/** A member of a list. */
export type Element =
  | { readonly kind: 'item'; readonly value: Node }
  | { readonly kind: 'when'; readonly condition: Ast; readonly body: readonly Element[] }
  | {
      readonly kind: 'each';
      readonly over: Ast;
      readonly item: Variable;
      /** The key of a map, which is walked in the order of its keys; or the index in a list, where the body reads it. */
      readonly key: Variable | undefined;
      readonly body: readonly Element[];
    };

const identities = new WeakMap<object, string>();
const serials = new WeakMap<object, number>();
let serial = 0;

/** A text that two expressions share exactly when they are the same expression. */
export function identity(ast: Ast): string {
  let text = identities.get(ast);
  if (text === undefined) {
    text = describe(ast);
    identities.set(ast, text);
  }
  return text;
}

function describe(ast: Ast): string {
  switch (ast.kind) {
    case 'literal':
      return JSON.stringify(ast.value);
    case 'builtin':
      return `.${ast.object}`;
    case 'member':
      return `${identity(ast.of)}.${JSON.stringify(ast.key)}`;
    case 'variable':
      return `$${serialOf(ast.variable)}`;
    case 'call':
      return `${ast.operator.name}(${ast.args.map(identity).join(',')})`;
    case 'collect':
      return `collect#${serialOf(ast.elements)}`;
    case 'assemble':
      return `assemble#${serialOf(ast.entries)}`;
    case 'group':
      return `group#${serialOf(ast.item)}`;
    case 'include':
      return `include ${ast.template.name}(${[...ast.args].map(([variable, value]) => `${variable.name}=${identity(value)}`).join(',')})`;
  }
}

function serialOf(object: object): number {
  let number = serials.get(object);
  if (number === undefined) {
    number = serial++;
    serials.set(object, number);
  }
  return number;
}
