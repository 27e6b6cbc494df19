/** The first meaning of a chart's source: plain values and manifests for one values document. */
import { forbiddenTextMessage, holdsForbiddenText, isDeleted } from './forbidden-text.js';
import { goJson, goString } from './go-syntax.js';
import { type Line, layoutDocument, type Part } from './layout.js';
import { checkArgument, EvaluationError } from './operator.js';
import { byBytes } from './operators.js';
import { kindOf } from './schema.js';
import type { Ast, Element, Entry, Node, Template, Value, ValueMap, Variable } from './tree.js';

/** What a chart is rendered with. */
export interface Context {
  /** The chart's defaults with the user's values merged over them. */
  readonly Values: ValueMap;
  readonly Release: { readonly Name: string; readonly Namespace: string; readonly Service: string };
  readonly Chart: { readonly Name: string; readonly Version: string; readonly AppVersion: string };
}

type Bindings = ReadonlyMap<Variable, Value | undefined>;

/** A context, and the variables that are bound in it. */
export interface Scope {
  readonly context: Context;
  readonly bindings: Bindings;
  /** What named templates without parameters have yielded: each is computed once. */
  readonly yielded: Map<Template, Value>;
}

export function scopeOf(context: Context): Scope {
  return { context, bindings: new Map(), yielded: new Map() };
}

function bound(
  scope: Scope,
  bindings: readonly (readonly [Variable | undefined, Value | undefined])[],
): Scope {
  const all = new Map(scope.bindings);
  for (const [variable, value] of bindings) if (variable !== undefined) all.set(variable, value);
  return { ...scope, bindings: all };
}

// -------------------------------------------------------------------------------------------------- expressions

/** @throws {EvaluationError} where an operator has no meaning for its arguments */
export function evaluate(ast: Ast, scope: Scope): Value | undefined {
  switch (ast.kind) {
    case 'literal':
      return ast.value;
    case 'builtin':
      return scope.context[ast.object];
    case 'variable':
      return scope.bindings.get(ast.variable);
    case 'member': {
      const of = evaluate(ast.of, scope);
      if (!isMap(of))
        throw new EvaluationError(`'${ast.key}' is read of what is no map: ${JSON.stringify(of)}`);
      return Object.hasOwn(of, ast.key) ? of[ast.key] : undefined;
    }
    case 'call':
      return evaluateCall(ast, scope);
    case 'collect':
      return evaluateElements(ast.elements, scope);
    case 'assemble':
      return Object.fromEntries(ast.entries.flatMap((entry) => evaluateEntry(entry, scope)));
    case 'group':
      return evaluateGroups(ast, scope);
    case 'include':
      return evaluateInclude(ast.template, ast.args, scope);
  }
}

function evaluateCall({ operator, args }: Extract<Ast, { kind: 'call' }>, scope: Scope): Value {
  if (operator.name === 'and') return args.every((argument) => isTrue(argument, scope));
  if (operator.name === 'or') return args.some((argument) => isTrue(argument, scope));
  const values = args.map((argument, index) => {
    const value = evaluate(argument, scope);
    checkArgument(operator, index, value);
    return value;
  });
  return operator.evaluate(...(values as never[]));
}

export function isTrue(condition: Ast, scope: Scope): boolean {
  const value = evaluate(condition, scope);
  if (typeof value !== 'boolean')
    throw new EvaluationError(`a condition is ${JSON.stringify(value)}, not true or false`);
  return value;
}

/** A scope for each member of a list, or for each entry of a map in the order of its keys. */
function walk(each: { over: Ast; key: Variable | undefined; item: Variable }, scope: Scope): Scope[] {
  const over = evaluate(each.over, scope);
  if (over === undefined || over === null) return [];
  if (Array.isArray(over)) return over.map((item: Value) => bound(scope, [[each.item, item]]));
  if (isMap(over)) {
    return Object.keys(over)
      .sort(byBytes)
      .map((key) =>
        bound(scope, [
          [each.key, key],
          [each.item, over[key]],
        ]),
      );
  }
  throw new EvaluationError(`${JSON.stringify(over)} is neither a list nor a map`);
}

function evaluateGroups({ over, item, key }: Extract<Ast, { kind: 'group' }>, scope: Scope): ValueMap {
  const groups = new Map<string, Value[]>();
  for (const inner of walk({ over, key: undefined, item }, scope)) {
    const name = evaluate(key, inner);
    if (typeof name !== 'string') throw new EvaluationError(`a group is called ${JSON.stringify(name)}`);
    const member = inner.bindings.get(item) ?? null;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [member]);
    else group.push(member);
  }
  return Object.fromEntries(groups);
}

function evaluateInclude(template: Template, args: ReadonlyMap<Variable, Ast>, scope: Scope): Value {
  const known = template.parameters.length === 0 ? scope.yielded.get(template) : undefined;
  if (known !== undefined) return known;
  const inner = calledWith(args, scope);
  const { body } = template;
  const value =
    'node' in body ? run(layoutDocument(body.node), inner).join('\n') : (evaluate(body.value, inner) ?? null);
  if (template.parameters.length === 0) scope.yielded.set(template, value);
  return value;
}

/** A named template sees its parameters and nothing else of its caller's. */
function calledWith(args: ReadonlyMap<Variable, Ast>, scope: Scope): Scope {
  const bindings = [...args].map(([variable, argument]) => [variable, evaluate(argument, scope)] as const);
  return bound({ ...scope, bindings: new Map() }, bindings);
}

// ---------------------------------------------------------------------------------------------------- manifests

/** Yields undefined for a container whose members are all conditional and all missing. */
export function evaluateNode(node: Node, scope: Scope): Value | undefined {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'expression': {
      const value = evaluate(node.value, scope);
      if (value === undefined) throw new EvaluationError('a value is absent that the manifest needs');
      if (typeof value === 'string' ? isDeleted(value) : holdsForbiddenText(value)) {
        throw new EvaluationError(`${JSON.stringify(value)} can't be written: ${forbiddenTextMessage}`);
      }
      return value;
    }
    case 'block':
      return `${String(evaluate(node.text, scope))}\n`;
    case 'choice':
      return evaluateNode(isTrue(node.condition, scope) ? node.chosen : node.otherwise, scope);
    case 'map': {
      const entries = node.entries.flatMap((entry) => evaluateEntry(entry, scope));
      return entries.length === 0 && node.entries.length > 0 ? undefined : Object.fromEntries(entries);
    }
    case 'list': {
      const elements = evaluateElements(node.elements, scope);
      return elements.length === 0 && node.elements.length > 0 ? undefined : elements;
    }
  }
}

function evaluateEntry(entry: Entry, scope: Scope): (readonly [string, Value])[] {
  switch (entry.kind) {
    case 'field': {
      const value = evaluateNode(entry.value, scope);
      return value === undefined ? [] : [[entry.key, value]];
    }
    case 'when':
      return isTrue(entry.condition, scope) ? entry.body.flatMap((inner) => evaluateEntry(inner, scope)) : [];
    case 'entries':
      return walk(entry, scope).flatMap((inner): (readonly [string, Value])[] => {
        const value = evaluateNode(entry.value, inner);
        const key = String(inner.bindings.get(entry.key));
        if (goString(key).length > longestKey) {
          throw new EvaluationError(
            `a key of ${key.length} characters is too long for YAML: ${key.slice(0, 50)}…`,
          );
        }
        return value === undefined ? [] : [[key, value]];
      });
    case 'include': {
      const { body } = entry.template;
      if (body.kind !== 'fields') throw new TypeError(`${entry.template.name} yields no map`);
      const inner = calledWith(entry.args, scope);
      return body.node.entries.flatMap((field) => evaluateEntry(field, inner));
    }
    case 'comment':
      return [];
  }
}

/** As far as a reader of YAML looks for the colon behind a key: https://yaml.org/spec/1.1/#id896876 */
const longestKey = 1024;

function evaluateElements(elements: readonly Element[], scope: Scope): Value[] {
  return elements.flatMap((element) => evaluateElement(element, scope));
}

function evaluateElement(element: Element, scope: Scope): Value[] {
  switch (element.kind) {
    case 'item':
      return [evaluateNode(element.value, scope) ?? emptyOf(element.value, scope)];
    case 'when':
      return isTrue(element.condition, scope) ? evaluateElements(element.body, scope) : [];
    case 'each':
      return walk(element, scope).flatMap((inner) => evaluateElements(element.body, inner));
  }
}

/** A list's member has its place even when nothing is in it. */
function emptyOf(node: Node, scope: Scope): Value {
  if (node.kind === 'choice')
    return emptyOf(isTrue(node.condition, scope) ? node.chosen : node.otherwise, scope);
  return node.kind === 'list' ? [] : {};
}

// -------------------------------------------------------------------------------------------------------- texts

/** Runs laid-out lines into the lines of text that the printed template yields. */
export function run(lines: readonly Line[], scope: Scope): string[] {
  return lines.flatMap((line) => runLine(line, scope));
}

function runLine(line: Line, scope: Scope): string[] {
  const pad = ' '.repeat(line.indent);
  switch (line.kind) {
    case 'text':
      return [pad + line.parts.map((part) => runPart(part, scope)).join('')];
    case 'if':
      return run(isTrue(line.condition, scope) ? line.body : line.otherwise, scope);
    case 'range':
      return walk(line, scope).flatMap((inner) => run(line.body, inner));
    case 'block':
      return String(evaluate(line.text, scope))
        .split('\n')
        .map((text) => pad + text);
    case 'include': {
      const text = evaluateInclude(line.template, line.args, scope);
      return String(text)
        .split('\n')
        .map((part) => pad + part);
    }
    case 'yaml':
      throw new TypeError(
        'a map or list is written as it is into a text: write its members with each or entries, so that its text is known',
      );
  }
}

function runPart(part: Part, scope: Scope): string {
  if (typeof part === 'string') return part;
  const ast = 'raw' in part ? part.raw : part.scalar;
  const value = evaluate(ast, scope);
  if (value === undefined) throw new EvaluationError('a value is absent that the text needs');
  if ('raw' in part) return String(value);
  // Go's integers have no -0.
  return goJson(kindOf(ast.schema) === 'integer' && value === 0 ? 0 : value);
}

function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
