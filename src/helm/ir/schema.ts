/** The part of JSON Schema (draft-07) that the toolkit itself reads. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  /** False for keys that must not be set. */
  readonly patternProperties?: { readonly [pattern: string]: Schema | false };
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly pattern?: string;
  readonly not?: Schema;
  readonly propertyNames?: Schema;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  /** The value may be a secret, which must never be printed. */
  readonly writeOnly?: boolean;
}
