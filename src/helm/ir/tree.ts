/**
 * The tree that a chart's source builds: expressions over values, and the manifest nodes that contain them. It is plain
 * data; {@link file://../evaluate/evaluate.ts} and {@link file://../template/go-expression.ts} give it its two
 * meanings.
 */

import type { Value } from '../../text/json.js';
import type { Operator } from './operator.js';
import type { Schema } from './schema.js';

/** An expression: data with two meanings. `schema` describes its value. */
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

/** The objects that Helm passes to every template. */
export type Builtin = 'Values' | 'Release' | 'Chart';

/**
 * A name bound by `each` or by a named template's parameter; two variables are the same only if they are the same
 * object.
 */
export interface Variable {
  readonly name: string;
  /** A parameter is read from the template's argument (`.component`); all others are Go variables (`$port`). */
  readonly parameter?: true;
}

/** A named template: `define` in the chart, a function here. */
export interface Template {
  readonly name: string;
  readonly summary: string;
  readonly parameters: readonly Variable[];
  readonly body: TemplateBody;
}

/**
 * - `string`: one line of text.
 * - `json`: any value; callers parse it with fromJson.
 * - `fields`: the entries of a map, to be written into another map.
 * - `document`: a YAML document, as a string.
 */
export type TemplateBody =
  | { readonly kind: 'string'; readonly value: Ast }
  | { readonly kind: 'json'; readonly value: Ast }
  | { readonly kind: 'fields'; readonly node: MapNode }
  | { readonly kind: 'document'; readonly node: MapNode };

export type Arguments = ReadonlyMap<Variable, Ast>;

/** Any piece of the tree. */
export type Piece = Ast | Node | Entry | Element;

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
      /** The key, for a map, which is walked in key order; for a list, the index, if the body reads it. */
      readonly key: Variable | undefined;
      readonly body: readonly Element[];
    };
