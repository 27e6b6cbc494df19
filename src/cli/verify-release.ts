/** Checks what Helm did last. */
import { setHeaderOptions } from '@kubernetes/client-node';
import type { Cluster } from './cluster.js';
import { type Finding, finding, type Outcome } from './verify-findings.js';

/** Helm keeps each revision in a Secret with these labels: https://helm.sh/docs/topics/advanced/#storage-backends */
export async function releaseFinding(cluster: Cluster, name: string): Promise<Finding> {
  const { core, namespace, ask } = cluster;
  const { items } = await ask('list the Secrets of Helm', () =>
    core.listNamespacedSecret(
      { namespace, labelSelector: `owner=helm,name=${name}` },
      // Without the revisions themselves, which are large.
      setHeaderOptions('Accept', 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'),
    ),
  );
  const revisions = items
    .map(({ metadata }) => ({
      version: Number(metadata?.labels?.version),
      status: metadata?.labels?.status ?? '',
    }))
    .sort((left, right) => left.version - right.version);
  return finding(`release ${name}`, outcomeOf(name, revisions.at(-1)));
}

function outcomeOf(name: string, last: { version: number; status: string } | undefined): Outcome {
  if (last === undefined)
    return { notPossible: 'Helm has no release of this name here; it may be installed otherwise' };
  if (last.status.startsWith('pending-')) {
    return {
      failed: `Helm was interrupted in revision ${last.version}: ${last.status}`,
      fix: `If no other Helm is at work: helm rollback ${name}, then upgrade again.`,
    };
  }
  return { passed: `revision ${last.version}: ${last.status}` };
}
