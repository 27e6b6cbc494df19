/** Kubernetes' and the Gateway API's own descriptions of their objects, from the Go modules that contain them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { go } from '../builds/go.js';
import { amendments } from './amendments.js';
import {
  type Definition,
  type Definitions,
  enumerations,
  strict,
  strictDefinitions,
  withFields,
} from './openapi.js';

/** The folders whose `go.mod` pins each. */
export const pinned = {
  kubernetes: fileURLToPath(new URL('../node/tools/kubernetes/', import.meta.url)),
  gatewayApi: fileURLToPath(new URL('.', import.meta.url)),
};

/** Types, and which of them are objects that the API server stores. */
export interface Types {
  readonly definitions: Definitions;
  /** The name of the type by apiVersion and kind: `apps/v1 Deployment`. */
  readonly kinds: ReadonlyMap<string, string>;
}

/**
 * All of Kubernetes' types.
 *
 * @throws Error if there is no Go toolchain, or the module is not available.
 */
export async function kubernetesTypes(): Promise<Types> {
  const document = await swagger();
  const generated = await kubernetesFile('pkg/generated/openapi/zz_generated.openapi.go');
  const definitions = withFields(strictDefinitions(document.definitions), enumerations(generated));
  return { definitions: withFields(definitions, amendments), kinds: new Map(kindsOf(document)) };
}

async function swagger(): Promise<Swagger> {
  return JSON.parse(await kubernetesFile('api/openapi-spec/swagger.json'));
}

async function kubernetesFile(file: string): Promise<string> {
  const module = await moduleFolder(pinned.kubernetes, 'k8s.io/kubernetes');
  return readFile(path.join(module, file), 'utf8');
}

/**
 * Kubernetes' kinds of which objects can be created outside a namespace, by their API group.
 *
 * @throws Error if there is no Go toolchain, or the module is not available.
 */
export async function clusterScopedKinds(): Promise<{ readonly [group: string]: readonly string[] }> {
  const { paths } = await swagger();
  const found: { [group: string]: string[] } = {};
  for (const [path, { post }] of Object.entries(paths)) {
    if (post?.['x-kubernetes-action'] !== 'post' || path.includes('/{')) continue;
    const { group, kind } = post['x-kubernetes-group-version-kind'];
    found[group] = [...new Set([...(found[group] ?? []), kind])].sort();
  }
  return Object.fromEntries(Object.entries(found).sort(([left], [right]) => (left < right ? -1 : 1)));
}

interface Swagger {
  readonly paths: {
    readonly [path: string]: {
      readonly post?: {
        readonly 'x-kubernetes-action'?: string;
        readonly 'x-kubernetes-group-version-kind': Kind;
      };
    };
  };
  readonly definitions: {
    readonly [name: string]: Definition & { readonly 'x-kubernetes-group-version-kind'?: readonly Kind[] };
  };
}
interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function kindsOf({ definitions }: Swagger): readonly (readonly [string, string])[] {
  return Object.entries(definitions).flatMap(([name, definition]) => {
    const [kind, ...others] = definition['x-kubernetes-group-version-kind'] ?? [];
    return kind === undefined || others.length > 0 ? [] : [[kindName(kind), name] as const];
  });
}

function kindName({ group, version, kind }: Kind): string {
  return `${group === '' ? '' : `${group}/`}${version} ${kind}`;
}

/**
 * The Gateway API's routes. Their metadata is Kubernetes' own type.
 *
 * @throws Error if there is no Go toolchain, or the module is not available.
 */
export async function gatewayTypes(): Promise<Types> {
  const module = await moduleFolder(pinned.gatewayApi, 'sigs.k8s.io/gateway-api');
  const file = 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml';
  const resource: CustomResource = parse(await readFile(path.join(module, file), 'utf8'));
  const { group, names, versions } = resource.spec;
  const types = versions.map(({ name: version, schema }) => ({
    kind: kindName({ group, version, kind: names.kind }),
    name: `${group}.${version}.${names.kind}`,
    definition: customType(schema.openAPIV3Schema),
  }));
  return {
    definitions: Object.fromEntries(types.map(({ name, definition }) => [name, definition])),
    kinds: new Map(types.map(({ kind, name }) => [kind, name])),
  };
}

interface CustomResource {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Definition };
    }[];
  };
}

function customType(schema: Definition): Definition {
  const { properties, ...type } = strict(schema);
  const metadata = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
  return { ...type, properties: { ...properties, metadata } };
}

/**
 * Where the Go toolchain keeps a module, in the version that a `go.mod` pins; it is downloaded if necessary.
 *
 * @throws Error if there is no Go toolchain, or the module is not available.
 */
export async function moduleFolder(goMod: string, module: string): Promise<string> {
  const printed = await go(['mod', 'download', '-json', module], goMod).catch((error: Error) => {
    throw new Error(`the Go module ${module} is needed: ${error.message}`);
  });
  const { Dir }: { readonly Dir: string } = JSON.parse(printed);
  return Dir;
}
