/**
 * The places at which a chart's schema accepts a string: values, members of lists and of maps, and the keys of maps.
 */
import fc from 'fast-check';
import type { Schema } from '../../../src/helm/ir/schema.js';
import type { Value, ValueMap } from '../../../src/text/json.js';
import { admits, formsOf, instances, merged, namesOf, type Shape, texts } from './documents.js';

/** From a value to a part of it: a known key's member, an item of a list, a member of a map, or the key of one. */
export type Step = string | { readonly is: 'item' | 'member' | 'key'; readonly names?: Shape };

export interface TextPlace {
  /** Such as `api.extraEnv.* key`. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** What the schema requires of the string. */
  readonly shape: Shape;
  /** All accepted strings, if the schema lists them. */
  readonly choices: readonly unknown[] | undefined;
}

/** @param schema with its references resolved */
export function textPlaces(schema: Schema): readonly TextPlace[] {
  const places = placesBelow(schema, [], new Set());
  return [...new Map(places.map((place) => [place.name, place])).values()];
}

function placesBelow(
  schema: Schema,
  steps: readonly Step[],
  above: ReadonlySet<Schema>,
): readonly TextPlace[] {
  if (above.has(schema)) return [];
  const inside = new Set(above).add(schema);
  const shape = merged(schema);
  const below = (member: Schema, step: Step) => placesBelow(member, [...steps, step], inside);
  return [
    ...(takesTexts(shape) ? [placeOf(steps, shape)] : []),
    ...alternativesOf(shape).flatMap((alternative) => placesBelow(alternative, steps, inside)),
    ...Object.entries(shape.properties ?? {}).flatMap(([key, member]) => below(member, key)),
    ...(shape.items === undefined ? [] : below(shape.items, { is: 'item' })),
    ...mapsOf(shape).flatMap(({ names, member }) => [
      ...below(member, { is: 'member', names }),
      placeOf([...steps, { is: 'key', names }], names),
    ]),
  ];
}

function placeOf(steps: readonly Step[], shape: Shape): TextPlace {
  const name = steps.map((step) => (typeof step === 'string' ? `.${step}` : signs[step.is])).join('');
  const choices = shape.enum ?? (shape.const === undefined ? undefined : [shape.const]);
  return { name: name.slice(1), steps, shape, choices };
}

const signs = { item: '[]', member: '.*', key: '.* key' };

function takesTexts({ type, patterns, enum: choices, const: constant }: Shape): boolean {
  if (choices !== undefined) return choices.some((choice) => typeof choice === 'string');
  if (constant !== undefined) return typeof constant === 'string';
  return type === undefined ? patterns !== undefined : [type].flat().includes('string');
}

function alternativesOf({ anyOf = [], oneOf = [] }: Shape): readonly Schema[] {
  return [...anyOf, ...oneOf];
}

/** What the schema says about keys that it does not name, and about their members. */
function mapsOf({ patternProperties = {}, additionalProperties }: Shape) {
  return [
    ...Object.entries(patternProperties).flatMap(([pattern, member]) =>
      member === false ? [] : [{ names: { patterns: [pattern] }, member }],
    ),
    ...(typeof additionalProperties === 'object' ? [{ names: {}, member: additionalProperties }] : []),
  ];
}

/**
 * Values of the schema with the string at the place; other required keys are drawn, and within a list or map sometimes
 * more.
 */
export function holding(schema: Schema, { steps }: TextPlace, text: string): fc.Arbitrary<Value> {
  return heldBy(schema, steps, text, false);
}

function heldBy(
  schema: Schema,
  [step, ...below]: readonly Step[],
  text: string,
  isOwn: boolean,
): fc.Arbitrary<Value> {
  if (step === undefined) return fc.constant(text);
  const shape = merged(schema);
  const forms = formsOf(schema);
  const ways = (forms.length > 0 ? forms : alternativesOf(shape)).filter((way) =>
    leadsTo(way, [step, ...below]),
  );
  if (ways.length > 0) return fc.oneof(...ways.map((way) => heldBy(way, [step, ...below], text, isOwn)));
  if (typeof step === 'string') return mapHolding(shape, step, below, text, isOwn);
  if (step.is === 'item') {
    const { items = {}, minItems = 0 } = shape;
    const others = Math.max(0, minItems - 1);
    return fc
      .tuple(
        heldBy(items, below, text, true),
        fc.array(instances(items), { minLength: others, maxLength: others }),
      )
      .map(([first, more]) => [first, ...more]);
  }
  const [{ member } = { member: {} }] = mapsOf(shape).filter(
    ({ names }) => JSON.stringify(names) === JSON.stringify(step.names),
  );
  return step.is === 'key'
    ? instances(member).map((value) => ({ [text]: value }))
    : fc
        .tuple(memberName(step.names ?? {}, text), heldBy(member, below, text, true))
        .map(([name, value]) => ({ [name]: value }));
}

/** One that no other place has, so that each has its own member. */
function memberName(names: Shape, text: string): fc.Arbitrary<string> {
  const own = `member${text.replaceAll(/[^0-9]/g, '')}`;
  return admits(names, own) ? fc.constant(own) : texts(names);
}

function mapHolding(
  shape: Shape,
  key: string,
  below: readonly Step[],
  text: string,
  isOwn: boolean,
): fc.Arbitrary<ValueMap> {
  const { properties = {}, required = [] } = shape;
  const others = namesOf(shape).filter((name) => name !== key);
  // Outside lists and maps a chart's defaults apply around the place.
  const needed = others.filter((name) => required.includes(name) && (isOwn || !hasDefault(properties[name])));
  const optional = isOwn ? others.filter((name) => !required.includes(name)) : [];
  const more = fc.oneof(fc.constant([]), fc.subarray(optional, { maxLength: Math.min(2, optional.length) }));
  return more.chain((chosen) =>
    fc.record({
      ...Object.fromEntries([...needed, ...chosen].map((name) => [name, instances(properties[name] ?? {})])),
      [key]: heldBy(properties[key] ?? {}, below, text, isOwn),
    }),
  );
}

function hasDefault(schema: Schema = {}): boolean {
  return schema.default !== undefined || Object.values(schema.properties ?? {}).some(hasDefault);
}

/** Whether the place is possible in a schema, among exclusive alternatives. */
function leadsTo(schema: Schema, [step, ...below]: readonly Step[]): boolean {
  const shape = merged(schema);
  if (step === undefined) return takesTexts(shape) || alternativesOf(shape).some((way) => leadsTo(way, []));
  const forms = formsOf(schema);
  if (forms.length > 0) return forms.some((form) => leadsTo(form, [step, ...below]));
  if (alternativesOf(shape).some((way) => leadsTo(way, [step, ...below]))) return true;
  if (typeof step === 'string') {
    const member = shape.properties?.[step];
    return member !== undefined && namesOf(shape).includes(step) && leadsTo(member, below);
  }
  if (step.is === 'item') return shape.items !== undefined && leadsTo(shape.items, below);
  return mapsOf(shape).some(({ member }) => step.is === 'key' || leadsTo(member, below));
}
