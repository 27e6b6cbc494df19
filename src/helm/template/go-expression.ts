/** Prints an expression as the text of a Go template. */
import { goString } from '../../text/go-syntax.js';
import { mayBeAbsent } from '../expressions/absence.js';
import { isExact } from '../expressions/exact-integers.js';
import { pathOf } from '../expressions/expression.js';
import type { Operand, Parameter } from '../ir/operator.js';
import { parameterAt } from '../ir/operator.js';
import type { Arguments, Ast, Builtin, Template, Variable } from '../ir/tree.js';
import { kindOf } from '../schema/schema.js';

/** Where in a template an expression stands: what can be read there, and how it is called. */
export interface Place {
  /** Whether the dot is still what the template was called with; `range` rebinds it. */
  readonly dot: boolean;
  /** Whether the template is called with parameters, and Helm's own objects beside them as `root`. */
  readonly hasParameters: boolean;
  /** The name of a variable that is bound here. */
  nameOf(variable: Variable): string;
  /** The name of the variable that a list or map was computed into. */
  computed(ast: Ast): string | undefined;
}

/** An expression as the condition of `if`, where Go takes what is not empty for true. */
export function printCondition(ast: Ast, place: Place): string {
  if (ast.kind === 'call') {
    const { name } = ast.operator;
    const [only, ...others] = ast.args;
    if ((name === 'and' || name === 'or') && only !== undefined && others.length === 0)
      return printCondition(only, place);
    if (name === 'isNonEmpty' && only !== undefined) return printExpression(only, place);
    if (name === 'and' || name === 'or' || name === 'not') {
      return `${name} ${ast.args.map((argument) => parenthesized(printCondition(argument, place))).join(' ')}`;
    }
  }
  return printExpression(ast, place);
}

export function printExpression(ast: Ast, place: Place): string {
  switch (ast.kind) {
    case 'literal':
      return literal(ast.value);
    case 'builtin':
      return builtin(ast.object, place);
    case 'variable':
      return printVariable(ast.variable, place);
    case 'member':
      return member(ast.of, ast.key, place);
    case 'collect':
    case 'assemble':
    case 'group':
      return place.computed(ast) ?? fail(`$${ast.name} is not computed here`);
    case 'include':
      return included(ast, place);
    case 'call':
      return call(ast, place);
  }
}

/** An expression as an argument of Go's own functions, as Helm has it. */
export function printOperand(ast: Ast, place: Place): string {
  return parenthesized(printExpression(ast, place));
}

/** An integer as Go's int or int64. */
export function printInteger(ast: Ast, place: Place): string {
  assertExact(ast);
  const text = printExpression(ast, place);
  const already =
    ast.kind === 'literal' || ast.kind === 'include' || (ast.kind === 'call' && !ast.operator.passes);
  return already ? text : `int64 ${parenthesized(text)}`;
}

/** An expression handed through a pipe into a function. */
export function printPipe(ast: Ast, into: string, place: Place): string {
  return `${printExpression(ast, place)} | ${into}`;
}

/** A function of one value: `toYaml .Values.resources`. */
export function printApplied(name: string, ast: Ast, place: Place): string {
  const text = printExpression(ast, place);
  return /\s/.test(text) ? `${text} | ${name}` : `${name} ${text}`;
}

export function printVariable(variable: Variable, place: Place): string {
  return variable.parameter ? `${place.dot ? '' : '$'}.${variable.name}` : place.nameOf(variable);
}

/** The text that a named template yields. */
export function printInclude(template: Template, args: Arguments, place: Place): string {
  const name = goString(template.name);
  if (template.parameters.length === 0) return `include ${name} ${root(place)}`;
  const pairs = template.parameters.map((parameter) => {
    const argument = args.get(parameter) ?? fail(`${template.name} is called without '${parameter.name}'`);
    assertExact(argument);
    return `${goString(parameter.name)} ${printOperand(argument, place)}`;
  });
  return `include ${name} (dict "root" ${root(place)} ${pairs.join(' ')})`;
}

export function parenthesized(text: string): string {
  return /[\s|]/.test(text) && !/^"(?:[^"\\]|\\.)*"$/.test(text) ? `(${text})` : text;
}

export function fail(message: string): never {
  throw new TypeError(message);
}

function call({ operator, args }: Extract<Ast, { kind: 'call' }>, place: Place): string {
  const operands = args.map((argument, index) => operand(argument, parameterAt(operator, index), place));
  const last = args.at(-1);
  if (operator.piped && last !== undefined && operands.at(-1)?.text.startsWith('(')) {
    return printPipe(last, operator.go(...operands.slice(0, -1)), place);
  }
  return operator.go(...operands);
}

/** An argument of an operator. What takes an integer does not take the float64 that values files give. */
function operand(ast: Ast, parameter: Parameter, place: Place): Operand {
  if (parameter.kind === 'any') return { text: printOperand(ast, place) };
  const kind = kindOf(ast.schema);
  return {
    text: parenthesized(kind === 'integer' ? printInteger(ast, place) : printExpression(ast, place)),
    kind,
    mayBeAbsent: mayBeAbsent(ast),
    ...(ast.kind === 'literal' && typeof ast.value === 'string' && { constant: ast.value }),
  };
}

function literal(value: unknown): string {
  if (typeof value === 'string') return goString(value);
  if (Array.isArray(value)) return ['list', ...value.map((item) => parenthesized(literal(item)))].join(' ');
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, member]) => `${goString(key)} ${parenthesized(literal(member))}`,
    );
    return ['dict', ...members].join(' ');
  }
  if (typeof value === 'number') return goNumber(value);
  return value === null ? 'nil' : String(value);
}

/** Beyond int64, and for whatever a float64 rounds, Go takes a number only as a float. */
function goNumber(value: number): string {
  const text = String(value);
  return Number.isSafeInteger(value) || /[.e]/.test(text) ? text : `${text}.0`;
}

function member(of: Ast, key: string, place: Place): string {
  const object = printExpression(of, place);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !(of.kind === 'builtin' && methodsOfValues.has(key))) {
    return `${/\s/.test(object) ? `(${object})` : object}.${key}`;
  }
  return `index ${parenthesized(object)} ${goString(key)}`;
}

/** `.Values.Table` would call a method of Go's type: https://pkg.go.dev/helm.sh/helm/v3/pkg/chartutil#Values */
const methodsOfValues: ReadonlySet<string> = new Set(['AsMap', 'Encode', 'PathValue', 'Table', 'YAML']);

function builtin(object: Builtin, place: Place): string {
  return `${place.hasParameters ? root(place) : place.dot ? '' : '$'}.${object}`;
}

/** What a template that was called by this one gets: Helm's own objects. */
function root({ hasParameters, dot }: Place): string {
  if (hasParameters) return dot ? '.root' : '$.root';
  return dot ? '.' : '$';
}

function included(ast: Extract<Ast, { kind: 'include' }>, place: Place): string {
  const text = printInclude(ast.template, ast.args, place);
  const { body } = ast.template;
  if (body.kind !== 'json') return text;
  return (
    fromText[kindOf(body.value.schema)]?.(text) ?? fail(`${ast.template.name} yields what can't be read back`)
  );
}

/** Scalars other than strings come back from `include` as text. */
const fromText: { readonly [kind: string]: (text: string) => string } = {
  list: (text) => `${text} | fromJsonArray`,
  map: (text) => `${text} | fromJson`,
  boolean: (text) => `eq (${text}) "true"`,
  integer: (text) => `int64 (${text})`,
  string: (text) => text,
};

function assertExact(ast: Ast): void {
  if (!isExact(ast)) {
    throw new TypeError(
      `${pathOf(ast)}: an integer has a minimum and a maximum, at most 2^53 - 1: Helm rounds what is beyond`,
    );
  }
}
