/** The second meaning of a chart's source: the files of a Helm chart. */

import { forbiddenTextMessage, holdsForbiddenText } from '../../text/forbidden-text.js';
import type { ValueMap } from '../../text/json.js';
import type { Context } from '../evaluate/evaluate.js';
import type { Schema } from '../ir/schema.js';
import type { Ast } from '../ir/tree.js';
import { type Usage, usageOf } from '../ir/usage.js';
import { type Line, layoutDocument, layoutText, mayEndInYaml } from '../layout/layout.js';
import type { HelmObject } from '../manifest/helm-object.js';
import type { Member } from '../manifest/manifest.js';
import { elementsOfAll } from '../manifest/reader.js';
import { assertSchema } from '../schema/faults.js';
import { secretKeys } from '../schema/secret-values.js';
import { assertMetadata, type ChartMetadata } from './chart-metadata.js';
import { constantYaml } from './constant-yaml.js';
import { imagesAnnotation, imagesKey } from './default-images.js';
import { editorSchemaDocument, editorSchemaFile } from './editor-schema.js';
import { printDefine, printRules, printTemplate } from './go-lines.js';
import { assertSecretsKept } from './kept-secrets.js';
import { readme } from './readme.js';
import { defaultsOf, schemaDocument, valuesDocument } from './values-document.js';

/** What the compiler needs from a chart. */
interface Source {
  readonly metadata: ChartMetadata;
  readonly schema: object;
  readonly introduction: string;
  readonly objects: readonly HelmObject[];
  readonly rules: Ast;
  readonly rulesByHeading: readonly {
    readonly heading: string | undefined;
    readonly messages: readonly Member<string>[];
  }[];
  readonly notes: readonly Member<string>[];
  context(values: ValueMap): Context;
}

/** Files excluded from packages: https://helm.sh/docs/chart_template_guide/helm_ignore_file/ */
const helmignore = [
  '.DS_Store',
  '.git/',
  '.gitignore',
  '*.bak',
  '*.orig',
  '*.swp',
  '*.tmp',
  '*~',
  '.idea/',
  '.vscode/',
  '',
];

export function compileChart(source: Source): ReadonlyMap<string, string> {
  const schema = source.schema as Schema;
  const document = schemaDocument(schema, source.metadata.name);
  assertSchema(JSON.parse(document));
  secretKeys(JSON.parse(document));
  const notes = elementsOfAll(source.notes);
  assertSecretsKept(source.objects, { 'a rule': [source.rules], 'the notes': notes });
  const usage = usageOf([
    ...source.objects.flatMap((object) => [...(object.condition ? [object.condition] : []), object.body]),
    source.rules,
    ...notes,
  ]);
  usage.assertComplete(schema);
  if (holdsForbiddenText(defaultsOf(schema))) throw new TypeError(`in the defaults, ${forbiddenTextMessage}`);

  const files = new Map<string, string>();
  const add = (file: string, text: string) => {
    if (files.has(file))
      throw new TypeError(`two objects would be written to ${file}: give one of them another id`);
    files.set(file, text);
  };
  add('.helmignore', helmignore.join('\n'));
  add('Chart.yaml', chartYaml(source));
  add('README.md', readme(source.metadata, source.introduction, schema));
  add('values.schema.json', document);
  add(editorSchemaFile, editorSchemaDocument(JSON.parse(document)));
  add('values.yaml', valuesDocument(schema, source.introduction));
  for (const [file, text] of helpers(usage)) add(`templates/${file}`, text);
  for (const object of source.objects) add(object.file, objectTemplate(object));
  const rules = source.rulesByHeading.map(({ heading, messages }) => ({
    heading,
    elements: elementsOfAll(messages),
  }));
  add(
    'templates/rules.yaml',
    `${commentBlock('Rules across values, which a JSON schema cannot state.')}${printRules(rules)}`,
  );
  if (notes.length > 0) add('templates/NOTES.txt', printTemplate(layoutText(notes)));
  return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function objectTemplate(object: HelmObject): string {
  const head = object.comment === undefined ? '' : commentBlock(object.comment);
  return head + printTemplate(layoutObject(object));
}

/** YAML's end-of-document mark, after which there is nothing to trim. */
const endOfDocument: readonly Line[] = [
  {
    kind: 'comment',
    indent: 0,
    text: 'Keeps line breaks at the end of what is above, which Helm would trim.',
  },
  { kind: 'text', indent: 0, parts: ['...'] },
];

function layoutObject({ body, condition }: HelmObject): readonly Line[] {
  const document = layoutDocument(body, condition);
  const lines = mayEndInYaml(document) ? [...document, ...endOfDocument] : document;
  if (condition === undefined) return lines;
  return [{ kind: 'if', indent: 0, condition, body: lines, otherwise: [] }];
}

function commentBlock(text: string): string {
  return `{{- /*\n${text}\n*/}}\n`;
}

/**
 * The files of the named templates, in the order in which the chart's objects first need them: a template comes after
 * those that it includes.
 */
function helpers({ templates }: Usage): ReadonlyMap<string, string> {
  const names = [...templates].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new TypeError(`two named templates are called ${twice}: Helm would take the last one`);
  const documents = [...templates].flatMap(({ body }) => (body.kind === 'document' ? [body.node] : []));
  const exact = usageOf(documents).templates;
  const files = new Map<string, string>();
  for (const template of templates) {
    const file = helperFile(template.name);
    const above = files.get(file);
    files.set(file, (above === undefined ? '' : `${above}\n`) + printDefine(template, exact.has(template)));
  }
  return files;
}

/** `web.fullname` is in `_helpers.tpl`; `web.ironProxy.config` belongs to a part, and is in `_iron-proxy.tpl`. */
function helperFile(name: string): string {
  const [, part] = /^[^.]+\.([A-Za-z][A-Za-z0-9]*)\../.exec(name) ?? [];
  const words = part?.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (capital) => `-${capital}`);
  return `_${words?.toLowerCase() ?? 'helpers'}.tpl`;
}

function chartYaml(source: Source): string {
  assertMetadata(source.metadata);
  const { name, description, version, appVersion, annotations: given = {}, ...rest } = source.metadata;
  const images =
    given[imagesKey] ?? imagesAnnotation(source.objects, source.context(defaultsOf(source.schema as Schema)));
  const annotations = { ...given, ...(images !== undefined && { [imagesKey]: images }) };
  const members = {
    ...{ apiVersion: 'v2', name, description, type: 'application', version, appVersion, ...rest },
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  return `${constantYaml(members).join('\n')}\n`;
}
