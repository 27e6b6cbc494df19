/** What a picture of a release says, in the words that all formats share. */
import { type GraphEdge, type GraphNode, portsInWords, type ReleaseGraph } from '../centaur/release-graph.js';
import { printable } from '../text/printable.js';

export type Zone = GraphNode['zone'];

export const zoneTitles: { readonly [zone in Zone]: string } = {
  sandboxes: 'Untrusted',
  control: 'Control plane',
  secrets: 'Where credentials can be read',
  outside: 'Outside the release',
};

export const title = 'Who may talk to whom, and where credentials can be read';

export function releaseTitle({ release, namespace }: ReleaseGraph): string {
  return oneLine(`Release ${release} in namespace ${namespace}`);
}

/** The legend. */
export function notesOf({ source, limited, edges }: ReleaseGraph): readonly string[] {
  const isAllowedBy = (by: GraphEdge['allowedBy']) => edges.some(({ allowedBy }) => allowedBy === by);
  return [
    `Bold: credentials, and keys that fetch them. Their source is ${source}.`,
    ...(limited
      ? [
          'An arrow is a connection that NetworkPolicies allow. All others are denied.',
          ...(isAllowedBy('api')
            ? ['Dashed: policies that the API creates, for each sandbox and its own proxy.']
            : []),
          ...(isAllowedBy('values') ? ['Thick: rules in the values.'] : []),
        ]
      : ['networkPolicy.enabled is false: every pod may talk to everything, and everything to every pod.']),
  ];
}

/** A part of a node: a heading, and lines below it. */
export interface Paragraph {
  readonly kind: GraphNode['sections'][number]['kind'];
  readonly heading: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly text: string;
  /** A credential, or a key that fetches some. */
  readonly critical: boolean;
}

/** More lines than this are summarised. */
const mostLines = 12;

export function paragraphsOf({ sections }: GraphNode): readonly Paragraph[] {
  return sections
    .filter(({ items }) => items.length > 0)
    .map(({ kind, heading, items, critical = [] }) => {
      const shown = items.length > mostLines ? items.slice(0, mostLines - 1) : items;
      const lines = shown.map((item) => ({
        text: oneLine(item),
        critical: kind === 'credentials' || critical.includes(item),
      }));
      const others = items.length - shown.length;
      const rest = others > 0 ? [{ text: `… and ${others} more`, critical: false }] : [];
      return { kind, heading: oneLine(heading), lines: [...lines, ...rest] };
    });
}

export function nodeTitle({ title }: GraphNode): string {
  return oneLine(title);
}

export function edgeLabel({ ports }: GraphEdge): string {
  return oneLine(portsInWords(ports));
}

/** The reasons for an edge. */
export function edgeReason({ because }: GraphEdge): string {
  return oneLine(because.join('; '));
}

/** Names of Kubernetes have at most 63 characters, hosts up to 253. */
const longest = 72;

function oneLine(text: string): string {
  const characters = [...printable(text)];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
}
