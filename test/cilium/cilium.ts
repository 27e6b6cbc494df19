/** Cilium's own policy engine, as a judge of which connections policies allow. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { ValueMap } from '../../src/text/json.js';
import { builtProgram, go } from '../builds/go.js';
import type { Port } from '../centaur/connectivity.js';
import { execFile } from '../system/processes.js';

/** One end of a connection, as Cilium's agent knows it. */
export type CiliumEnd =
  | { readonly namespace: string; readonly labels: { readonly [label: string]: string } }
  /** Outside the cluster. */
  | { readonly address: string }
  /** What Cilium names: https://docs.cilium.io/en/stable/gettingstarted/terminology/#reserved-labels */
  | { readonly reserved: readonly ('host' | 'remote-node' | 'kube-apiserver')[] };

export interface CiliumQuestion {
  /** Names of ends. */
  readonly from: string;
  readonly to: string;
  readonly port: Port;
}

const module = fileURLToPath(new URL('judge', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));

/**
 * Whether each connection is let out at its source and in at its target.
 *
 * @throws Error with Cilium's message if it does not accept a policy.
 */
export async function allowedByCilium(
  policies: readonly ValueMap[],
  ends: { readonly [name: string]: CiliumEnd },
  questions: readonly CiliumQuestion[],
): Promise<readonly boolean[]> {
  const program = await ciliumJudge();
  const input = {
    policies,
    ends,
    questions: questions.map(({ from, to, port: { port, protocol } }) => ({ from, to, port, protocol })),
  };
  const answering = execFile(program, [], { maxBuffer: 2 ** 26 });
  answering.child.stdin?.end(JSON.stringify(input));
  return JSON.parse((await answering).stdout);
}

/** What Cilium's own CRD, as the API server applies it, has against a CiliumNetworkPolicy; unknown fields included. */
export async function faultsOfPolicy(): Promise<(policy: ValueMap) => readonly string[]> {
  const folder = await go(['list', '-mod=mod', '-m', '-f', '{{.Dir}}', 'github.com/cilium/cilium'], module);
  const file = 'pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml';
  const crd = parse(await readFile(path.join(folder.trim(), file), 'utf8'));
  const [version] = crd.spec.versions;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
  const validate = ajv.compile(Object(closed(version.schema.openAPIV3Schema)));
  return (policy) =>
    validate(policy) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** An OpenAPI schema without fields that it does not list. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = 'properties' in schema && 'type' in schema && !('additionalProperties' in schema);
  return isOpen ? { ...members, additionalProperties: false } : members;
}

/** The path of the judge's binary, built if necessary. */
export function ciliumJudge(): Promise<string> {
  return builtProgram({
    module,
    package: '.',
    ldflags: '-s -w',
    folder: path.join(cache, 'cilium'),
    name: 'judge',
    note: 'about 4 minutes',
    nice: true,
  });
}
