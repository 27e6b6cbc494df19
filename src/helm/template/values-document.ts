/** What a chart's values definition tells people and editors: `values.yaml` and `values.schema.json`. */

import type { Value, ValueMap } from '../../text/json.js';
import { assertYamlComment, constantKey } from '../../text/yaml-scalar.js';
import type { Schema } from '../ir/schema.js';
import { kubernetesDefinitions } from '../schema/kubernetes-shapes.js';
import { openToParents } from '../schema/parent-chart.js';
import { withAllKeys } from '../schema/schema.js';
import { constantYaml } from './constant-yaml.js';
import { editorSchemaFile, modeline } from './editor-schema.js';

/** The defaults of an object's properties. A property without a default is omitted. */
export function defaultsOf(schema: Schema): ValueMap {
  const members = Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const value = defaultOf(member);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(members);
}

/** The default of a key; undefined if it has none. */
export function defaultOf(schema: Schema): Value | undefined {
  if (schema.default !== undefined) return schema.default as Value;
  return schema.properties === undefined ? undefined : defaultsOf(schema);
}

/** `values.yaml`: every key with its default, under what its description says. */
export function valuesDocument(schema: Schema, introduction: string): string {
  const sections = Object.entries(schema.properties ?? {}).map(([key, member]) =>
    entryLines(key, member, 0).join('\n'),
  );
  const head = [modeline(editorSchemaFile), commentLines(introduction, 0).join('\n')].filter(
    (part) => part !== '',
  );
  return `${[...head, ...sections].join('\n\n')}\n`;
}

function entryLines(key: string, schema: Schema, indent: number): readonly string[] {
  const pad = ' '.repeat(indent);
  const comment = commentLines(schema.description ?? '', indent);
  if (schema.properties !== undefined && schema.default === undefined) {
    const members = Object.entries(schema.properties).flatMap(([name, member]) =>
      entryLines(name, member, indent + 2),
    );
    const empty = Object.keys(defaultsOf(schema)).length === 0;
    return [...comment, `${pad}${constantKey(key)}:${empty ? ' {}' : ''}`, ...members];
  }
  const value = defaultOf(schema);
  if (value === undefined) return [...comment, `${pad}# ${constantKey(key)}:`];
  return [...comment, ...constantYaml({ [key]: value }, indent)];
}

const lineWidth = 110;

function commentLines(text: string, indent: number): readonly string[] {
  if (text === '') return [];
  assertYamlComment(text);
  const pad = `${' '.repeat(indent)}#`;
  return text
    .split('\n')
    .flatMap((line) => wrap(line, lineWidth - pad.length - 1))
    .map((line) => `${pad} ${line}`.trimEnd());
}

function wrap(text: string, width: number): readonly string[] {
  if (text.length <= width || /^\s/.test(text)) return [text];
  const end = text.lastIndexOf(' ', width);
  const cut = end > 0 ? end : text.indexOf(' ');
  return cut < 0 ? [text] : [text.slice(0, cut), ...wrap(text.slice(cut + 1), width)];
}

/** The JSON schema of a chart's values, with Kubernetes' definitions as far as it refers to them. */
function jsonSchema(schema: Schema, name: string): { readonly [keyword: string]: unknown } {
  const definitions = kubernetesDefinitions(schema);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of the ${name} chart`,
    ...withAllKeys(openToParents(schema)),
    ...(Object.keys(definitions).length > 0 && { definitions }),
  };
}

/** `values.schema.json`, in the draft of JSON Schema that every Helm 3 reads. */
export function schemaDocument(schema: Schema, name: string): string {
  return `${JSON.stringify(jsonSchema(schema, name), null, 2)}\n`;
}
