import { expect, test } from 'vitest';
import type { Value, ValueMap } from '../text/json.js';
import { difference, objectFindings } from './verify-objects.js';

test.each<[what: string, rendered: Value, live: Value, path: string | undefined]>([
  ['what the API server adds', { a: 1 }, { a: 1, b: 2 }, undefined],
  ['a missing key', { a: { b: 1 } }, { a: {} }, 'a.b'],
  ['another value', { a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, 'a.1.b'],
  ['a longer list', { a: [1] }, { a: [1, 2] }, 'a'],
  ['a shorter list', { a: [1, 2] }, { a: [1] }, 'a'],
  ['empty things that are left out', { a: {}, b: [], c: '', d: false, e: 0, f: null }, {}, undefined],
  ['an amount in another form', { cpu: '1000m', memory: '1024Mi' }, { cpu: '1', memory: '1Gi' }, undefined],
  ['another amount', { cpu: '1000m' }, { cpu: '2' }, 'cpu'],
  ['a string for a number', { port: 80 }, { port: '80a' }, 'port'],
])('%s', (_, rendered, live, path) => {
  expect(difference(rendered, live)?.join('.')).toBe(path);
});

const named = (kind: string, content: ValueMap) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a' },
  ...content,
});

test('replicas, status and the data of Secrets are not compared', () => {
  const pairs = [
    {
      rendered: named('Deployment', { spec: { replicas: 1, paused: true } }),
      live: named('Deployment', { spec: { replicas: 3, paused: true }, status: {} }),
    },
    { rendered: named('Secret', { stringData: { a: 'b' } }), live: named('Secret', { data: {} }) },
  ].map((pair) => ({ ...pair, isForbidden: false }));
  expect(objectFindings(pairs)).toMatchObject([
    { status: 'passed', found: '2 objects are as the values say' },
  ]);
});

test('what is missing, different or not readable is named', () => {
  const rendered = named('ConfigMap', { data: { a: 'b' } });
  const pair = (live: ValueMap | undefined, isForbidden = false) => ({ rendered, live, isForbidden });
  expect(
    objectFindings([pair(undefined), pair(named('ConfigMap', { data: { a: 'c' } })), pair(undefined, true)]),
  ).toMatchObject([
    {
      status: 'failed',
      found: 'missing: ConfigMap a; different: ConfigMap a at data.a; no right to read ConfigMap a',
    },
  ]);
  expect(objectFindings([pair(undefined, true)])).toMatchObject([
    { status: 'not possible', found: 'no right to read ConfigMap a' },
  ]);
});
