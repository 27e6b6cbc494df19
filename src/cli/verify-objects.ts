/** Compares the objects of a release with what its values render. */
import { counted } from '../text/counted.js';
import { isMap, showPath, type Value, type ValueMap, type ValuePath } from '../text/json.js';
import { isQuantity, magnitude } from '../text/quantity.js';
import { type Cluster, Refused } from './cluster.js';
import { type Finding, finding } from './verify-findings.js';

/** An object that the values render, and the one of its name in the cluster. */
export interface Pair {
  readonly rendered: ValueMap;
  /** Undefined if there is none. */
  readonly live: ValueMap | undefined;
  /** Whether the right to read it is missing. */
  readonly isForbidden: boolean;
}

export async function livePairs(cluster: Cluster, rendered: readonly ValueMap[]): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const object of rendered) pairs.push({ rendered: object, ...(await liveObject(cluster, object)) });
  return pairs;
}

async function liveObject(cluster: Cluster, object: ValueMap): Promise<Pick<Pair, 'live' | 'isForbidden'>> {
  const { apiVersion, kind, name, namespace } = headOf(object);
  try {
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    const live = await cluster.ask(`read the ${kind} ${name}`, () =>
      cluster.objects.read({ apiVersion, kind, metadata }),
    );
    return { live: asSent(JSON.parse(JSON.stringify(live))), isForbidden: false };
  } catch (error) {
    if (error instanceof Refused && [403, 404].includes(error.code)) {
      return { live: undefined, isForbidden: error.code === 403 };
    }
    throw error;
  }
}

/** The client renames a field that is a word of JavaScript: `from` of a policy. */
function asSent<T extends Value>(value: T): T;
function asSent(value: Value): Value {
  if (Array.isArray(value)) return value.map((element) => asSent(element));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [key === '_from' ? 'from' : key, asSent(inside)]),
  );
}

function headOf({ apiVersion, kind, metadata }: ValueMap) {
  const { name, namespace } = isMap(metadata) ? metadata : {};
  return {
    apiVersion: String(apiVersion),
    kind: String(kind),
    name: String(name),
    ...(typeof namespace === 'string' && { namespace }),
  };
}

const fix =
  'Name the values files of the release with -f, all of them and in order; if these are meant to apply, run helm upgrade with them.';

/** Whether the release has the mode, the policies and the settings of these values. */
export function objectFindings(pairs: readonly Pair[]): readonly Finding[] {
  const titles = (chosen: readonly Pair[]) => chosen.map(({ rendered }) => title(rendered));
  const forbidden = titles(pairs.filter(({ isForbidden }) => isForbidden));
  const readable = pairs.filter(({ isForbidden }) => !isForbidden);
  const absent = titles(readable.filter(({ live }) => live === undefined));
  const different = pairs.flatMap(({ rendered, live }) => {
    const path = live === undefined ? undefined : difference(comparable(rendered), comparable(live));
    return path === undefined ? [] : [`${title(rendered)} at ${showPath(path)}`];
  });
  const found = [
    ...(absent.length === 0 ? [] : [`missing: ${listed(absent)}`]),
    ...(different.length === 0 ? [] : [`different: ${listed(different)}`]),
  ];
  const also = forbidden.length === 0 ? '' : `; no right to read ${listed(forbidden)}`;
  const outcome =
    found.length > 0
      ? { failed: `${found.join('; ')}${also}`, fix }
      : readable.length === 0
        ? { notPossible: `no right to read ${listed(forbidden)}` }
        : { passed: `${counted(readable.length, 'object')} are as the values say${also}` };
  return [finding('objects of the release', outcome)];
}

function title(object: ValueMap): string {
  const { kind, name } = headOf(object);
  return `${kind} ${name}`;
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, 5);
  return `${shown.join(', ')}${items.length > shown.length ? ` and ${items.length - shown.length} more` : ''}`;
}

/** What values decide: others may label an object, and an autoscaler sets the replicas. */
function comparable({ kind, metadata, ...content }: ValueMap): ValueMap {
  if (kind === 'Secret') return {};
  const { status: _, ...rest } = content;
  if (kind === 'Deployment' && isMap(rest.spec)) {
    const { replicas: __, ...spec } = rest.spec;
    return { ...rest, spec };
  }
  return rest;
}

/** The path of the first thing that is rendered and not there; what the API server adds does not count. */
export function difference(rendered: Value, live: Value | undefined): ValuePath | undefined {
  if (live === undefined) return isEmpty(rendered) ? undefined : [];
  if (Array.isArray(rendered)) {
    if (!Array.isArray(live) || rendered.length !== live.length) return [];
    return inner(rendered.map((value, index) => [index, value, live[index]]));
  }
  if (isMap(rendered)) {
    if (!isMap(live)) return [];
    return inner(Object.entries(rendered).map(([key, value]) => [key, value, live[key]]));
  }
  if (rendered === live || (isQuantity(rendered) && isQuantity(live) && sameAmount(rendered, live)))
    return undefined;
  return [];
}

function inner(
  pairs: readonly [step: string | number, rendered: Value, live: Value | undefined][],
): ValuePath | undefined {
  for (const [step, rendered, live] of pairs) {
    const path = difference(rendered, live);
    if (path !== undefined) return [step, ...path];
  }
  return undefined;
}

/** Kubernetes leaves out what is empty. */
function isEmpty(value: Value): boolean {
  if (value === null || value === '' || value === false || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function sameAmount(left: Value, right: Value): boolean {
  return magnitude(String(left)) === magnitude(String(right));
}
