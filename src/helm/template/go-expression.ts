/** Prints an expression as the code of a Go template. */
import { type GoCode, goCall, goDict, goMember, goPipe, isCompound } from '../../text/go-code.js';
import { goString } from '../../text/go-syntax.js';
import { mayBeAbsent } from '../expressions/absence.js';
import { isExact } from '../expressions/exact-integers.js';
import { pathOf } from '../expressions/expression.js';
import type { Operand, Parameter } from '../ir/operator.js';
import { parameterAt } from '../ir/operator.js';
import type { Arguments, Ast, Node, Template, Variable } from '../ir/tree.js';
import { isOfValues } from '../ir/usage.js';
import { emptyValues, kindOf } from '../schema/schema.js';

/** The position of an expression in a template: what can be read there, and under which names. */
export interface Place {
  /** What the template was called with: the dot, or `$` if the dot is something else. */
  argument(): '.' | '$';
  /** Whether the template is called with parameters, and Helm's own objects next to them as `root`. */
  readonly hasParameters: boolean;
  /** The name of a variable that is bound here. */
  nameOf(variable: Variable): string;
  /** Whether the dot is the value of an expression. */
  isDot(ast: Ast): boolean;
  /** The name of the variable that holds a computed list or map. */
  computed(ast: Ast): string | undefined;
}

/** An expression as the condition of `if`, where Go treats every value that is not empty as true. */
export function printCondition(ast: Ast, place: Place): GoCode {
  if (ast.kind === 'call') {
    const { name } = ast.operator;
    const [only, ...others] = ast.args;
    if ((name === 'and' || name === 'or') && only !== undefined && others.length === 0)
      return printCondition(only, place);
    if (name === 'isNonEmpty' && only !== undefined) return printExpression(only, place);
    // An absent value is as false as `false`.
    if (name === 'defaultIfAbsent' && only !== undefined && others.every(isFalse)) {
      return printCondition(only, place);
    }
    if (name === 'and' || name === 'or' || name === 'not') {
      return ast.operator.go(...ast.args.map((argument) => ({ code: printCondition(argument, place) })));
    }
  }
  return printExpression(ast, place);
}

export function printExpression(ast: Ast, place: Place): GoCode {
  if (place.isDot(ast)) return '.';
  switch (ast.kind) {
    case 'literal':
      return literal(ast.value);
    case 'builtin':
      return goMember(root(place), ast.object);
    case 'variable':
      return ast.variable.parameter
        ? goMember(place.argument(), ast.variable.name)
        : place.nameOf(ast.variable);
    case 'member':
      return member(ast.of, ast.key, place);
    case 'collect':
    case 'assemble':
    case 'group':
      return place.computed(ast) ?? fixed(ast, place) ?? fail(`$${ast.name} is not computed here`);
    case 'include':
      return included(ast, place);
    case 'call':
      return call(ast, place);
  }
}

/** A list or map that has the same members regardless of the values. */
function fixed(ast: Ast, place: Place): GoCode | undefined {
  const members = fixedMembers(ast)?.map(([key, member]) => [key, printExpression(member, place)] as const);
  if (members === undefined) return undefined;
  return ast.kind === 'collect' ? goCall('list', ...members.map(([, member]) => member)) : goDict(members);
}

/** The members of a list or map, and their keys, if they do not depend on the values. */
export function fixedMembers(ast: Ast): readonly (readonly [key: string, member: Ast])[] | undefined {
  const parts = ast.kind === 'collect' ? ast.elements : ast.kind === 'assemble' ? ast.entries : undefined;
  const members = parts?.flatMap((part) => {
    if (part.kind === 'item') return [['', memberAst(part.value)] as const];
    return part.kind === 'field' ? [[part.key, memberAst(part.value)] as const] : [];
  });
  const isFixed = parts?.every(({ kind }) => kind === 'item' || kind === 'field' || kind === 'comment');
  return isFixed ? members : undefined;
}

/** A member of a list or map that is an expression. */
export function memberAst(value: Node): Ast {
  if (value.kind === 'expression') return value.value;
  if (value.kind === 'scalar') return { kind: 'literal', value: value.value, schema: { const: value.value } };
  return fail('a list that is an expression holds expressions and constants');
}

function isFalse(ast: Ast): boolean {
  return ast.kind === 'literal' && ast.value === false;
}

/** An integer as Go's int or int64. */
export function printInteger(ast: Ast, place: Place): GoCode {
  assertExact(ast);
  const code = printExpression(ast, place);
  const already =
    ast.kind === 'literal' || ast.kind === 'include' || (ast.kind === 'call' && !ast.operator.passes);
  return already ? code : goCall('int64', code);
}

/** A function of one value: `toYaml .Values.resources`. */
export function printApplied(name: string, ast: Ast, place: Place): GoCode {
  const code = printExpression(ast, place);
  return isCompound(code) ? goPipe(code, name) : goCall(name, code);
}

/** The output of a named template. */
export function printInclude(template: Template, args: Arguments, place: Place): GoCode {
  const name = goString(template.name);
  if (template.parameters.length === 0) return goCall('include', name, root(place));
  const given = template.parameters.map((parameter) => {
    const argument = args.get(parameter) ?? fail(`${template.name} is called without '${parameter.name}'`);
    assertExact(argument);
    return [parameter.name, argument] as const;
  });
  if (given.every(([key, argument]) => isParameter(argument, key)))
    return goCall('include', name, place.argument());
  const members = given.map(([key, argument]) => [key, printExpression(argument, place)] as const);
  return goCall('include', name, goDict([['root', root(place)], ...members]));
}

/** Whether an argument is the caller's own parameter of that name, so that the caller can pass on its own argument. */
function isParameter(argument: Ast, name: string): boolean {
  return (
    argument.kind === 'variable' && argument.variable.parameter === true && argument.variable.name === name
  );
}

export function fail(message: string): never {
  throw new TypeError(message);
}

function call({ operator, args }: Extract<Ast, { kind: 'call' }>, place: Place): GoCode {
  const operands = args.map((argument, index) => operand(argument, parameterAt(operator, index), place));
  const last = operands.at(-1)?.code ?? '';
  return operator.piped && isCompound(last)
    ? goPipe(last, operator.go(...operands.slice(0, -1)))
    : operator.go(...operands);
}

/** An argument of an operator. A parameter for integers does not accept the float64 that values files yield. */
function operand(ast: Ast, parameter: Parameter, place: Place): Operand {
  const constant = ast.kind === 'literal' && { constant: ast.value };
  if (parameter.kind === 'any') {
    const empties = isOfValues(ast) && { empties: emptyValues(ast.schema) };
    return { code: printExpression(ast, place), ...constant, ...empties };
  }
  const kind = kindOf(ast.schema);
  const code = kind === 'integer' ? printInteger(ast, place) : printExpression(ast, place);
  return { code, kind, mayBeAbsent: mayBeAbsent(ast), ...constant };
}

function literal(value: unknown): GoCode {
  if (typeof value === 'string') return goString(value);
  if (Array.isArray(value)) return goCall('list', ...value.map(literal));
  if (typeof value === 'object' && value !== null) {
    return goDict(Object.entries(value).map(([key, member]) => [key, literal(member)]));
  }
  if (typeof value === 'number') return goNumber(value);
  return value === null ? 'nil' : String(value);
}

/** Beyond int64, and for numbers that a float64 rounds, Go accepts only floats. */
function goNumber(value: number): string {
  const text = String(value);
  return Number.isSafeInteger(value) || /[.e]/.test(text) ? text : `${text}.0`;
}

function member(of: Ast, key: string, place: Place): GoCode {
  const object = printExpression(of, place);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !(of.kind === 'builtin' && methodsOfValues.has(key))) {
    return goMember(object, key);
  }
  return goCall('index', object, goString(key));
}

/** `.Values.Table` would call a method of Go's type: https://pkg.go.dev/helm.sh/helm/v3/pkg/chartutil#Values */
const methodsOfValues: ReadonlySet<string> = new Set(['AsMap', 'Encode', 'PathValue', 'Table', 'YAML']);

/** Helm's own objects. */
function root(place: Place): GoCode {
  return place.hasParameters ? goMember(place.argument(), 'root') : place.argument();
}

function included(ast: Extract<Ast, { kind: 'include' }>, place: Place): GoCode {
  const text = printInclude(ast.template, ast.args, place);
  const { body } = ast.template;
  if (body.kind !== 'json') return text;
  return (
    fromText[kindOf(body.value.schema)]?.(text) ?? fail(`${ast.template.name} yields what can't be read back`)
  );
}

/** Scalars other than strings come back from `include` as strings. */
const fromText: { readonly [kind: string]: (text: GoCode) => GoCode } = {
  list: (text) => goPipe(text, 'fromJsonArray'),
  map: (text) => goPipe(text, 'fromJson'),
  boolean: (text) => goCall('eq', text, '"true"'),
  integer: (text) => goCall('int64', text),
  string: (text) => text,
};

function assertExact(ast: Ast): void {
  if (!isExact(ast)) {
    throw new TypeError(
      `${pathOf(ast)}: an integer has a minimum and a maximum, at most 2^53 - 1: Helm rounds what is beyond`,
    );
  }
}
