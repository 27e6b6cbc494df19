/** Which objects belong to a namespace, and naming it in them. */
import { release } from '../expressions/expression.js';
import { clusterScopedKinds } from './cluster-scoped-kinds.js';
import { entriesOf, presenceOf } from './reader.js';

/** Whether a kind of Kubernetes' own belongs to no namespace. */
export function isClusterScoped(apiVersion: string, kind: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return clusterScopedKinds[group]?.includes(kind) ?? false;
}

/**
 * The metadata of an object, with the release's namespace unless it names one itself. Helm would add the namespace
 * when it installs, but whoever applies the manifests otherwise would get the namespace of their own context.
 *
 * @throws {TypeError} if the metadata only may name one
 */
export function inReleaseNamespace(metadata: unknown): unknown {
  if (metadata === undefined) return undefined;
  const [entry] = entriesOf('metadata', metadata);
  if (entry?.kind !== 'field' || entry.value.kind !== 'map') {
    throw new TypeError(
      'metadata must be written as a map, { name: …, … }, so that the namespace can be added',
    );
  }
  switch (presenceOf('namespace', entry.value.entries)) {
    case 'always':
      return metadata;
    case 'possible':
      throw new TypeError(
        'metadata.namespace may be absent: write it for every case, such as namespace: when(condition, namespace, release.Namespace)',
      );
    case 'never':
      return withNamespace(metadata as object);
  }
}

/** Next to the name, where readers expect it. */
function withNamespace(metadata: object): object {
  const namespace = ['namespace', release.Namespace] as const;
  const fields = Object.entries(metadata);
  const afterName = fields.findIndex(([key]) => key === 'name') + 1;
  return Object.fromEntries([...fields.slice(0, afterName), namespace, ...fields.slice(afterName)]);
}
