import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { loadValues } from '../../src/helm/index.js';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';
import { expectLaw } from '../law/law.js';
import { execFile } from '../system/processes.js';

const example = new URL('../../examples/web-service/', import.meta.url).pathname;
const chartFolder = path.join(example, 'chart');
const production = readFileSync(path.join(example, 'production.yaml'), 'utf8');

const chart = webService();
/** Its objects for a values file, or the problems of that. */
function evaluated(values: string) {
  const release = { name: 'web', namespace: 'team-a' };
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text: values }], release });
  return 'problems' in loaded
    ? {
        problems: loaded.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
      }
    : { objects: chart.evaluate(loaded.values, release).objects.map(({ object }) => object) };
}

describe('the committed chart', () => {
  const files = [...chart.compile()];

  // `npx vitest run --project units test/examples --update` rewrites it.
  test.each(files)('%s is generated from chart.ts', async (file, text) => {
    await expect(text).toMatchFileSnapshot(path.join(chartFolder, file));
  });

  test('has no other file', () => {
    const found = readdirSync(chartFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(chartFolder, path.join(entry.parentPath, entry.name)));
    expect(found.sort()).toEqual(files.map(([file]) => file).sort());
  });

  test.each(helmMajors)('passes helm lint --strict, version %i', async (major) => {
    const { stdout } = await execFile(await helmCommand(major), ['lint', '--strict', chartFolder]);
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(stdout).not.toMatch(/WARNING|ERROR/);
  });
});

describe('its objects', () => {
  test('with the defaults', () => {
    expect(evaluated('')).toMatchSnapshot();
  });

  test('with every key in use', () => {
    expect(evaluated(production)).toMatchSnapshot();
  });

  test('only the autoscaler decides how many pods there are', () => {
    const kinds = (values: string) => evaluated(values).objects?.map(({ kind }) => kind);
    expect(kinds('')).toEqual(['ConfigMap', 'Deployment', 'Service']);
    expect(kinds('autoscaling: {enabled: true}')).toEqual([
      'ConfigMap',
      'Deployment',
      'Service',
      'HorizontalPodAutoscaler',
    ]);
    const [, deployment] = evaluated('autoscaling: {enabled: true}').objects ?? [];
    expect(deployment?.spec).not.toHaveProperty('replicas');
  });

  test('a change of the configuration, and nothing else, replaces the pods', () => {
    const template = (values: string) => {
      const deployment = evaluated(values).objects?.find(({ kind }) => kind === 'Deployment');
      return JSON.stringify((deployment?.spec as { template: object } | undefined)?.template);
    };
    expect(template('config: {logLevel: debug}')).not.toBe(template(''));
    expect(template('service: {port: 81}')).toBe(template(''));
  });
});

/** What both Helms render from the committed chart must equal what the toolkit evaluates from its source. */
describe('Helm and the toolkit agree', () => {
  const judge = useJudge();

  const accepted = {
    defaults: '',
    production,
    'no resources': 'resources: null',
    'empty resources': 'resources: {requests: null, limits: null}',
    'a tag that looks like a number': 'image: {tag: "1e3"}',
    'texts that YAML would take for something else':
      'extraEnv: {A: "yes", B: "null", C: "0x1F", D: "1e3", E: "", F: "~", "y": "on"}',
    'texts made to escape':
      'extraEnv: {A: "a: b\\n- c", B: "{{ .Values }}", C: "\\"\'", D: "\\t\\\\%s", E: "# x", F: "---"}',
    'annotations that the chart has as well': 'podAnnotations: {checksum/config: mine, b: "1", a: "2"}',
    'an Ingress with one host': 'ingress: {enabled: true, hosts: ["*.example.com"], path: /a b}',
    'a certificate without hosts': 'ingress: {enabled: true, hosts: [a.b], tls: [{secretName: s}, {}]}',
    'ports with and without a protocol':
      'extraPorts: [{name: a, port: 1}, {name: b, port: 2, protocol: UDP}]',
    'no pods': 'replicaCount: 0',
    'upstreams in the order of their names':
      'config: {upstreams: {z: "http://z", a: "http://a", a-b: "https://x/?q=%s&r=\\""}}',
  };

  test.each(Object.entries(accepted))('%s', async (_, values) => {
    expect(evaluated(values).problems).toBeUndefined();
    await expectLaw(judge(), { chart, folder: chartFolder }, { files: [values] });
  });

  const refused = {
    'ingress.hosts: an Ingress without a host would take the traffic of every host: name at least one':
      'ingress: {enabled: true}',
    'autoscaling.maxReplicas: 2 is less than minReplicas, 3: raise it':
      'autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 2}',
    'ingress.tls: a certificate is given for b.c, which is not one of ingress.hosts: add it there, or remove it here':
      'ingress: {enabled: true, hosts: [a.b], tls: [{hosts: [a.b, b.c], secretName: s}]}',
    "extraPorts: web has the name or the number of the service's own port: choose others":
      'extraPorts: [{name: web, port: 80}]',
    "extraPorts: http has the name or the number of the service's own port: choose others":
      'extraPorts: [{name: http, port: 81}]',
    "extraEnv.A: character 1, a line separator (U+2028), is not allowed: a chart can't pass it on unchanged":
      'extraEnv: {A: "\\u2028"}',
  };

  test.each(Object.entries(refused))('both refuse: %s', async (message, values) => {
    expect(evaluated(values).problems).toEqual([message]);
    await expectLaw(judge(), { chart, folder: chartFolder }, { files: [values] });
  });

  const invalid = {
    'an unknown key': 'replicas: 3',
    'a number for a text': 'extraEnv: {A: 1}',
    'a misspelt word': 'service: {type: clusterip}',
    'a null where something is needed': 'port: null',
    'an unknown resource field': 'resources: {request: {cpu: 1}}',
    'an upstream that is no URL': 'config: {upstreams: {a: b}}',
  };

  test.each(Object.entries(invalid))('the schema refuses %s', async (_, values) => {
    expect(evaluated(values).problems).toHaveLength(1);
    await expectLaw(judge(), { chart, folder: chartFolder }, { files: [values] });
  });
});
