/** How the command is called by other programs: the pre-commit hook, and the workflow in docs/gitops.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runHere } from './in-process.js';
import { product } from './product.js';

const root = path.join(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/gitops.md'), 'utf8');

/** Runs a command line of a page on the files in `values/`, which must be valid. */
async function succeeds(line: string): Promise<void> {
  const [command, ...argv] = line.split(' ');
  expect(command).toBe('centaur-chart');
  expect(await runHere(product, argv)).toMatchObject({ status: 0, stderr: '' });
}

describe('the pre-commit hook', () => {
  const [hook, ...others] = parse(readFileSync(path.join(root, '.pre-commit-hooks.yaml'), 'utf8'));

  test('is one, with what pre-commit needs of it', () => {
    expect(others).toEqual([]);
    expect(hook).toMatchObject({ id: 'centaur-chart-validate', language: 'node', name: expect.any(String) });
  });

  test('checks the files of values, and no others', () => {
    const files = ['values.yaml', 'a/values-eu.yml', 'values/env.yaml', 'a/values/b/c.yaml'];
    const not = [
      'values.json',
      'values/README.md',
      'my-values.yaml',
      'charts/centaur/Chart.yaml',
      'myvalues/a.yaml',
    ];
    expect([...files, ...not].filter((file) => new RegExp(hook.files).test(file))).toEqual(files);
  });

  test('runs with the arguments on the page', async () => {
    const [, config = ''] = /^```yaml\n(repos:\n.*?)^```$/ms.exec(page) ?? [];
    const [{ id, args }] = parse(config).repos[0].hooks;
    expect(id).toBe(hook.id);
    await succeeds([hook.entry, ...args, 'values/env.yaml', 'values/onepassword.yaml'].join(' '));
  });
});

test('the workflow on the page runs', async () => {
  const [, text = ''] = /^```yaml\n(name: values\n.*?)^```$/ms.exec(page) ?? [];
  const workflow = parse(text);
  expect(Object.keys(workflow)).toEqual(['name', 'on', 'permissions', 'jobs']);
  const lines = workflow.jobs.validate.steps.map(({ run }: { run?: string }) => run).filter(Boolean);
  await succeeds(lines.at(-1).replace('node centaur-chart/lib/command/main.js', 'centaur-chart'));
});
