/**
 * Kubernetes' OpenAPI, made strict: JSON Schema (draft-07) in which an unknown field, or a value outside an
 * enumeration, is an error.
 */

import { form } from '../../src/text/form.js';
import { maxQuantityLength, quantityPattern } from '../../src/text/quantity.js';

/** A type's schema, as far as Kubernetes' documents use OpenAPI. */
export interface Definition {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** See `src/text/form.ts`. */
  readonly patternErrorMessage?: string;
  readonly examples?: readonly string[];
  readonly keyErrorMessage?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Definition };
  readonly patternProperties?: { readonly [pattern: string]: Definition };
  readonly items?: Definition;
  readonly additionalProperties?: Definition | boolean;
}

/** By the names of Kubernetes' OpenAPI document, such as `io.k8s.api.core.v1.Affinity`. */
export interface Definitions {
  readonly [name: string]: Definition;
}

/** Closed objects, no `format`, and none of Kubernetes' own keywords. */
export function strictDefinitions(definitions: Definitions): Definitions {
  return mapValues(definitions, (definition, name) => scalars[name] ?? strict(definition));
}

/** One schema, made strict with everything below it. */
export function strict(definition: Definition): Definition {
  const { description, type, format, required, properties, items, additionalProperties } = definition;
  return {
    ...(description === undefined ? {} : { description: firstSentence(description) }),
    ...(type === undefined ? {} : { type }),
    ...bounds[format ?? ''],
    ...kept(definition),
    // The API server sets a default before it checks what is required.
    ...(required === undefined
      ? {}
      : { required: required.filter((name) => properties?.[name]?.default === undefined) }),
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(properties === undefined
      ? {}
      : { additionalProperties: false, properties: mapValues(properties, strict) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: strict(additionalProperties) }
      : {}),
  };
}

const keywords = new Set([
  ...[
    '$ref',
    'type',
    'enum',
    'pattern',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
  ],
  ...['minProperties', 'maxProperties'],
]);

function kept(definition: Definition): Definition {
  return Object.fromEntries(Object.entries(definition).filter(([keyword]) => keywords.has(keyword)));
}

/**
 * `format` as keywords that every validator checks. Helm represents numbers as float64, so integers above 2^53 are not
 * exact.
 */
const bounds: { readonly [format: string]: Definition } = {
  int32: { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  int64: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  byte: { pattern: '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' },
};

const timestamp: Definition = {
  description: 'A time as RFC 3339 writes it.',
  type: 'string',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$',
};

/** Types that the document describes as just "string": what their Go types accept. */
const scalars: Definitions = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    description: "A quantity such as 500m, 1.5 or 2Gi; where Kubernetes takes one, it can't be negative.",
    type: ['string', 'number'],
    minimum: 0,
    // Helm reads greater ones as the nearest float64; a string represents them exactly.
    maximum: Number.MAX_SAFE_INTEGER,
    maxLength: maxQuantityLength,
    pattern: quantityPattern,
    ...form('a quantity', '500m', '1.5', '2Gi'),
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    description: 'An integer, or a text such as a name or a percentage.',
    type: ['integer', 'string'],
    ...bounds.int32,
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': timestamp,
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': timestamp,
};

/** A text up to the first full stop that ends a sentence, on one line. */
function firstSentence(text: string): string {
  const [paragraph = ''] = text.trim().split(/\n\s*\n/);
  const line = paragraph.replaceAll(/\s+/g, ' ').replace(/^(Required|Optional)\. /, '');
  return /^.*?[^.]\.(?= ["'`A-Z]|$)/.exec(line)?.[0] ?? line;
}

/** Keywords that a field's schema gets in addition to its own, by the names of a type and a field. */
export interface FieldKeywords {
  readonly [type: string]: { readonly [field: string]: object };
}

/** The enumerations that Kubernetes' generated Go code knows; the OpenAPI document is published without them. */
export function enumerations(generated: string): FieldKeywords {
  const found: { [type: string]: { [field: string]: Definition } } = {};
  let fields: { [field: string]: Definition } = {};
  let field = '';
  let members: 'items' | 'additionalProperties' = 'items';
  for (const line of generated.split('\n')) {
    const [, group, version, kind] = /^func schema_k8sio_api_(\w+)_(v\w+?)_(\w+)\(/.exec(line) ?? [];
    if (line.startsWith('func ')) fields = {};
    if (kind !== undefined) found[`io.k8s.api.${group}.${version}.${kind}`] = fields;
    field = /^\t{5}"([^"]+)": \{$/.exec(line)?.[1] ?? field;
    if (/^\t{7}(Items|AdditionalProperties):/.test(line)) {
      members = line.includes('Items:') ? 'items' : 'additionalProperties';
    }
    const [, indent, values] = /^(\t{7}|\t{10})Enum: +\[\]interface\{\}\{(.*)\},$/.exec(line) ?? [];
    if (values === undefined) continue;
    const keyword = { enum: JSON.parse(`[${values}]`) };
    fields[field] = indent?.length === 7 ? keyword : { [members]: { type: 'string', ...keyword } };
  }
  return found;
}

/** @throws Error if a field does not belong to its type */
export function withFields(definitions: Definitions, added: FieldKeywords): Definitions {
  return mapValues(definitions, (definition, type) => {
    const { properties = {} } = definition;
    const changed = mapValues(added[type] ?? {}, (keywords, field) => {
      if (properties[field] === undefined) throw new Error(`${type} has no field ${field}`);
      return { ...properties[field], ...keywords };
    });
    return Object.keys(changed).length === 0
      ? definition
      : { ...definition, properties: { ...properties, ...changed } };
  });
}

export function mapValues<T, U>(
  map: { readonly [key: string]: T },
  to: (value: T, key: string) => U,
): { readonly [key: string]: U } {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, to(value, key)]));
}
