/** Which pods an upgrade replaces: those that a changed value concerns, and no others. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { chartMetadata } from '../../src/centaur/metadata.js';
import { Reader, type Rendered, render } from './release.js';

/** A release in which each key has an effect. */
const running = `
fullnameOverride: release
ironProxy: {secretSource: onepassword-connect}
onepasswordConnect: {connect: {create: true}}
firewall:
  ca:
    certPem: "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n"
    keyPem: "-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----\\n"
tools: {ledger: {secrets: [{type: pg_dsn, name: LEDGER_DSN, database: ledger}]}}
`;

type Workload = 'api' | 'connect' | 'iron-proxy';

const all: readonly Workload[] = ['api', 'connect', 'iron-proxy'];
const bothEnds: readonly Workload[] = ['api', 'iron-proxy'];

/** A key; the rest of the assignment that changes it, or whole assignments; and the workloads that restart. */
type Row = readonly [key: string, changed: string | readonly string[], rolled: readonly Workload[]];

const digest = `sha256:${'0'.repeat(64)}`;

const rows: readonly Row[] = [
  ['nameOverride', '=other', bothEnds],
  ['fullnameOverride', '=other', bothEnds],
  ['global.imagePullSecrets', '[0].name=registry', all],
  ['secretManager.existingSecretName', '=other', bothEnds],
  ['secretManager.envPrefix', '=PROD_', bothEnds],
  ['firewall.existingCaSecretName', '=other', ['api']],
  ['firewall.existingCaKeySecretName', '=other', bothEnds],
  ['firewall.ca.certPem', '=-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n', bothEnds],
  // A new key comes with a new certificate, and a digest of the key would be readable by anybody who can read pods.
  ['firewall.ca.keyPem', '=-----BEGIN PRIVATE KEY-----\nAQ==\n-----END PRIVATE KEY-----\n', []],

  [
    'ironProxy.secretSource',
    ['ironProxy.secretSource=env', 'onepasswordConnect.connect.create=false'],
    bothEnds,
  ],
  ['ironProxy.secretTtl', '=5m', bothEnds],
  ['ironProxy.allowedHosts', '[0]=example.com', ['iron-proxy']],
  ['ironProxy.headerAllowlist.enabled', '=false', ['iron-proxy']],
  ['ironProxy.headerAllowlist.extra', '[0]=X-Other', ['iron-proxy']],
  ['ironProxy.upstreamDenyCidrs', '[0]=10.0.0.0/8', ['iron-proxy']],
  ['ironProxy.maxRequestBodyBytes', '=1', ['iron-proxy']],
  ['ironProxy.upstreamResponseHeaderTimeout', '=1m', ['iron-proxy']],
  ['ironProxy.logLevel', '=debug', ['iron-proxy']],
  ['ironProxy.terminationGracePeriodSeconds', '=60', ['iron-proxy']],
  // The API is told how to build the proxies of sandboxes, and where they listen; Connect's credentials are checked by
  // the image of the proxy, which has a shell.
  ['ironProxy.image.repository', '=other', all],
  ['ironProxy.image.tag', '=other', all],
  ['ironProxy.image.digest', `=${digest}`, all],
  ['ironProxy.image.pullPolicy', '=Always', all],
  ['ironProxy.service.proxyPort', '=18080', bothEnds],
  ['ironProxy.service.managementPort', '=19092', bothEnds],
  ['ironProxy.service.healthPort', '=19090', bothEnds],
  ['ironProxy.service.pgPortRangeStart', '=5433', bothEnds],
  ['ironProxy.service.pgPortRangeEnd', '=5472', ['api']],
  ['ironProxy.replicas', '=2', []],
  ['ironProxy.resources', '.limits.memory=1Gi', ['iron-proxy']],
  ...scalingRows('ironProxy'),
  ...podRows('ironProxy', 'iron-proxy'),

  [
    'onepasswordConnect.connect.create',
    ['onepasswordConnect.connect.create=false', 'onepasswordConnect.connect.url=http://connect.tools'],
    bothEnds,
  ],
  [
    'onepasswordConnect.connect.url',
    ['onepasswordConnect.connect.create=false', 'onepasswordConnect.connect.url=http://connect.tools'],
    bothEnds,
  ],
  ['onepasswordConnect.connect.applicationName', '=other', all],
  ['onepasswordConnect.connect.credentialsName', '=other', ['connect']],
  ['onepasswordConnect.connect.credentialsKey', '=other', ['connect']],
  ['onepasswordConnect.connect.version', '=other', ['connect']],
  ['onepasswordConnect.connect.imagePullPolicy', '=Always', ['connect']],
  ['onepasswordConnect.connect.replicas', '=2', []],
  ['onepasswordConnect.connect.api.httpPort', '=18080', all],
  ['onepasswordConnect.connect.sync.httpPort', '=18081', ['connect']],
  ...(['api', 'sync'] as const).flatMap((server): readonly Row[] => [
    [`onepasswordConnect.connect.${server}.imageRepository`, '=other', ['connect']],
    [`onepasswordConnect.connect.${server}.logLevel`, '=debug', ['connect']],
    [`onepasswordConnect.connect.${server}.resources`, '.limits.memory=1Gi', ['connect']],
  ]),
  ...scalingRows('onepasswordConnect.connect'),
  ...podRows('onepasswordConnect.connect', 'connect'),

  [
    'tools',
    ['type=http', 'name=WIKI_KEY', 'hosts[0]=wiki.example.com', 'match_path=true'].map(
      (member) => `tools.wiki.secrets[0].${member}`,
    ),
    ['iron-proxy'],
  ],
  ['harnesses.codex.enabled', '=false', ['iron-proxy']],
  ['harnesses.amp.enabled', '=true', ['iron-proxy']],
  ['harnesses.claudeCode.enabled', '=true', ['iron-proxy']],
  ['harnesses.piMono.enabled', '=true', ['iron-proxy']],

  ['secrets.bootstrapSecretName', '=other', ['api']],
  ['api.replicaCount', '=2', []],
  ['api.image.repository', '=other', ['api']],
  ['api.image.tag', '=other', ['api']],
  ['api.image.digest', `=${digest}`, ['api']],
  ['api.image.pullPolicy', '=Always', ['api']],
  ['api.logLevel', '=debug', ['api']],
  ['api.extraEnv', '.A=b', ['api']],
  ['api.terminationGracePeriodSeconds', '=60', ['api']],
  ['api.resources', '.limits.memory=1Gi', ['api']],
  ...['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((probe) =>
    ['failureThreshold', 'initialDelaySeconds', 'periodSeconds', 'timeoutSeconds'].map(
      (key): Row => [`api.${probe}.${key}`, '=7', ['api']],
    ),
  ),
  ['api.executionWorkerEnabled', '=true', ['api']],
  ['api.workflowWorkerEnabled', '=false', ['api']],
  ['api.warmPoolEnabled', '=true', ['api']],
  ['api.slackEtlEnabled', '=true', ['api']],
  ['api.victoriaMetricsPushEnabled', '=true', ['api']],
  ['api.slackSyncIntervalSeconds', '=7', ['api']],
  ['api.slackBackfillIntervalSeconds', '=7', ['api']],
  ['api.slackBackfillChannelBatchLimit', '=7', ['api']],
  ['api.slackSyncBackfillLookbackDays', '=7', ['api']],
  ['api.slackSyncThreadLookbackDays', '=7', ['api']],
  ['api.companyContextDocumentsIntervalSeconds', '=7', ['api']],
  ['api.slackEtlExcludedChannelPatterns', '=secret-*', ['api']],
  ['api.egressDiscovery.enabled', '=false', ['api']],
  ['api.egressDiscovery.namespace', '=other', ['api']],
  ['api.egressDiscovery.createNamespace', '=false', []],
  ['api.egressDiscovery.clusterDomain', '=example.com', ['api']],
  ['api.egressDiscovery.tailnetFqdnAnnotation', '=other', ['api']],
  ...scalingRows('api'),
  ...podRows('api', 'api'),

  ['sandbox.image.repository', '=other', ['api']],
  ['sandbox.image.tag', '=other', ['api']],
  ['sandbox.image.digest', `=${digest}`, ['api']],
  ['sandbox.image.pullPolicy', '=Always', ['api']],
  ['sandbox.runtimeClassName', '=gvisor', ['api']],
  ['sandbox.reposPath', '=/other', ['api']],
  ['sandbox.extraEnv', '.A=b', ['api']],
  ...['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'].map(
    (key): Row => [`sandbox.resources.${key}`, '=1Gi', ['api']],
  ),

  ['networkPolicy.enabled', '=false', []],
  ['networkPolicy.apiIngressSourceNamespaces', '[0]=other', []],
  ['networkPolicy.metricsNamespaces', '[0]=other', []],
  ['networkPolicy.dns.namespaces', '[0]=other', []],
  ['networkPolicy.dns.ports', '[0]=54', []],
  ['networkPolicy.dns.cidrs', '[0]=10.0.0.10/32', []],
  ['networkPolicy.database.ports', '[0]=6432', []],
  ['networkPolicy.database.cidrs', '[0]=10.0.0.1/32', []],
  ['networkPolicy.database.namespaces', '[0]=other', []],
  ['networkPolicy.apiServerPort', '=443', []],
  ['networkPolicy.cilium.enabled', '=true', []],
  ['networkPolicy.extraEgress.api', '[0].to[0].ipBlock.cidr=10.0.0.1/32', []],
  ['networkPolicy.extraEgress.ironProxy', '[0].to[0].ipBlock.cidr=10.0.0.1/32', []],
  ['networkPolicy.extraEgress.connect', '[0].to[0].ipBlock.cidr=10.0.0.1/32', []],
  ['networkPolicy.extraIngress.api', '[0].from[0].ipBlock.cidr=10.0.0.1/32', []],
  ['networkPolicy.extraIngress.ironProxy', '[0].from[0].ipBlock.cidr=10.0.0.1/32', []],
  ['networkPolicy.extraIngress.connect', '[0].from[0].ipBlock.cidr=10.0.0.1/32', []],
  ['networkPolicy.apiServerCidrs', '[0]=10.0.0.1/32', []],
];

function scalingRows(keys: string): readonly Row[] {
  return [
    [`${keys}.podDisruptionBudget.enabled`, '=true', []],
    [`${keys}.podDisruptionBudget.maxUnavailable`, '=2', []],
    [`${keys}.autoscaling.enabled`, '=true', []],
    [`${keys}.autoscaling.minReplicas`, '=2', []],
    [`${keys}.autoscaling.maxReplicas`, '=9', []],
    [`${keys}.autoscaling.targetCPUUtilizationPercentage`, '=50', []],
  ];
}

function podRows(keys: string, workload: Workload): readonly Row[] {
  const changes = {
    nodeSelector: ['.disk=ssd'],
    tolerations: ['[0].operator=Exists'],
    affinity: ['.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey=zone'],
    topologySpreadConstraints: [
      '[0].maxSkew=1',
      '[0].topologyKey=zone',
      '[0].whenUnsatisfiable=ScheduleAnyway',
    ],
    priorityClassName: ['=high'],
    podAnnotations: ['.a=b'],
    podLabels: ['.a=b'],
    podSecurityContext: ['.fsGroup=1'],
    containerSecurityContext: ['.runAsGroup=1'],
    dnsPolicy: ['=Default'],
    dnsConfig: ['.searches[0]=corp.example'],
    extraVolumes: ['[0].name=more', '[0].emptyDir.medium=Memory'],
    extraVolumeMounts: [`[0].name=${workload === 'connect' ? 'data' : 'tmp'}`, '[0].mountPath=/more'],
  };
  return Object.entries(changes).map(([key, members]): Row => {
    const name = `${keys}.${key}`;
    return [name, members.map((member) => name + member), [workload]];
  });
}

/** The pod templates by the names of their Deployments. */
function podTemplates({ objects }: Rendered): ReadonlyMap<string, Reader> {
  const deployments = objects
    .map((object) => new Reader(object))
    .filter((it) => it.at('kind') === 'Deployment');
  return new Map(deployments.map((it) => [String(it.at('metadata', 'name')), it.in('spec', 'template')]));
}

function rolled(before: Rendered, after: Rendered): readonly unknown[] {
  const running = podTemplates(before);
  return [...podTemplates(after)]
    .filter(([name, { value }]) => JSON.stringify(running.get(name)?.value) !== JSON.stringify(value))
    .map(([, template]) => template.at('metadata', 'labels', 'app.kubernetes.io/component'))
    .sort();
}

describe('a changed value restarts the workloads that it concerns', () => {
  const before = render(running);

  it.each(rows)('%s', (key, changed, workloads) => {
    const set = typeof changed === 'string' ? [`${key}${changed}`] : changed;
    expect(rolled(before, render(running, { set }))).toEqual(workloads);
  });

  it('is known for every key', () => {
    const table = readFileSync(new URL('../../charts/centaur/README.md', import.meta.url), 'utf8');
    const keys = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, key]) => key);
    expect(rows.map(([key]) => key).sort()).toEqual(keys.sort());
  });

  it('the first declared database gives both ends its password', () => {
    const without = running.replace(/^tools:.*\n/m, '');
    expect(without).not.toContain('ledger');
    expect(rolled(render(without), before)).toEqual(bothEnds);
  });
});

test('no list is empty, which each server-side apply would treat as a change', () => {
  const empty = render(running).objects.filter((object) => /:\[\]/.test(JSON.stringify(object)));
  expect(empty.map(({ kind, metadata }) => [kind, metadata])).toEqual([]);
});

test('a new version of the chart alone restarts nothing', () => {
  const templates = [...podTemplates(render(running)).values()].map(({ value }) => JSON.stringify(value));
  expect(templates).toHaveLength(3);
  for (const template of templates) expect(template).not.toContain(chartMetadata.version);
});
