/** Helm never prints a wrong value that may be a secret: its messages come from the schema and the rules. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { project, type Ran, run } from '../cli/command.js';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { certificate, digits, expressions, key, mark, marks, wrong } from './wrong-secrets.js';

const chart = path.join(project, 'charts/centaur');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'helm-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

function expectSilence({ stdout, stderr }: Ran): void {
  for (const one of marks) expect(`${stdout}${stderr}`.toLowerCase()).not.toContain(one.toLowerCase());
}

function expectSilentRefusal(ran: Ran): void {
  expect(ran.status).toBe(1);
  expectSilence(ran);
}

describe.each(helmMajors)('Helm %i', (major) => {
  const helm = async (...argv: readonly string[]) => run(await helmCommand(major), argv);

  async function valuesFile(text: string): Promise<string> {
    const file = path.join(folder, `values-${major}.yaml`);
    await writeFile(file, text);
    return file;
  }

  test('prints values that a pattern refuses, which is why a secret has none', async () => {
    const { stderr } = await helm('template', chart, '--set', `firewall.existingCaSecretName=${mark}`);
    expect(stderr).toContain(mark);
  });

  test.each(wrong)('template: %s', async (_, text) => {
    expectSilentRefusal(await helm('template', chart, '--values', await valuesFile(text)));
  });

  test.each(wrong.slice(0, 12))('lint: %s', async (_, text) => {
    // It reports values that a rule refuses as a warning.
    expectSilence(await helm('lint', chart, '--strict', '--values', await valuesFile(text)));
  });

  test.each([
    ...expressions.map((expression) => ['--set', expression] as const),
    ['--set-string', `firewall.ca.keyPem=${digits}`] as const,
    ['--set-json', `firewall.ca.keyPem={"value":"${mark}"}`] as const,
    ['--set-literal', `firewall.ca.keyPem=${key}${certificate}`] as const,
  ])('template %s %j', async (option, value) => {
    expectSilentRefusal(await helm('template', chart, option, value));
  });
});
