import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import {
  eq,
  fields,
  HelmChart,
  HelmObject,
  KubeConfigMap,
  KubeNamespace,
  release,
  spread,
  when,
} from '../authoring.js';
import { isClusterScoped } from './namespace.js';

const custom = { apiVersion: 'example.com/v1', kind: 'Widget' };

/** A chart of one object, as both targets show its metadata. */
function metadataOf(add: (chart: ReturnType<typeof emptyChart>) => HelmObject) {
  const chart = emptyChart();
  const { file } = add(chart);
  const template = chart.compile().get(file) ?? '';
  const { objects } = chart.evaluate(chart.defaults, { name: 'blue', namespace: 'sea' });
  return {
    template: /^metadata:\n((?: .*\n)*)/m.exec(template)?.[1],
    evaluated: objects.find((object) => object.file === file)?.object.metadata,
  };
}

function emptyChart() {
  const chart = new HelmChart({
    metadata: { name: 'namespaces', version: '0.1.0', appVersion: '1', description: 'One object.' },
    values: Type.Object({
      other: Type.String({ default: 'lake' }),
      labels: Type.Record(Type.String(), Type.String(), { default: {} }),
    }),
  });
  new KubeConfigMap(chart, 'all', {
    metadata: { name: chart.values.other, labels: { ...spread(chart.values.labels) } },
  });
  return chart;
}

describe("an object's namespace", () => {
  test("is the release's, next to the name", () => {
    const labels = { a: 'b' };
    expect(
      metadataOf((chart) => new KubeConfigMap(chart, 'map', { metadata: { name: 'map', labels } })),
    ).toEqual({
      template: '  name: map\n  namespace: {{ .Release.Namespace | quote }}\n  labels:\n    a: b\n',
      evaluated: { name: 'map', namespace: 'sea', labels },
    });
  });

  test("is the release's for a kind that is not Kubernetes' own, too", () => {
    const widget = (chart: HelmChart) =>
      new HelmObject(chart, 'widget', { ...custom, metadata: { name: 'w' } });
    expect(metadataOf(widget).evaluated).toEqual({ name: 'w', namespace: 'sea' });
  });

  test('is the one that the object names itself', () => {
    const { evaluated } = metadataOf(
      (chart) =>
        new KubeConfigMap(chart, 'map', { metadata: { name: 'map', namespace: chart.values.other } }),
    );
    expect(evaluated).toEqual({ name: 'map', namespace: 'lake' });
  });

  test('is not written for a kind that belongs to none, nor where the source says so', () => {
    const metadata = { name: 'x' };
    const alone = { template: '  name: x\n', evaluated: { name: 'x' } };
    expect(metadataOf((chart) => new KubeNamespace(chart, 'x', { metadata }))).toEqual(alone);
    expect(
      metadataOf((chart) => new HelmObject(chart, 'x', { ...custom, clusterScoped: true, metadata })),
    ).toEqual(alone);
  });

  test('must not be one that may be absent', () => {
    const remedy =
      /^widget: metadata\.namespace may be absent: write it for every case, such as namespace: when\(/;
    const widget = (metadata: (chart: ReturnType<typeof emptyChart>) => object) => () =>
      metadataOf((chart) => new HelmObject(chart, 'widget', { ...custom, metadata: metadata(chart) }));
    const isLake = (chart: ReturnType<typeof emptyChart>) => eq(chart.values.other, 'lake');
    expect(widget((chart) => ({ namespace: when(isLake(chart), chart.values.other) }))).toThrow(remedy);
    expect(widget((chart) => ({ ...fields(isLake(chart), { namespace: 'lake' }) }))).toThrow(remedy);
    expect(widget((chart) => ({ ...spread(chart.values.labels) }))).toThrow(remedy);
    expect(widget((chart) => chart.values.labels)).toThrow(/^widget: metadata must be written as a map/);
    expect(
      widget((chart) => ({
        namespace: when(isLake(chart), chart.values.other, release.Namespace),
        ...spread(chart.values.labels),
      })),
    ).not.toThrow();
  });
});

test('the version of an API says nothing about the scope of its kinds, the group does', () => {
  expect(isClusterScoped('rbac.authorization.k8s.io/v1beta1', 'ClusterRole')).toBe(true);
  expect(isClusterScoped('v1', 'Namespace')).toBe(true);
  expect(isClusterScoped('example.com/v1', 'Namespace')).toBe(false);
  expect(isClusterScoped('rbac.authorization.k8s.io/v1', 'Role')).toBe(false);
});
