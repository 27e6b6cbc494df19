/** Warnings of the chart: about which values, and that the project's own files cause none but for images. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadValues } from '../../src/helm/load-values.js';
import { chart } from './release.js';

const published = 'image: {repository: ghcr.io/example/image, tag: v1.2.3}';
const connect = 'onepasswordConnect: {connect: {create: true}}';

function warnings(text: string): readonly string[] {
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text }] });
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return loaded.doubtful.map(({ path }) => path);
}

/** What the values lead to, besides what the default images do. */
const others = (text: string) =>
  warnings(text).filter((path) => !['api.image.repository', 'sandbox.image.repository'].includes(path));

test('an image has no registry', () => {
  expect(warnings('')).toEqual(['api.image.repository', 'sandbox.image.repository']);
  expect(warnings('ironProxy: {image: {repository: iron-proxy}}')).toContain('ironProxy.image.repository');
  expect(warnings(`api: {${published}}\nsandbox: {${published}}`)).toEqual([]);
});

test.each(['latest', 'main', 'master', 'edge', 'nightly', 'dev', 'stable'])('a tag that moves: %s', (tag) => {
  const image = `repository: ghcr.io/example/image, tag: ${tag}`;
  const digest = `digest: sha256:${'0'.repeat(64)}`;
  expect(others(`api: {image: {${image}}}`)).toEqual(['api.image.tag']);
  expect(others(`sandbox: {image: {${image}}}`)).toEqual(['sandbox.image.tag']);
  expect(others(`ironProxy: {image: {${image}}}`)).toEqual(['ironProxy.image.tag']);
  expect(others(`api: {image: {${image}, ${digest}}}`)).toEqual([]);
});

test.each<[what: string, values: string, paths: readonly string[]]>([
  ['any host', 'ironProxy: {allowedHosts: [a.example.com, "*"]}', ['ironProxy.allowedHosts']],
  ['any host below a domain', 'ironProxy: {allowedHosts: ["*.example.com"]}', []],
  ['a short time', 'ironProxy: {secretTtl: 59.9s}', ['ironProxy.secretTtl', 'ironProxy.secretTtl']],
  ['a minute', 'ironProxy: {secretTtl: 60s}', ['ironProxy.secretTtl']],
  [
    'a short time without lookups',
    'ironProxy: {secretTtl: 1s}\nharnesses: {codex: {enabled: false}}',
    ['ironProxy.secretTtl'],
  ],
  ['a short time in the mode env', 'ironProxy: {secretTtl: 1s, secretSource: env}', []],
  ['many proxies', 'ironProxy: {replicas: 20}', ['ironProxy.secretTtl']],
  [
    'as many as an autoscaler may start',
    'ironProxy: {autoscaling: {enabled: true, maxReplicas: 20}}',
    ['ironProxy.secretTtl'],
  ],
  ['a single pod in the mode onepassword', '', []],
  [
    'single pods in the mode onepassword-connect',
    `ironProxy: {secretSource: onepassword-connect}\n${connect}`,
    ['api.replicaCount', 'ironProxy.replicas', 'onepasswordConnect.connect.replicas'],
  ],
  [
    'single pods with a Connect server elsewhere',
    'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {url: "http://connect.tools.svc:8080"}}',
    ['api.replicaCount', 'ironProxy.replicas'],
  ],
  [
    'an autoscaler in place of replicas',
    `ironProxy: {secretSource: onepassword-connect, replicas: 2}\napi: {autoscaling: {enabled: true}}\n${connect}`,
    ['onepasswordConnect.connect.replicas'],
  ],
])('%s', (_, values, paths) => {
  expect(others(values)).toEqual(paths);
});

const folder = new URL('../../values/', import.meta.url);
test.each(readdirSync(folder))("the project's own %s", (file) => {
  expect(others(readFileSync(new URL(file, folder), 'utf8'))).toEqual([]);
});
