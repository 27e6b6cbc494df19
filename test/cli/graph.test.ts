import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReleaseGraph } from '../../src/centaur/release-graph.js';
import { dotOf } from '../../src/cli/graph-dot.js';
import { mermaidOf } from '../../src/cli/graph-mermaid.js';
import { svgOf } from '../../src/cli/graph-svg.js';
import { printable } from '../../src/text/printable.js';
import { runHere } from './in-process.js';
import { product } from './product.js';

const run = (...argv: readonly string[]) => runHere(product, ['graph', ...argv]);

let graphviz: Graphviz;
let folder: string;
beforeAll(async () => {
  graphviz = await Graphviz.load();
  folder = mkdtempSync(path.join(tmpdir(), 'centaur-graph-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const production = path.join(import.meta.dirname, '../../values/onepassword-connect.yaml');

describe('graph', () => {
  // The picture of the README is one of these. To draw it again: npx vitest run --project units test/cli/graph.test.ts -u
  test.each([
    ['svg', '../../docs/release.svg'],
    ['dot', 'snapshots/release.dot'],
    ['mermaid', 'snapshots/release.mmd'],
  ])('draws values/onepassword-connect.yaml as %s, in %s', async (format, file) => {
    const release = ['-f', production, '--release', 'centaur', '-n', 'centaur-system'];
    const { status, stdout, stderr } = await run(...release, '--format', format);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(file);
  });

  test('prints an SVG by default, the same each time', async () => {
    const first = await run('-f', production);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^<svg role="img" aria-labelledby="title" width="\d+" height="\d+" viewBox=/,
    );
    expect(first.stdout).toContain('>\n<title id="title">Who may talk to whom');
    expect(await run('-f', production)).toEqual(first);
  });

  test.each([
    ['release.svg', /^<svg /],
    ['release', /^<svg /],
    ['release.mmd', /^flowchart TB\n/],
    ['release.dot', /^digraph release \{\n/],
    ['release.gv', /^digraph release \{\n/],
  ])('writes %s in the format of its ending', async (name, beginning) => {
    const file = path.join(folder, name);
    expect(await run('-f', production, '--output-file', file)).toEqual({
      status: 0,
      stdout: `wrote ${file}\n`,
      stderr: '',
    });
    expect(readFileSync(file, 'utf8')).toMatch(beginning);
    await run('-f', production, '--output-file', file, '--format', 'dot');
    expect(readFileSync(file, 'utf8')).toMatch(/^digraph/);
  });

  test('draws the pod of helm test on request', async () => {
    expect((await run('--format', 'mermaid')).stdout).not.toContain('helm test');
    expect((await run('--format', 'mermaid', '--tests')).stdout).toContain('helm test');
  });

  test('reports problems of the values like render, and writes nothing', async () => {
    const values = path.join(folder, 'bad.yaml');
    writeFileSync(values, 'ironProxy: {secretSource: vault}\n');
    const file = path.join(folder, 'never.svg');
    const refused = await run('-f', values, '--output-file', file);
    expect(refused).toEqual(await runHere(product, ['render', '-f', values]));
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(existsSync(file)).toBe(false);
  });

  test('leaves an existing file as it is if it cannot write', async () => {
    const file = path.join(folder, 'a-file');
    writeFileSync(file, '');
    const { status, stderr } = await run('--output-file', path.join(file, 'release.svg'));
    expect(status).toBe(1);
    expect(stderr).toContain('nothing was changed');
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('says so if no policy limits anything', async () => {
    const { stdout } = await run('--format', 'mermaid', '--set', 'networkPolicy.enabled=false');
    expect(stdout).toContain('every pod may talk to everything');
    expect(stdout.match(/=+>|-+>|-\.->/g)).toEqual(['==>', '==>']);
  });

  test('summarises long lists', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `KEY_${index + 10}`);
    const values = `tools={t: {hosts: [a.example.com], secrets: [${names.join(', ')}]}}`;
    const file = path.join(folder, 'many.yaml');
    writeFileSync(file, values.replace('=', ': '));
    const { stdout } = await run('-f', file, '--format', 'dot');
    expect(stdout).toContain('KEY_20<br');
    expect(stdout).not.toContain('KEY_21');
    // Codex' key is the first, and is in no declaration of the tool.
    expect(stdout).toContain('… and 30 more');
  });
});

// ------------------------------------------------------------------------------------------------- hostile strings

const hostile = [
  ...[
    '"',
    "'",
    '\\',
    '\\"',
    '\\N',
    '\\G',
    '<',
    '>',
    '&',
    '&amp;',
    '&#0;',
    '<br/>',
    '</table>',
    ']]>',
    '-->',
    '<!--',
  ],
  ...[
    '"]; evil["',
    '"] --> evil',
    '%%{init: {}}%%',
    '%% comment',
    '#quot;',
    '#59;',
    '`code`',
    '**bold**',
    '1. one',
  ],
  ...[
    '- item',
    'end',
    'a\nb',
    '\r\n  end\n',
    '}',
    '{',
    '|',
    '|"',
    'label=<',
    '\u202e',
    '\u0000',
    '\ud800',
    '😀',
    '',
  ],
  ...[
    ' ',
    '<script>alert(1)</script>',
    '[link](javascript:alert(1))',
    'http://a.example.com',
    '_emphasis_',
    '$x$',
  ],
];

const anyString = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...hostile), { maxLength: 4 }).map((parts) => parts.join('')),
);

const section = fc.record({
  kind: fc.constantFrom('keys', 'credentials', 'placeholders', 'place', 'words'),
  heading: anyString,
  items: fc.array(anyString, { maxLength: 14 }),
  critical: fc.array(fc.constantFrom(...hostile), { maxLength: 14 }),
});

const ports = fc.array(fc.record({ protocol: anyString, port: anyString }), { maxLength: 3 });

/** A release in which every string that values can give is any string. */
const anyGraph: fc.Arbitrary<ReleaseGraph> = fc
  .record({
    names: fc.tuple(anyString, anyString),
    limited: fc.boolean(),
    titles: fc.tuple(anyString, anyString, anyString),
    sections: fc.tuple(fc.array(section, { maxLength: 2 }), fc.array(section, { maxLength: 2 })),
    ports,
    allowedBy: fc.constantFrom('chart', 'api', 'values', 'default'),
  })
  .map(({ names, limited, titles, sections, ports, allowedBy }) => ({
    release: names[0],
    namespace: names[1],
    source: 'env',
    limited,
    nodes: [
      { id: 'api', title: titles[0], zone: 'control', sections: sections[0] },
      { id: 'sandbox', title: titles[1], zone: 'sandboxes', sections: [] },
      { id: 'upstreams', title: titles[2], zone: 'outside', sections: sections[1] },
    ],
    edges: [
      { from: 'api', to: 'upstreams', ports, allowedBy, because: ['because "x" & <y>'] },
      { from: 'release', to: 'outside', ports, allowedBy, because: ['because "x" & <y>'] },
    ],
  }));

/** Short strings that must be readable in a picture. */
function stringsOf({ nodes }: ReleaseGraph): readonly string[] {
  return nodes
    .flatMap(({ title, sections }) => [
      title,
      ...sections.flatMap(({ kind, heading, items }) =>
        items.length === 0 ? [] : [...(kind === 'place' ? [] : [heading]), ...items.slice(0, 11)],
      ),
    ])
    .map(printable)
    .filter(isShort);
}

/** Graphviz makes some of several spaces unbreakable. */
function collapsed(text: string): string {
  return text.replaceAll(/[ \u00a0]+/g, ' ').trim();
}

function isShort(text: string): boolean {
  return [...text].length <= 72 && text.trim() !== '';
}

/** The elements and strings of an XML document. Throws if it is not well-formed. */
function parsed(xml: string) {
  const elements: string[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  const token = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let length = 0;
  for (const [whole, closing, name = '', attributes = '', alone, text] of xml.matchAll(token)) {
    length += whole.length;
    for (const part of [attributes, text ?? '']) {
      if (/&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)/i.test(part))
        throw new Error(`a bare & in ${part}`);
    }
    if (text !== undefined) texts.push(decoded(text));
    else if (closing) expect(open.pop()).toBe(name);
    else {
      elements.push(name);
      if (!alone) open.push(name);
    }
  }
  expect({ length, open }).toEqual({ length: xml.length, open: [] });
  return { elements: [...new Set(elements)].sort(), texts };
}

function decoded(text: string): string {
  const named: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(#x?[0-9a-f]+|\w+);/gi, (_, entity: string) =>
    entity.startsWith('#x')
      ? String.fromCodePoint(Number.parseInt(entity.slice(2), 16))
      : entity.startsWith('#')
        ? String.fromCodePoint(Number(entity.slice(1)))
        : (named[entity] ?? ''),
  );
}

const runs = { numRuns: 200 };

describe('hostile strings', () => {
  test('make no other nodes or edges for Graphviz', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { objects = [], edges = [] } = JSON.parse(graphviz.layout(dotOf(graph), 'dot_json', 'dot'));
        const names = objects.map(({ name }: { name: string }) => name).sort();
        expect(names).toEqual([
          'api',
          'cluster_control',
          'cluster_outside',
          'cluster_release',
          'cluster_sandboxes',
          'sandbox',
          'upstreams',
        ]);
        expect(edges).toHaveLength(2);
      }),
      runs,
    );
  });

  test('are shown as they are in an SVG that is well-formed and has only shapes and text', async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, async (graph) => {
        const { elements, texts } = parsed(await svgOf(graph));
        expect(elements).toEqual(expect.arrayContaining(['g', 'polygon', 'svg', 'text', 'title']));
        const known = ['g', 'path', 'polygon', 'polyline', 'svg', 'text', 'title'];
        expect(elements.filter((name) => !known.includes(name))).toEqual([]);
        const shown = texts.map(collapsed);
        for (const text of stringsOf(graph)) expect(shown).toContain(collapsed(text));
        expect(shown).toContain('because "x" & <y>');
      }),
      runs,
    );
  });

  test('are shown as they are in Mermaid, with nothing but its own tags between quotes', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const lines = mermaidOf(graph).split('\n');
        const label = '"(?:[A-Za-z0-9 ._:/,=-]|#[0-9]+;|<br>|</?[bi]>)*"';
        const forms = [
          /^flowchart TB$|^ {2}accTitle: [\w ,]+$|^ *end$|^ {2}classDef \w+ [\w:#,-]+$|^$/,
          new RegExp(`^ *(subgraph )?[a-z0-9-]+\\[${label}\\](:::\\w+)?$`),
          new RegExp(`^ {2}[a-z0-9-]+ (-->|-\\.->|==>)\\|${label}\\| [a-z0-9-]+$`),
        ];
        for (const line of lines) expect(forms.filter((form) => form.test(line))).not.toEqual([]);
        const shown = lines
          .flatMap((line) => line.match(new RegExp(label, 'g')) ?? [])
          .flatMap((text) => text.slice(1, -1).split(/<br>|<\/?[bi]>/))
          .map((text) =>
            text.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
          );
        for (const text of stringsOf(graph)) expect(shown).toContain(text);
      }),
      runs,
    );
  });

  test('that look like Markdown are none for Mermaid, which would draw an error in place of a list', () => {
    const node = { id: 'api', title: '1. one', zone: 'control', sections: [] } as const;
    const graph = { release: 'r', namespace: 'n', source: 'env', limited: true, edges: [] } as const;
    expect(mermaidOf({ ...graph, nodes: [node] })).toContain('<b>1#46; one</b>');
    const item = { ...node, title: '- a-b, c _d_' };
    expect(mermaidOf({ ...graph, nodes: [item] })).toContain('<b>#45; a-b, c #95;d#95;</b>');
  });
});
