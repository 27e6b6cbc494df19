import { Ajv } from 'ajv';
import type { k8s } from 'cdk8s-plus-28';
import Type, { type Static, type TSchema } from 'typebox';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { wordKeywords } from '../../text/form.js';
import type { Fields } from '../manifest/manifest.js';
import { definitions } from './kubernetes-definitions.js';
import * as kubernetes from './kubernetes-shapes.js';
import type { Plain } from './kubernetes-types.js';

const pod = Type.Object(
  {
    resources: kubernetes.resources({ description: 'What it asks for.', default: {} }),
    tolerations: Type.Array(kubernetes.toleration()),
    labels: kubernetes.labels(),
  },
  { additionalProperties: false },
);

function validator(schema: TSchema) {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strict: true,
    keywords: [...wordKeywords],
  });
  return ajv.compile({ ...schema, definitions: kubernetes.kubernetesDefinitions(schema) });
}

describe('a shape', () => {
  test('is checked at its place in the values', () => {
    const validate = validator(pod);
    expect(validate({ resources: {}, tolerations: [{ operator: 'Exists' }], labels: { a: 'b' } })).toBe(true);
    validate({ resources: { limits: { cpu: 'one' } }, tolerations: [{ effekt: '' }], labels: { a: 1 } });
    expect(validate.errors?.map(({ instancePath, keyword }) => [instancePath, keyword])).toEqual([
      ['/resources/limits/cpu', 'pattern'],
      ['/tolerations/0', 'additionalProperties'],
      ['/labels/a', 'type'],
    ]);
  });

  test('has the type that a manifest accepts', () => {
    type Values = Static<typeof pod>;
    expectTypeOf<Values['resources']>().toEqualTypeOf<Plain<k8s.ResourceRequirements>>();
    expectTypeOf<Values['tolerations'][number]>().toEqualTypeOf<Plain<k8s.Toleration>>();
    expectTypeOf<{ resources: Values['resources'] }>().toExtend<Pick<Fields<k8s.Container>, 'resources'>>();
    expectTypeOf<Values['labels']>().toEqualTypeOf<{ readonly [key: string]: string }>();
  });

  test('has its type next to its reference, and keeps its description and default', () => {
    expect(JSON.parse(JSON.stringify(pod.properties.resources))).toEqual({
      description: 'What it asks for.',
      default: {},
      type: 'object',
      allOf: [{ $ref: '#/definitions/io.k8s.api.core.v1.ResourceRequirements' }],
    });
  });
});

/** Everything that the module exports except {@link kubernetes.orEmpty}, which modifies one of these. */
const shapes = {
  absolutePath: kubernetes.absolutePath(),
  affinity: kubernetes.affinity(),
  annotations: kubernetes.annotations(),
  cidr: kubernetes.cidr(),
  dataKey: kubernetes.dataKey(),
  dnsLabel: kubernetes.dnsLabel(),
  dnsSubdomain: kubernetes.dnsSubdomain(),
  duration: kubernetes.duration(),
  environment: kubernetes.environment(),
  imageDigest: kubernetes.imageDigest(),
  imagePullSecret: kubernetes.imagePullSecret(),
  imageRepository: kubernetes.imageRepository(),
  imageTag: kubernetes.imageTag(),
  ingressTls: kubernetes.ingressTls(),
  ipAddress: kubernetes.ipAddress(),
  labels: kubernetes.labels(),
  localObjectReference: kubernetes.localObjectReference(),
  networkPolicyEgressRule: kubernetes.networkPolicyEgressRule(),
  networkPolicyIngressRule: kubernetes.networkPolicyIngressRule(),
  podDnsConfig: kubernetes.podDnsConfig(),
  podSecurityContext: kubernetes.podSecurityContext(),
  port: kubernetes.port(),
  probeThresholds: kubernetes.probeThresholds({}),
  quantity: kubernetes.quantity(),
  resources: kubernetes.resources(),
  secretValue: kubernetes.secretValue({ description: 'A token.' }),
  securityContext: kubernetes.securityContext(),
  toleration: kubernetes.toleration(),
  topologySpreadConstraint: kubernetes.topologySpreadConstraint(),
  unprivilegedPort: kubernetes.unprivilegedPort(),
  volume: kubernetes.volume(),
  volumeMount: kubernetes.volumeMount(),
  wildcardHost: kubernetes.wildcardHost(),
};

test('no shape is forgotten here', () => {
  const made = Object.keys(kubernetes).filter((name) => !['kubernetesDefinitions', 'orEmpty'].includes(name));
  expect(Object.keys(shapes)).toEqual(made.sort());
});

describe('definitions', () => {
  test('are those that a schema reaches, and no more', () => {
    expect(Object.keys(kubernetes.kubernetesDefinitions(pod))).toEqual([
      'io.k8s.api.core.v1.ResourceClaim',
      'io.k8s.api.core.v1.ResourceRequirements',
      'io.k8s.api.core.v1.Toleration',
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
    ]);
    expect(kubernetes.kubernetesDefinitions(Type.Object({ a: kubernetes.dnsLabel() }))).toEqual({});
  });

  test('are all reached by the existing shapes', () => {
    expect(kubernetes.kubernetesDefinitions(shapes)).toEqual(definitions);
  });

  test('accept no field that Kubernetes does not know', () => {
    const open = partsOf(definitions).filter(
      ({ part }) => part.type === 'object' && (part.additionalProperties ?? true) === true,
    );
    expect(open.map(({ path }) => path)).toEqual([]);
  });
});

/** What RE2 and JavaScript interpret alike: no dots, escapes or lookarounds, and both ends anchored. */
const portable = /^\^(\[[^\\\]]+\]|\((?!\?)|[^\\.[(])*\$$/;
/** The second pattern of Duration is not anchored. */
const found = '[1-9]';

test.each(Object.entries(shapes))('Helm and JavaScript read %s alike', (_, shape) => {
  const parts = partsOf([shape, kubernetes.kubernetesDefinitions(shape)]).map(({ part }) => part);
  const patterns = parts.flatMap(({ pattern, patternProperties }) => [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...Object.keys(patternProperties ?? {}),
  ]);
  expect(patterns.filter((pattern) => pattern !== found && !portable.test(pattern))).toEqual([]);
  // Only some validators check formats, and Helm reports the wrong place for `propertyNames`.
  expect(JSON.stringify(parts)).not.toMatch(/"(format|propertyNames)":/);
  expect(() => validator(shape)).not.toThrow();
});

describe('orEmpty', () => {
  test('keeps what is said about the string', () => {
    const schema = kubernetes.orEmpty(kubernetes.dnsLabel({ description: 'A name.', default: '' }));
    expect(schema).toMatchObject({ type: 'string', maxLength: 63, description: 'A name.', default: '' });
    const validate = validator(schema);
    expect(['', 'a', '-'].map((text) => validate(text))).toEqual([true, true, false]);
  });

  test('refuses a pattern that is not anchored', () => {
    expect(() => kubernetes.orEmpty(Type.String({ pattern: 'a' }))).toThrow('anchored');
  });
});

test("a probe has the given thresholds, and Kubernetes' own defaults", () => {
  const { properties } = kubernetes.probeThresholds({ failureThreshold: 30, timeoutSeconds: 5 });
  expect(properties).toMatchObject({
    failureThreshold: { default: 30 },
    initialDelaySeconds: { default: 0 },
    periodSeconds: { default: 10 },
    timeoutSeconds: { default: 5 },
  });
});

/** Every map in a schema, and its path. */
function partsOf(part: unknown, path = ''): readonly { path: string; part: Record<string, unknown> }[] {
  if (typeof part !== 'object' || part === null) return [];
  const members = Object.entries(part);
  return [
    { path, part: Object.fromEntries(members) },
    ...members.flatMap(([key, member]) => partsOf(member, `${path}/${key}`)),
  ];
}
