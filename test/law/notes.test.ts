/** The law of NOTES.txt: both Helms print its lines, with their leading and trailing spaces. */
import Type from 'typebox';
import { afterAll, expect, test } from 'vitest';
import { run, scopeOf } from '../../src/helm/evaluate/evaluate.js';
import {
  each,
  HelmChart,
  KubeConfigMap,
  type Member,
  release,
  str,
  toJson,
  when,
} from '../../src/helm/index.js';
import { layoutText } from '../../src/helm/layout/layout.js';
import { elementsOfAll } from '../../src/helm/manifest/reader.js';
import { helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';
import { throwawayFolder } from './throwaway-chart.js';

const folder = throwawayFolder();
const judge = useJudge();
afterAll(() => folder.remove());

const schema = Type.Object({
  name: Type.String({ default: '  {{ a }} ' }),
  port: Type.Integer({ default: 1_000_000, minimum: 0, maximum: 2 ** 31 }),
  on: Type.Boolean({ default: true }),
  hosts: Type.Array(Type.String(), { default: ['a', ' b '] }),
});

type Values = HelmChart<typeof schema>['values'];

test.each<[what: string, notes: (values: Values) => readonly Member<string>[]]>([
  ['values in a text', ({ name, port }) => ['begin', str`{{ ${name}:${port} }} 100%`, str`${port}`, 'end']],
  ['a text in a text', ({ name, port }) => [str`a ${str`b ${name} c`}${str`${port}`} d`]],
  ['a condition before the first line', ({ on, name }) => [when(on, str`  ${name}.`), when(on, '  x'), 'y']],
  ['spaces at the end of a line', ({ on, name }) => ['a  ', when(on, str`${name}  `), when(on, 'b'), ' ']],
  [
    'lines of a list',
    ({ hosts, port }) => ['begin', each(hosts, (host) => str`  ${host} ${port}`), '', ' end'],
  ],
  ['several lines in one', ({ name }) => [str`a\n  ${name}\n`, 'b']],
])('%s', async (_, notesOf) => {
  const chart = new HelmChart({
    metadata: { name: 'law', version: '0.1.0', appVersion: '1', description: 'For tests.' },
    values: schema,
  });
  const { name, port, on, hosts } = chart.values;
  new KubeConfigMap(chart, 'all', {
    metadata: { name: release.Name },
    data: { name, port: str`${port}`, on: when(on, 'on'), hosts: toJson(hosts) },
  });
  const notes = notesOf(chart.values);
  chart.addNotes(...notes);
  const expected = run(layoutText(elementsOfAll(notes)), scopeOf(chart.context(chart.defaults))).join('\n');
  const rendered = await judge().render({ chart: folder.write(chart.compile()) });
  for (const major of helmMajors) {
    const verdict = rendered[major];
    expect(verdict.ok ? verdict.notes : verdict.error).toBe(`${expected}\n`);
  }
});

test('lines of a list cannot be the first: they would run into each other', () => {
  const chart = new HelmChart({
    metadata: { name: 'law', version: '0.1.0', appVersion: '1', description: 'For tests.' },
    values: Type.Object({ hosts: Type.Array(Type.String(), { default: [] }) }),
  });
  chart.addNotes(each(chart.values.hosts, (host) => host));
  expect(() => chart.compile()).toThrow('begin it with a line that stands once');
});
