/** Values documents that a JSON schema admits: fast-check over the schema. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Schema } from '../../../src/helm/ir/schema.js';
import { resolved } from '../../../src/helm/schema/schema.js';
import type { Value } from '../../../src/text/json.js';
import type { UserDocument } from '../law.js';
import { anyValues, hostileStrings, integers, keys, numbers, scalars, strings } from './arbitrary-values.js';
import { valuesText } from './values-text.js';

/** The keywords of draft-07 that shape a value, with references already resolved. */
export interface Shape extends Schema {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** All patterns that a string has to match. */
  readonly patterns?: readonly string[];
}

type Members = { readonly [key: string]: Value };

/**
 * Values of a schema whose references are resolved. They satisfy what it says about types, enums, patterns, lengths,
 * ranges and members; they may violate a rule across members (`if`, `not`, `dependencies`).
 */
export function instances(schema: Schema): fc.Arbitrary<Value> {
  return draw(schema, 0);
}

/**
 * What a user writes into a values file: some of the keys, so that the chart's defaults fill in the others, and
 * sometimes a null that removes a default.
 */
function documents(schema: Schema): fc.Arbitrary<Members> {
  const members = Object.entries(schema.properties ?? {}).map(([key, member]) => {
    const nested = member.properties !== undefined && member.default === undefined;
    const value = nested ? documents(member) : draw(member, 0);
    const required = schema.required?.includes(key) ?? false;
    const needed = required && !nested && member.default === undefined;
    // A null removes a default, which leaves a required key missing.
    const written = fc.oneof(
      { weight: required ? 400 : 15, arbitrary: value },
      { weight: needed ? 0 : 1, arbitrary: fc.constant(null) },
    );
    return [key, needed ? written : perhaps(written, nested ? 0.7 : 0.12)] as const;
  });
  return fc.record(Object.fromEntries(members)).map(withoutUndefined);
}

/**
 * A schema that also has what rules require of values that may be secrets, about which the schema itself is silent.
 *
 * @param forms patterns by the paths of keys
 */
export function withForms(
  written: object,
  forms: { readonly [path: string]: string },
  above: readonly string[] = [],
): Schema {
  const schema: Schema = written;
  const members = Object.entries(schema.properties ?? {}).map(([key, member]) => {
    const path = [...above, key];
    const pattern = forms[path.join('.')];
    const drawn = withForms(member, forms, path);
    return [key, pattern === undefined ? drawn : { ...drawn, pattern }] as const;
  });
  return members.length === 0 ? schema : { ...schema, properties: Object.fromEntries(members) };
}

/** A value with this probability, else undefined. If all keys are drawn, some rule across them is always broken. */
function perhaps<T>(value: fc.Arbitrary<T>, probability: number): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: Math.round(100 * (1 - probability)), arbitrary: fc.constant(undefined) },
    { weight: Math.round(100 * probability), arbitrary: value },
  );
}

/** One to three values files and up to three `--set` expressions for a chart with this schema. */
export function userDocuments(
  written: object,
  {
    isWanted = () => true,
    completed = (file) => file,
  }: { readonly isWanted?: (file: Value) => boolean; readonly completed?: (file: Value) => Value } = {},
): fc.Arbitrary<UserDocument> {
  const schema = resolved(written);
  const files = documents(schema).map(completed).filter(isWanted);
  return fc
    .tuple(fc.array(files, { minLength: 1, maxLength: 3 }), fc.array(assignments(schema), { maxLength: 3 }))
    .map(([layers, set]) => ({ files: layers.map(valuesText), set }));
}

/** A document of the schema in which one thing was made invalid, or at least unusual. */
export function wrongDocuments(written: object, change = mutations): fc.Arbitrary<UserDocument> {
  return fc
    .tuple(documents(resolved(written)), fc.nat(), change)
    .map(([document, place, mutation]) => ({ files: [valuesText(mutated(document, place, mutation))] }));
}

// ------------------------------------------------------------------------------------------------------------- --set

/** `--set` of a scalar that the schema names, mostly to an admitted value. */
function assignments(schema: Schema): fc.Arbitrary<string> {
  const paths = scalarsOf(schema, []);
  if (paths.length === 0) return fc.constant('');
  return fc.oneof(
    ...paths.map(({ path, member }) =>
      fc
        .oneof(
          { weight: 15, arbitrary: draw(member, 0) },
          { weight: 1, arbitrary: fc.constantFrom(null, true, '') },
        )
        .map((value) => `${path.join('.')}=${setValue(value)}`),
    ),
  );
}

export interface ScalarPath {
  readonly path: readonly string[];
  readonly member: Schema;
}

export function scalarsOf(schema: Schema, above: readonly string[]): readonly ScalarPath[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const path = [...above, key.replaceAll('.', '\\.')];
    if (member.properties !== undefined) return scalarsOf(member, path);
    const { type, enum: choices } = merged(member);
    const isScalar = choices !== undefined || (type !== 'object' && type !== 'array' && type !== undefined);
    return isScalar ? [{ path, member }] : [];
  });
}

/**
 * A backslash escapes the next character: https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set
 */
function setValue(value: Value): string {
  return String(value).replaceAll(/[\\,{}[\]=]/g, (character) => `\\${character}`);
}

// --------------------------------------------------------------------------------------------------------- mutations

/** What replaces a value. */
export type Mutation = (value: Value) => Value;

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.oneof(scalars, anyValues).map(
    (other): Mutation =>
      () =>
        other,
  ),
  strings.map(
    (text): Mutation =>
      (value) =>
        typeof value === 'string' ? value + text : text,
  ),
  numbers.map(
    (number): Mutation =>
      (value) =>
        typeof value === 'number' ? value + number : number,
  ),
  fc.tuple(keys, anyValues).map(
    ([key, other]): Mutation =>
      (value) =>
        isMap(value) ? { ...value, [key]: other } : { [key]: other },
  ),
  fc.constant<Mutation>((value) => [value]),
  fc.constant<Mutation>((value) => (Array.isArray(value) ? [...value, ...value] : null)),
);

/** The same document with the value at one place, counted from the top, changed. */
function mutated(document: Value, place: number, mutation: Mutation): Value {
  const places = count(document);
  let left = place % places;
  const walk = (value: Value): Value => {
    if (left-- === 0) return mutation(value);
    if (Array.isArray(value)) return value.map(walk);
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member)]));
  };
  return walk(document);
}

function count(value: Value): number {
  const members = Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
  return members.reduce((sum: number, member: Value) => sum + count(member), 1);
}

function isMap(value: Value): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// ------------------------------------------------------------------------------------------------ values of a schema

/** Beyond this depth optional parts are omitted: a definition may refer to itself. */
const deepest = 7;

function draw(written: Schema, depth: number): fc.Arbitrary<Value> {
  const forms = formsOf(written);
  if (forms.length > 0) return fc.oneof(...forms.map((form) => draw(form, depth)));
  const shape = merged(written);
  if (shape.const !== undefined) return fc.constant(shape.const as Value);
  if (shape.enum !== undefined) return fc.constantFrom(...(shape.enum as readonly Value[]));
  const alternatives = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])];
  if (alternatives.length > 0) {
    const { anyOf, oneOf, ...rest } = shape;
    return fc.oneof(...alternatives.map((alternative) => draw({ allOf: [rest, alternative] }, depth)));
  }
  const { type = impliedType(shape) } = shape;
  if (type === undefined) return anyValues;
  return typeof type === 'string'
    ? drawType(type, shape, depth)
    : fc.oneof(...type.map((each) => drawType(each, shape, depth)));
}

/**
 * If a schema has conditions (`if`, `then`), a schema for each combination of them that can hold, with all
 * consequences: members drawn without regard to them would seldom satisfy them.
 */
export function formsOf({ allOf = [], ...rest }: Schema): readonly Schema[] {
  const conditions = allOf.flatMap((part: Conditional) =>
    part.if && part.then ? [{ when: part.if, holds: part.then }] : [],
  );
  const always = allOf.filter((part: Conditional) => part.if === undefined);
  const most = conditions.filter(({ when }) =>
    conditions.every((other) => other.when === when || !follows(when, other.when)),
  );
  return most.map(({ when }) => ({
    allOf: [
      ...[rest, ...always, when],
      ...conditions.filter((other) => follows(other.when, when)).map(({ holds }) => holds),
    ],
  }));
}

interface Conditional extends Schema {
  readonly if?: Schema;
  readonly then?: Schema;
}

/** Whether one condition's requirements for members imply another's. */
function follows({ properties: asked = {} }: Schema, { properties: given = {} }: Schema): boolean {
  return Object.entries(asked).every(([key, member]) => isDeepStrictEqual(member, given[key]));
}

function impliedType(shape: Shape): string | undefined {
  if (shape.properties !== undefined || shape.additionalProperties !== undefined) return 'object';
  if (shape.items !== undefined) return 'array';
  return shape.patterns === undefined ? undefined : 'string';
}

function drawType(type: string, shape: Shape, depth: number): fc.Arbitrary<Value> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return texts(shape);
    case 'integer':
      return numbersWithin(shape, integers, (min, max) => fc.integer({ min, max }));
    case 'number':
      return numbersWithin(shape, numbers, (min, max) => fc.double({ min, max, noNaN: true }));
    case 'array':
      return lists(shape, depth);
    case 'object':
      return fc
        .tuple(namedMembers(shape, depth), openMembers(shape, depth))
        .map(([named, more]) => ({ ...more, ...named }));
    default:
      throw new TypeError(`JSON Schema has no type ${type}`);
  }
}

function lists(shape: Shape, depth: number): fc.Arbitrary<readonly Value[]> {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = shape;
  const most = Math.min(maxItems, minItems + (depth > 3 ? 1 : 3));
  if (depth > deepest && minItems === 0) return fc.constant([]);
  const items = draw(shape.items ?? {}, depth + 1);
  const lengths = { minLength: minItems, maxLength: most };
  return shape.uniqueItems
    ? fc.uniqueArray(items, { ...lengths, selector: (item) => JSON.stringify(item) })
    : fc.array(items, lengths);
}

/** The members that the schema names, with as many of the optional ones as it allows. */
function namedMembers(shape: Shape, depth: number): fc.Arbitrary<Members> {
  const { properties = {}, minProperties = 0, maxProperties } = shape;
  const names = namesOf(shape);
  const required = [...new Set(shape.required)];
  const optional = depth > deepest ? [] : names.filter((name) => !required.includes(name));
  const room = (count: number) => Math.min(optional.length, Math.max(0, count - required.length));
  const chosen = fc.subarray(optional, {
    minLength: room(minProperties),
    maxLength: room(maxProperties ?? Math.max(minProperties, required.length + 3)),
  });
  return chosen.chain((others) =>
    fc.record(
      Object.fromEntries(
        names
          .filter((name) => required.includes(name) || others.includes(name))
          .map((name) => [name, draw(properties[name] ?? {}, depth + 1)]),
      ),
    ),
  );
}

/** The keys that the schema names and allows. */
export function namesOf({ properties = {}, patternProperties = {} }: Shape): readonly string[] {
  const refused = Object.entries(patternProperties).flatMap(([pattern, member]) =>
    member === false ? [new RegExp(pattern, 'u')] : [],
  );
  return Object.keys(properties).filter((name) => !refused.some((pattern) => pattern.test(name)));
}

/** The members with arbitrary keys. */
function openMembers(shape: Shape, depth: number): fc.Arbitrary<Members> {
  const {
    properties = {},
    patternProperties = {},
    propertyNames,
    additionalProperties,
    minProperties = 0,
  } = shape;
  const named = Object.keys(properties).length > 0 || Object.keys(patternProperties).length > 0;
  const free = additionalProperties ?? !named;
  const kinds = [
    ...Object.entries(patternProperties).flatMap(([pattern, member]) =>
      member === false ? [] : [{ names: texts({ patterns: [pattern] }), member }],
    ),
    ...(free === false
      ? []
      : [{ names: propertyNames ? texts(merged(propertyNames)) : keys, member: free === true ? {} : free }]),
  ];
  if (kinds.length === 0 || (depth > deepest && minProperties === 0)) return fc.constant({});
  const most = Math.min(shape.maxProperties ?? Number.POSITIVE_INFINITY, minProperties + (depth > 3 ? 1 : 3));
  return fc.oneof(
    ...kinds.map(({ names, member }) =>
      fc
        .uniqueArray(
          fc.tuple(
            names.filter((name) => !Object.hasOwn(properties, name)),
            draw(member, depth + 1),
          ),
          { minLength: minProperties, maxLength: most, selector: ([name]) => name },
        )
        .map((entries) => Object.fromEntries(entries)),
    ),
  );
}

/**
 * Strings that match all patterns: hostile ones as far as they do, and others generated from the longest pattern.
 * Creating a generator takes far longer than using it, so each is created once.
 */
export function texts({ patterns, minLength, maxLength }: Shape): fc.Arbitrary<string> {
  const demands: TextDemands = { patterns, minLength, maxLength };
  const id = JSON.stringify(demands);
  const known = madeTexts.get(id) ?? textsOf(demands);
  madeTexts.set(id, known);
  return known;
}

const madeTexts = new Map<string, fc.Arbitrary<string>>();

type TextDemands = { readonly [K in 'patterns' | 'minLength' | 'maxLength']: Shape[K] | undefined };

/** Whether a string has the length and matches the patterns that a schema requires. */
export function admits(
  { patterns = [], minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Partial<TextDemands>,
  text: string,
): boolean {
  const length = [...text].length;
  return (
    length >= minLength && length <= maxLength && patterns.every((pattern) => expression(pattern).test(text))
  );
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, 'u');
  expressions.set(pattern, known);
  return known;
}

function textsOf(demands: TextDemands): fc.Arbitrary<string> {
  const fits = (text: string) => admits(demands, text);
  const [longest] = [...(demands.patterns ?? [])].sort((left, right) => right.length - left.length);
  if (longest === undefined) return strings.filter(fits);
  const hostile = hostileStrings.filter(fits);
  const limit = demands.maxLength === undefined ? {} : { maxLength: demands.maxLength };
  const matching = fc.stringMatching(expression(longest), limit).filter(fits);
  return hostile.length === 0 ? matching : fc.oneof(matching, fc.constantFrom(...hostile));
}

function numbersWithin(
  { minimum, maximum }: Shape,
  free: fc.Arbitrary<number>,
  within: (min: number, max: number) => fc.Arbitrary<number>,
): fc.Arbitrary<number> {
  if (minimum === undefined && maximum === undefined) return free;
  const min = minimum ?? Math.min(-(2 ** 31), maximum ?? 0);
  const max = maximum ?? Math.max(2 ** 31, minimum ?? 0);
  return fc.oneof(
    fc.constantFrom(min, max),
    free.filter((number) => number >= min && number <= max),
    within(min, max),
  );
}

/** A schema merged with the schemas in its `allOf`. */
export function merged(schema: Schema): Shape {
  const { allOf = [], pattern, ...own } = schema as Shape;
  return allOf.map(merged).reduce(both, pattern === undefined ? own : { ...own, patterns: [pattern] });
}

function both(left: Shape, right: Shape): Shape {
  const properties = { ...right.properties, ...left.properties };
  for (const key of Object.keys(properties)) {
    const [first, second] = [left.properties?.[key], right.properties?.[key]];
    if (first !== undefined && second !== undefined) properties[key] = { allOf: [first, second] };
  }
  return {
    ...right,
    ...left,
    ...(left.properties && right.properties && { properties }),
    ...(left.required && right.required && { required: [...left.required, ...right.required] }),
    ...(left.patterns && right.patterns && { patterns: [...left.patterns, ...right.patterns] }),
    ...(left.patternProperties &&
      right.patternProperties && {
        patternProperties: { ...right.patternProperties, ...left.patternProperties },
      }),
    ...(left.propertyNames &&
      right.propertyNames && { propertyNames: { allOf: [left.propertyNames, right.propertyNames] } }),
  };
}

function withoutUndefined(members: { readonly [key: string]: Value | undefined }): Members {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
