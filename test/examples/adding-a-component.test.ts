/** docs/adding-a-component.md is true: following it in a copy of the source gives the results that it shows. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { manifestText } from '../../src/cli/manifest-text.js';
import { type HelmChart, loadValues } from '../../src/helm/index.js';
import { project, run } from '../cli/command.js';
import { type Block, blocksOf, withBlocks } from './blocks.js';

const pageFile = path.join(project, 'docs/adding-a-component.md');
const page = readFileSync(pageFile, 'utf8');

/** The source needs the project's packages, so its copy is inside the project. */
const copy = path.join(project, '.cache/adding-a-component');

let grown: HelmChart;
beforeAll(async () => {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  cpSync(path.join(project, 'src'), path.join(copy, 'src'), { recursive: true });
  const [component, line, ...others] = blocksOf(page).filter(({ language }) => language === 'ts');
  if (component === undefined || line === undefined || others.length > 0) {
    throw new Error('the page has one file and one line');
  }
  writeFileSync(path.join(copy, component.purpose), component.text);
  addLine(path.join(copy, line.purpose), line.text);
  writeFileSync(
    path.join(copy, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['src/centaur/index.ts'] }),
  );
  const made: { centaurChart(): HelmChart } = await import(path.join(copy, 'src/centaur/index.ts'));
  grown = made.centaurChart();
});

/** An import and a statement, inserted next to those of the other components. */
function addLine(file: string, text: string): void {
  const [imported = '', statement = '', ...more] = text.trimEnd().split('\n');
  expect([imported.startsWith('import '), more]).toEqual([true, []]);
  const index = readFileSync(file, 'utf8');
  const last = index.lastIndexOf('  new ');
  writeFileSync(file, `${imported}\n${index.slice(0, last)}${statement}\n${index.slice(last)}`);
}

test('it is as strict TypeScript as the project itself', async () => {
  const tsc = path.join(project, 'node_modules/.bin/tsc');
  const { stdout } = await run(tsc, ['--project', copy]);
  expect(stdout).toBe('');
});

test('it adds one template to the chart, and changes none', () => {
  const before = centaurChart().compile();
  const changed = [...grown.compile()].filter(([file, text]) => before.get(file) !== text);
  expect(changed.map(([file]) => file)).toEqual(['templates/viewer-role.yaml']);
});

// `npx vitest run --project commands test/examples --update` rewrites the page.
test('the page shows its template and its manifest', async () => {
  const shown = ({ purpose }: Block) =>
    purpose === 'rendered' ? rendered('onepassword-connect') : grown.compile().get(purpose);
  await expect(withBlocks(page, shown)).toMatchFileSnapshot(pageFile);
});

test('its condition holds in one mode only', () => {
  expect(rendered('onepassword-connect')).toContain('deployments');
  expect(rendered('env')).not.toContain('deployments');
});

function rendered(mode: string): string {
  const file = path.join('values', `${mode}.yaml`);
  const release = { name: 'centaur', namespace: 'centaur-system' };
  const text = readFileSync(path.join(project, file));
  const loaded = loadValues(grown, { files: [{ file, text }], release });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { objects } = grown.evaluate(loaded.values, release);
  const roles = objects.filter((object) => object.file === 'templates/viewer-role.yaml');
  return roles.map((role) => manifestText('centaur', role)).join('');
}
