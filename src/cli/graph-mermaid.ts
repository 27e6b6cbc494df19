/** A release as a flowchart of Mermaid, which GitHub draws: https://mermaid.js.org/syntax/flowchart.html */
import type { GraphEdge, GraphNode, ReleaseGraph } from '../centaur/release-graph.js';
import {
  edgeLabel,
  type Line,
  nodeTitle,
  notesOf,
  paragraphsOf,
  releaseTitle,
  title,
  type Zone,
  zoneTitles,
} from './graph-words.js';

export function mermaidOf(graph: ReleaseGraph): string {
  const zone = (id: Zone, indent: string) => {
    const nodes = graph.nodes.filter((node) => node.zone === id);
    if (nodes.length === 0) return [];
    return [
      `${indent}subgraph ${id}[${quoted([zoneTitles[id]])}]`,
      ...nodes.map((node) => `${indent}  ${node.id}[${nodeLabel(node)}]:::${id}`),
      `${indent}end`,
    ];
  };
  return [
    'flowchart TB',
    `  accTitle: ${title}`,
    `  subgraph release[${quoted([releaseTitle(graph)])}]`,
    ...zone('sandboxes', '    '),
    ...zone('control', '    '),
    ...zone('secrets', '    '),
    '  end',
    ...zone('outside', '  '),
    ...graph.edges.map(
      (edge) => `  ${edge.from} ${arrows[edge.allowedBy]}|${quoted([edgeLabel(edge)])}| ${edge.to}`,
    ),
    `  notes[${quoted(notesOf(graph))}]:::notes`,
    ...Object.entries(classes).map(([name, style]) => `  classDef ${name} ${style}`),
    '',
  ].join('\n');
}

const arrows: { readonly [by in GraphEdge['allowedBy']]: string } = {
  chart: '-->',
  api: '-.->',
  values: '==>',
  default: '==>',
};

/** The text is dark in GitHub's light and dark modes alike. */
const classes: { readonly [name in Zone | 'notes']: string } = {
  sandboxes: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328,text-align:left',
  control: 'fill:#ddf4ff,stroke:#0969da,color:#1f2328,text-align:left',
  secrets: 'fill:#fff8c5,stroke:#9a6700,color:#1f2328,text-align:left',
  outside: 'fill:#f6f8fa,stroke:#59636e,color:#1f2328,text-align:left',
  notes: 'fill:#ffffff,stroke:#d1d9e0,color:#1f2328,text-align:left',
};

function nodeLabel(node: GraphNode): string {
  const paragraphs = paragraphsOf(node).map(({ kind, heading, lines }) =>
    [...(kind === 'place' ? [] : [`<i>${escaped(heading)}</i>`]), ...lines.map(shown)].join('<br>'),
  );
  return `"${[`<b>${escaped(nodeTitle(node))}</b>`, ...paragraphs].join('<br>')}"`;
}

function shown({ text, critical }: Line): string {
  return critical ? `<b>${escaped(text)}</b>` : escaped(text);
}

function quoted(lines: readonly string[]): string {
  return `"${lines.map(escaped).join('<br>')}"`;
}

/**
 * Everything but letters, digits, spaces and a few single signs between them is written by its number: Mermaid would read
 * quotes, brackets and `%%`, a browser HTML, and both Markdown.
 * https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
function escaped(text: string): string {
  return text.replaceAll(
    /((?<=[A-Za-z0-9])(?:[._:/,=-](?=[A-Za-z0-9])|[,:](?= [A-Za-z0-9])))|[^A-Za-z0-9 ]/gu,
    (character, harmless?: string) => harmless ?? `#${character.codePointAt(0)};`,
  );
}
