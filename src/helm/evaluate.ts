/** The first meaning of a chart's source: plain values and manifests for one values document. */
import { forbiddenTextMessage, holdsForbiddenText, isDeleted } from './forbidden-text.js';
import { goJson, goString } from './go-syntax.js';
import { type Line, layoutDocument, type Part } from './layout.js';
import { checkArgument, EvaluationError } from './operator.js';
import { byBytes } from './operators.js';
import { kindOf } from './schema.js';
import type { Ast, Element, Entry, MapNode, Node, Template, Value, ValueMap, Variable } from './tree.js';

/** What a chart is rendered with. */
export interface Context {
  /** The chart's defaults with the user's values merged over them. */
  readonly Values: ValueMap;
  readonly Release: { readonly Name: string; readonly Namespace: string; readonly Service: string };
  readonly Chart: { readonly Name: string; readonly Version: string; readonly AppVersion: string };
}

/** The innermost variable that is bound, and those around it. */
interface Binding {
  readonly variable: Variable;
  readonly value: Value | undefined;
  readonly outer: Binding | undefined;
}

/** A context, and the variables that are bound in it. */
export interface Scope {
  readonly context: Context;
  readonly binding: Binding | undefined;
  /** What named templates without parameters have yielded: each is computed once. */
  readonly yielded: Map<Template, Value>;
  /** Maps and lists that were looked through and hold no forbidden text. */
  readonly sound: WeakSet<object>;
}

export function scopeOf(context: Context): Scope {
  return { context, binding: undefined, yielded: new Map(), sound: new WeakSet() };
}

/** A scope within another one, in which a variable is bound too. */
export function bound(scope: Scope, variable: Variable | undefined, value: Value | undefined): Scope {
  if (variable === undefined) return scope;
  const { context, binding: outer, yielded, sound } = scope;
  return { context, binding: { variable, value, outer }, yielded, sound };
}

function boundTo(variable: Variable, { binding }: Scope): Value | undefined {
  let at = binding;
  while (at !== undefined && at.variable !== variable) at = at.outer;
  return at?.value;
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
      return boundTo(ast.variable, scope);
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
  if (Array.isArray(over)) return over.map((item: Value) => bound(scope, each.item, item));
  if (isMap(over)) {
    return Object.keys(over)
      .sort(byBytes)
      .map((key) => bound(bound(scope, each.key, key), each.item, over[key]));
  }
  throw new EvaluationError(`${JSON.stringify(over)} is neither a list nor a map`);
}

function evaluateGroups({ over, item, key }: Extract<Ast, { kind: 'group' }>, scope: Scope): ValueMap {
  const groups = new Map<string, Value[]>();
  for (const inner of walk({ over, key: undefined, item }, scope)) {
    const name = evaluate(key, inner);
    if (typeof name !== 'string') throw new EvaluationError(`a group is called ${JSON.stringify(name)}`);
    const member = boundTo(item, inner) ?? null;
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
    'node' in body ? run(linesOf(body.node), inner).join('\n') : (evaluate(body.value, inner) ?? null);
  if (template.parameters.length === 0) scope.yielded.set(template, value);
  return value;
}

const laidOut = new WeakMap<MapNode, readonly Line[]>();

/** A named template is laid out once, however often it is included. */
function linesOf(node: MapNode): readonly Line[] {
  const known = laidOut.get(node);
  if (known !== undefined) return known;
  const lines = layoutDocument(node);
  laidOut.set(node, lines);
  return lines;
}

/** A named template sees its parameters and nothing else of its caller's. */
function calledWith(args: ReadonlyMap<Variable, Ast>, scope: Scope): Scope {
  let inner: Scope = { ...scope, binding: undefined };
  for (const [variable, argument] of args) inner = bound(inner, variable, evaluate(argument, scope));
  return inner;
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
      if (typeof value === 'string' ? isDeleted(value) : holdsForbiddenText(value, scope.sound)) {
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
        const key = String(boundTo(entry.key, inner));
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
  const values: Value[] = [];
  addElements(elements, scope, values);
  return values;
}

function addElements(elements: readonly Element[], scope: Scope, to: Value[]): void {
  for (const element of elements) {
    switch (element.kind) {
      case 'item':
        to.push(evaluateNode(element.value, scope) ?? emptyOf(element.value, scope));
        break;
      case 'when':
        if (isTrue(element.condition, scope)) addElements(element.body, scope, to);
        break;
      case 'each':
        for (const inner of walk(element, scope)) addElements(element.body, inner, to);
    }
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
  const texts: string[] = [];
  addLines(lines, scope, texts);
  return texts;
}

function addLines(lines: readonly Line[], scope: Scope, to: string[]): void {
  for (const line of lines) addLine(line, scope, to);
}

function addLine(line: Line, scope: Scope, to: string[]): void {
  const pad = ' '.repeat(line.indent);
  const addPadded = (text: string) => {
    for (const part of text.split('\n')) to.push(pad + part);
  };
  switch (line.kind) {
    case 'text':
      to.push(pad + line.parts.map((part) => runPart(part, scope)).join(''));
      break;
    case 'if':
      addLines(isTrue(line.condition, scope) ? line.body : line.otherwise, scope, to);
      break;
    case 'range':
      for (const inner of walk(line, scope)) addLines(line.body, inner, to);
      break;
    case 'block':
      addPadded(String(evaluate(line.text, scope)));
      break;
    case 'include':
      addPadded(String(evaluateInclude(line.template, line.args, scope)));
      break;
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
