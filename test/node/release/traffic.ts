/** Requests through a release's proxy: a client that sends them continuously, and the upstream that answers. */
import { restrictedPod } from '../../kubernetes/restricted-pod.js';
import type { Node } from '../cluster/node.js';
import { until } from '../cluster/until.js';
import { doubleImage } from '../images/doubles.js';

/** The host that the client requests; the release has to allow it. */
export const upstreamHost = 'upstream';

const images = {
  client: 'docker.io/centaur-chart/client:1',
  upstream: 'docker.io/centaur-chart/upstream:1',
} as const;

export async function importTrafficImages(node: Node): Promise<void> {
  for (const role of ['client', 'upstream'] as const) {
    await node.importImage(await doubleImage(role, images[role]));
  }
}

export interface Traffic {
  /** The results of the client's requests so far: each of them has its own connection. */
  sent(): Promise<{ readonly answered: number; readonly failed: readonly string[] }>;
  /** How many of the requests that the upstream answered came from each address. */
  answeredFrom(): Promise<ReadonlyMap<string, number>>;
  /** Sends a request that the upstream does not answer before `release`; resolves with the answer. */
  held(): Promise<string>;
  /** How many requests from each address the upstream was asked to hold. */
  heldFrom(): Promise<ReadonlyMap<string, number>>;
  /** Lets the upstream answer what it holds. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both in a namespace with a proxy at this address, and resolves when requests are answered. */
export async function startTraffic(node: Node, namespace: string, proxy: string): Promise<Traffic> {
  const target = `http://${upstreamHost}/`;
  const labels = { app: upstreamHost };
  const clientLabels = { app: 'client' };
  const environment = { PROXY: proxy, TARGET: target };
  await node.apply([
    pod(namespace, upstreamHost, { image: images.upstream, labels }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: upstreamHost, namespace },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
    // The release's own policies admit the API and the pod of `helm test`, and the client is neither.
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'client', namespace },
      spec: {
        podSelector: { matchLabels: { 'centaur.ai/iron-proxy': 'true' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: clientLabels } }] }],
      },
    },
  ]);
  const ready = ['wait', '--namespace', namespace, '--for=condition=Ready', '--timeout=60s'];
  await node.kubectl(...ready, `pod/${upstreamHost}`);
  await node.apply([pod(namespace, 'client', { image: images.client, labels: clientLabels, environment })]);
  await node.kubectl(...ready, 'pod/client');

  const inPod = (name: string, ...command: string[]) =>
    node.exec(['--namespace', namespace, `pod/${name}`], ...command);
  const requests = async (request: string) => {
    const report: UpstreamReport = JSON.parse(await inPod(upstreamHost, 'report'));
    const found = report.peers.filter((peer) => peer.request === request);
    return new Map(found.map(({ from, times }) => [from, times]));
  };
  const sent = async () => {
    const { load }: ClientReport = JSON.parse(await inPod('client', 'report'));
    return load;
  };
  await until('requests are answered', async () => (await sent()).answered > 0);
  return {
    sent,
    answeredFrom: () => requests('GET /'),
    held: () => inPod('client', 'through', proxy, `${target}held`),
    heldFrom: () => requests('GET /held'),
    async release() {
      await inPod(upstreamHost, 'get', 'http://127.0.0.1/release');
    },
    async stop() {
      const made = ['pod/client', 'networkpolicy/client', `pod/${upstreamHost}`, `service/${upstreamHost}`];
      await node.kubectl('delete', '--namespace', namespace, ...made);
    },
  };
}

interface UpstreamReport {
  readonly peers: readonly { readonly from: string; readonly request?: string; readonly times: number }[];
}

interface ClientReport {
  readonly load: { readonly answered: number; readonly failed: readonly string[] };
}

interface PodOptions {
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

function pod(namespace: string, name: string, { image, labels, environment = {} }: PodOptions): object {
  const env = Object.entries(environment).map(([variable, value]) => ({ name: variable, value }));
  return restrictedPod({ name, namespace, labels }, { name, image, env });
}
