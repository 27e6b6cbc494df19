/** What an operator is: a row of the operator table. */
import type { GoCode } from '../../text/go-code.js';
import type { Value } from '../../text/json.js';
import type { Schema } from './schema.js';

/** What is known of an expression's result, as far as printing it into a template requires. */
export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'map' | 'scalar';

/** One row of the operator table: an implementation in TypeScript, and the equivalent Go template function. */
export interface Operator {
  readonly name: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** The result's schema, from the arguments' schemas. */
  readonly result: (args: readonly Schema[]) => Schema;
  /** @throws {EvaluationError} for arguments outside the operator's domain */
  readonly evaluate: (...args: never[]) => Value;
  /** The Go expression, given its arguments. */
  readonly go: (...args: Operand[]) => GoCode;
  /** The last argument may come through a pipe: `include "name" . | trunc 63`. */
  readonly piped?: true;
  /** It yields one of its arguments, or a part of one, unchanged: a number is still the float64 that Helm has read. */
  readonly passes?: true;
  /** Returns the reason why arguments of these kinds can't be combined. */
  readonly refuses?: (kinds: readonly Kind[]) => string | undefined;
}

/** An argument as Go code, and what is known about it. */
export interface Operand {
  readonly code: GoCode;
  /** The schema of what it yields, for parameters that are not `any`. */
  readonly kind?: Kind;
  /** The key may be missing from the values. */
  readonly mayBeAbsent?: boolean;
  /** Which of the values that Go considers empty it may be, if known. */
  readonly empties?: readonly Value[];
  /** The value of a constant. */
  readonly constant?: Value;
}

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** A constant in the source, as opposed to an expression. */
  readonly constant?: true;
  /** The parameter may be absent (or null) in the values. */
  readonly optional?: true;
  /** The last parameter may be repeated. */
  readonly variadic?: true;
}

/**
 * - `digits`: a string that is an integer of at most fifteen digits;
 * - `duration`: a string that is a positive duration of hours, minutes, seconds and milliseconds, as Go writes it;
 * - `header`: a string of ASCII letters, digits, `-` and `_`;
 * - `pattern`: a regular expression that means the same in Go and in JavaScript;
 * - `positive`: an integer of at least 1;
 * - `quantity`: an amount of a resource, as a string such as 500m or as a number that is not negative;
 * - `scalar`: a string, an integer or a boolean;
 * - `strings`: a list of strings;
 * - `container`: a list or a map;
 * - `sized`: a string, a list or a map;
 * - `any`: a value as Helm has it, numbers as they are.
 */
export type ParameterKind =
  | Exclude<Kind, 'number'>
  | 'string or integer'
  | 'digits'
  | 'duration'
  | 'header'
  | 'pattern'
  | 'positive'
  | 'quantity'
  | 'strings'
  | 'container'
  | 'sized'
  | 'any';

/** The parameter that an argument is for; the last one may be repeated. */
export function parameterAt(operator: Operator, index: number): Parameter {
  const parameter = operator.parameters[Math.min(index, operator.parameters.length - 1)];
  if (parameter === undefined) throw new TypeError(`${operator.name} takes no arguments`);
  return parameter;
}
