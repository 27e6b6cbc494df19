/**
 * The package is not in any registry, so its name is free: nothing that users follow may install a package of that name
 * from one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { verbs } from '../src/cli/verbs.js';
import { runHere } from './cli/in-process.js';
import { execFileSync } from './system/processes.js';

const root = path.join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root })
  .split('\0')
  .filter((file) => /[.](?:json|md|tpl|ts|txt|ya?ml)$/.test(file) && !file.endsWith('package-lock.json'));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Commands that run or install a package by its name; a path to a file, or into a folder, does not count. */
const fromRegistry =
  /\b(?:npx|bunx|(?:npm|pnpm|yarn|bun)(?: -\S+)* (?:add|ci|create|dlx|exec|i|init|install|x))(?: [^\s`|;&]+)* centaur-chart(?![\w./-])/;

test.each([
  ['npx centaur-chart render', true],
  ['npx --yes centaur-chart', true],
  ['`npx centaur-chart`', true],
  ['npm install centaur-chart typebox', true],
  ['npm i --save-dev typebox centaur-chart', true],
  ['npm --silent exec -- centaur-chart', true],
  ['npm install ../centaur-chart/centaur-chart-0.1.0.tgz typebox', false],
  ['npm install --global ./centaur-chart-0.1.0.tgz', false],
  ['`npm pack`; then `centaur-chart` runs', false],
])('%s', (text, isOne) => {
  expect(fromRegistry.test(text)).toBe(isOne);
});

describe('the name', () => {
  test('is never published by mistake', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({ name: 'centaur-chart', private: true });
  });

  test('is not installed from a registry by any page, chart, example or message', () => {
    const found = files
      .filter((file) => file !== 'test/unclaimed-name.test.ts')
      .flatMap((file) =>
        read(file)
          .split('\n')
          .flatMap((line, index) =>
            fromRegistry.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
          ),
      );
    expect(files).toEqual(expect.arrayContaining(['README.md', 'charts/centaur/templates/NOTES.txt']));
    expect(found).toEqual([]);
  });

  test('is not installed from a registry by any package', () => {
    const packages = files.filter((file) => path.basename(file) === 'package.json');
    for (const file of packages) {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file));
      const own: string | undefined = { ...dependencies, ...devDependencies }['centaur-chart'];
      expect(own ?? 'file:', file).toMatch(/^file:/);
    }
  });

  test.each([
    [],
    ...verbs.map(({ name }) => [name]),
  ])('is taken from a registry by no help: %s', async (...verb) => {
    const load = () => Promise.reject(new Error('help needs no chart'));
    const { stdout } = await runHere({ version: '', load }, [...verb, '--help']);
    expect(stdout).toContain('Usage: centaur-chart');
    expect(stdout).not.toMatch(fromRegistry);
  });
});
