import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { centaurChart } from '../../src/centaur/index.js';
import { differences } from '../generated.js';
import { builtCommand, project, type Ran, run } from './command.js';

/** A clone with the parts of the project that `npm run synth` needs, so that the working tree stays unchanged. */
let clone: string;
let synth: Ran;
beforeAll(async () => {
  clone = mkdtempSync(path.join(tmpdir(), 'centaur-chart-synth-'));
  for (const part of [
    'src',
    'values',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'cdk8s.yaml',
  ]) {
    cpSync(path.join(project, part), path.join(clone, part), { recursive: true });
  }
  symlinkSync(path.join(project, 'node_modules'), path.join(clone, 'node_modules'));
  synth = await run('npm', ['run', '--silent', 'synth'], { cwd: clone });
}, 300_000);
afterAll(() => {
  rmSync(clone, { recursive: true });
});

const chart = () => differences(path.join(clone, 'charts/centaur'), centaurChart().compile());

function objects(text: string) {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS());
}

test('npm run synth writes the chart, and for each values file the output of render --no-hooks', async () => {
  expect(synth.stderr.replaceAll(/^npm warn .*\n/gm, '')).toBe('');
  expect(synth.status).toBe(0);
  const names = readdirSync(path.join(project, 'values')).map((name) => name.replace(/[.]yaml$/, ''));
  expect(synth.stdout.match(/dist\/.*/g)).toEqual(names.map((name) => `dist/${name}.k8s.yaml`));
  expect(chart()).toEqual([]);

  for (const name of names) {
    const rendered = await run(process.execPath, [
      ...[builtCommand(), 'render', '-f', path.join(clone, 'values', `${name}.yaml`)],
      ...['--no-hooks', '--release', 'centaur', '--namespace', 'centaur-system'],
    ]);
    const written = objects(readFileSync(path.join(clone, 'dist', `${name}.k8s.yaml`), 'utf8'));
    expect(written.length).toBeGreaterThan(10);
    expect(written).toEqual(objects(rendered.stdout));
  }
});

test('a mistake in a values file ends it: a plain message, no manifests, the chart unchanged', async () => {
  writeFileSync(path.join(clone, 'values/mistake.yaml'), 'ironProxy:\n  secretSorce: env\n');
  const { status, stderr } = await run(
    process.execPath,
    [
      path.join(clone, 'node_modules/.bin/cdk8s'),
      'synth',
      '--check-upgrade=false',
      '--app',
      'node lib/main.js',
    ],
    { cwd: clone },
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^values\/mistake\.yaml:2:3: ironProxy\.secretSorce: this key is not known\n {2}Did you mean ironProxy\.secretSource\?\n/,
  );
  expect(readdirSync(clone)).not.toContain('dist');
  expect(chart()).toEqual([]);
});
