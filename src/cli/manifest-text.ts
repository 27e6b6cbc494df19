import { type Line, layoutDocument } from '../helm/layout/layout.js';
import { mapNode } from '../helm/manifest/node.js';
import type { RenderedObject } from './install-order.js';

/** An object as YAML, written as the chart's templates write it, under a line that says which of them it comes from. */
export function manifestText(chart: string, { file, object }: RenderedObject): string {
  const lines = layoutDocument(mapNode(object)).map(textOf);
  return `${sourceLine(chart)}${file}\n${lines.join('\n')}\n`;
}

/** How a file that was rendered from a template of this chart begins. */
export function sourceLine(chart: string): string {
  return `# Source: ${chart}/`;
}

function textOf(line: Line): string {
  if (line.kind !== 'text') throw new TypeError(`an object without expressions was laid out as ${line.kind}`);
  return ' '.repeat(line.indent) + line.parts.join('');
}
