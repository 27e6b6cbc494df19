/**
 * Who gets a credential for hosts below example.com. A tenant of the cluster owns the namespace `com`, and in it,
 * behind the headless Service `example`, a pod for each host: below `svc.cluster.local` it has exactly the host's name.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { helmCommand } from '../judges/helm.js';
import { ironProxy } from '../proxy/proxy.js';
import { network } from './cluster/configuration.js';
import { withoutAddress } from './cluster/dns.js';
import { policiesInForce } from './cluster/enforcement.js';
import { useNode } from './cluster/fixture.js';
import { allPodsReady } from './release/objects.js';
import { infra, pageNamespace, prepareNamespace } from './release/operator.js';
import { mirrorPod, sandboxWithProxy, startOutside } from './release/outside.js';
import { importImages, type PodSpec, releaseOn } from './release/release.js';

const tenant = { namespace: 'com', service: 'example' };
const answered = 'answered.example.com';
const hosts = [answered, ...Object.keys(withoutAddress)];

const values = JSON.stringify({
  ironProxy: { secretSource: 'env' },
  tools: {
    warehouse: {
      secrets: [
        {
          type: 'http',
          name: 'WAREHOUSE_API_KEY',
          match_headers: ['Authorization'],
          hosts: ['*.example.com'],
        },
      ],
    },
  },
});
/** The double of iron-proxy replaces nothing. */
const sent = ironProxy ? infra.WAREHOUSE_API_KEY : 'WAREHOUSE_API_KEY';

const withoutOwnResolver = (spec: PodSpec): PodSpec => ({
  ...spec,
  containers: spec.containers.map(({ volumeMounts = [], ...container }) => ({
    ...container,
    volumeMounts: volumeMounts.filter(({ mountPath }) => mountPath !== '/etc/resolv.conf'),
  })),
});

/** Proxies, how they differ from the chart's, and the hosts whose credential the tenant gets from them. */
const proxies: readonly {
  readonly title: string;
  readonly id: string;
  readonly change: (spec: PodSpec) => PodSpec;
  readonly tenants: readonly string[];
}[] = [
  { title: 'a proxy as the chart has it', id: 'whole', change: (spec) => spec, tenants: [] },
  {
    title: 'one without a resolv.conf of its own',
    id: 'ndots',
    change: withoutOwnResolver,
    tenants: Object.keys(withoutAddress),
  },
  {
    title: 'one without the chart’s dnsConfig, too',
    id: 'default',
    change: ({ dnsConfig, ...spec }) => withoutOwnResolver(spec),
    tenants: hosts,
  },
];

describe('names of outside hosts', () => {
  const node = useNode(async (node) => {
    await helmCommand(4);
    await importImages(node);
    await prepareNamespace(node);
    await startOutside(node);
    const label = { 'tenant-of': tenant.service };
    const pods = hosts.map((host) => {
      const [hostname = ''] = host.split('.');
      return mirrorPod(
        { name: hostname, namespace: tenant.namespace, labels: label },
        {},
        { hostname, subdomain: tenant.service },
      );
    });
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenant.namespace } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: tenant.service, namespace: tenant.namespace },
        spec: { clusterIP: 'None', selector: label },
      },
      ...pods,
    ]);
    await allPodsReady(node, tenant.namespace);
  });
  const release = () => releaseOn(node(), { major: 4 });

  beforeAll(async () => {
    await release().install(values);
    for (const { id, change } of proxies) {
      await node().apply(await sandboxWithProxy(release(), id, change));
    }
    await allPodsReady(node(), pageNamespace);
    await policiesInForce(node());
  });

  describe.each(proxies)('$title', ({ id, tenants }) => {
    const cases = hosts.map((host) => {
      const own = host === answered ? 'the host' : 'nobody';
      return { host, by: tenants.includes(host) ? 'the tenant' : own };
    });
    const nameOf = (host: string) => host.replace(/\..*/, '');

    test.each(cases)('sends the credential for $host to $by', async ({ host, by }) => {
      expect(await asked(id, host)).toEqual(
        by === 'nobody'
          ? { error: expect.stringMatching(/502 bad gateway/i) }
          : { by: by === 'the host' ? 'mirror' : nameOf(host), authorization: [sent] },
      );
    });

    test.each(cases)('finds $by under $host, as the driver of a database does', async ({ host, by }) => {
      const found = inProxy(id, 'dial', `${host}:80`);
      if (by === 'nobody') return await expect(found).rejects.toThrow(/lookup/);
      const address = by === 'the host' ? network.outside : await addressOf(nameOf(host));
      expect(await found).toBe(`${address}:80\n`);
    });
  });

  test('differ from those in the cluster, which have one label or end in .svc', async () => {
    const found = (host: string) => inProxy('whole', 'dial', `${host}:80`);
    for (const host of ['mirror.outside.svc', 'mirror.outside.svc.cluster.local']) {
      expect(await found(host)).toBe(`${network.outside}:80\n`);
    }
    expect(await inProxy('whole', 'dial', 'centaur-centaur-api:8000')).toMatch(/^10\.96\./);
    await expect(found('mirror.outside')).rejects.toThrow(/lookup mirror\.outside/);
  });

  /** The response that a sandbox gets through its proxy. */
  async function asked(id: string, host: string) {
    const inSandbox = ['--namespace', pageNamespace, `pod/sandbox-${id}`];
    const through = ['through', '-header', 'Authorization: WAREHOUSE_API_KEY', `proxy-${id}:8080`];
    const asking = node().exec(inSandbox, ...through, `http://${host}/`);
    return asking.then(
      (text) => {
        const { by, headers } = JSON.parse(text);
        return { by, authorization: headers.Authorization };
      },
      ({ message }: Error) => ({ error: message }),
    );
  }

  function inProxy(id: string, ...command: string[]): Promise<string> {
    return node().exec(['--namespace', pageNamespace, `pod/proxy-${id}`], ...command);
  }

  async function addressOf(pod: string): Promise<string> {
    const address = ['--output', 'jsonpath={.status.podIP}'];
    return node().kubectl('get', 'pod', '--namespace', tenant.namespace, pod, ...address);
  }
});
