/** docs/toolkit.md is true: its snippets are the chart at the top and one large chart, each next to its output. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import * as toolkit from '../../src/helm/index.js';
import { goText } from '../../src/text/go-code.js';
import { useJudge } from '../judges/use-judge.js';
import { userDocuments, wrongDocuments } from '../law/generators/documents.js';
import { expectLaw, expectLawOfMany } from '../law/law.js';
import { runs } from '../law/seed.js';
import { throwawayFolder } from '../law/throwaway-chart.js';
import { execFile } from '../system/processes.js';
import { type Block, blocksOf, withBlocks } from './blocks.js';

const root = path.join(import.meta.dirname, '../..');
const pageFile = path.join(root, 'docs/toolkit.md');
const page = readFileSync(pageFile, 'utf8');

/** The snippets need the project's packages, so they are inside the project. */
const folder = path.join(root, '.cache/toolkit-page');

interface Tour {
  readonly chart: toolkit.HelmChart;
  /** Runs a snippet that the page shows as refused, in a separate chart. */
  readonly refused: readonly (() => void)[];
}

let tour: Tour;
/** The example at the top of the page. */
let glance: toolkit.HelmChart;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tour.ts'), tourSource());
  writeFileSync(path.join(folder, 'glance.ts'), snippets('glance').join('\n'));
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false },
      include: ['glance.ts', 'tour.ts'],
    }),
  );
  tour = await import(path.join(folder, 'tour.ts'));
  const head: { readonly chart: toolkit.HelmChart } = await import(path.join(folder, 'glance.ts'));
  glance = head.chart;
});

function snippets(wanted: string): readonly string[] {
  return blocksOf(page)
    .filter(({ purpose }) => purpose === wanted)
    .map(({ text }) => text);
}

function tourSource(): string {
  const source = snippets('tour').join('\n');
  const declared = new Set(
    [...source.matchAll(/^(?:const|class|interface) (\w+)/gm)].map(([, name]) => name),
  );
  const imported = Object.keys(toolkit).filter((name) => !declared.has(name));
  const refused = snippets('refused').map(
    (text) => `() => {\nconst chart = readingAll();\nconst { values } = chart;\n${text}chart.compile();\n},`,
  );
  return `import { ${imported.join(', ')}, type ObjectProps } from 'centaur-chart/helm';
import { Construct } from 'constructs';
import Type from 'typebox';

${source}
export { chart };

function readingAll() {
  const other = new HelmChart({ metadata: chart.metadata, values: chart.schema });
  const { name, port, debug, region, resources, labels, hosts, target, ports, token } = other.values;
  other.addNotes(...[name, port, debug, resources, labels, hosts, target, ports].map((value) => toJson(value)));
  other.addNotes(when(region, (region) => region), when(isNonEmpty(token), 'A token is given.'));
  return other;
}
export const refused = [
${refused.join('\n')}
];
`;
}

test('every snippet is as strict TypeScript as the project itself', async () => {
  const { stdout } = await execFile(path.join(root, 'node_modules/.bin/tsc'), ['--project', folder]).catch(
    (failed: { stdout: string }) => failed,
  );
  expect(stdout).toBe('');
});

// `npx vitest run --project units test/examples --update` rewrites the page.
test('each snippet is followed by its output, or by the reason for its refusal', async () => {
  const files = tour.chart.compile();
  const messages = tour.refused.map(messageOf);
  const made = ({ purpose }: Block) => {
    if (purpose === 'glance objects') return glanceObjects();
    if (purpose.startsWith('glance templates/')) return glance.compile().get(purpose.replace('glance ', ''));
    if (purpose === 'says') return `${messages.shift()}\n`;
    const [file, template] = purpose.split(' ');
    if (file === undefined || !file.startsWith('templates/')) return undefined;
    const text = files.get(file) ?? `${file} is made by no snippet\n`;
    return template === undefined ? text : defineOf(template, text);
  };
  const expected = withBlocks(page, made).replace(
    /(?<=^<!-- operators -->\n).*(?=^<!-- \/operators -->$)/ms,
    () => operatorTable(),
  );
  await expect(expected).toMatchFileSnapshot(pageFile);
});

test('every word of the toolkit is on the page', () => {
  const words = Object.keys(toolkit);
  expect(words.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
});

test('its quotations from the example are in the example', () => {
  const quoted = blocksOf(page).filter(({ purpose }) => purpose.startsWith('part of examples/'));
  expect(quoted).not.toEqual([]);
  for (const { purpose, text } of quoted) {
    expect(readFileSync(path.join(root, purpose.replace('part of ', '')), 'utf8')).toContain(text);
  }
});

const documents = {
  defaults: '',
  'all of it':
    'name: a b\nport: 1000000\ndebug: true\nregion: eu\ntarget: {name: other}\nresources: {limits: {cpu: 2, memory: 1Gi}}\n' +
    'labels: {app: other, names: x, a: "yes", LOG_LEVEL: mine}\nhosts: [localhost, "*.example.com", a.example.org]\n' +
    'ports: [{name: http, number: 80, public: true}, {name: admin, number: 81}, {name: debug, number: 82, public: false}]',
  'empty texts': 'name: ""\nregion: ""',
  'one host that is left out': 'hosts: [localhost]',
  'a rule that is broken': 'ports: [{name: main, number: 8080}]',
  'two rules that are broken': 'port: 22\nports: [{name: main, number: 22}]',
};

describe('both Helms render the tour as it evaluates', () => {
  const throwaway = throwawayFolder();
  const judge = useJudge();
  afterAll(() => throwaway.remove());

  test.each(Object.entries(documents))('%s', async (_, values) => {
    const folder = throwaway.write(tour.chart.compile());
    await expectLaw(judge(), { chart: tour.chart, folder }, { files: [values] });
  });

  test.each(['', 'metricsPort: 9090'])('the chart at the top of the page: %s', async (values) => {
    const folder = throwaway.write(glance.compile());
    await expectLaw(judge(), { chart: glance, folder }, { files: [values] });
  });

  test('on documents from its schema, and on documents gone wrong', async () => {
    const subject = { chart: tour.chart, folder: throwaway.write(tour.chart.compile()) };
    const { schema } = tour.chart;
    await expectLawOfMany(
      judge(),
      subject,
      fc.oneof(userDocuments(schema), wrongDocuments(schema)),
      runs(50),
    );
  });
});

/** The plain manifests of the chart at the top of the page, for the values that the page names. */
function glanceObjects(): string {
  const [, text = ''] = /the values `([^`]+)`/.exec(page) ?? [];
  const release = { name: 'demo', namespace: 'default' };
  const loaded = toolkit.loadValues(glance, { files: [{ file: 'values.yaml', text }], release });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { objects } = glance.evaluate(loaded.values, release);
  return objects.map(({ object }) => stringify(object)).join('---\n');
}

function messageOf(refused: () => void): string {
  try {
    refused();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'this is not refused';
}

function defineOf(template: string, helpers: string): string {
  const defines = helpers.split(/\n(?=\{\{\/\*\n)/);
  return (
    defines.find((text) => text.includes(`define "${template}"`)) ?? `${template} is made by no snippet\n`
  );
}

/** The rows of the toolkit's own table. */
function operatorTable(): string {
  const rows = toolkit.operators.map(({ name, summary, parameters, go }) => {
    const written = parameters.map((parameter) => parameter.name + (parameter.variadic ? ', …' : ''));
    const source = name === 'str' ? 'str`…`' : `${name}(${written.join(', ')})`;
    const operands = parameters.map((parameter) => ({
      code: parameter.name + (parameter.variadic ? ' …' : ''),
      kind: 'string' as const,
    }));
    return [code(source), summary, code(goText(go(...operands)).replaceAll(/\(dict [^()]*\)/g, '(dict …)'))];
  });
  return [['In the source', 'What it yields', 'In the template'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
