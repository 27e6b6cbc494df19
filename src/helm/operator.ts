/** What a row of the operator table is made of, and how one is applied. */
import { durationPattern } from './duration.js';
import { astOf, type Expr, symbolic } from './expression.js';
import { isStrings, kindOf, memberSchema } from './schema.js';
import type { Kind, Operator, Parameter, Schema, Value } from './tree.js';

/** An argument that an operator has no meaning for. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}

/**
 * An operator applied to constants and expressions.
 *
 * @throws {TypeError} for an argument of a kind that the operator does not take
 */
export function call(operator: Operator, leaves: readonly unknown[]): Expr<unknown> {
  const args = leaves.map(astOf);
  const { name, parameters } = operator;
  const fewest = parameters.length;
  if (args.length < fewest || (args.length > fewest && !parameters.at(-1)?.variadic)) {
    throw new TypeError(`${name} takes ${fewest} arguments, not ${args.length}`);
  }
  args.forEach((arg, index) => {
    const parameter = parameterAt(operator, index);
    if (parameter.constant && arg.kind !== 'literal') {
      throw new TypeError(`${name} takes a constant as its '${parameter.name}', not an expression`);
    }
    if (!accepts(parameter, arg.schema)) {
      throw new TypeError(
        `${name} takes a ${parameter.kind} as its '${parameter.name}', not a ${kindOf(arg.schema)}`,
      );
    }
  });
  const schemas = args.map((arg) => arg.schema);
  const reason = operator.refuses?.(schemas.map(kindOf));
  if (reason !== undefined) throw new TypeError(`${name}: ${reason}`);
  return symbolic({ kind: 'call', operator, args, schema: operator.result(schemas) });
}

/** The parameter that an argument is for; the last one may be repeated. */
export function parameterAt(operator: Operator, index: number): Parameter {
  const parameter = operator.parameters[Math.min(index, operator.parameters.length - 1)];
  if (parameter === undefined) throw new TypeError(`${operator.name} takes no arguments`);
  return parameter;
}

const kinds: { readonly [K in Parameter['kind']]: readonly Kind[] } = {
  any: ['string', 'integer', 'number', 'boolean', 'scalar', 'list', 'map'],
  sized: ['string', 'list', 'map'],
  container: ['list', 'map'],
  text: ['string', 'integer'],
  digits: ['string'],
  duration: ['string'],
  header: ['string'],
  positive: ['integer'],
  scalar: ['string', 'integer', 'boolean'],
  string: ['string'],
  integer: ['integer'],
  boolean: ['boolean'],
  strings: ['list'],
  list: ['list'],
  map: ['map'],
};

function accepts(parameter: Parameter, schema: Schema): boolean {
  if (parameter.kind === 'any') return true;
  const kind = kindOf(schema);
  if (parameter.kind === 'strings' && kind === 'list') return isStrings(memberSchema(schema));
  return kinds[parameter.kind].includes(kind);
}

/**
 * Checks an argument's value against its parameter.
 *
 * @throws {EvaluationError} for a value that is absent, or not of the parameter's kind
 */
export function checkArgument(operator: Operator, index: number, value: Value | undefined): void {
  const parameter = parameterAt(operator, index);
  if (value === undefined || value === null) {
    if (parameter.optional || (parameter.kind === 'any' && value === null)) return;
    throw new EvaluationError(`${operator.name}: its '${parameter.name}' is absent`);
  }
  if (parameter.kind === 'any' || isArgument(parameter, value)) return;
  throw new EvaluationError(
    `${operator.name} takes a ${parameter.kind} as its '${parameter.name}', not ${JSON.stringify(value)}`,
  );
}

const durationForm = new RegExp(durationPattern);

function isArgument(parameter: Parameter, value: Value): boolean {
  if (parameter.kind === 'header') return typeof value === 'string' && /^[A-Za-z0-9_-]*$/.test(value);
  if (parameter.kind === 'digits') return typeof value === 'string' && /^-?[0-9]{1,15}$/.test(value);
  if (parameter.kind === 'duration') return typeof value === 'string' && durationForm.test(value);
  if (parameter.kind === 'positive') return Number.isSafeInteger(value) && Number(value) > 0;
  if (parameter.kind === 'strings') {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
  return kinds[parameter.kind].some((kind) => isOfKind(value, kind));
}

/** Whether a value is one that an expression of this kind may yield. */
export function isOfKind(value: Value, kind: Kind): boolean {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'scalar':
      return typeof value !== 'object';
    case 'list':
      return Array.isArray(value);
    case 'map':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === kind;
  }
}
