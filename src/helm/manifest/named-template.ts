/**
 * Named templates: a `define` in the chart, a function or an expression in TypeScript. The name says where the `define` is:
 * `web.labels` in `_helpers.tpl`, `web.ironProxy.config` in `_iron-proxy.tpl`.
 */
import type { Static, TSchema } from 'typebox';
import { assertTemplateComment } from '../../text/yaml-scalar.js';
import { exactInteger } from '../expressions/exact-integers.js';
import { astOf, type Expr, type Leaf, type Symbolic, symbolic, variable } from '../expressions/expression.js';
import type { Schema } from '../ir/schema.js';
import type { Arguments, MapNode, Template, TemplateBody, Variable } from '../ir/tree.js';
import { beginningWithField, presenceOf } from '../layout/emptiness.js';
import { holdsYaml, layoutDocument } from '../layout/layout.js';
import { isIntegers, resolved } from '../schema/schema.js';
import { spreadable } from './fragments.js';
import type { Fields } from './manifest.js';
import { mapNode } from './reader.js';

type Parameters = { readonly [name: string]: TSchema };
type Bound<P extends Parameters> = { readonly [K in keyof P]: Symbolic<Static<P[K]>> };
type Given<P extends Parameters> = { readonly [K in keyof P]: Leaf<Unchanged<Static<P[K]>>> };

/** An argument is only read, so read-only lists are accepted as well. */
type Unchanged<T> = T extends readonly (infer E)[]
  ? readonly Unchanged<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Unchanged<T[K]> }
    : T;

/** A string that the chart's templates share: `{{ include "web.fullname" . }}`. */
export function stringTemplate(name: string, summary: string, value: Expr<string>): Expr<string> {
  return called(template(name, summary, [], { kind: 'string', value: astOf(value) }), new Map(), {
    type: 'string',
  });
}

/** A string that depends on arguments: `{{ include "web.image" (dict "root" . "image" .Values.image) }}`. */
export function stringTemplateOf<P extends Parameters>(
  name: string,
  summary: string,
  parameters: P,
  body: (parameters: Bound<P>) => Expr<string>,
): (args: Given<P>) => Expr<string> {
  const { variables, bound } = bind(parameters);
  const shared = template(name, summary, variables, { kind: 'string', value: astOf(body(bound)) });
  return (args) => called(shared, given(variables, args), { type: 'string' });
}

/** A list, map, boolean or integer that is computed in one place: `{{ include "web.hosts" . | fromJsonArray }}`. */
export function valueTemplate<T>(name: string, summary: string, value: Expr<T>): Symbolic<T> {
  const ast = astOf(value);
  return called(template(name, summary, [], { kind: 'json', value: ast }), new Map(), ast.schema);
}

/** A value that depends on arguments: `{{ if eq (include "web.isPublic" (dict "root" . "host" .Values.host)) "true" }}`. */
export function valueTemplateOf<P extends Parameters, T>(
  name: string,
  summary: string,
  parameters: P,
  body: (parameters: Bound<P>) => Expr<T>,
): (args: Given<P>) => Symbolic<T> {
  const { variables, bound } = bind(parameters);
  const value = astOf(body(bound));
  const shared = template(name, summary, variables, { kind: 'json', value });
  return (args) => called(shared, given(variables, args), value.schema);
}

/**
 * A YAML document as a string, for a configuration file: write it into a ConfigMap with `block`, hash it with `sha256`.
 */
export function textTemplate<T extends object = never>(
  name: string,
  summary: string,
  document: Fields<NoInfer<T>>,
): Expr<string> {
  const node = beginning(name, mapNode(document));
  if (holdsYaml(layoutDocument(node))) {
    throw new TypeError(
      `${name}: a list or map is written as it is into a document, whose characters nobody knows then: ` +
        'write its members with each or entries, or the whole as a string with toJson',
    );
  }
  return called(template(name, summary, [], { kind: 'document', node }), new Map(), { type: 'string' });
}

/** Fields that many maps share, such as labels; to be spread: `labels: { ...labels({ component: 'api' }) }`. */
export function fieldsTemplate<P extends Parameters>(
  name: string,
  summary: string,
  parameters: P,
  body: (parameters: Bound<P>) => object,
): (args: Given<P>) => { readonly [key: string]: never } {
  const { variables, bound } = bind(parameters);
  const shared = template(name, summary, variables, {
    kind: 'fields',
    node: beginning(name, mapNode(body(bound))),
  });
  return (args) => spreadable([{ kind: 'include', template: shared, args: given(variables, args) }]);
}

function template(
  name: string,
  summary: string,
  parameters: readonly Variable[],
  body: TemplateBody,
): Template {
  assertTemplateComment(summary);
  return { name, summary, parameters, body };
}

/** A map whose first field is always present: the output must not begin with an empty line, and must not be empty. */
function beginning(name: string, map: MapNode): MapNode {
  const isInclude = map.entries.find((entry) => entry.kind !== 'comment')?.kind === 'include';
  const entries = isInclude ? map.entries : beginningWithField(map.entries);
  const first = entries.find((entry) => entry.kind !== 'comment');
  if (!isInclude && (first?.kind !== 'field' || presenceOf(first.value) !== true)) {
    throw new TypeError(`${name}: a named template has a field that is always there`);
  }
  return { ...map, entries };
}

function called<T>(shared: Template, args: Arguments, schema: Schema): Symbolic<T> {
  return symbolic({ kind: 'include', template: shared, args, schema });
}

function bind<P extends Parameters>(parameters: P): { variables: readonly Variable[]; bound: Bound<P> } {
  const pairs = Object.entries(parameters).map(([name, schema]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name === 'root') {
      throw new TypeError(`a parameter is called by a name of Go's, and not 'root': ${JSON.stringify(name)}`);
    }
    const parameter: Variable = { name, parameter: true };
    const given = resolved(schema as Schema);
    const exact = isIntegers(given) ? { allOf: [given, exactInteger] } : given;
    return { parameter, name, expression: variable(parameter, exact) };
  });
  return {
    variables: pairs.map(({ parameter }) => parameter),
    bound: Object.fromEntries(pairs.map(({ name, expression }) => [name, expression])) as never,
  };
}

function given(variables: readonly Variable[], args: { readonly [name: string]: unknown }): Arguments {
  return new Map(variables.map((parameter) => [parameter, astOf(args[parameter.name])]));
}
