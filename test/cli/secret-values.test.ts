/** Our own command never prints a wrong value that may be a secret. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificate, expressions, key, mark, marks, wrong } from '../centaur/wrong-secrets.js';
import { runHere } from './in-process.js';
import { product } from './product.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'secret-values-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function valuesFile(text: string): string {
  const file = path.join(folder, 'values.yaml');
  writeFileSync(file, text);
  return file;
}

/** Runs the command, and expects that it refuses its input without repeating any of it. */
async function told(argv: readonly string[], status: number): Promise<string> {
  const ran = await runHere(product, argv);
  const text = ran.stdout + ran.stderr;
  expect(ran.status, text).toBe(status);
  for (const one of marks) expect(text.toLowerCase()).not.toContain(one.toLowerCase());
  return text;
}

test.each(wrong)('in a file: %s', async (_, text) => {
  const file = valuesFile(text);
  for (const verb of [['validate'], ['validate', '--output', 'json'], ['render'], ['budget']]) {
    expect(await told([...verb, '-f', file], 1)).toContain(file);
  }
});

test.each([
  ...expressions,
  `firewall.ca.keyPem=${mark},${mark}`,
  `firewall.ca.keyPem: ${mark}`,
  `firewall.ca.keyPem[0]=${mark}`,
])('in --set %j', async (expression) => {
  const file = valuesFile('{}');
  for (const argv of [['--set', expression], [`--set=${expression}`]]) {
    expect(await told(['render', '-f', file, ...argv], 1)).toContain('--set');
  }
});

test.each(['--set-string', '--set-json', '--set-literal', '--set-file'])('in %s', async (option) => {
  for (const expression of [...expressions, `firewall.ca.keyPem="${key}`, `firewall.ca.keyPem["${mark}"]`]) {
    for (const verb of ['render', 'validate', 'budget']) {
      // A file that does not exist is a wrong call.
      const status = option === '--set-file' && /^[^[]*=/.test(expression) ? 2 : 1;
      expect(await told([verb, `${option}=${expression}`], status)).toContain(option);
    }
  }
});

test('in a file of --set-file', async () => {
  const file = valuesFile(certificate + key);
  expect(await told(['render', '--set-file', `firewall.ca.certPem=${file}`], 1)).toContain(
    `--set-file firewall.ca.certPem=${file}`,
  );
});

test.each(['--set', '--set-string'])('in an argument after %s that a shell split', async (option) => {
  await told(['render', option, 'firewall.ca.keyPem=a', mark], 2);
});

test.each<readonly [string, readonly string[]]>([
  ['a value without its sign', ['--set', 'firewall.ca.keyPem', mark]],
  ['a key without its sign', ['--set', 'firewall.ca.keyPem', key]],
  ["Helm's --set-string", ['--set-string', `firewall.ca.keyPem=${mark}`]],
  ["Helm's --set-string with a sign", [`--set-string=firewall.ca.keyPem=${mark}`]],
  ["Helm's --set-file", [`--set-file=firewall.ca.keyPem=${mark}`]],
  ['a key as an option', [key]],
  ['a key as an argument', ['--', key]],
  ['a certificate and a key as arguments', ['--', certificate, key]],
  ['a key as a file', ['-f', key]],
  ['a key as a choice', ['--output', key]],
  ['a key as a choice, with a sign', [`--output=${mark}`]],
])('in arguments: %s', async (_, argv) => {
  const file = valuesFile('{}');
  for (const verb of ['render', 'validate', 'budget', 'tools', 'bootstrap']) {
    const { status, stdout, stderr } = await runHere(product, [verb, '-f', file, ...argv]);
    const text = stdout + stderr;
    expect(status, text).not.toBe(0);
    for (const one of marks) expect(text.toLowerCase()).not.toContain(one.toLowerCase());
  }
});

test('as a verb', async () => {
  await told([key], 2);
  await told([`token-${mark}\n`], 2);
});

test('a key that a shell split', async () => {
  const words = `firewall.ca.keyPem=${key}`.trim().split(/\s+/);
  await told(['render', '-f', valuesFile('{}'), '--set', ...words], 2);
});

test('a Secret can be read only by its owner, unlike other files', async () => {
  const text = JSON.stringify({ firewall: { ca: { certPem: certificate, keyPem: key } } });
  const out = path.join(folder, 'out');
  const umask = process.umask(0o022);
  try {
    mkdirSync(out);
    writeFileSync(path.join(out, 'firewall-ca-key.yaml'), '# Source: centaur/');
    const { status, stderr } = await runHere(product, [
      'render',
      '-f',
      valuesFile(text),
      '--output-dir',
      out,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  } finally {
    process.umask(umask);
  }
  const withMark = readdirSync(out).filter((name) => {
    const file = path.join(out, name);
    if (!statSync(file).isFile()) return false;
    const texts = readFileSync(file, 'utf8').match(/[A-Za-z0-9+/=]{16,}/g) ?? [];
    return texts.some((found) => Buffer.from(found, 'base64').toString().includes(mark));
  });
  expect(withMark).toEqual(['firewall-ca-certificate.yaml', 'firewall-ca-key.yaml']);
  const rights = (name: string) => (statSync(path.join(out, name)).mode & 0o777).toString(8);
  expect(withMark.map(rights)).toEqual(['600', '600']);
  expect(rights('api-service.yaml')).toBe('644');
});
