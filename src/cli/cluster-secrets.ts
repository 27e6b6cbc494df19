/** The Secrets of a namespace. */
import { PatchStrategy, setHeaderOptions, type V1Secret } from '@kubernetes/client-node';
import { type Cluster, Refused } from './cluster.js';
import { Failure } from './failure.js';
import { type Changes, changed, encoded, type SecretStore } from './secret-store.js';

/** Who changed a Secret, in its `managedFields`. */
const fieldManager = 'centaur-chart';

export interface StoreOptions {
  /** The API server checks each write, the rights and the namespace included, and stores nothing. */
  readonly dryRun: boolean;
}

/** Its failures contain no value, even if the API server's answer does. */
export function clusterSecrets(cluster: Cluster, { dryRun }: StoreOptions): SecretStore {
  const { core, namespace, context, ask } = cluster;
  const writing = { namespace, fieldManager, ...(dryRun && { dryRun: 'All' }) };

  /** Whether the write was done; false for an answer with one of these codes. */
  async function isDone(
    doing: string,
    changes: Changes,
    lost: readonly number[],
    write: () => Promise<unknown>,
  ) {
    try {
      await ask(doing, write);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { code, answer } = error;
      if (code === 404 && answer.details?.kind === 'namespaces') {
        throw new Failure(
          1,
          `there is no namespace ${namespace} in the cluster of the context ${context}: create it with \`kubectl create namespace ${namespace}\`, or name another one with --namespace`,
        );
      }
      if (lost.includes(code)) return false;
      // Some webhooks cannot be asked beforehand; the write itself will show what they say.
      if (dryRun && code === 400 && answer.message?.includes('does not support dry run')) return true;
      throw holdsValue(error.message, changes)
        ? new Failure(
            1,
            `cannot ${doing}: the API server refuses it; its answer is not shown, since it contains a value`,
          )
        : error;
    }
  }

  return {
    async read(name) {
      try {
        const secret = await ask(`read the Secret ${name}`, () =>
          core.readNamespacedSecret({ name, namespace }),
        );
        return { version: secret.metadata?.resourceVersion ?? '', data: secret.data ?? {} };
      } catch (error) {
        if (error instanceof Refused && error.code === 404) return undefined;
        throw error;
      }
    },
    create(name, changes) {
      const body: V1Secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace },
        type: 'Opaque',
        data: changed({}, changes),
      };
      return isDone(`create the Secret ${name}`, changes, [409], () =>
        core.createNamespacedSecret({ ...writing, body }),
      );
    },
    change(name, version, changes) {
      const data = Object.fromEntries(
        Object.entries(changes).map(([key, value]) => [key, value === null ? null : encoded(value)]),
      );
      const body = { metadata: { resourceVersion: version }, data };
      return isDone(`change the Secret ${name}`, changes, [404, 409], () =>
        core.patchNamespacedSecret(
          { ...writing, name, body },
          setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
        ),
      );
    },
  };
}

function holdsValue(text: string, changes: Changes): boolean {
  return Object.values(changes).some(
    (value) => value !== null && value !== '' && [value, encoded(value)].some((form) => text.includes(form)),
  );
}
