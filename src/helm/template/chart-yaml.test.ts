/** `Chart.yaml`: what the metadata says, and the images that the chart names. */
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type ChartMetadata,
  each,
  fieldsTemplate,
  HelmChart,
  KubeConfigMap,
  KubeCronJob,
  KubeDeployment,
  KubePod,
  kubernetes,
  str,
  stringTemplateOf,
  when,
} from '../index.js';

const metadata: ChartMetadata = {
  name: 'web',
  version: '0.1.0',
  appVersion: '1.0.0',
  description: 'A chart',
};

function chartYaml(given: Partial<ChartMetadata>): string {
  const chart = new HelmChart({ metadata: { ...metadata, ...given }, values: Type.Object({}) });
  new KubePod(chart, 'pod', { spec: { containers: [] } });
  return chart.compile().get('Chart.yaml') ?? '';
}

describe('the metadata', () => {
  const complete = {
    home: 'https://example.com',
    sources: ['https://example.com/web', 'http://example.org:8080/mirror'],
    maintainers: [
      { name: 'Jane', email: 'jane@example.com', url: 'https://example.com/~jane' },
      { name: 'Joe' },
    ],
    icon: 'https://example.com/icon.svg',
    annotations: { 'artifacthub.io/links': '- name: Help\n  url: https://example.com/help\n' },
  };

  test('are in Chart.yaml as they are given', () => {
    expect(parse(chartYaml(complete))).toEqual({
      apiVersion: 'v2',
      type: 'application',
      ...metadata,
      ...complete,
    });
    expect(chartYaml(complete)).toContain('\n  artifacthub.io/links: |\n    - name: Help\n');
  });

  test('may be absent', () => {
    expect(parse(chartYaml({}))).toEqual({ apiVersion: 'v2', type: 'application', ...metadata });
  });

  test.each<[Partial<ChartMetadata>, string]>([
    [
      { home: 'example.com' },
      'metadata: home is "example.com", which is not an http or https URL such as https://example.com',
    ],
    [{ home: '' }, 'metadata: home is "", which is not'],
    [
      { icon: 'icon.svg' },
      'metadata: icon is "icon.svg", which is not an http or https URL such as https://example.com/icon.svg',
    ],
    [{ icon: 'https://example.com/an icon.svg' }, 'metadata: icon is'],
    [{ icon: 'data:image/svg+xml,<svg/>' }, 'metadata: icon is'],
    [{ icon: 'https://' }, 'metadata: icon is'],
    [{ icon: 'https://example.com:port/' }, 'metadata: icon is'],
    [
      { sources: ['https://example.com', 'git@example.com:web.git'] },
      'metadata: sources[1] is "git@example.com:web.git", which is not an http or https URL such as https://example.com/repository',
    ],
    [{ maintainers: [{ name: ' ' }] }, 'metadata: maintainers[0].name is empty: name the maintainer'],
    [
      { maintainers: [{ name: 'Jane' }, { name: 'Joe', email: 'joe at example.com' }] },
      'metadata: maintainers[1].email is "joe at example.com", which is not an address such as jane@example.com',
    ],
    [
      { maintainers: [{ name: 'Jane', url: 'jane.example' }] },
      'metadata: maintainers[0].url is "jane.example", which is not',
    ],
  ])('%j is refused', (given, message) => {
    expect(() => chartYaml(given)).toThrow(message);
  });
});

describe('the images', () => {
  const image = Type.Object({ repository: Type.String(), tag: Type.String() });
  const imageOf = (repository: string) =>
    Type.Object({
      repository: Type.String({ default: repository }),
      tag: Type.String({ default: '1.0' }),
    });
  const values = Type.Object({
    web: imageOf('web'),
    job: imageOf('registry.example.com:5000/team/job'),
    made: imageOf('made'),
    debug: Type.Boolean({ default: false }),
    debugImage: Type.Optional(kubernetes.imageRepository({ description: 'An image.' })),
    extras: Type.Record(Type.String(), Type.String(), {
      default: { one: 'extra@sha256:abc', two: 'extra:2' },
    }),
  });

  function newChart(annotations: ChartMetadata['annotations'] = {}) {
    const chart = new HelmChart({ metadata: { ...metadata, annotations }, values });
    const { web, job, made, debug, debugImage, extras } = chart.values;
    const reference = stringTemplateOf(
      'web.image',
      'An image.',
      { image },
      ({ image }) => str`${image.repository}:${image.tag}`,
    );
    const container = fieldsTemplate(
      'web.container',
      'The base image.',
      { name: Type.String() },
      ({ name }) => ({ image: str`base-${name}:3` }),
    );
    new KubeDeployment(chart, 'deployment', {
      spec: {
        selector: {},
        template: {
          spec: {
            initContainers: [{ name: 'init', ...container({ name: 'init' }) }],
            containers: [
              {
                name: 'web',
                image: reference({ image: web }),
                env: [{ name: 'MADE', value: reference({ image: made }) }],
              },
              when(debug, { name: 'debug', image: 'debug:5' }),
              each(extras, (extra, name) => ({ name, image: extra })),
              when(debugImage, (repository) => ({ name: 'own', image: str`${repository}:1` })),
            ],
          },
        },
      },
    });
    new KubeCronJob(chart, 'job', {
      when: debug,
      spec: {
        schedule: '@daily',
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'job', image: reference({ image: job }) }] } } },
        },
      },
    });
    new KubeConfigMap(chart, 'config', { data: { image: 'not an image' } });
    return chart;
  }

  const annotationOf = (chart: HelmChart) => parse(chart.compile().get('Chart.yaml') ?? '').annotations;

  test('of all containers are in the annotation, those that are off by default too', () => {
    expect(parse(annotationOf(newChart({ 'example.com/a': 'b' }))['artifacthub.io/images'])).toEqual([
      { name: 'base-init', image: 'base-init:3' },
      { name: 'debug', image: 'debug:5' },
      { name: 'extra', image: 'extra:2' },
      { name: 'extra', image: 'extra@sha256:abc' },
      { name: 'made', image: 'made:1.0' },
      { name: 'job', image: 'registry.example.com:5000/team/job:1.0' },
      { name: 'web', image: 'web:1.0' },
    ]);
  });

  test('are not replaced if the author names them', () => {
    const own = { 'artifacthub.io/images': '- name: web\n  image: web:1.0\n  platforms: [linux/amd64]\n' };
    expect(annotationOf(newChart(own))).toEqual(own);
  });
});
