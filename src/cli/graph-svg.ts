/** Graphviz' drawing of a release as an SVG that is complete in itself. */
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import type { ReleaseGraph } from '../centaur/release-graph.js';
import { dotOf } from './graph-dot.js';
import { title } from './graph-words.js';

export async function svgOf(graph: ReleaseGraph): Promise<string> {
  const graphviz = await Graphviz.load();
  const drawing = graphviz.layout(dotOf(graph), 'svg', 'dot');
  return (
    drawing
      .slice(drawing.indexOf('<svg '))
      .replaceAll(/<!--.*?-->\n?/gs, '')
      .replace('<title>release</title>\n', '')
      .replace(
        /^<svg width="(\d+)pt" height="(\d+)pt"\s+([^>]*)>/,
        `<svg role="img" aria-labelledby="title" width="$1" height="$2" $3>\n<title id="title">${title}</title>`,
      )
      .replaceAll('font-family="Helvetica,sans-Serif"', 'font-family="Helvetica,Arial,sans-serif"')
      // Graphviz writes a tooltip as a link that leads nowhere.
      .replaceAll(/<a xlink:title="([^"]*)">/g, '<g><title>$1</title>')
      .replaceAll('</a>', '</g>')
  );
}
