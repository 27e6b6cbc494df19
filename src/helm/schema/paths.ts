/** Finding one's way in a JSON schema by the paths of the values that it describes. */

import type { ValuePath } from '../../text/json.js';
import type { Schema } from '../ir/schema.js';

/** A schema document: what is needed of draft-07 beyond the toolkit's own part. */
export interface SchemaDocument extends Schema {
  readonly $ref?: string;
  readonly definitions?: { readonly [name: string]: SchemaDocument };
  readonly allOf?: readonly SchemaDocument[];
  readonly oneOf?: readonly SchemaDocument[];
  readonly then?: SchemaDocument;
  readonly else?: SchemaDocument;
}

/** Every schema that says something about the value at a path. */
function schemasAt(root: SchemaDocument, path: ValuePath): readonly SchemaDocument[] {
  return path.reduce<readonly SchemaDocument[]>(
    (schemas, step) =>
      schemas.flatMap((schema) => membersAt(schema, step).flatMap((member) => partsOf(member, root))),
    partsOf(root, root),
  );
}

/** A schema, and those that it is put together from. */
export function partsOf(schema: SchemaDocument, root: SchemaDocument): readonly SchemaDocument[] {
  const name = schema.$ref?.replace('#/definitions/', '');
  const referred = name === undefined ? undefined : root.definitions?.[name];
  const parts = [schema.allOf, schema.anyOf, schema.oneOf, schema.then, schema.else, referred];
  return [schema, ...parts.flat().flatMap((part) => (part === undefined ? [] : partsOf(part, root)))];
}

function membersAt(schema: SchemaDocument, step: string | number): readonly SchemaDocument[] {
  if (typeof step === 'number') return schema.items === undefined ? [] : [schema.items];
  const named = Object.entries(schema.properties ?? {}).flatMap(([key, member]) =>
    key === step ? [member] : [],
  );
  const matching = Object.entries(schema.patternProperties ?? {}).flatMap(([pattern, member]) =>
    member !== false && new RegExp(pattern, 'u').test(step) ? [member] : [],
  );
  if (named.length + matching.length > 0) return [...named, ...matching];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}

/** What a key is for; a list's members have the list's words. */
export function descriptionAt(root: SchemaDocument, path: ValuePath): string | undefined {
  const [description] = schemasAt(root, path).flatMap((schema) => schema.description || []);
  if (description !== undefined || typeof path.at(-1) !== 'number') return description;
  return descriptionAt(root, path.slice(0, -1));
}

/** The keys that may stand in the map at a path, as far as they have names. */
export function keysAt(root: SchemaDocument, path: ValuePath): readonly string[] {
  return [...new Set(schemasAt(root, path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** The paths of all keys that stand in the schema itself; what is in lists, open maps and definitions does not. */
export function pathsBelow(schema: SchemaDocument, path: ValuePath = []): readonly ValuePath[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => [
    [...path, key],
    ...pathsBelow(member, [...path, key]),
  ]);
}
