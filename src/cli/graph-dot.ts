/** A release in Graphviz' own language: https://graphviz.org/doc/info/lang.html */
import type { GraphEdge, GraphNode, ReleaseGraph } from '../centaur/release-graph.js';
import {
  edgeLabel,
  edgeReason,
  type Line,
  nodeTitle,
  notesOf,
  type Paragraph,
  paragraphsOf,
  releaseTitle,
  title,
  type Zone,
  zoneTitles,
} from './graph-words.js';

export function dotOf(graph: ReleaseGraph): string {
  const zone = (id: Zone, indent: string) => {
    const nodes = graph.nodes.filter((node) => node.zone === id);
    if (nodes.length === 0) return [];
    const { line, fill, at = 't' } = colours[id];
    return [
      `${indent}subgraph cluster_${id} {`,
      `${indent}  label=<<b>${escaped(zoneTitles[id])}</b>>; labelloc=${at}; fontcolor="${line}"; color="${line}"; bgcolor="${fill}"`,
      ...nodes.map((node) => `${indent}  "${node.id}" [label=<${nodeLabel(node)}>]`),
      `${indent}}`,
    ];
  };
  return [
    'digraph release {',
    '  graph [rankdir=TB, compound=true, newrank=true, nodesep=0.35, ranksep=0.5, pad=0.15, bgcolor="#ffffff"]',
    `  graph [fontname=${font}, fontsize=12, style=rounded, labeljust=l]`,
    `  node [shape=plain, fontname=${font}, fontsize=11, fontcolor="#1f2328"]`,
    `  edge [fontname=${font}, fontsize=10, fontcolor="#1f2328", color="#59636e", arrowsize=0.8]`,
    `  label=<${legend(graph)}>; labelloc=t`,
    '  subgraph cluster_release {',
    `    label=<<b>${escaped(releaseTitle(graph))}</b>>; color="#d1d9e0"`,
    ...zone('sandboxes', '    '),
    ...zone('control', '    '),
    ...zone('secrets', '    '),
    '  }',
    ...zone('outside', '  '),
    ...graph.edges.map((edge) => edgeLine(edge, graph)),
    '}',
    '',
  ].join('\n');
}

/** Where arrows come from above, the title is at the bottom. */
const colours: {
  readonly [zone in Zone]: { readonly line: string; readonly fill: string; readonly at?: 'b' };
} = {
  sandboxes: { line: '#cf222e', fill: '#ffebe9' },
  control: { line: '#0969da', fill: '#ddf4ff' },
  secrets: { line: '#9a6700', fill: '#fff8c5', at: 'b' },
  outside: { line: '#59636e', fill: '#f6f8fa', at: 'b' },
};

const styles: { readonly [by in GraphEdge['allowedBy']]: string } = {
  chart: '',
  api: ', style=dashed',
  values: ', penwidth=2.5',
  default: ', penwidth=2.5, color="#cf222e"',
};

/** An edge of a group begins or ends at the border of its cluster. */
function edgeLine(edge: GraphEdge, { nodes }: ReleaseGraph): string {
  const inRelease = nodes.find(({ zone }) => zone !== 'outside')?.id ?? '';
  const isGroup = (end: string): end is 'release' | 'outside' => end === 'release' || end === 'outside';
  const nodeOf = (end: GraphEdge['from']) =>
    !isGroup(end)
      ? end
      : end === 'release'
        ? inRelease
        : (nodes.find(({ zone }) => zone === 'outside')?.id ?? '');
  const tail = isGroup(edge.from) ? `, ltail=cluster_${edge.from}` : '';
  const head = isGroup(edge.to) ? `, lhead=cluster_${edge.to}` : '';
  return `  "${nodeOf(edge.from)}" -> "${nodeOf(edge.to)}" [label=<${pill(edgeLabel(edge))}>, tooltip="${escaped(edgeReason(edge))}"${styles[edge.allowedBy]}${tail}${head}]`;
}

/** Graphviz knows the widths of this font's characters. */
const font = 'Helvetica';

const left = '<br align="left"/>';

function nodeLabel(node: GraphNode): string {
  const { line } = colours[node.zone];
  const rows = [
    `<b><font point-size="13">${escaped(nodeTitle(node))}</font></b>`,
    ...paragraphsOf(node).map(paragraph),
  ];
  return `<table border="1" cellborder="0" cellspacing="0" cellpadding="5" style="rounded" color="${line}" bgcolor="#ffffff">${rows
    .map((row) => `<tr><td align="left" balign="left">${row}</td></tr>`)
    .join('')}</table>`;
}

function paragraph({ kind, heading, lines }: Paragraph): string {
  const head = `<font color="#59636e" point-size="9">${escaped(heading)}</font>${left}`;
  const list = `<font color="${lineColours[kind]}" point-size="10">${lines.map(shown).join(left)}</font>${left}`;
  return kind === 'place' ? list : `${head}${list}`;
}

function shown({ text, critical }: Line): string {
  return critical ? `<b><font color="#a40e26">${escaped(text)}</font></b>` : escaped(text);
}

const lineColours: { readonly [kind in Paragraph['kind']]: string } = {
  keys: '#1f2328',
  credentials: '#1f2328',
  placeholders: '#59636e',
  place: '#59636e',
  words: '#1f2328',
};

/** A label that stays legible where it lies on lines. */
function pill(text: string): string {
  return `<table border="0" cellborder="0" cellspacing="0" cellpadding="1" style="rounded" bgcolor="#ffffff"><tr><td>${escaped(text)}</td></tr></table>`;
}

function legend(graph: ReleaseGraph): string {
  const colour = graph.limited ? '#1f2328' : '#cf222e';
  const notes = notesOf(graph).map((note) => `<font color="${colour}">${escaped(note)}</font>`);
  const rows = [`<b><font point-size="15">${escaped(title)}</font></b>`, ...notes];
  return `<table border="0" cellborder="0" cellspacing="0" cellpadding="2">${rows
    .map((row) => `<tr><td align="left">${row}</td></tr>`)
    .join('')}</table>`;
}

/**
 * Text in a label, in which Graphviz replaces entities, and escapes such as `\N`. It is never empty: that would remove the
 * text after it as well. https://graphviz.org/doc/info/shapes.html#html
 */
function escaped(text: string): string {
  const replaced: { readonly [character: string]: string } = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\\': '\\\\',
  };
  return text.replaceAll(/[&<>"\\]/g, (character) => replaced[character] ?? '') || ' ';
}
