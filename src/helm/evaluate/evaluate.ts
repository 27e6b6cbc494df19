/** The first meaning of a chart's source: plain values and manifests for one values document. */

import { forbiddenTextMessage, holdsForbiddenText, isDeleted } from '../../text/forbidden-text.js';
import { byBytes, goJson } from '../../text/go-syntax.js';
import { isList, isMap, typeInWords, type Value, type ValueMap } from '../../text/json.js';
import { memoize } from '../../text/memoize.js';
import { checkArgument, EvaluationError } from '../expressions/call.js';
import { unknownKind } from '../ir/children.js';
import { isClosed } from '../ir/free-variables.js';
import type { Operator } from '../ir/operator.js';
import type { Ast, Element, Entry, MapNode, Node, Template, Variable } from '../ir/tree.js';
import { type Line, layoutDocument, type Part } from '../layout/layout.js';
import type { HelmObject } from '../manifest/helm-object.js';
import { kindOf } from '../schema/schema.js';

/** What a chart is rendered with. */
export interface Context {
  /** The chart's defaults with the user's values merged over them. */
  readonly Values: ValueMap;
  readonly Release: { readonly Name: string; readonly Namespace: string; readonly Service: string };
  readonly Chart: { readonly Name: string; readonly Version: string; readonly AppVersion: string };
}

/** What is the same wherever something in a chart is computed. */
interface Rendering {
  readonly context: Context;
  /**
   * The results of named templates without parameters, and of lists and maps that read no variable: each is computed
   * once.
   */
  readonly yielded: (template: Template) => Value;
  readonly computed: (ast: Computed) => Value;
  /** Maps and lists that were checked and contain no forbidden strings. */
  readonly sound: WeakSet<object>;
}

/** A bound variable, linked to those bound around it; the outermost context has none. */
export interface Scope {
  readonly rendering: Rendering;
  readonly variable: Variable | undefined;
  readonly value: Value | undefined;
  readonly outer: Scope | undefined;
}

export function scopeOf(context: Context): Scope {
  const scope: Scope = outermost({
    context,
    yielded: memoize((template) => yieldOf(template, scope)),
    computed: memoize((ast) => computed(ast, scope)),
    sound: new WeakSet(),
  });
  return scope;
}

function outermost(rendering: Rendering): Scope {
  return { rendering, variable: undefined, value: undefined, outer: undefined };
}

/** A scope inside another one, with one more variable bound. */
export function bound(scope: Scope, variable: Variable | undefined, value: Value | undefined): Scope {
  return variable === undefined ? scope : { rendering: scope.rendering, variable, value, outer: scope };
}

function boundTo(variable: Variable, scope: Scope): Value | undefined {
  let at: Scope | undefined = scope;
  while (at !== undefined && at.variable !== variable) at = at.outer;
  return at?.value;
}

// -------------------------------------------------------------------------------------------------- expressions

/** Evaluates an expression, given the values of its variables. */
type Meaning = (scope: Scope) => Value | undefined;

/** @throws {EvaluationError} if an operator is not defined for its arguments */
export function evaluate(ast: Ast, scope: Scope): Value | undefined {
  return meaningOf(ast)(scope);
}

/** An expression is prepared once, however often it is evaluated. */
const meaningOf: (ast: Ast) => Meaning = memoize(takenApart);

function takenApart(ast: Ast): Meaning {
  switch (ast.kind) {
    case 'literal':
      return () => ast.value;
    case 'builtin':
      return ({ rendering }) => rendering.context[ast.object];
    case 'variable':
      return (scope) => boundTo(ast.variable, scope);
    case 'member':
      return member(meaningOf(ast.of), ast.key);
    case 'call':
      return called(ast.operator, ast.args.map(meaningOf));
    case 'collect':
    case 'assemble':
    case 'group':
      return isClosed(ast) ? ({ rendering }) => rendering.computed(ast) : (scope) => computed(ast, scope);
    case 'include':
      return (scope) => evaluateInclude(ast.template, ast.args, scope);
  }
}

function member(of: Meaning, key: string): Meaning {
  return (scope) => {
    const map = of(scope);
    if (!isMap(map)) throw new EvaluationError(`'${key}' is read of ${typeInWords(map)}, which is not a map`);
    return Object.hasOwn(map, key) ? map[key] : undefined;
  };
}

function called(operator: Operator, args: readonly Meaning[]): Meaning {
  // Like Go, these evaluate no more arguments than they need.
  if (operator.name === 'and') return (scope) => args.every((condition) => asCondition(condition(scope)));
  if (operator.name === 'or') return (scope) => args.some((condition) => asCondition(condition(scope)));
  return (scope) => {
    const values = args.map((argument, index) => {
      const value = argument(scope);
      checkArgument(operator, index, value);
      return value;
    });
    return operator.evaluate(...(values as never[]));
  };
}

/** A list or map that is an expression. */
type Computed = Extract<Ast, { kind: 'collect' | 'assemble' | 'group' }>;

function computed(ast: Computed, scope: Scope): Value {
  switch (ast.kind) {
    case 'collect': {
      const items: Value[] = [];
      addElements(ast.elements, scope, valueIn, items);
      return items;
    }
    case 'assemble': {
      const fields: Field[] = [];
      addEntries(ast.entries, scope, valueIn, fields);
      return Object.fromEntries(fields);
    }
    case 'group':
      return evaluateGroups(ast, scope);
  }
}

function isTrue(condition: Ast, scope: Scope): boolean {
  return asCondition(evaluate(condition, scope));
}

function asCondition(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationError(`a condition is ${typeInWords(value)}, not true or false`);
}

/** Visits a scope for each member of a list, or for each entry of a map in the order of its keys. */
export function walk(
  each: { readonly over: Ast; readonly key: Variable | undefined; readonly item: Variable },
  scope: Scope,
  visit: (inner: Scope) => void,
): void {
  const over = evaluate(each.over, scope);
  if (over === undefined || over === null) return;
  if (isList(over)) {
    over.forEach((item, index) => {
      visit(bound(bound(scope, each.key, index), each.item, item));
    });
  } else if (isMap(over)) {
    for (const key of Object.keys(over).sort(byBytes)) {
      visit(bound(bound(scope, each.key, key), each.item, over[key]));
    }
  } else {
    throw new EvaluationError(`${typeInWords(over)} is neither a list nor a map`);
  }
}

function evaluateGroups({ over, item, key }: Extract<Ast, { kind: 'group' }>, scope: Scope): ValueMap {
  const groups = new Map<string, Value[]>();
  walk({ over, key: undefined, item }, scope, (inner) => {
    const name = evaluate(key, inner);
    if (typeof name !== 'string')
      throw new EvaluationError(`a group is named by ${typeInWords(name)}, not by a string`);
    const member = boundTo(item, inner) ?? null;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [member]);
    else group.push(member);
  });
  return Object.fromEntries(groups);
}

function evaluateInclude(template: Template, args: ReadonlyMap<Variable, Ast>, scope: Scope): Value {
  return template.parameters.length === 0
    ? scope.rendering.yielded(template)
    : yieldOf(template, calledWith(args, scope));
}

function yieldOf({ body }: Template, scope: Scope): Value {
  if ('node' in body) return run(linesOf(body.node), scope).join('\n');
  return evaluate(body.value, scope) ?? null;
}

/** A named template is laid out once, however often it is included. */
const linesOf = memoize((node: MapNode) => layoutDocument(node));

/** A named template sees its parameters and nothing else of its caller. */
export function calledWith(args: ReadonlyMap<Variable, Ast>, scope: Scope): Scope {
  let inner = outermost(scope.rendering);
  for (const [variable, argument] of args) inner = bound(inner, variable, evaluate(argument, scope));
  return inner;
}

// ---------------------------------------------------------------------------------------------------- manifests

/** The object for one values document; undefined if its condition does not hold. */
export function evaluateObject({ condition, body }: HelmObject, scope: Scope): Value | undefined {
  return condition === undefined || isTrue(condition, scope) ? evaluateNode(body, scope) : undefined;
}

/** Returns undefined for a container whose members are all conditional and all missing. */
export function evaluateNode(node: Node, scope: Scope): Value | undefined {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'expression': {
      const value = valueIn(node, scope);
      if (typeof value === 'string' ? isDeleted(value) : holdsForbiddenText(value, scope.rendering.sound)) {
        throw new EvaluationError(`${typeInWords(value)} can't be written: ${forbiddenTextMessage}`);
      }
      return value;
    }
    case 'block':
      return `${String(evaluate(node.text, scope))}\n`;
    case 'choice':
      return evaluateNode(isTrue(node.condition, scope) ? node.chosen : node.otherwise, scope);
    case 'map': {
      const fields: Field[] = [];
      addEntries(node.entries, scope, evaluateNode, fields);
      return fields.length === 0 && node.entries.length > 0 ? undefined : Object.fromEntries(fields);
    }
    case 'list': {
      const elements: Value[] = [];
      addElements(node.elements, scope, evaluateNode, elements);
      return elements.length === 0 && node.elements.length > 0 ? undefined : elements;
    }
    default:
      return unknownKind(node);
  }
}

/** The content of a list or map that is an expression. Where it is written, it is checked for forbidden strings. */
function valueIn(node: Node, scope: Scope): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind !== 'expression') throw new TypeError(`an expression holds no ${node.kind}`);
  const value = evaluate(node.value, scope);
  if (value === undefined) throw new EvaluationError('a value is absent that is needed');
  return value;
}

type Field = readonly [key: string, value: Value];

/** The members or entries that a node contributes to a list or map. */
type Reading = (node: Node, scope: Scope) => Value | undefined;

function addEntries(entries: readonly Entry[], scope: Scope, read: Reading, to: Field[]): void {
  for (const entry of entries) addEntry(entry, scope, read, to);
}

function addEntry(entry: Entry, scope: Scope, read: Reading, to: Field[]): void {
  switch (entry.kind) {
    case 'field': {
      const value = read(entry.value, scope);
      if (value !== undefined) to.push([entry.key, value]);
      return;
    }
    case 'when':
      if (isTrue(entry.condition, scope)) addEntries(entry.body, scope, read, to);
      return;
    case 'entries':
      walk(entry, scope, (inner) => {
        const value = read(entry.value, inner);
        const key = String(boundTo(entry.key, inner));
        if (key.length > longestKey / 6 && [...goJson(key)].length > longestKey) {
          throw new EvaluationError(`a key of ${key.length} characters is too long for YAML`);
        }
        if (value !== undefined) to.push([key, value]);
      });
      return;
    case 'include': {
      const { body } = entry.template;
      if (body.kind !== 'fields') throw new TypeError(`${entry.template.name} yields no map`);
      addEntries(body.node.entries, calledWith(entry.args, scope), read, to);
      return;
    }
    case 'comment':
      return;
    default:
      unknownKind(entry);
  }
}

/** How far a YAML reader looks for the colon after a key: https://yaml.org/spec/1.1/#id896876 */
const longestKey = 1024;

function addElements(elements: readonly Element[], scope: Scope, read: Reading, to: Value[]): void {
  for (const element of elements) {
    switch (element.kind) {
      case 'item':
        to.push(read(element.value, scope) ?? emptyOf(element.value, scope));
        break;
      case 'when':
        if (isTrue(element.condition, scope)) addElements(element.body, scope, read, to);
        break;
      case 'each':
        walk(element, scope, (inner) => addElements(element.body, inner, read, to));
        break;
      default:
        unknownKind(element);
    }
  }
}

/** A list member keeps its place even if it is empty. */
function emptyOf(node: Node, scope: Scope): Value {
  if (node.kind === 'choice')
    return emptyOf(isTrue(node.condition, scope) ? node.chosen : node.otherwise, scope);
  return node.kind === 'list' ? [] : {};
}

// ------------------------------------------------------------------------------------------------------ strings

/** Runs laid-out lines into the lines of text that the printed template yields. */
export function run(lines: readonly Line[], scope: Scope): string[] {
  const strings: string[] = [];
  addLines(lines, scope, strings);
  return strings;
}

function addLines(lines: readonly Line[], scope: Scope, to: string[]): void {
  for (const line of lines) addLine(line, scope, to);
}

function addLine(line: Line, scope: Scope, to: string[]): void {
  switch (line.kind) {
    case 'text':
      to.push(
        line.parts.reduce<string>((text, part) => text + runPart(part, scope), ' '.repeat(line.indent)),
      );
      break;
    case 'if':
      addLines(isTrue(line.condition, scope) ? line.body : line.otherwise, scope, to);
      break;
    case 'range':
      walk(line, scope, (inner) => addLines(line.body, inner, to));
      break;
    case 'block':
      addText(String(evaluate(line.text, scope)), line, to);
      break;
    case 'include':
      addText(String(evaluateInclude(line.template, line.args, scope)), line, to);
      break;
    case 'comment':
      break;
    case 'yaml':
      throw new TypeError(
        'a map or list is written as it is into a string: write its members with each or entries, so that every character is known',
      );
    default:
      unknownKind(line);
  }
}

/** A string of several lines, each of them indented. */
function addText(text: string, { indent }: Line, to: string[]): void {
  const pad = ' '.repeat(indent);
  for (const line of text.split('\n')) to.push(pad + line);
}

function runPart(part: Part, scope: Scope): string {
  if (typeof part === 'string') return part;
  const ast = 'raw' in part ? part.raw : part.scalar;
  const value = evaluate(ast, scope);
  if (value === undefined) throw new EvaluationError('a value is absent that the text needs');
  if ('raw' in part) return String(value);
  // Go's integers have no -0.
  return goJson(value === 0 && kindOf(ast.schema) === 'integer' ? 0 : value);
}
