/**
 * `values.editor.schema.json`: the schema for people. Helm checks the complete values, so in `values.schema.json` every key with a
 * default is required. Whoever writes a values file gives only what differs: here a key with a default is optional, and a map
 * of several types offers only the keys of its own type.
 */
import { showPath, type ValuePath } from '../../text/json.js';
import type { SchemaDocument } from '../schema/paths.js';
import { mapped, overParts } from '../schema/schema.js';

export const editorSchemaFile = 'values.editor.schema.json';

/** The schema for people, as a file, from the one for Helm. */
export function editorSchemaDocument(document: SchemaDocument): string {
  const forPeople = overAllParts(document, (part) => withoutDefaults(withForms(part)));
  return `${JSON.stringify(titled(forPeople, []), null, 2)}\n`;
}

/**
 * The same schema, in which each key with a fixed place has its path as the title. The keys of a section are a part of
 * their own (`allOf`): an editor that completes a map with `properties` pastes all their defaults.
 */
function titled(schema: SchemaDocument, path: ValuePath): SchemaDocument {
  const { properties, required, additionalProperties, ...section } = schema;
  if (properties === undefined) return { title: showPath(path), ...schema };
  const keys = {
    properties: mapped(properties, (part, key) => titled(part, [...path, key])),
    ...(required && { required }),
    ...(additionalProperties !== undefined && { additionalProperties }),
  };
  return path.length === 0
    ? { ...section, ...keys }
    : { title: showPath(path), ...section, allOf: [...(section.allOf ?? []), keys] };
}

/** The comment by which editors find the schema: https://github.com/redhat-developer/yaml-language-server#using-inlined-schema */
export function modeline(schemaFile: string): string {
  return `# yaml-language-server: $schema=${schemaFile}`;
}

/** The same schema with each part changed, the inner ones first. */
function overAllParts(
  schema: SchemaDocument,
  change: (part: SchemaDocument) => SchemaDocument,
): SchemaDocument {
  // Conditions are read whole, by withForms.
  const visit = (part: SchemaDocument) => (isCondition(part) ? part : overAllParts(part, change));
  const { definitions } = schema;
  return change({
    ...overParts(schema, visit),
    ...(definitions && { definitions: mapped(definitions, visit) }),
  });
}

/** A schema that does not require what has a default. */
function withoutDefaults(schema: SchemaDocument): SchemaDocument {
  const { required, properties = {}, ...rest } = schema;
  if (required === undefined) return schema;
  const needed = required.filter((key) => !hasDefault(properties[key]));
  return {
    ...rest,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(needed.length > 0 && { required: needed }),
  };
}

/** Whether a key may be left out: it has a default, or everything in it has one. */
function hasDefault(schema: SchemaDocument | undefined): boolean {
  if (schema === undefined) return false;
  return schema.default !== undefined || (schema.properties !== undefined && schema.required === undefined);
}

// ------------------------------------------------------------------------------------------------------ conditions

/** `if` some keys have certain values, `then` more is said about the map. */
interface Condition extends SchemaDocument {
  readonly if: { readonly properties: Properties; readonly required?: readonly string[] };
  readonly then: SchemaDocument;
}

interface Properties {
  readonly [key: string]: SchemaDocument;
}

function isCondition(schema: SchemaDocument): schema is Condition {
  return 'if' in schema;
}

/** A map that is described by conditions, as the choice of the forms that they describe. */
function withForms({ allOf = [], ...schema }: SchemaDocument): SchemaDocument {
  const conditions = allOf.filter(isCondition);
  const others = allOf.filter((part) => !isCondition(part));
  const rest = { ...schema, ...(others.length > 0 && { allOf: others }) };
  if (conditions.length === 0) return rest;
  const { properties = {}, required = [], description, ...map } = rest;
  const finest = conditions.filter(
    (one) => !conditions.some((other) => other !== one && implies(other, one)),
  );
  return {
    ...(description !== undefined && { description }),
    anyOf: finest.map((condition) => {
      const applying = conditions.filter((other) => implies(condition, other)).map(({ then }) => then);
      const form = applying.reduce<SchemaDocument>(narrowed, { ...map, properties, required });
      return { ...form, properties: marked(form.properties ?? {}, condition.if.properties) };
    }),
  };
}

/** Whether one condition can only hold where another holds, too. */
function implies(one: Condition, other: Condition): boolean {
  return Object.entries(other.if.properties).every(
    ([key, value]) => JSON.stringify(one.if.properties[key]) === JSON.stringify(value),
  );
}

/** A map of which more is known: which keys it may have, which it must, and what is in them. */
function narrowed(schema: SchemaDocument, more: SchemaDocument): SchemaDocument {
  const properties = Object.entries(schema.properties ?? {})
    .filter(([key]) => !isRefused(key, more))
    .map(([key, value]) => {
      const inner = more.properties?.[key];
      return [key, inner === undefined ? value : narrowed(value, inner)] as const;
    });
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: [...new Set([...(schema.required ?? []), ...(more.required ?? [])])],
  };
}

/** Whether a map must not have a key. */
function isRefused(key: string, { patternProperties = {} }: SchemaDocument): boolean {
  return Object.entries(patternProperties).some(
    ([pattern, value]) => value === false && new RegExp(pattern, 'u').test(key),
  );
}

/** Properties in which the keys that choose a form have its values alone. */
function marked(properties: Properties, marks: Properties): Properties {
  return mapped(properties, (value, key) => {
    const mark = marks[key];
    if (mark === undefined) return value;
    const { enum: choices = [], ...rest } = value;
    const admitted = mark.not === undefined ? [mark.const] : choices.filter((one) => one !== mark.not?.const);
    return { ...rest, enum: admitted };
  });
}
