import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestText } from './manifest-text.js';

test("an object is written under its template's name, as the chart writes it", () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'greeter', labels: {}, finalizers: [] },
    data: { 'config.yaml': 'a: 1\nb: |\n  x\n', port: '8080', switch: 'yes' },
    list: [{ first: true, second: null }, [1, 2.5], []],
  };
  expect(manifestText('greeter', { file: 'templates/configmap.yaml', object })).toBe(`\
# Source: greeter/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: greeter
  labels: {}
  finalizers: []
data:
  config.yaml: |
    a: 1
    b: |
      x
  port: "8080"
  switch: "yes"
list:
  - first: true
    second: null
  - - 1
    - 2.5
  - []
`);
});

test.each([
  '1_000',
  '0o17',
  '0x1F',
  '.5',
  '1e3',
  '~',
  '',
  ' a',
  'a: b',
  '#x',
  '2001-01-01',
  '<<',
  '=',
  'a\u2028b',
  '\u0007',
  '\ufeff',
  '😀',
  '-',
  '{{ x }}',
  "'",
  '"',
  'no',
  'a\n',
  '\na',
  'a\n\n\nb\n',
])('the text %j comes back from YAML 1.1 and 1.2 as it went in', (text) => {
  const written = manifestText('c', { file: 'f', object: { data: { [text]: text } } });
  for (const version of ['1.1', '1.2'] as const) {
    expect(parse(written, { version })).toEqual({ data: { [text]: text } });
  }
});
