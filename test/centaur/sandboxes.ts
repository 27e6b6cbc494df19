/** What the API creates at run time for each sandbox, with the labels of the contract. */
import { restrictedPod } from '../kubernetes/restricted-pod.js';

const managed = { 'centaur.ai/managed': 'true' };
const ironProxy = { 'centaur.ai/iron-proxy': 'true' };

export interface SandboxOptions {
  readonly namespace: string;
  readonly id: string;
  /** The image of both pods. */
  readonly image?: string;
  /** The ports of its proxy that the sandbox uses. */
  readonly proxyPorts?: readonly number[];
  /** Fields of both pods' specs, in addition to the common ones. */
  readonly podSpec?: object;
}

/** The labels of a sandbox's pod and of its proxy's. */
export function sandboxLabels(id: string) {
  const own = { 'centaur.ai/sandbox-id': id };
  return { sandbox: { ...managed, ...own }, proxy: { ...ironProxy, ...own } };
}

/** The labels of a proxy that has the id of the chart's own but does not belong to a release's components. */
export const strayProxyLabels = sandboxLabels('api').proxy;

/** A sandbox, its proxy, the proxy's Service and configuration, and the policies from the one to the other. */
export function sandboxObjects(options: SandboxOptions): readonly object[] {
  const { namespace, id } = options;
  const labels = sandboxLabels(id);
  const proxy = { name: `proxy-${id}`, namespace, labels: labels.proxy };
  return [
    sandboxPod(options),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: proxy, data: { 'iron-proxy.yaml': '{}' } },
    pod(proxy, options),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: proxy,
      spec: {
        selector: labels.proxy,
        ports: proxyPorts(options).map((port) => ({ name: `port-${port}`, port })),
      },
    },
    ...sandboxPolicies(options),
  ];
}

/** A sandbox's pod alone. */
export function sandboxPod(options: SandboxOptions): object {
  const { namespace, id } = options;
  return pod({ name: `sandbox-${id}`, namespace, labels: sandboxLabels(id).sandbox }, options);
}

/** What lets a sandbox reach only its own proxy: one policy for each end. */
export function sandboxPolicies(options: SandboxOptions) {
  const { namespace, id } = options;
  const { sandbox, proxy } = sandboxLabels(id);
  const ports = proxyPorts(options).map((port) => ({ protocol: 'TCP', port }));
  const policy = (name: string, labels: object, spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${name}-${id}`, namespace, labels },
    spec: { podSelector: { matchLabels: labels }, ...spec },
  });
  const peers = (labels: object) => [{ podSelector: { matchLabels: labels } }];
  return [
    policy('sandbox', sandbox, { policyTypes: ['Egress'], egress: [{ to: peers(proxy), ports }] }),
    policy('proxy', proxy, { policyTypes: ['Ingress'], ingress: [{ from: peers(sandbox), ports }] }),
  ];
}

function proxyPorts({ proxyPorts = [8080] }: SandboxOptions): readonly number[] {
  return proxyPorts;
}

/** A pod of one container. */
export function pod(
  metadata: object,
  { image = 'sandbox', podSpec = {} }: Pick<SandboxOptions, 'image' | 'podSpec'>,
): object {
  return restrictedPod(metadata, { name: 'main', image }, { restartPolicy: 'Never', ...podSpec });
}
