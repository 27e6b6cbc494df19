import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { faults, problems } from '../../test/secrets/declaring-chart.js';
import { secretTypes } from './declaration-schema.js';
import { readPyproject } from './pyproject.js';
import { budgetOf, plans, requestsPerRead } from './read-budget.js';
import { secretSources } from './source.js';

const text = readFileSync(new URL('../../docs/secrets.md', import.meta.url), 'utf8');
const snippets = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, snippet]) => snippet ?? '',
  );

describe('docs/secrets.md', () => {
  test.each(snippets('toml'))('contains only valid declarations: %#', (snippet) => {
    const read = readPyproject(snippet, 'docs/secrets.md');
    const tools = read.problems.length > 0 ? read.problems : { tool: read.declaration };
    expect([faults({ tools }), problems({ tools })]).toEqual([[], []]);
  });

  test.each(snippets('yaml'))('shows only valid values: %#', (snippet) => {
    const values = parse(snippet);
    expect([faults(values), problems(values)]).toEqual([[], []]);
  });

  test('names every type of secret', () => {
    for (const type of secretTypes) expect(text).toContain(`| \`${type}\` |`);
  });

  test('describes the accepted hosts', () => {
    const says = text.replaceAll(/\s+/g, ' ');
    const faultsOf = (host: string) => faults({ tools: { tool: { hosts: [host] } } });
    for (const host of ['api.example.com', '*.example.com', '10.1.0.0/16', 'logs.*.example.com']) {
      expect([says.includes(`\`${host}\``), faultsOf(host)], host).toEqual([true, []]);
    }
    expect(says).toContain('in lower-case ASCII');
    expect([faultsOf('API.example.com'), faultsOf('bücher.example')].map(({ length }) => length)).toEqual([
      1, 1,
    ]);
    expect(says).toContain('is at most a `/8`');
    expect([faultsOf('10.0.0.0/8'), faultsOf('10.0.0.0/7')].map(({ length }) => length)).toEqual([0, 1]);
    expect(says).toContain('At least two labels must follow it');
    expect(faultsOf('logs.*.com')).toHaveLength(1);
  });

  test('lists the keys that each source needs', () => {
    for (const [source, { keys }] of Object.entries(secretSources)) {
      const [row] = text.split('\n').filter((line) => line.startsWith(`| \`${source}\` |`));
      for (const key of keys) expect(row).toContain(`\`${key}\``);
    }
  });

  test("gives 1Password's limits, with correct sums", () => {
    for (const { title, hourly, daily } of Object.values(plans)) {
      const numbers = [hourly, daily].map((number) => number.toLocaleString('en'));
      expect(text).toContain(`| ${title} | ${numbers.join(' | ')} |`);
    }
    expect(budgetOf({ proxies: 5, lookups: 10, ttlSeconds: 600 })).toMatchObject({
      readsPerHour: 300,
      readsPerDay: 7200,
    });
    expect(text).toContain('are 300 reads an hour and 7,200 a day');
    expect(requestsPerRead).toEqual({ byName: 3, byId: 2 });
    expect(text.replaceAll('\n', ' ')).toContain(
      'the SDK makes three requests: for the vaults, for the items of the vault and for the item (two where `OP_VAULT` is an id)',
    );
  });
});
