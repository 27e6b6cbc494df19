/**
 * Integers that Helm represents exactly. It reads every number of a values file as a float64, which rounds beyond 2^53.
 */

import { unknownKind } from '../ir/children.js';
import type { Schema } from '../ir/schema.js';
import type { Ast } from '../ir/tree.js';
import { isIntegers } from '../schema/schema.js';

/** Whether an integer expression stays within 2^53 for all values that the schema admits. */
export function isExact(ast: Ast): boolean {
  if (!isIntegers(ast.schema)) return true;
  switch (ast.kind) {
    case 'member':
    case 'variable':
      return isWithin(ast.schema);
    case 'call':
      return !ast.operator.passes || isWithin(ast.schema);
    case 'literal':
    case 'builtin':
    case 'collect':
    case 'assemble':
    case 'group':
    case 'include':
      return true;
    default:
      return unknownKind(ast);
  }
}

/** The schema of an integer within 2^53, for results of operators and arguments of templates. */
export const exactInteger: Schema = {
  type: 'integer',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

function isWithin(schema: Schema): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, allOf, anyOf, oneOf } = schema;
  const constants = schema.const === undefined ? schema.enum : [schema.const];
  if (constants !== undefined) {
    return constants.every((constant) => typeof constant !== 'number' || Number.isSafeInteger(constant));
  }
  if (schema.type === 'null') return true;
  const least = minimum ?? exclusiveMinimum ?? Number.NEGATIVE_INFINITY;
  const most = maximum ?? exclusiveMaximum ?? Number.POSITIVE_INFINITY;
  if (least >= Number.MIN_SAFE_INTEGER && most <= Number.MAX_SAFE_INTEGER) return true;
  return (allOf?.some(isWithin) || anyOf?.every(isWithin) || oneOf?.every(isWithin)) ?? false;
}
