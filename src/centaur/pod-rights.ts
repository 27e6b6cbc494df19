/** What the containers of a rendered pod can read, from its manifest: keys of Secrets, and Kubernetes' own rights. */
import { isList, isMap, type Value, type ValueMap, valueAt } from '../text/json.js';

/** A pod's labels and spec. */
export interface RenderedPod {
  readonly labels: ValueMap;
  readonly spec: ValueMap;
}

/** The pod of an object: a Pod itself, or the template of a Deployment and the like. */
export function podOf(object: ValueMap): RenderedPod | undefined {
  const pod = object.kind === 'Pod' ? object : mapAt(object, 'spec', 'template');
  const spec = mapAt(pod, 'spec');
  return listAt(spec, 'containers').length === 0
    ? undefined
    : { labels: mapAt(pod, 'metadata', 'labels'), spec };
}

/** A Secret, or a driver that mounts some, and the keys that a pod can read; none if they are not known, or all. */
export interface ReadableSecret {
  readonly name: string;
  readonly isDriver?: true;
  readonly keys: readonly string[];
}

/** Every Secret of which a container has a key as a variable or a file, sorted by name. */
export function readableSecrets({ spec }: RenderedPod): readonly ReadableSecret[] {
  const containers = ['initContainers', 'containers'].flatMap((list) => listAt(spec, list));
  const mounted = containers.flatMap((container) =>
    listAt(container, 'volumeMounts').map(({ name }) => name),
  );
  const volumes = listAt(spec, 'volumes').filter(({ name }) => mounted.includes(name ?? null));
  const references = [
    ...containers.flatMap((container) => listAt(container, 'env')).map((variable) => ofVariable(variable)),
    ...containers
      .flatMap((container) => listAt(container, 'envFrom'))
      .map(({ secretRef }) => whole(secretRef, 'name')),
    ...volumes.map(({ secret }) => files(secret, 'secretName')),
    ...volumes
      .flatMap(({ projected }) => listAt(projected, 'sources'))
      .map(({ secret }) => files(secret, 'name')),
    ...volumes.map(({ csi }) => driver(csi)),
  ].filter((reference) => reference !== undefined);
  const names = [...new Set(references.map(({ name }) => name))].sort();
  return names.map((name) => {
    const same = references.filter((reference) => reference.name === name);
    const isWhole = same.some(({ keys }) => keys.length === 0);
    return {
      name,
      ...(same.some(({ isDriver }) => isDriver) && { isDriver: true }),
      keys: isWhole ? [] : [...new Set(same.flatMap(({ keys }) => keys))].sort(),
    };
  });
}

function ofVariable({ valueFrom }: ValueMap): ReadableSecret | undefined {
  const { name, key } = mapAt(valueFrom, 'secretKeyRef');
  return typeof name === 'string' && typeof key === 'string' ? { name, keys: [key] } : undefined;
}

function whole(reference: Value | undefined, field: string): ReadableSecret | undefined {
  const name = valueAt(reference, [field]);
  return typeof name === 'string' ? { name, keys: [] } : undefined;
}

function files(secret: Value | undefined, field: string): ReadableSecret | undefined {
  const found = whole(secret, field);
  return found && { ...found, keys: listAt(secret, 'items').map(({ key }) => String(key)) };
}

function driver(csi: Value | undefined): ReadableSecret | undefined {
  const found = whole(csi, 'driver');
  return found && { ...found, isDriver: true };
}

/** What a pod may do with the Secrets of the namespace through Kubernetes: the verbs of its ServiceAccount's Roles. */
export interface ServiceAccountRights {
  readonly serviceAccount: string;
  readonly verbs: readonly string[];
}

/** The rights of the token in a pod; undefined if it has none. */
export function rightsToSecrets(
  { spec }: RenderedPod,
  objects: readonly ValueMap[],
): ServiceAccountRights | undefined {
  if (spec.automountServiceAccountToken === false) return undefined;
  const serviceAccount = String(spec.serviceAccountName ?? 'default');
  const roles = objects
    .filter(
      ({ kind, subjects }) =>
        kind === 'RoleBinding' && mapsIn(subjects).some(({ name }) => name === serviceAccount),
    )
    .map((binding) => valueAt(binding, ['roleRef', 'name']));
  const rules = objects
    .filter(({ kind, metadata }) => kind === 'Role' && roles.includes(valueAt(metadata, ['name'])))
    .flatMap((role) => listAt(role, 'rules'))
    .filter(
      ({ resources }) => isList(resources) && resources.some((name) => name === 'secrets' || name === '*'),
    );
  const verbs = rules.flatMap(({ verbs }) => (isList(verbs) ? verbs.map(String) : []));
  return { serviceAccount, verbs: [...new Set(verbs)].sort() };
}

/** The map at a path; an empty one if there is none. */
function mapAt(value: Value | undefined, ...path: readonly string[]): ValueMap {
  const found = valueAt(value, path);
  return isMap(found) ? found : {};
}

/** The maps in the list at a path. */
function listAt(value: Value | undefined, ...path: readonly string[]): readonly ValueMap[] {
  return mapsIn(valueAt(value, path));
}

function mapsIn(list: Value | undefined): readonly ValueMap[] {
  return isList(list) ? list.filter(isMap) : [];
}
