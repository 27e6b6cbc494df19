/** Every place of a values schema where users can write an arbitrary string: values, and the keys of open maps. */

export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly patternProperties?: { readonly [pattern: string]: SchemaNode | false };
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;
  readonly definitions?: { readonly [name: string]: SchemaNode };
}

/**
 * A place: keys joined by dots, `[]` for list members and `{}` for map members. `type` is set if what follows is one of
 * Kubernetes' types.
 */
export interface Place {
  readonly path: string;
  readonly type?: string;
}

/** The places below a schema, down to Kubernetes' types, whose own places are those of their definitions. */
export function placesIn(schema: SchemaNode): readonly Place[] {
  const places = new Map<string, Place>();
  for (const place of below(schema, '', { isCondition: false })) {
    places.set(`${place.path} ${place.type ?? ''}`, place);
  }
  return [...places.values()];
}

/** The name of a type without its group: `Volume`. */
export function typeName(reference: string): string {
  return reference.replace(/^.*[./]/, '');
}

function below(
  schema: SchemaNode,
  path: string,
  { isCondition }: { readonly isCondition: boolean },
): readonly Place[] {
  const { properties = {}, patternProperties = {}, additionalProperties, items, $ref } = schema;
  const members = [...Object.values(patternProperties), additionalProperties];
  const isOpen = members.some((member) => member === true || typeof member === 'object');
  const inside = (part: SchemaNode, at: string, within = isCondition) =>
    below(part, at, { isCondition: within });
  return [
    ...($ref === undefined ? [] : [{ path, type: typeName($ref) }]),
    ...(isOpen ? [{ path: `${path}{}` }] : []),
    ...(takesStrings(schema, isCondition) ? [{ path }] : []),
    ...Object.entries(properties).flatMap(([key, part]) =>
      inside(part, path === '' ? key : `${path}.${key}`),
    ),
    ...members.flatMap((part) => (typeof part === 'object' ? inside(part, `${path}{}`) : [])),
    ...(items === undefined ? [] : inside(items, `${path}[]`)),
    ...[schema.allOf, schema.anyOf, schema.oneOf].flatMap((parts) =>
      (parts ?? []).flatMap((part) => inside(part, path)),
    ),
    ...[schema.then, schema.else].flatMap((part) => (part === undefined ? [] : inside(part, path, true))),
  ];
}

/** Whether it accepts any string, or any of a kind; a schema without a type does, unless it is part of a condition. */
function takesStrings(schema: SchemaNode, isCondition: boolean): boolean {
  if (schema.enum !== undefined || schema.const !== undefined) return false;
  if (schema.type !== undefined) return [schema.type].flat().includes('string');
  return !isCondition && !structural.some((keyword) => keyword in schema);
}

const structural = [
  ...['properties', 'patternProperties', 'additionalProperties', 'items'],
  ...['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', '$ref'],
];
