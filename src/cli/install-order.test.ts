import { expect, test } from 'vitest';
import { inInstallOrder } from './install-order.js';

const object = (file: string, kind: string, annotations: { [key: string]: string } = {}) => ({
  file: `templates/${file}.yaml`,
  object: { kind, metadata: { name: file, annotations } },
});

function filesInOrder(...objects: ReturnType<typeof object>[]): readonly string[] {
  return inInstallOrder(objects).map(({ object: { metadata } }) => String(Object(metadata).name));
}

test('objects that others need come before them, regardless of the file name', () => {
  expect(
    filesInOrder(
      object('a', 'Deployment'),
      object('b', 'Service'),
      object('c', 'ConfigMap'),
      object('d', 'NetworkPolicy'),
    ),
  ).toEqual(['d', 'c', 'b', 'a']);
});

test('objects of one kind come in the order of their files', () => {
  expect(filesInOrder(object('b', 'Service'), object('B', 'Service'), object('a', 'Service'))).toEqual([
    'B',
    'a',
    'b',
  ]);
});

test('kinds that Helm does not know come after known ones, by name', () => {
  expect(filesInOrder(object('a', 'HTTPRoute'), object('b', 'Ingress'), object('c', 'Certificate'))).toEqual([
    'b',
    'c',
    'a',
  ]);
});

test('hooks come last, in the same order among themselves', () => {
  const hook = { 'helm.sh/hook': 'test' };
  expect(
    filesInOrder(object('a', 'Pod', hook), object('b', 'ServiceAccount', hook), object('c', 'Ingress')),
  ).toEqual(['c', 'b', 'a']);
});
