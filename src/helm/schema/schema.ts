/** What a JSON schema says about the values of an expression. */

import type { Value } from '../../text/json.js';
import type { Kind } from '../ir/operator.js';
import type { Schema } from '../ir/schema.js';
import { kubernetesDefinitions } from './kubernetes-shapes.js';

const allTypes = ['string', 'number', 'boolean', 'array', 'object', 'null'] as const;
type JsonType = (typeof allTypes)[number] | 'integer';

/**
 * The kind of an expression of this schema. Null is not a kind: an expression that may be null is one that may be
 * absent.
 *
 * @throws {TypeError} for a schema that admits a list or map and something else as well
 */
export function kindOf(schema: Schema): Kind {
  const types = typesOf(schema);
  types.delete('null');
  if (types.has('number')) types.delete('integer');
  const [type, ...others] = types;
  const container = types.has('array') || types.has('object');
  if (type === undefined || (container && others.length > 0)) {
    const found = type === undefined ? 'nothing' : [...types].join(', ');
    throw new TypeError(
      `an expression yields a scalar, a list or a map; the schema of this one admits ${found}`,
    );
  }
  if (others.length > 0) return 'scalar';
  if (type === 'array') return 'list';
  if (type === 'object') return 'map';
  return type === 'null' ? 'scalar' : type;
}

/** Whether every value of the schema is a string; this includes the elements of an empty list. */
export function isStrings(schema: Schema): boolean {
  return [...typesOf(schema)].every((type) => type === 'string');
}

/** Whether an expression of this schema yields integers. */
export function isIntegers(schema: Schema): boolean {
  const types = typesOf(schema);
  types.delete('null');
  return types.size === 1 && types.has('integer');
}

/** The types of the values that a schema admits. */
function typesOf(schema: Schema): Set<JsonType> {
  let types: Set<JsonType> | undefined;
  const only = (admitted: Iterable<JsonType>) => {
    const set = new Set(admitted);
    types = types === undefined ? set : new Set([...types].filter((type) => set.has(type)));
  };
  if (schema.type !== undefined) {
    const named = typeof schema.type === 'string' ? [schema.type] : schema.type;
    only(
      named.flatMap((type) => (type === 'number' ? (['number', 'integer'] as const) : [type as JsonType])),
    );
  }
  if (schema.const !== undefined) only([jsonType(schema.const)]);
  if (schema.enum !== undefined) only(schema.enum.map(jsonType));
  for (const alternatives of [schema.anyOf, schema.oneOf]) {
    if (alternatives !== undefined) only(alternatives.flatMap((alternative) => [...typesOf(alternative)]));
  }
  for (const part of schema.allOf ?? []) only(typesOf(part));
  return types ?? new Set([...allTypes, 'integer']);
}

function jsonType(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

/** Which of the values that Go considers empty a schema may admit. */
export function emptyValues(schema: Schema): readonly Value[] {
  return ['', 0, false, [], {}].filter((value) => mayAdmit(schema, value));
}

function mayAdmit(schema: Schema, value: Value): boolean {
  if (!typesOf(schema).has(jsonType(value))) return false;
  const choices = schema.const === undefined ? schema.enum : [schema.const];
  if (typeof value !== 'object' && choices?.includes(value) === false) return false;
  if (value === '' && !admitsEmptyString(schema)) return false;
  if (value === 0 && !admitsZero(schema)) return false;
  if (Array.isArray(value) && (schema.minItems ?? 0) > 0) return false;
  if (jsonType(value) === 'object' && (schema.minProperties ?? 0) > 0) return false;
  return (
    [schema.anyOf, schema.oneOf].every(
      (alternatives) => alternatives?.some((alternative) => mayAdmit(alternative, value)) ?? true,
    ) &&
    (schema.allOf?.every((part) => mayAdmit(part, value)) ?? true)
  );
}

function admitsEmptyString({ minLength = 0, pattern = '' }: Schema): boolean {
  return minLength === 0 && new RegExp(pattern, 'u').test('');
}

function admitsZero({
  minimum = 0,
  maximum = 0,
  exclusiveMinimum = -1,
  exclusiveMaximum = 1,
}: Schema): boolean {
  return minimum <= 0 && maximum >= 0 && exclusiveMinimum < 0 && exclusiveMaximum > 0;
}

/** The schema of a constant. */
export function schemaOfConstant(value: unknown): Schema {
  if (Array.isArray(value)) return { type: 'array', items: union(value.map(schemaOfConstant)) };
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => [key, schemaOfConstant(member)] as const);
    return {
      type: 'object',
      properties: Object.fromEntries(members),
      required: members.map(([key]) => key),
      additionalProperties: false,
    };
  }
  return { const: value };
}

/** The schema of a key's value in a map with known keys; undefined if it lacks the key. */
export function propertySchema(schema: Schema, key: string): Schema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  for (const part of schema.allOf ?? []) {
    const found = propertySchema(part, key);
    if (found !== undefined) return found;
  }
  const found = alternativesOf(schema).map((alternative) => propertySchema(alternative, key));
  const known = found.filter((member) => member !== undefined);
  return known.length === 0 ? undefined : union(known);
}

/** Whether a map of this schema always has the key. */
export function isRequired(schema: Schema, key: string): boolean {
  if (schema.required?.includes(key) || schema.allOf?.some((part) => isRequired(part, key))) return true;
  return [schema.anyOf, schema.oneOf].some((alternatives) =>
    alternatives?.every((alternative) => isRequired(alternative, key)),
  );
}

/** The keys that a map is known to contain or may contain. */
export function propertyNames(schema: Schema): readonly string[] {
  const parts = [...(schema.allOf ?? []), ...alternativesOf(schema)];
  return [...new Set([...Object.keys(schema.properties ?? {}), ...parts.flatMap(propertyNames)])];
}

/**
 * The schema of a list's elements or of a map's values.
 *
 * @throws {TypeError} if the schema does not define it
 */
export function memberSchema(schema: Schema): Schema {
  const members = membersOf(schema);
  if (members.length === 0) throw new TypeError('the schema does not say what its members are');
  if (typesOf(schema).has('object') && !isConstrained(schema)) {
    throw new TypeError('the schema lets other keys in, with any value: give it additionalProperties');
  }
  return union(members);
}

/** Whether the schema constrains the values of all keys. */
function isConstrained(schema: Schema): boolean {
  const { additionalProperties, patternProperties = {}, allOf, anyOf, oneOf } = schema;
  if (additionalProperties !== undefined || Object.hasOwn(patternProperties, anyKey)) return true;
  return (allOf?.some(isConstrained) || anyOf?.every(isConstrained) || oneOf?.every(isConstrained)) ?? false;
}

/**
 * What TypeBox writes for the keys of a Record. Its dot does not match line breaks, so a key with a line break would
 * not be checked.
 */
const anyKey = '^.*$';

/** The same schema, in which `additionalProperties` apply to all keys. */
export function withAllKeys(schema: Schema): Schema {
  const { patternProperties, ...visited } = overParts(schema, withAllKeys);
  if (patternProperties === undefined) return visited;
  const { [anyKey]: all, ...others } = patternProperties;
  return {
    ...visited,
    ...(Object.keys(others).length > 0 && { patternProperties: others }),
    ...(all !== undefined && { additionalProperties: all }),
  };
}

function membersOf(schema: Schema): readonly Schema[] {
  const { items, additionalProperties } = schema;
  return [
    ...(items === undefined ? [] : [items]),
    ...Object.values(schema.patternProperties ?? {}).filter((member) => member !== false),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...Object.values(schema.properties ?? {}),
    ...[...(schema.allOf ?? []), ...alternativesOf(schema)].flatMap(membersOf),
  ];
}

function alternativesOf(schema: Schema): readonly Schema[] {
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
}

/** A schema that admits a value if one of these does. */
export function union(schemas: readonly Schema[]): Schema {
  const [first, ...others] = new Set(schemas);
  if (first === undefined) return { enum: [] };
  return others.length === 0 ? first : { anyOf: [first, ...others] };
}

interface Root {
  readonly [keyword: string]: unknown;
}

/** The same schema with every reference replaced by its target, in the schema itself or among Kubernetes' kinds. */
export function resolved(root: Schema): Schema {
  const document: Root = { ...root };
  const kubernetes = { definitions: kubernetesDefinitions(root) };
  const known = new Map<string, Schema>();

  const target = (reference: string): Schema => {
    const found = known.get(reference);
    if (found !== undefined) return found;
    const written = pointed(document, reference) ?? pointed(kubernetes, reference);
    if (written === undefined)
      throw new TypeError(`the schema refers to ${reference}, which it does not have`);
    // A definition may refer to itself, so it is registered before its members are visited.
    const schema: Schema = {};
    known.set(reference, schema);
    return Object.assign(schema, visit(written));
  };
  const visit = (schema: Schema): Schema =>
    schema.$ref === undefined ? overParts(schema, visit) : target(schema.$ref);
  return visit(root);
}

/** The same schema with the schemas of its parts replaced. */
export function overParts(schema: Schema, change: (part: Schema) => Schema): Schema {
  const { properties, patternProperties, items, additionalProperties, allOf, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapped(properties, change) }),
    ...(patternProperties && {
      patternProperties: mapped(patternProperties, (member) => member !== false && change(member)),
    }),
    ...(items && { items: change(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: change(additionalProperties) }),
    ...(allOf && { allOf: allOf.map(change) }),
    ...(anyOf && { anyOf: anyOf.map(change) }),
    ...(oneOf && { oneOf: oneOf.map(change) }),
  };
}

export function mapped<T, R>(
  members: { readonly [key: string]: T },
  change: (member: T, key: string) => R,
): { readonly [key: string]: R } {
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, change(member, key)]));
}

/** The target of a JSON pointer such as `#/definitions/a~1b`. */
function pointed(root: object, reference: string): Schema | undefined {
  if (!reference.startsWith('#'))
    throw new TypeError(`a schema refers to its own parts only, not to ${reference}`);
  const path = decodeURIComponent(reference.slice(1)).split('/').slice(1);
  let found: unknown = root;
  for (const step of path) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Object.entries(found).find(([name]) => name === key)?.[1];
  }
  return typeof found === 'object' && found !== null ? found : undefined;
}
