/**
 * The values of the charts that random manifests are made into: every kind of value, present, absent, empty, nested.
 */
import fc from 'fast-check';
import Type, { type Static } from 'typebox';
import type { Schema } from '../../../src/helm/ir/schema.js';
import { resolved } from '../../../src/helm/schema/schema.js';
import { isForbidden } from '../../../src/text/forbidden-text.js';
import type { Value, ValueMap } from '../../../src/text/json.js';
import { instances } from './documents.js';

const whole = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
const names = { propertyNames: { maxLength: 60 } };
const texts = Type.Record(Type.String(), Type.String(), names);

const person = Type.Object({
  name: Type.String(),
  age: whole,
  adult: Type.Boolean(),
  tags: Type.Array(Type.String()),
  nick: Type.Optional(Type.String()),
  labels: texts,
  home: Type.Optional(Type.Object({ street: Type.String(), number: Type.Optional(whole) })),
});

const host = Type.Object({
  port: whole,
  on: Type.Boolean(),
  paths: Type.Array(Type.String()),
  note: Type.Optional(Type.String()),
});

export const world = Type.Object({
  text: Type.String(),
  word: Type.String({ pattern: '^[a-z]{1,5}$' }),
  mode: Type.Enum(['a', 'b', 'yes']),
  flag: Type.Boolean(),
  other: Type.Boolean(),
  port: whole,
  ratio: Type.Number(),
  size: Type.Unsafe<string | number>({ type: ['string', 'number'] }),
  maybeText: Type.Optional(Type.String()),
  maybePort: Type.Optional(whole),
  maybeFlag: Type.Optional(Type.Boolean()),
  maybeSize: Type.Optional(Type.Unsafe<string | number>({ type: ['string', 'number'] })),
  words: Type.Array(Type.String()),
  fewWords: Type.Array(Type.String(), { minItems: 1, maxItems: 2 }),
  maybeWords: Type.Optional(Type.Array(Type.String())),
  numbers: Type.Array(whole),
  people: Type.Array(person),
  maybePeople: Type.Optional(Type.Array(person)),
  labels: texts,
  maybeLabels: Type.Optional(texts),
  ports: Type.Record(Type.String(), whole, names),
  hosts: Type.Record(Type.String(), host, names),
  team: Type.Object({ lead: person, 'odd-key': Type.String(), 'a.b/c': Type.String(), '1': whole }),
  maybeTeam: Type.Optional(Type.Object({ lead: person, motto: Type.Optional(Type.String()) })),
  open: Type.Record(Type.String(), Type.Unknown(), names),
  // Methods of the Go type of `.Values`: https://pkg.go.dev/helm.sh/helm/v3/pkg/chartutil#Values
  YAML: Type.String(),
  Table: Type.String(),
  'extra-words': Type.Array(Type.String()),
});

export type World = Static<typeof world>;
export type Person = Static<typeof person>;
export type Host = Static<typeof host>;

const hostile = fc.noBias(instances(resolved(world as Schema))).map((values) => values as ValueMap);

/** Complete values; one in ten may contain a forbidden string. */
export const worlds: fc.Arbitrary<ValueMap> = fc.oneof(
  { weight: 9, arbitrary: hostile.map((values) => cleaned(values) as ValueMap) },
  { weight: 1, arbitrary: hostile },
);

/** The same value without what `holdsForbiddenText` finds. */
function cleaned(value: Value): Value {
  if (typeof value === 'string') {
    return isForbidden(value)
      ? [...value].filter((character) => character !== '<' && !isForbidden(character)).join('')
      : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cleaned);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key === '<<' ? '<' : String(cleaned(key)),
      cleaned(member),
    ]),
  );
}
