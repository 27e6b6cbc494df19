/** The checks of `verify`, in the order in which faults cause each other. */
import type { V1Deployment } from '@kubernetes/client-node';
import type { ExistingSecrets } from '../centaur/existing-secrets.js';
import type { LiveRelease } from '../centaur/live-release.js';
import type { Cluster } from './cluster.js';
import { clusterSecrets } from './cluster-secrets.js';
import { Failure } from './failure.js';
import { isHook, type RenderedObject } from './hooks.js';
import { type StoredSecret, valueIn } from './secret-store.js';
import { type Finding, finding } from './verify-findings.js';
import { livePairs, objectFindings, type Pair } from './verify-objects.js';
import { isReady, readWorkloads, type Workload, workloadFinding } from './verify-pods.js';
import { releaseFinding } from './verify-release.js';
import { readAll, secretFindings } from './verify-secrets.js';

export interface Subject {
  readonly cluster: Cluster;
  /** The name of the release. */
  readonly name: string;
  readonly objects: readonly RenderedObject[];
  readonly existing: ExistingSecrets;
  readonly live: LiveRelease;
}

/** What is being asked now, and what was found by it. */
interface Step {
  readonly doing: string;
  readonly found: readonly Finding[];
}

export async function* findingsOf(subject: Subject): AsyncGenerator<Step> {
  const { cluster, name, objects, existing } = subject;
  const store = clusterSecrets(cluster, { dryRun: true });

  yield step(
    'reading the Secrets',
    await attempt(`release ${name}`, async () => [await releaseFinding(cluster, name)]),
  );
  let stored: ReadonlyMap<string, StoredSecret | undefined> = new Map();
  const ofSecrets = await attempt('Secrets', async () => {
    stored = await readAll(store, existing);
    return secretFindings(existing, stored);
  });
  yield step('reading the objects of the release', ofSecrets);

  let pairs: readonly Pair[] = [];
  const ofObjects = await attempt('objects of the release', async () => {
    pairs = await livePairs(
      cluster,
      objects.filter((object) => !isHook(object)).map(({ object }) => object),
    );
    return objectFindings(pairs);
  });
  yield step('reading the pods', ofObjects);

  const deployments = pairs.flatMap(({ rendered, live: found }) =>
    rendered.kind === 'Deployment' && found !== undefined ? [found as V1Deployment] : [],
  );
  let workloads: readonly Workload[] = [];
  const ofPods = await attempt('pods', async () => {
    workloads = await readWorkloads(cluster, deployments);
    return workloads.map(workloadFinding);
  });
  yield step('asking Connect', ofPods);

  const pod = (component: string) =>
    workloads.find((workload) => workload.component === component)?.pods.find(isReady)?.metadata?.name;
  yield step('asking iron-proxy', await connectSteps(subject, stored, pod('connect')));
  yield step('', await proxySteps(subject, stored, pod('iron-proxy')));
}

function step(doing: string, found: readonly Finding[]): Step {
  return { doing, found };
}

/** A check that the cluster does not allow is not possible, and says why. */
async function attempt(check: string, run: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return notPossible(check, error.message);
  }
}

function notPossible(check: string, why: string): readonly Finding[] {
  return [finding(check, { notPossible: why })];
}

/** What 1Password says about the declared items. */
async function connectSteps(
  { cluster, existing, live }: Subject,
  stored: ReadonlyMap<string, StoredSecret | undefined>,
  pod: string | undefined,
): Promise<readonly Finding[]> {
  const check = '1Password items';
  const no = (why: string) => notPossible(check, why);
  const { source, infra } = existing;
  if (source === 'env') return [];
  if (source === 'onepassword') {
    return no(
      'only the pods of iron-proxy have the token of the service account: send a request through iron-proxy, and see its log',
    );
  }
  if (live.connectPort === undefined) return no('the Connect server is not part of the release');
  const value = (variable: string) => {
    const key = infra.keys.find((known) => known.variable === variable)?.key;
    return key && valueIn(stored.get(infra.name), key);
  };
  const [token, vault] = [value('OP_CONNECT_TOKEN'), value('OP_VAULT')];
  if (!token || !vault) return no('it needs OP_CONNECT_TOKEN and OP_VAULT of the infra Secret');
  if (pod === undefined) return no('no pod of Connect is ready');
  const port = live.connectPort;
  return attempt(check, async () => {
    const [{ forwarded }, { connectFindings }] = await Promise.all([
      import('./port-forward.js'),
      import('./verify-connect.js'),
    ]);
    return forwarded(cluster, pod, port, (local) =>
      connectFindings({ url: `http://127.0.0.1:${local}`, token, vault, references: live.references }),
    );
  });
}

/** Two requests without a placeholder, so that no credential leaves. */
async function proxySteps(
  { cluster, existing, live }: Subject,
  stored: ReadonlyMap<string, StoredSecret | undefined>,
  pod: string | undefined,
): Promise<readonly Finding[]> {
  const check = 'requests through iron-proxy';
  if (pod === undefined) return notPossible(check, 'no pod of iron-proxy is ready');
  const { authority } = existing;
  const trusted = authority && valueIn(stored.get(authority.certificateName), authority.certificateKey);
  if (trusted === undefined)
    return notPossible(check, 'the certificate of the CA is not in a Secret that can be read');
  return attempt(check, async () => {
    const [{ forwarded }, { proxyFindings }] = await Promise.all([
      import('./port-forward.js'),
      import('./verify-proxy.js'),
    ]);
    return forwarded(cluster, pod, live.proxy.port, (port) =>
      proxyFindings({ ...live.proxy, trusted, port }),
    );
  });
}
