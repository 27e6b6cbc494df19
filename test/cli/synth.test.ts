import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { App } from 'cdk8s';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type PlainRelease, releasePerFile, synth } from '../../src/cli/synth.js';
import { base64, eq, type HelmChart, KubeSecret } from '../../src/helm/index.js';
import { loadValues } from '../../src/helm/load-values.js';
import { differences } from '../generated.js';
import { greeterChart } from './greeter.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'synth-'));
  mkdirSync(path.join(root, 'values'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const at = (...parts: string[]) => path.join(root, ...parts);
const values = (name: string, text: string) => writeFileSync(at('values', name), text);
const release = { name: 'blue', namespace: 'sea' };

async function run(chart: HelmChart = greeterChart(), releases?: readonly PlainRelease[]) {
  const complaints: string[] = [];
  const stderr = new Writable({
    write(chunk, _, done) {
      complaints.push(String(chunk));
      done();
    },
  });
  const status = await synth(
    {
      subject: { chart, hints: {} },
      charts: at('charts'),
      app: new App({ outdir: at('dist') }),
      releases: releases ?? (await releasePerFile(at('values'), release)),
    },
    {
      stdin: (async function* () {})(),
      stdout: stderr,
      stderr,
      env: {},
      interruption: () => new AbortController().signal,
    },
  );
  return { status, complaints: complaints.join('') };
}

test("both targets are written: the chart, and the manifests of each values file, without Helm's hooks", async () => {
  values('plain.yaml', 'text: hi\n');
  values('bare.yml', 'service: false\n');
  values('README.md', 'not values');
  expect(await run()).toEqual({ status: 0, complaints: '' });
  expect(differences(at('charts', 'greeter'), greeterChart().compile())).toEqual([]);
  expect(readdirSync(at('dist')).sort()).toEqual(['bare.k8s.yaml', 'plain.k8s.yaml']);
  expect(readFileSync(at('dist', 'plain.k8s.yaml'), 'utf8')).not.toContain('Pod');
  expect(readFileSync(at('charts', 'greeter', 'templates', 'tests', 'pod.yaml'), 'utf8')).toContain('Pod');
});

describe('the manifests', () => {
  /** Empty metadata, values that are null or look like another type, keys that JavaScript objects have. */
  const hostile = [
    'text: "0o17"',
    'labels:',
    '  constructor: a',
    '  __proto__: b',
    '  "10": ten',
    '  "9": nine',
    '  "no": "no"',
    '  "true": "on"',
    '  empty: ""',
    '  lines: "a\\n\\n  b\\n"',
    '',
  ].join('\n');

  test.each([
    ['an ordinary file', 'text: hi\n'],
    ['an empty map where metadata may have one', 'labels: {}\n'],
    ['texts that look like something else', hostile.replace('0o17', '1e3')],
  ])('are exactly the evaluated objects: %s', async (_, text) => {
    values('a.yaml', text);
    expect((await run()).complaints).toBe('');
    const chart = greeterChart();
    const loaded = loadValues(chart, { files: [{ file: 'a.yaml', text }], release });
    if ('problems' in loaded) throw new Error(loaded.problems[0]?.message);
    const objects = chart
      .evaluate(loaded.values, release)
      .objects.filter(({ file }) => file !== 'templates/tests/pod.yaml')
      .map(({ object }) => JSON.stringify(object));
    const written = parseAllDocuments(readFileSync(at('dist', 'a.k8s.yaml'), 'utf8'), { version: '1.1' });
    expect(written.map((document) => JSON.stringify(document.toJS())).sort()).toEqual(objects.sort());
  });

  test('are refused if cdk8s writes a string that Kubernetes reads as a number', async () => {
    values('a.yaml', hostile);
    await expect(run()).rejects.toThrow(
      /values\/a\.yaml: cdk8s would write text\.yaml so that Kubernetes reads something else/,
    );
    expect(readdirSync(root)).toEqual(['values']);
  });
});

test('a release of several files is one output, under its own name and namespace', async () => {
  values('base.yaml', 'text: hi\nport: 1\n');
  values('production.yaml', 'port: 2\n');
  const files = [at('values', 'base.yaml'), at('values', 'production.yaml')];
  await run(greeterChart(), [
    { output: 'production', name: 'red', namespace: 'desert', files },
    { output: 'reversed', name: 'green', namespace: 'wood', files: files.toReversed() },
  ]);
  expect(readdirSync(at('dist')).sort()).toEqual(['production.k8s.yaml', 'reversed.k8s.yaml']);
  const written = (name: string) =>
    parseAllDocuments(readFileSync(at('dist', `${name}.k8s.yaml`), 'utf8')).map((document) =>
      document.toJS(),
    );
  expect(written('production')).toMatchObject([
    { kind: 'ConfigMap', metadata: { name: 'red', namespace: 'desert' }, data: { text: 'hi' } },
    { kind: 'Service', metadata: { name: 'red', namespace: 'desert' }, spec: { ports: [{ port: 2 }] } },
  ]);
  expect(written('reversed')).toMatchObject([
    { metadata: { name: 'green', namespace: 'wood' } },
    { metadata: { name: 'green', namespace: 'wood' }, spec: { ports: [{ port: 1 }] } },
  ]);
});

test.each<[Partial<PlainRelease>, string]>([
  [{ output: 'a/b' }, 'releases[1].output "a/b": a file is named after it: use letters, digits, -, . and _'],
  [{ output: 'first' }, 'releases[1].output "first": another release has it: choose another name'],
  [{ files: [] }, 'releases[1].files: name at least one values file, such as values/env.yaml'],
  [{ files: ['nowhere.yaml'] }, 'cannot read nowhere.yaml: no such file or directory'],
  [
    { name: 'Blue' },
    'releases[1].name "Blue": a release is named with small letters, digits, - and ., at most 53 of them',
  ],
  [
    { namespace: 'a.b' },
    'releases[1].namespace "a.b": a namespace is named with small letters, digits and -, at most 63 of them',
  ],
])('a release with %j is refused, and nothing is written', async (wrong, message) => {
  values('a.yaml', '');
  const first = { output: 'first', name: 'blue', namespace: 'sea', files: [at('values', 'a.yaml')] };
  await expect(run(greeterChart(), [first, { ...first, output: 'second', ...wrong }])).rejects.toThrow(
    message,
  );
  expect(readdirSync(root)).toEqual(['values']);
});

test('a problem in one values file is printed, and nothing is written', async () => {
  values('good.yaml', '');
  values('bad.yaml', 'txet: hi\n');
  expect(await run()).toEqual({
    status: 1,
    complaints: `${at('values', 'bad.yaml')}:1:1: txet: this key is not known\n  Did you mean text?\n`,
  });
  expect(readdirSync(root)).toEqual(['values']);
});

test('a template that the source no longer creates is removed; other files stay', async () => {
  values('a.yaml', '');
  await run();
  for (const file of ['templates/old.yaml', 'templates/old/older.yaml', 'ci/lint.yaml', '.gitignore']) {
    mkdirSync(path.dirname(at('charts', 'greeter', file)), { recursive: true });
    writeFileSync(at('charts', 'greeter', file), '');
  }
  await run();
  expect(differences(at('charts', 'greeter'), greeterChart().compile())).toEqual([
    '.gitignore is made by nothing',
    'ci/lint.yaml is made by nothing',
  ]);
});

test('if a Secret is among the manifests, only their owner can read them, including existing ones', async () => {
  const chart = greeterChart();
  new KubeSecret(chart, 'secret', {
    when: eq(chart.values.text, 'psst'),
    metadata: { name: 'secret' },
    data: { text: base64(chart.values.text) },
  });
  const rights = () =>
    readdirSync(at('dist')).map((name) => (statSync(at('dist', name)).mode & 0o777).toString(8));
  const umask = process.umask(0o022);
  try {
    values('a.yaml', 'text: hi\n');
    await run(chart);
    expect(rights()).toEqual(['644']);
    values('a.yaml', 'text: psst\n');
    values('b.yaml', 'text: psst\n');
    await run(chart);
    expect(rights()).toEqual(['600', '600']);
    expect(statSync(at('charts', 'greeter', 'values.yaml')).mode & 0o777).toBe(0o644);
  } finally {
    process.umask(umask);
  }
});
