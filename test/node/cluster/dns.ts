/** The cluster's DNS as in common clusters: CoreDNS in a pod of kube-system, behind a Service. */
import { readFile } from 'node:fs/promises';
import type { Image } from '../images/image.js';
import { network, nodeName } from './configuration.js';
import { builtTool } from './tools.js';

const namespace = 'kube-system';
const name = 'coredns';
const image = 'docker.io/centaur-chart/coredns:1';
const labels = { 'k8s-app': 'kube-dns' };

/** CoreDNS and nothing else. */
export async function dnsImage(): Promise<Image> {
  const content = await readFile(await builtTool('coredns'));
  return { name: image, entries: [{ name, content, mode: 0o755 }], entrypoint: [`/${name}`] };
}

/** The selector of its pod. */
export const dnsPods = { namespace, labels };

/** The arguments of kubectl that wait until names are answered. */
export const dnsIsReady = [
  'rollout',
  'status',
  '--namespace',
  namespace,
  `deployment/${name}`,
  '--timeout=60s',
];

/** Names below example.com without an address, and the server's response. All others have one. */
export const withoutAddress = {
  'nxdomain.example.com': 'NXDOMAIN',
  'nodata.example.com': 'NOERROR',
  'servfail.example.com': 'SERVFAIL',
};

/** Outside the cluster only example names exist, as the node's network leads nowhere. */
const corefile = `${network.domain} in-addr.arpa {
  errors
  health
  ready
  kubernetes {
    ttl 1
  }
}
example.com {
  errors
  template IN A {
    answer "{{ .Name }} 1 IN A ${network.outside}"
  }
  template ANY ANY {
    rcode NOERROR
  }
}
${Object.entries({ ...withoutAddress, '.': 'NXDOMAIN' })
  .map(([zone, rcode]) => emptyZone(zone, rcode))
  .join('')}`;

function emptyZone(zone: string, rcode: string): string {
  return `${zone} {
  errors
  template ANY ANY {
    rcode ${rcode}
  }
}
`;
}

const metadata = { name, namespace };
const read = ['list', 'watch'];

/** Its objects, with the names and labels of clusters created by kubeadm. */
export const dnsObjects: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'system:coredns' },
    rules: [
      { apiGroups: [''], resources: ['namespaces', 'pods', 'services'], verbs: read },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'system:coredns' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: corefile } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace, labels },
    spec: {
      clusterIP: network.dns,
      selector: labels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: name,
          dnsPolicy: 'Default',
          // Not on a node that is only an object.
          nodeSelector: { 'kubernetes.io/hostname': nodeName },
          containers: [
            {
              name,
              image,
              args: ['-conf', '/etc/coredns/Corefile'],
              ports: [
                { name: 'dns', containerPort: 53, protocol: 'UDP' },
                { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
              ],
              readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
              livenessProbe: { httpGet: { path: '/health', port: 8080 } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
            },
          ],
          volumes: [{ name: 'config', configMap: { name } }],
        },
      },
    },
  },
];
