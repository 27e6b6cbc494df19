/** How an operator is applied to constants and expressions, and to their values. */
import { durationPattern } from '../../text/duration.js';
import type { Value } from '../../text/json.js';
import { isPortablePattern } from '../../text/portable-pattern.js';
import { isQuantity } from '../../text/quantity.js';
import { type Kind, type Operator, type Parameter, type ParameterKind, parameterAt } from '../ir/operator.js';
import type { Schema } from '../ir/schema.js';
import { isStrings, kindOf, memberSchema } from '../schema/schema.js';
import { astOf, type Expr, symbolic } from './expression.js';

/** An argument for which an operator is not defined. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}

/**
 * An operator applied to constants and expressions.
 *
 * @throws {TypeError} for an argument of a kind that the operator does not accept
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
    if (parameter.constant && arg.kind === 'literal' && !domains[parameter.kind].has(arg.value)) {
      const value = JSON.stringify(arg.value);
      throw new TypeError(`${name} takes a ${parameter.kind} as its '${parameter.name}', not ${value}`);
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

/** What a parameter accepts. */
interface Domain {
  /** The kinds of the expressions that it accepts. */
  readonly kinds: readonly Kind[];
  /** Whether the operator is defined for a value. */
  has(value: Value): boolean;
}

const isString = (value: Value) => typeof value === 'string';
const isInteger = (value: Value) => Number.isSafeInteger(value);
const isList = (value: Value) => Array.isArray(value);
const isContainer = (value: Value) => typeof value === 'object' && value !== null;
const isMap = (value: Value) => isContainer(value) && !Array.isArray(value);
const ofForm = (form: RegExp) => (value: Value) => typeof value === 'string' && form.test(value);

const domains: { readonly [K in ParameterKind]: Domain } = {
  any: { kinds: ['string', 'integer', 'number', 'boolean', 'scalar', 'list', 'map'], has: () => true },
  sized: { kinds: ['string', 'list', 'map'], has: (value) => isString(value) || isContainer(value) },
  container: { kinds: ['list', 'map'], has: isContainer },
  'string or integer': { kinds: ['string', 'integer'], has: (value) => isString(value) || isInteger(value) },
  digits: { kinds: ['string'], has: ofForm(/^-?[0-9]{1,15}$/) },
  duration: { kinds: ['string'], has: ofForm(new RegExp(durationPattern)) },
  header: { kinds: ['string'], has: ofForm(/^[A-Za-z0-9_-]*$/) },
  pattern: { kinds: ['string'], has: (value) => typeof value === 'string' && isPortablePattern(value) },
  positive: { kinds: ['integer'], has: (value) => isInteger(value) && Number(value) > 0 },
  quantity: { kinds: ['string', 'integer', 'number', 'scalar'], has: isQuantity },
  scalar: {
    kinds: ['string', 'integer', 'boolean'],
    has: (value) => isString(value) || typeof value === 'boolean' || isInteger(value),
  },
  string: { kinds: ['string'], has: isString },
  integer: { kinds: ['integer'], has: isInteger },
  boolean: { kinds: ['boolean'], has: (value) => typeof value === 'boolean' },
  strings: { kinds: ['list'], has: (value) => Array.isArray(value) && value.every(isString) },
  list: { kinds: ['list'], has: isList },
  map: { kinds: ['map'], has: isMap },
};

function accepts(parameter: Parameter, schema: Schema): boolean {
  if (parameter.kind === 'any') return true;
  const kind = kindOf(schema);
  if (parameter.kind === 'strings' && kind === 'list') return isStrings(memberSchema(schema));
  return domains[parameter.kind].kinds.includes(kind);
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
  if (domains[parameter.kind].has(value)) return;
  throw new EvaluationError(
    `${operator.name} takes a ${parameter.kind} as its '${parameter.name}', and this ${typeof value} is none`,
  );
}
