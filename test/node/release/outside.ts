/** The world outside the cluster, and a sandbox inside that wants to reach it. */
import { sandboxLabels, sandboxPolicies } from '../../centaur/sandboxes.js';
import { restrictedPod } from '../../kubernetes/restricted-pod.js';
import { certificateAuthority, serverCertificate } from '../../proxy/certificates.js';
import { network } from '../cluster/configuration.js';
import type { Node } from '../cluster/node.js';
import { doubleImage } from '../images/doubles.js';
import { secret } from './operator.js';
import type { PodSpec, Release } from './release.js';

const namespace = 'outside';
const image = 'docker.io/centaur-chart/mirror:1';

/** Starts the host behind all names below example.com; returns the CA certificate for it. */
export async function startOutside(node: Node): Promise<string> {
  const authority = await certificateAuthority('the internet');
  const { cert, key } = await serverCertificate(authority, ['*.example.com', '*.internal.example.com']);
  await node.importImage(await doubleImage('mirror', image));
  const labels = { app: 'mirror' };
  const folder = '/certificate';
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    secret(namespace, 'certificate', { 'tls.crt': cert, 'tls.key': key }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'mirror', namespace },
      spec: {
        clusterIP: network.outside,
        selector: labels,
        ports: [80, 443].map((port) => ({ name: `port-${port}`, port })),
      },
    },
    mirrorPod(
      { name: 'mirror', namespace, labels },
      { args: [folder], volumeMounts: [{ name: 'certificate', mountPath: folder }] },
      { volumes: [{ name: 'certificate', secret: { secretName: 'certificate' } }] },
    ),
  ]);
  return authority.cert;
}

/** A pod that answers each request with what it received; its image exists after {@link startOutside}. */
export function mirrorPod(metadata: object, container: object, spec: object): object {
  const containers = [{ name: 'mirror', image, ...container }];
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } };
}

/** The ConfigMap and the values that make iron-proxy trust another certificate authority, as in docs/operations.md. */
export function trusting(
  namespace: string,
  certificate: string,
): { readonly configMap: object; readonly values: string } {
  const name = 'internet';
  return {
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace },
      data: { 'internet.pem': certificate },
    },
    values: JSON.stringify({
      ironProxy: {
        extraVolumes: [{ name, configMap: { name } }],
        extraVolumeMounts: [{ name, mountPath: '/etc/pki/tls/certs', readOnly: true }],
      },
    }),
  };
}

/**
 * A sandbox of a release and its own proxy, as the API creates both from its settings; the proxy's pod is the chart's,
 * with an optional change.
 */
export async function sandboxWithProxy(
  release: Release,
  id: string,
  change = (spec: PodSpec): PodSpec => spec,
): Promise<readonly object[]> {
  const { namespace } = release;
  const { environment: settings } = await release.report('api');
  const certificates = '/firewall-certs';
  const labels = sandboxLabels(id);
  const proxy = { name: `proxy-${id}`, namespace, labels: labels.proxy };
  const proxyPort = Number(settings.KUBERNETES_IRON_PROXY_PORT);
  const env = {
    HTTPS_PROXY: `http://${proxy.name}:${proxyPort}`,
    SSL_CERT_FILE: `${certificates}/ca-cert.pem`,
  };
  return [
    restrictedPod(
      { name: `sandbox-${id}`, namespace, labels: labels.sandbox },
      {
        name: 'sandbox',
        image: settings.AGENT_IMAGE,
        imagePullPolicy: settings.KUBERNETES_AGENT_IMAGE_PULL_POLICY,
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        volumeMounts: [{ name: 'certificates', mountPath: certificates, readOnly: true }],
      },
      {
        volumes: [
          {
            name: 'certificates',
            secret: { secretName: settings.KUBERNETES_FIREWALL_CA_SECRET_NAME },
          },
        ],
      },
    ),
    { apiVersion: 'v1', kind: 'Pod', metadata: proxy, spec: change(await release.podSpec('iron-proxy')) },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: proxy,
      spec: { selector: labels.proxy, ports: [{ port: proxyPort }] },
    },
    ...sandboxPolicies({ namespace, id, proxyPorts: [proxyPort] }),
  ];
}
