/**
 * Values that may be secrets: a schema marks them with draft-07's `writeOnly`. Helm prints values that a pattern, a
 * format or a limit refuses. So the schema has none of these where a secret may appear, even by mistake; a rule checks
 * it instead.
 */
import type { Schema } from '../ir/schema.js';
import { partsOf, type SchemaDocument } from './paths.js';

/** Keywords that a schema may use for a secret. */
const harmless = ['type', 'writeOnly', 'title', 'description', 'default'];

/**
 * Helm prints the values that these keywords refuse:
 * https://github.com/santhosh-tekuri/jsonschema/blob/v6.0.3/kind/kind.go
 */
const printing = [
  ...['pattern', 'format', 'contentEncoding', 'contentMediaType'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
];

/**
 * The keys that may hold a secret, with `*` for any key of a map and `[]` for the members of a list.
 *
 * @param root draft-07, with the `definitions` that it refers to
 * @throws {TypeError} if Helm would print a secret that it refuses: under its key, a misspelt one, or a parent key
 */
export function secretKeys(root: SchemaDocument): readonly string[] {
  const found: string[] = [];

  /** Whether a secret may appear at or below a place to which all these schemas apply. */
  function visit(
    schemas: readonly SchemaDocument[],
    path: string,
    above: readonly SchemaDocument[],
  ): boolean {
    const parts = schemas.flatMap((schema) => partsOf(schema, root));
    if (parts.some(({ writeOnly }) => writeOnly)) {
      assertHarmless(parts, path);
      found.push(path);
      return true;
    }
    // A definition may refer to itself.
    if (parts.every((part) => above.includes(part))) return false;
    const members = membersOf(parts);
    const inside = [...above, ...parts];
    const below = (step: string) => (step === '[]' || path === '' ? path + step : `${path}.${step}`);
    const holding = [...members].filter(([step, schemas]) => visit(schemas, below(step), inside));
    if (holding.length === 0) return false;
    const ofOthers = members.get('*')?.flatMap((schema) => partsOf(schema, root)) ?? [];
    assertSilent([...parts, ...ofOthers], path);
    return true;
  }

  visit([root], '', []);
  return found;
}

/** The schemas of the members of a map or list, each under a key, `*` or `[]`. */
function membersOf(parts: readonly SchemaDocument[]): ReadonlyMap<string, readonly SchemaDocument[]> {
  const members = new Map<string, readonly SchemaDocument[]>();
  const add = (step: string, schema: Schema | boolean | undefined) => {
    if (typeof schema === 'object') members.set(step, [...(members.get(step) ?? []), schema]);
  };
  for (const { properties = {}, patternProperties = {}, additionalProperties, items } of parts) {
    for (const [key, member] of Object.entries(properties)) add(key, member);
    for (const member of Object.values(patternProperties)) add('*', member);
    add('*', additionalProperties);
    add('[]', items);
  }
  return members;
}

function assertHarmless(parts: readonly SchemaDocument[], path: string): void {
  const keyword = parts.flatMap(Object.keys).find((name) => !harmless.includes(name));
  const isString = parts.every(({ type }) => type === 'string');
  const isGiven = parts.some((part) => part.default !== undefined && part.default !== '');
  const why =
    keyword !== undefined
      ? `its schema has no ${keyword}, since Helm may print what that refuses: check it with a rule`
      : !isString
        ? 'it is a string'
        : isGiven && 'its default must be empty: a chart must not contain a secret';
  if (why) throw new TypeError(`${path} may be a secret (writeOnly): ${why}`);
}

/** A secret that is written one level too high, or under a misspelt key, is not printed either. */
function assertSilent(schemas: readonly SchemaDocument[], path: string): void {
  const keyword = schemas.flatMap(Object.keys).find((name) => printing.includes(name));
  if (keyword === undefined) return;
  const where = path === '' ? 'the values' : path;
  throw new TypeError(
    `${where}: a secret may be written here by mistake, and Helm prints what ${keyword} refuses: ` +
      'close the map that the secret is in with additionalProperties: false, and check this with a rule',
  );
}
