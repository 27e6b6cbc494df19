/** Navigates a JSON schema by the paths of the values that it describes. */

import type { ValuePath } from '../../text/json.js';
import type { Schema } from '../ir/schema.js';

/** A schema document: the parts of draft-07 needed beyond the toolkit's own. */
export interface SchemaDocument extends Schema {
  readonly $ref?: string;
  readonly definitions?: { readonly [name: string]: SchemaDocument };
  readonly allOf?: readonly SchemaDocument[];
  readonly oneOf?: readonly SchemaDocument[];
  readonly then?: SchemaDocument;
  readonly else?: SchemaDocument;
  /** What the strings of `pattern` must be, in words. */
  readonly patternErrorMessage?: string;
}

/** Every schema that applies to the value at a path. */
export function schemasAt(root: SchemaDocument, path: ValuePath): readonly SchemaDocument[] {
  return path.reduce<readonly SchemaDocument[]>(
    (schemas, step) =>
      schemas.flatMap((schema) => membersAt(schema, step).flatMap((member) => partsOf(member, root))),
    partsOf(root, root),
  );
}

/** A schema, and those that it is composed of. */
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

/** What a key is for; members of lists and of maps without fixed keys have the description of the list or the map. */
export function descriptionAt(root: SchemaDocument, path: ValuePath): string | undefined {
  const [description] = schemasAt(root, path).flatMap((schema) => schema.description || []);
  if (description !== undefined || path.length === 0) return description;
  const [around, step] = [path.slice(0, -1), path.at(-1)];
  const isMember = typeof step === 'number' || !keysAt(root, around).includes(String(step));
  return isMember ? descriptionAt(root, around) : undefined;
}

/** The keys that the map at a path may contain, as far as they have names. */
export function keysAt(root: SchemaDocument, path: ValuePath): readonly string[] {
  return [...new Set(schemasAt(root, path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** The paths of all keys in the schema itself, without those in lists, open maps and definitions. */
export function pathsBelow(schema: SchemaDocument, path: ValuePath = []): readonly ValuePath[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => [
    [...path, key],
    ...pathsBelow(member, [...path, key]),
  ]);
}
