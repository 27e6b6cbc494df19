import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import Type, { type TSchema } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as kubernetes from '../../src/helm/schema/kubernetes-shapes.js';
import { wordKeywords } from '../../src/text/form.js';
import { helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';

/** A schema, and what Kubernetes, Go or a registry accepts and refuses of what it describes. */
interface Case {
  readonly schema: TSchema;
  readonly takes: readonly unknown[];
  readonly refuses: readonly unknown[];
}

const x = (count: number) => 'x'.repeat(count);
const keyed = (...keys: string[]) => keys.map((key) => ({ [key]: 'text' }));

const cases: { readonly [name: string]: Case } = {
  dnsLabel: {
    schema: kubernetes.dnsLabel(),
    takes: ['a', '1a', 'a--b', x(63)],
    refuses: ['', 'A', '-a', 'a-', 'a.b', 'a_b', x(64), 'ä', 'a\u0301', '٣', 'a b', ' a', 'K'],
  },
  dnsSubdomain: {
    schema: kubernetes.dnsSubdomain(),
    takes: ['a', 'a.b-c.1', `${'x.'.repeat(126)}x`],
    refuses: ['', '.a', 'a.', 'a..b', 'a.-b', 'a-.b', 'A.b', `${'x.'.repeat(127)}x`],
  },
  wildcardHost: {
    schema: kubernetes.wildcardHost(),
    takes: ['centaur.local', '*.centaur.local'],
    refuses: ['', '*', '*.', '*a.b', 'a.*', '*.*.a', 'https://a.b', 'a.b:80'],
  },
  emptyOrDnsLabel: {
    schema: kubernetes.orEmpty(kubernetes.dnsLabel()),
    takes: ['', 'a-b'],
    refuses: [' ', '-', 'a-', x(64)],
  },
  dataKey: {
    schema: kubernetes.dataKey(),
    takes: ['1password-credentials.json', 'A_B', '.a', 'a..', '.a.'],
    refuses: ['', '.', '..', '..a', 'a b', 'a/b', x(254)],
  },
  absolutePath: {
    schema: kubernetes.absolutePath(),
    takes: ['/', '/app/overlay/org', '/a b/_'],
    refuses: ['', 'a', './a', '/a:ro', '/ü', '/a\t'],
  },
  cidr: {
    schema: kubernetes.cidr(),
    takes: [
      ...['0.0.0.0/0', '10.0.0.0/8', '192.168.1.255/32', '::/0', '::1/128', '1::/16', 'fd00::/8', 'FD00::/8'],
      ...['1:2:3:4:5:6:7:8/64', '1::3:4:5:6:7:8/16', '::2:3:4:5:6:7:8/16', '1:2:3:4:5:6:7::/112'],
    ],
    refuses: [
      ...[
        '',
        '10.0.0.0',
        '10.0.0/8',
        '10.0.0.0/33',
        '10.0.0.0/08',
        '010.0.0.0/8',
        '256.0.0.0/8',
        '10.0.0.0.0/8',
      ],
      ...[
        '::',
        ':::/0',
        '::/129',
        '1:2:3:4:5:6:7/64',
        '1:2:3:4:5:6:7:8:9/64',
        '1::2::3/64',
        '12345::/16',
        'g::/8',
      ],
      ...['::ffff:1.2.3.4/128', 'fe80::1%eth0/64', '10.0.0.0/8,11.0.0.0/8'],
    ],
  },
  ipAddress: {
    schema: kubernetes.ipAddress(),
    takes: ['10.0.0.1', '0.0.0.0', '255.255.255.255', '::', '::1', 'fd00::1', 'FD00::1', '1:2:3:4:5:6:7:8'],
    refuses: [
      '',
      '10.0.0',
      '10.0.0.1/32',
      '256.0.0.1',
      '010.0.0.1',
      '1::2::3',
      'fe80::1%eth0',
      '[::1]',
      'a.b',
    ],
  },
  duration: {
    schema: kubernetes.duration(),
    takes: ['10m', '1h30m', '0.5s', '1.25h', '500ms', '5us', '7ns', '0h1s', '999999h999999h99999h'],
    refuses: [
      ...['', '0', '0s', '0h0m', '0.0s', '10', 'm', '1d', '-1m', '1m-', '1h 30m', '10M', '.s', '1e3s', '٣m'],
      ...['1000000h', '999999h999999h999999h', '0.1ns', '0.0001us', '0.000001ms'],
    ],
  },
  quantity: {
    schema: kubernetes.quantity(),
    takes: [
      '500m',
      '1.5',
      '2Gi',
      '.5',
      '1.',
      '1e3',
      '1E-3',
      '1E',
      '0',
      '+1',
      '100n',
      '18446744073709552000',
      0,
      0.5,
      2,
    ],
    refuses: [
      '',
      '-1',
      '1 Gi',
      '1gi',
      '1K',
      '1GI',
      '1Zi',
      '1e',
      '1.5.5',
      '1e1000',
      'Gi',
      '٣',
      -1,
      18446744073709552000,
      true,
      null,
    ],
  },
  imageRepository: {
    schema: kubernetes.imageRepository(),
    takes: [
      'centaur-api',
      'ironsh/iron-proxy',
      'docker.io/1password/connect-api',
      'localhost:5000/a',
      'A.io/b__c/d',
    ],
    refuses: ['', 'A', 'a/', '/a', 'a//b', 'a:1', 'a@sha256:0', 'a/B', 'https://a/b', 'a___b', 'a_', ' a'],
  },
  imageTag: {
    schema: kubernetes.imageTag(),
    takes: ['0.45.0', '1', 'latest', '_a', 'v1-RC.2', x(128)],
    refuses: ['', '-a', '.a', 'a b', 'a:b', 'a+b', x(129), 1, 0.45],
  },
  imageDigest: {
    schema: kubernetes.imageDigest(),
    takes: [`sha256:${'0a'.repeat(32)}`],
    refuses: ['', 'sha256:', `sha256:${'0A'.repeat(32)}`, '0a'.repeat(32), `sha256:${'0a'.repeat(33)}`],
  },
  port: {
    schema: kubernetes.port(),
    takes: [1, 80, 65535],
    refuses: [0, -1, 65536, 80.5, '80', null, true],
  },
  unprivilegedPort: {
    schema: kubernetes.unprivilegedPort(),
    takes: [1024, 8080, 65535],
    refuses: [1023, 80, 65536],
  },
  labels: {
    schema: kubernetes.labels(),
    takes: [
      ...[{}, { a: '' }, { a: 'A_b.c-1' }, { a: x(63) }],
      ...keyed('app', 'A', 'a_b.c', x(63), 'centaur.ai/sandbox-id', 'a.b/A'),
    ],
    refuses: [
      ...[
        [],
        null,
        'a',
        { a: 1 },
        { a: true },
        { a: null },
        { a: '-' },
        { a: '-a' },
        { a: 'a b' },
        { a: x(64) },
      ],
      ...keyed('', '-a', 'a-', '/a', 'a/', 'a/b/c', 'A.b/c', 'a b', x(64), 'a\n', 'ü'),
    ],
  },
  annotations: {
    schema: kubernetes.annotations(),
    takes: [{}, { 'tailscale.com/tailnet-fqdn': 'any: text\n{{ }} "ü"\n' }],
    refuses: [{ a: 1 }, { a: false }, { a: null }, { a: {} }, ...keyed('a b', 'a/b/c')],
  },
  labelsBesideReserved: {
    schema: kubernetes.labels({ reserved: '^app$' }),
    takes: keyed('apps'),
    refuses: keyed('app', 'a b'),
  },
  environment: {
    schema: kubernetes.environment(),
    takes: [{}, { A: '' }, { A: 'a\nb' }, ...keyed('A_B', 'a.b', '-a', '_')],
    refuses: [
      { A: 1 },
      { A: true },
      { A: null },
      ...keyed('', '1A', 'A=B', 'A B', '.', '..', '..a', 'A\n', 'Ä'),
    ],
  },
  resources: {
    schema: kubernetes.resources(),
    takes: [
      {},
      { requests: { cpu: '100m', memory: '512Mi' }, limits: { cpu: 2, memory: 1e9, 'nvidia.com/gpu': 1 } },
    ],
    refuses: [
      ...[
        { limit: {} },
        { limits: { cpu: '1 core' } },
        { limits: { cpu: [] } },
        { limits: [] },
        { requests: { memory: -1 } },
      ],
      ...[{ requests: { memory: '512MB' } }, { claims: [{}] }, [], null],
      ...[{ limits: { cpus: 1 } }, { requests: { storage: '1Gi' } }, { limits: { 'a/b/c': 1 } }],
    ],
  },
  affinity: {
    schema: kubernetes.affinity(),
    takes: [
      {},
      {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
          },
        },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                topologyKey: 'kubernetes.io/hostname',
                labelSelector: { matchLabels: { a: 'b' } },
              },
            },
          ],
        },
      },
    ],
    refuses: [
      { podAntiaffinity: {} },
      { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
      ...[[], [{}], [{ matchExpressions: [] }], [{ matchFields: [] }]].map((nodeSelectorTerms) => ({
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
      })),
      {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'in' }] }],
          },
        },
      },
      {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: '1', podAffinityTerm: { topologyKey: 'a' } },
          ],
        },
      },
      { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } },
      {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', labelselector: {} }],
        },
      },
    ],
  },
  toleration: {
    schema: kubernetes.toleration(),
    takes: [
      ...[{ operator: 'Exists' }, { key: 'a', operator: 'Exists', effect: '' }],
      { key: 'a', operator: 'Equal', value: 'true', effect: 'NoExecute', tolerationSeconds: 1_000_000 },
    ],
    refuses: [
      ...[
        { keys: 'a' },
        { operator: 'exists' },
        { effect: 'NoSchedul' },
        { value: true },
        { tolerationSeconds: '60' },
      ],
      ...[{ tolerationSeconds: 1.5 }, { tolerationSeconds: 2 ** 53 }, 'a'],
    ],
  },
  topologySpreadConstraint: {
    schema: kubernetes.topologySpreadConstraint(),
    takes: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { a: 'b' } },
      },
    ],
    refuses: [
      ...[
        {},
        { maxSkew: 1, topologyKey: 'zone' },
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'Never' },
      ],
      { maxSkew: 2 ** 31, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchlabels: {} },
      },
    ],
  },
  podDnsConfig: {
    schema: kubernetes.podDnsConfig(),
    takes: [
      {},
      {
        nameservers: ['10.96.0.10', 'fd00::a', '1.1.1.1'],
        searches: ['corp.example', '_a_b.example.', '.'],
        options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
      },
    ],
    refuses: [
      ...[{ nameserver: ['10.96.0.10'] }, { nameservers: ['dns.example'] }, { nameservers: '10.96.0.10' }],
      { nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'] },
      ...[{ searches: [''] }, { searches: ['a b'] }, { searches: ['a..b'] }, { searches: ['A.example'] }],
      ...[{ searches: ['a\n'] }, { searches: Array(33).fill('a') }],
      ...[
        { options: [{ value: '2' }] },
        { options: [{ name: '' }] },
        { options: [{ name: 'ndots', value: 2 }] },
      ],
    ],
  },
  podSecurityContext: {
    schema: kubernetes.podSecurityContext(),
    takes: [
      {},
      {
        runAsNonRoot: true,
        runAsUser: 65532,
        fsGroup: 999,
        seccompProfile: { type: 'RuntimeDefault' },
        supplementalGroups: [1],
      },
      { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] },
    ],
    refuses: [
      ...[{ runAsNonroot: true }, { runAsNonRoot: 'true' }, { runAsUser: '65532' }, { privileged: false }],
      ...[
        { seccompProfile: { type: 'runtimeDefault' } },
        { seccompProfile: {} },
        { sysctls: [{ name: 'a' }] },
      ],
    ],
  },
  securityContext: {
    schema: kubernetes.securityContext(),
    takes: [
      {},
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        runAsUser: 0,
      },
    ],
    refuses: [
      { capabilities: ['ALL'] },
      { capabilities: { drop: 'ALL' } },
      { fsGroup: 1 },
      { procMount: 'none' },
    ],
  },
  volume: {
    schema: kubernetes.volume(),
    takes: [
      { name: 'a', emptyDir: {} },
      { name: 'a', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
      {
        name: 'a',
        configMap: { name: 'b', optional: true, defaultMode: 420, items: [{ key: 'c', path: 'd' }] },
      },
      { name: 'a', csi: { driver: 'secrets-store.csi.k8s.io', volumeAttributes: { a: 'b' } } },
      { name: 'a', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'a', persistentVolumeClaim: { claimName: 'b' } },
      {
        name: 'a',
        projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] },
      },
      { name: 'a', secret: { secretName: 'b' } },
      {
        name: 'a',
        ephemeral: {
          volumeClaimTemplate: {
            metadata: { labels: { a: 'b' } },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
    refuses: [
      ...[{ name: 'a' }, { emptyDir: {} }, { name: 'A', emptyDir: {} }, { name: 'a', emptydir: {} }],
      ...[
        { name: 'a', emptyDir: {}, secret: { secretName: 'b' } },
        { name: 'a', emptyDir: [] },
      ],
      ...[
        { name: 'a', hostPath: { path: '/' } },
        { name: 'a', nfs: { server: 'b', path: '/' } },
      ],
      ...[
        { name: 'a', emptyDir: { medium: 'memory' } },
        { name: 'a', configMap: { name: 'b', defaultMode: '0644' } },
      ],
      { name: 'a', persistentVolumeClaim: {} },
      { name: 'a', ephemeral: { volumeClaimTemplate: { metadata: { name: 'b' }, spec: {} } } },
    ],
  },
  volumeMount: {
    schema: kubernetes.volumeMount(),
    takes: [{ name: 'a', mountPath: '/b', readOnly: true, subPath: 'c' }],
    refuses: [
      ...[
        { name: 'a' },
        { name: 'a', mountPath: '' },
        { name: 'a', mountPath: '/b:ro' },
        { name: 'a b', mountPath: '/b' },
      ],
      ...[
        { name: 'a', mountPath: '/b', readonly: true },
        { name: 'a', mountPath: '/b', mountPropagation: 'Both' },
      ],
    ],
  },
  imagePullSecret: {
    schema: kubernetes.imagePullSecret(),
    takes: ['registry.credentials', { name: 'registry' }],
    refuses: ['', 'Registry', 1, {}, { name: '' }, { name: 'a', namespace: 'b' }, ['registry']],
  },
  localObjectReference: {
    schema: kubernetes.localObjectReference(),
    takes: [{ name: 'registry.credentials' }],
    refuses: ['registry', {}, { name: '' }, { name: 'A' }, { name: 'a', namespace: 'b' }],
  },
  ingressTls: {
    schema: kubernetes.ingressTls(),
    takes: [{}, { hosts: ['centaur.local'], secretName: 'centaur-tls' }],
    refuses: [{ host: 'centaur.local' }, { hosts: 'centaur.local' }, { secretname: 'a' }],
  },
};

/**
 * An accepted string is refused with a line break before or after it: `^` and `$` match only the ends of the string.
 */
function refusedBy({ takes, refuses }: Case): readonly unknown[] {
  const texts = takes.filter((value) => typeof value === 'string');
  return [
    ...refuses,
    ...texts.flatMap((text) => [`${text}\n`, `\n${text}`, `${text}\r`, `${text}\u2028`, `${text}\u0000`]),
  ];
}

const document = Type.Object(
  Object.fromEntries(Object.entries(cases).map(([name, { schema }]) => [name, Type.Array(schema)])),
);
const schema = { ...document, definitions: kubernetes.kubernetesDefinitions(document) };

const values: { readonly [name: string]: readonly unknown[] } = Object.fromEntries(
  Object.entries(cases).map(([name, one]) => [name, [...one.takes, ...refusedBy(one)]]),
);

/** Each refused value, by name. */
const expected = Object.entries(cases).flatMap(([name, one]) => refusedBy(one).map((value) => [name, value]));

/** The values at the paths that a validator names. */
function refusals(paths: Iterable<string>): readonly unknown[] {
  const found = new Set([...paths].map((path) => path.split('/').slice(1, 3).join('/')));
  return Object.entries(values).flatMap(([name, list]) =>
    list.flatMap((value, index) => (found.has(`${name}/${index}`) ? [[name, value]] : [])),
  );
}

test('JavaScript accepts and refuses the same as Kubernetes', () => {
  const validate = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    keywords: [...wordKeywords],
  }).compile(schema);
  validate(values);
  expect(refusals((validate.errors ?? []).map((error) => error.instancePath))).toEqual(expected);
});

const judge = useJudge();
let chart: string;
beforeAll(async () => {
  chart = await mkdtemp(path.join(tmpdir(), 'values-schema-'));
  await writeFile(path.join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shapes\nversion: 1.0.0\n');
  await writeFile(path.join(chart, 'values.schema.json'), JSON.stringify(schema));
}, 15 * 60_000);
afterAll(async () => {
  await rm(chart, { recursive: true });
});

test.each(helmMajors)('Helm %d accepts and refuses the same', async (major) => {
  const verdict = (
    await judge().coalesce({ chart, values: [JSON.stringify(values)], schema: true, majors: [major] })
  )[major];
  const said = verdict.ok ? '' : verdict.error;
  expect(refusals([...said.matchAll(/ at '([^']*)'/g)].map(([, path = '']) => path))).toEqual(expected);
});
