/** What an editor shows in a values file: driven through the language server that editors run. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { loadValues } from '../../src/helm/load-values.js';
import { mistakesInValues } from '../cli/typical-mistakes.js';
import { projectRoot } from '../system/project.js';
import { type LanguageServer, startLanguageServer } from './language-server.js';

const file = 'values/mine.yaml';
const modeline = '# yaml-language-server: $schema=../charts/centaur/values.editor.schema.json';
const head = `${modeline}\n`;

let server: LanguageServer;
beforeAll(async () => {
  server = await startLanguageServer();
});
afterAll(() => server.stop());

const ours = [
  'charts/centaur/values.yaml',
  'examples/web-service/chart/values.yaml',
  ...readdirSync(path.join(projectRoot, 'values')).map((name) => `values/${name}`),
];

describe('our own files', () => {
  test.each(ours)('%s names its schema, and nothing in it is marked', async (name) => {
    const text = readFileSync(path.join(projectRoot, name), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=/);
    expect(await server.marks(name, text)).toEqual([]);
  });
});

test('an empty file, and one with a single key, are not marked', async () => {
  expect(await server.marks(file, head)).toEqual([]);
  expect(await server.marks(file, `${head}ironProxy:\n  secretTtl: 5m\n`)).toEqual([]);
});

describe('completion', () => {
  test('offers the sections, without pasting their content', async () => {
    const offered = await server.completions(file, `${head}iron`);
    const section = offered.find(({ label }) => label === 'ironProxy');
    expect(section?.text.trim()).toMatch(/^ironProxy:\s*(?:\$\d)?$/);
  });

  test('offers the keys of a section with their own defaults, one at a time', async () => {
    const offered = await server.completions(file, `${head}ironProxy:\n  `);
    expect(offered.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['secretSource', 'secretTtl', 'allowedHosts', 'image']),
    );
    // Some keys have a map as their default, such as resources: no text has more than one key of the section.
    expect(offered.filter(({ text }) => text.match(/^\w+:/gm)?.length !== 1)).toEqual([]);
  });

  test('offers the choices of a key', async () => {
    const offered = await server.completions(file, `${head}ironProxy:\n  secretSource: `);
    expect(offered.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['onepassword-connect', 'onepassword', 'env']),
    );
  });

  test("offers only the keys of a secret's own type", async () => {
    const secret = `${head}tools:\n  warehouse:\n    secrets:\n      - type: pg_dsn\n        name: DSN\n        `;
    const labels = (await server.completions(file, secret)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['database', 'secret_ref']));
    for (const other of ['inject_header', 'grant', 'access_key_id', 'match_headers'])
      expect(labels).not.toContain(other);
  });
});

test('a key under the pointer shows its description and its default', async () => {
  const shown = await server.hover(file, `${head}ironProxy:\n  secretTtl: 5m`);
  expect(shown).toContain('How long iron-proxy keeps a credential');
});

describe('a mistake is marked where validate reports it', () => {
  const chart = centaurChart();

  test.each(mistakesInValues)('$title', async ({ text }) => {
    const loaded = loadValues(chart, { files: [{ file, text: head + text }] });
    const [problem] = 'problems' in loaded ? loaded.problems : loaded.unread;
    const line = problem?.line ?? 0;
    const marked = (await server.marks(file, head + text)).map((mark) => mark.line);
    // A list or a map of the wrong kind is marked where it begins, which may be the line below its key.
    expect(marked.some((found) => found === line || found === line + 1)).toBe(true);
  });
});
