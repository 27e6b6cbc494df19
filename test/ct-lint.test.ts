/**
 * The rules of `ct lint` (https://github.com/helm/chart-testing), with which chart repositories check a chart. Those that
 * need a network are left out: a version greater than the published one, and maintainers with an account. `helm lint` runs
 * with every values file in test/centaur/helm.test.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import Type from 'typebox';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ChartMetadata, HelmChart, KubePod } from '../src/helm/index.js';
import { helmCommand, helmMajors } from './judges/helm.js';
import { throwawayFolder } from './law/throwaway-chart.js';
import { execFile, spawnSync } from './system/processes.js';
import { projectRoot } from './system/project.js';

/** Its etc/lintconf.yaml. */
const lintconf = {
  rules: {
    braces: {
      'min-spaces-inside': 0,
      'max-spaces-inside': 0,
      'min-spaces-inside-empty': -1,
      'max-spaces-inside-empty': -1,
    },
    brackets: {
      'min-spaces-inside': 0,
      'max-spaces-inside': 0,
      'min-spaces-inside-empty': -1,
      'max-spaces-inside-empty': -1,
    },
    colons: { 'max-spaces-before': 0, 'max-spaces-after': 1 },
    commas: { 'max-spaces-before': 0, 'min-spaces-after': 1, 'max-spaces-after': 1 },
    comments: { 'require-starting-space': true, 'min-spaces-from-content': 2 },
    'document-end': 'disable',
    'document-start': 'disable',
    'empty-lines': { max: 2, 'max-start': 0, 'max-end': 0 },
    hyphens: { 'max-spaces-after': 1 },
    indentation: { spaces: 'consistent', 'indent-sequences': 'whatever', 'check-multi-line-strings': false },
    'key-duplicates': 'enable',
    'line-length': 'disable',
    'new-line-at-end-of-file': 'enable',
    'new-lines': { type: 'unix' },
    'trailing-spaces': 'enable',
    truthy: { level: 'warning' },
  },
};

const string = { type: 'string' };
const strings = { type: 'array', items: string };
const closed = (properties: object, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** Its etc/chart_schema.yaml, which is written for yamale. */
const chartSchema = closed(
  {
    name: string,
    home: string,
    version: string,
    apiVersion: string,
    appVersion: { type: ['string', 'number'] },
    description: string,
    keywords: strings,
    sources: strings,
    maintainers: { type: 'array', items: closed({ name: string, email: string, url: string }, 'name') },
    icon: string,
    deprecated: { type: 'boolean' },
    kubeVersion: string,
    annotations: { type: 'object', additionalProperties: string },
    type: string,
  },
  'name',
  'version',
  'apiVersion',
);
const isChart = new Ajv({ allowUnionTypes: true }).compile(chartSchema);

const throwaway = throwawayFolder();
afterAll(() => throwaway.remove());

/** A chart of the toolkit with every field of the metadata. */
function completeChart(): string {
  const metadata: Required<ChartMetadata> = {
    name: 'complete',
    version: '0.1.0',
    appVersion: '1.0.0',
    description:
      'A chart: "complete", and more than a line of a hundred characters long, so that a writer of YAML would fold it',
    kubeVersion: '>=1.28.0-0',
    keywords: ['yes', '1e3'],
    home: 'https://example.com',
    sources: ['https://example.com/source'],
    maintainers: [
      { name: 'jane', email: 'jane@example.com', url: 'https://example.com/jane' },
      { name: 'joe' },
    ],
    icon: 'https://example.com/icon.svg',
    annotations: { 'artifacthub.io/links': '- name: help\n  url: https://example.com/help\n' },
  };
  const chart = new HelmChart({ metadata, values: Type.Object({}) });
  new KubePod(chart, 'pod', {
    metadata: { name: 'complete' },
    spec: { containers: [{ name: 'main', image: 'main:1.0.0' }] },
  });
  return throwaway.write(chart.compile());
}

const charts = {
  centaur: path.join(projectRoot, 'charts/centaur'),
  'the example': path.join(projectRoot, 'examples/web-service/chart'),
  'a chart with all metadata': completeChart(),
};

describe.each(Object.entries(charts))('%s', (_, folder) => {
  test('has a Chart.yaml of the known fields', () => {
    isChart(parse(readFileSync(path.join(folder, 'Chart.yaml'), 'utf8')));
    expect(isChart.errors ?? []).toEqual([]);
  });

  test('has no yamllint warnings', () => {
    expect(yamllint(['Chart.yaml', 'values.yaml'], folder)).toBe('');
  });
});

test('values/ has no yamllint warnings', () => {
  const folder = path.join(projectRoot, 'values');
  expect(yamllint(readdirSync(folder), folder)).toBe('');
});

test.each(
  helmMajors,
)('helm lint has no complaints and no advice about a chart with all metadata, version %i', async (major) => {
  const { stdout } = await execFile(await helmCommand(major), [
    'lint',
    '--strict',
    charts['a chart with all metadata'],
  ]);
  expect(stdout).not.toMatch(/INFO|WARNING|ERROR/);
});

test.each([
  ['a: [ 1 ]\n', 'brackets'],
  ['a: 1\na: 2\n', 'key-duplicates'],
  ['a: 1', 'new-line-at-end-of-file'],
  ['a: yes\n', 'truthy'],
])('yamllint warns about %j', (text, rule) => {
  const folder = throwaway.write(new Map([['values.yaml', text]]));
  expect(yamllint(['values.yaml'], folder)).toContain(`(${rule})`);
});

test.each([
  { maintainer: 'jane' },
  { maintainers: ['jane'] },
  { annotations: { on: true } },
  { icon: 1 },
])('a Chart.yaml with %j is refused', (fields) => {
  expect(isChart({ apiVersion: 'v2', name: 'a', version: '1.0.0', ...fields })).toBe(false);
});

/** The output of yamllint for files in a folder. */
function yamllint(files: readonly string[], cwd: string): string {
  const options = ['--strict', '--format', 'parsable', '--config-data', JSON.stringify(lintconf)];
  const { stdout, stderr } = spawnSync('yamllint', [...options, ...files], { cwd });
  return `${stdout}${stderr}`.trim();
}
