/** A chart's README.md, for people who install it: what the chart is, every value, and examples. */
import { goJson } from '../../text/go-syntax.js';
import { constantKey } from '../../text/yaml-scalar.js';
import type { Schema } from '../ir/schema.js';
import type { ChartMetadata } from './chart-metadata.js';
import { defaultOf } from './values-document.js';

export function readme(metadata: ChartMetadata, introduction: string, schema: Schema): string {
  const keys = keysOf(schema, []);
  const examples = keys.flatMap(exampleOf);
  return [
    `# ${metadata.name}`,
    '',
    metadata.description,
    ...(introduction === '' ? [] : ['', ...markdown(introduction)]),
    '',
    '## Values',
    '',
    'Helm checks what you set against `values.schema.json` before it installs anything.',
    '',
    '| Key | Type | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...keys.map((key) => `| ${cellsOf(key).join(' | ')} |`),
    ...(examples.length === 0 ? [] : ['', '## Examples', ...examples]),
    '',
  ].join('\n');
}

/** A key of the values without keys of its own, and the keys around it. */
interface Key {
  readonly path: readonly string[];
  readonly schema: Schema;
}

function keysOf(schema: Schema, path: readonly string[]): readonly Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const key = { path: [...path, name], schema: member };
    const hasKeys = member.properties !== undefined && member.default === undefined;
    return hasKeys ? keysOf(member, key.path) : [key];
  });
}

function cellsOf({ path, schema }: Key): readonly string[] {
  const { prose, example } = parted(schema.description ?? '');
  const value = defaultOf(schema);
  const type = schema.enum?.map((choice) => `\`${String(choice)}\``).join(', ') ?? typeName(schema);
  const link = example.length === 0 ? '' : ` [example](#${anchorOf(path)})`;
  return [
    `\`${path.join('.')}\``,
    type,
    value === undefined ? '' : `\`${goJson(value)}\``,
    escaped(prose.join(' ')) + link,
  ].map((cell) => cell.replaceAll('|', '\\|'));
}

function typeName(schema: Schema): string {
  if (typeof schema.type === 'string') {
    return schema.type === 'array' && schema.items
      ? `list of ${typeName(schema.items)}`
      : schema.type.replace('object', 'map');
  }
  return (schema.type ?? schema.anyOf?.map(typeName) ?? []).join(' or ');
}

/** The example in a key's description, as a values file has it. */
function exampleOf({ path, schema }: Key): readonly string[] {
  const { example } = parted(schema.description ?? '');
  if (example.length === 0) return [];
  const around = path.map((name, depth) => `${'  '.repeat(depth)}${constantKey(name)}:`);
  const below = dedented(example).map((line) => `${'  '.repeat(path.length)}${line}`.trimEnd());
  return ['', `### ${path.join('.')}`, '', ...fenced([...around, ...below])];
}

/** GitHub's anchor for a heading: https://docs.github.com/en/get-started/writing-on-github */
function anchorOf(path: readonly string[]): string {
  return path.join('').toLowerCase();
}

// ------------------------------------------------------------------------------------------------ from plain text

/** Paragraphs, in which indented lines are an example. */
function markdown(text: string): readonly string[] {
  return text.split(/\n{2,}/).flatMap((paragraph, index) => {
    const { prose, example } = parted(paragraph);
    return [
      ...(index === 0 ? [] : ['']),
      ...prose.map(escaped),
      ...(prose.length > 0 && example.length > 0 ? [''] : []),
      ...(example.length === 0 ? [] : fenced(dedented(example))),
    ];
  });
}

/** The prose of a description, and the lines of an example after it, which begin with a space. */
function parted(text: string): { readonly prose: readonly string[]; readonly example: readonly string[] } {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^\s/.test(line)) >>> 0;
  return { prose: lines.slice(0, start).filter((line) => line !== ''), example: lines.slice(start) };
}

function fenced(lines: readonly string[]): readonly string[] {
  return ['```yaml', ...lines, '```'];
}

function dedented(lines: readonly string[]): readonly string[] {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least));
}

/** Text that Markdown interprets neither as HTML nor as emphasis; code in backquotes is left unchanged. */
function escaped(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*')))
    .join('`');
}
