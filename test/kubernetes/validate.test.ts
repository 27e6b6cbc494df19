import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { validateObject } from './validate.js';

type Json = null | boolean | number | string | readonly Json[] | JsonMap;
interface JsonMap {
  readonly [key: string]: Json;
}

const file = fileURLToPath(new URL('./testdata/objects.yaml', import.meta.url));
const objects: ReadonlyMap<string, JsonMap> = new Map(
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    const object: JsonMap = document.toJS();
    return [`${object.kind}`, object];
  }),
);

test.each([...objects])('a valid %s has no problems', (_, object) => {
  expect(validateObject(object)).toEqual([]);
});

/** Maps whose keys are the chart's to choose. */
const free = new Set([
  ...['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'binaryData', 'stringData', 'requests'],
  ...['limits', 'Service.selector'],
]);

test.each([...objects])('a misspelt field anywhere in a %s is found', (kind, object) => {
  const misspelt = changes(object, (map, place) => {
    const name = place.at(-1) ?? '';
    if (free.has(name) || free.has(`${kind}.${name}`)) return [];
    return Object.keys(map).map((key) => {
      const { [key]: value = null, ...others } = map;
      return { ...others, [`${key}x`]: value };
    });
  });
  expect(misspelt.length).toBeGreaterThan(3);
  expect(misspelt.filter((changed) => validateObject(changed).length === 0)).toEqual([]);
});

test.each([...objects])('a value of the wrong type anywhere in a %s is found', (_, object) => {
  const wrong = changes(object, (map) =>
    Object.entries(map).map(([key, value]) => ({
      ...map,
      [key]: typeof value === 'object' ? 'text' : { a: 1 },
    })),
  );
  expect(wrong.filter((changed) => validateObject(changed).length === 0)).toEqual([]);
});

/** Copies of an object with one of its maps changed, in each of the ways that `change` gives. */
function changes(
  value: JsonMap,
  change: (map: JsonMap, place: readonly string[]) => readonly JsonMap[],
): readonly JsonMap[] {
  const below = (part: Json, place: readonly string[]): readonly Json[] => {
    if (typeof part !== 'object' || part === null) return [];
    if (isList(part)) {
      return part.flatMap((member, index) =>
        below(member, place).map((changed) => part.map((other, at) => (at === index ? changed : other))),
      );
    }
    return mapBelow(part, place);
  };
  const mapBelow = (map: JsonMap, place: readonly string[]): readonly JsonMap[] => [
    ...change(map, place),
    ...Object.entries(map).flatMap(([key, member]) =>
      below(member, [...place, key]).map((changed) => ({ ...map, [key]: changed })),
    ),
  ];
  return mapBelow(value, []);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** The object of a kind, with the value at a path replaced; null removes it. */
function broken(kind: string, path: string, value: Json): JsonMap {
  const replace = (part: Json | undefined, [key, ...rest]: readonly string[]): Json => {
    if (key === undefined) return value;
    if (part !== undefined && part !== null && typeof part === 'object') {
      if (isList(part)) return part.map((member, at) => (`${at}` === key ? replace(member, rest) : member));
      const { [key]: member, ...others } = part;
      return rest.length === 0 && value === null ? others : { ...others, [key]: replace(member, rest) };
    }
    throw new Error(`${kind} has no ${path}`);
  };
  const object = replace(objects.get(kind), path.split('.'));
  if (typeof object !== 'object' || object === null || isList(object)) throw new Error(`no ${kind}`);
  return object;
}

const container = 'spec.template.spec.containers.0';

describe('a problem is reported with its place', () => {
  test.each<[string, string, Json, string]>([
    ['Deployment', 'spec.replicas', '2', 'spec.replicas: must be integer, not "2"'],
    ['Deployment', 'spec.template', null, "spec: must have required property 'template'"],
    ['Deployment', `${container}.image`, 1, 'containers.0.image: must be string'],
    ['Deployment', `${container}.imagePullPolicy`, 'Sometimes', 'imagePullPolicy: must be equal to one of'],
    ['Deployment', `${container}.name`, 'Web', 'containers.0.name: must match pattern'],
    ['Deployment', `${container}.ports.0.containerPort`, 70000, 'containerPort: must be <= 65535'],
    ['Deployment', `${container}.resources.limits.memory`, '1 GB', 'limits.memory: must match pattern'],
    ['Deployment', `${container}.env.0.value`, 1, 'env.0.value: must be string, not 1'],
    ['Deployment', 'metadata.labels', { a: '-' }, 'metadata.labels.a: must match pattern'],
    ['Deployment', 'metadata.labels', { 'a b': 'c' }, "metadata.labels: there is no field 'a b'"],
    ['Deployment', 'metadata.name', 'x'.repeat(254), 'metadata.name: must NOT have more than 253 characters'],
    ['Deployment', 'metadata', null, "the object: must have required property 'metadata'"],
    ['Deployment', 'metadata.name', null, "metadata: must have required property 'name'"],
    ['Deployment', 'spec.replicas', 1e10, 'spec.replicas: must be <= 2147483647'],
    ['StatefulSet', 'spec.volumeClaimTemplates.0.spec.accessModes.0', 'RWO', 'accessModes.0: must be equal'],
    ['DaemonSet', 'spec.updateStrategy.type', 'Rolling', 'updateStrategy.type: must be equal'],
    ['Service', 'spec.ports.0.port', 0, 'spec.ports.0.port: must be >= 1'],
    ['Service', 'spec.type', 'Loadbalancer', 'spec.type: must be equal'],
    ['ServiceAccount', 'automountServiceAccountToken', 'no', 'automountServiceAccountToken: must be boolean'],
    ['Role', 'rules.0.verbs', null, "rules.0: must have required property 'verbs'"],
    ['RoleBinding', 'roleRef.kind', null, "roleRef: must have required property 'kind'"],
    ['ConfigMap', 'data', { 'a/b': 'c' }, 'data: '],
    ['ConfigMap', 'data', { a: 1 }, 'data.a: must be string'],
    ['Secret', 'data', { a: 'not base64' }, 'data.a: must match pattern'],
    ['NetworkPolicy', 'spec.policyTypes.0', 'ingress', 'spec.policyTypes.0: must be equal'],
    ['NetworkPolicy', 'spec.egress.0.to.0.ipBlock.cidr', '10.0.0.0', 'ipBlock.cidr: must match pattern'],
    ['PodDisruptionBudget', 'spec.minAvailable', true, 'spec.minAvailable: must be integer,string'],
    ['HorizontalPodAutoscaler', 'spec.maxReplicas', null, "spec: must have required property 'maxReplicas'"],
    ['Ingress', 'spec.rules.0.host', 'https://a', 'spec.rules.0.host: must match pattern'],
    ['Ingress', 'spec.rules.0.http.paths.0.pathType', 'Begins', 'pathType: must be equal'],
    ['PersistentVolumeClaim', 'spec.resources.requests.storage', '20GB', 'storage: must match pattern'],
    ['Pod', 'spec.restartPolicy', 'No', 'spec.restartPolicy: must be equal'],
    ['Job', 'spec.backoffLimit', 'three', 'spec.backoffLimit: must be integer'],
    ['CronJob', 'spec.concurrencyPolicy', 'None', 'spec.concurrencyPolicy: must be equal'],
    ['HTTPRoute', 'spec.rules.0.matches.0.path.type', 'Prefix', 'path.type: must be equal'],
    ['HTTPRoute', 'spec.rules.0.timeouts.request', '30 s', 'timeouts.request: must match pattern'],
    ['HTTPRoute', 'metadata.labels', { a: 1 }, 'metadata.labels.a: must be string'],
  ])('%s with %s = %j', (kind, path, value, said) => {
    expect(validateObject(broken(kind, path, value)).join('\n')).toContain(said);
  });

  test.each<[string, unknown, string]>([
    ['another kind', { apiVersion: 'v1', kind: 'Deployment' }, 'Kubernetes has no kind v1 Deployment'],
    [
      'an old version',
      { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget' },
      'has no kind policy/v1beta1',
    ],
    ['nothing', null, 'not an object: null'],
    ['a list', [], 'not an object: []'],
  ])('%s', (_, object, said) => {
    expect(validateObject(object).join('\n')).toContain(said);
  });
});
