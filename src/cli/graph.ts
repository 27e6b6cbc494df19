import path from 'node:path';
import { Option } from 'commander';
import type { ReleaseGraph } from '../centaur/release-graph.js';
import { print } from './io.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import { defineValuesOptions, loaded, type ValuesFlags } from './values-options.js';
import type { Verb } from './verb.js';

const formats = ['svg', 'mermaid', 'dot'] as const;

type Format = (typeof formats)[number];

interface GraphOptions extends ReleaseFlags, ValuesFlags {
  readonly format?: Format;
  readonly outputFile?: string;
  readonly tests?: boolean;
}

export const graph: Verb = {
  name: 'graph',
  summary: 'draw who may talk to whom, and where credentials can be read',
  description:
    'Draws the release that values files make: its pods, what is outside of it, an arrow with ports for each connection that NetworkPolicies allow, and in each pod the keys of Secrets and the credentials that can be read there: their names, and no value.\n\n' +
    'svg is a picture for browsers and web pages, mermaid goes into a ```mermaid block of Markdown, and dot is for Graphviz.',
  examples: [
    'graph -f values.yaml --output-file release.svg',
    'graph -f base.yaml,production.yaml --format mermaid',
    'graph -f values.yaml --format dot | dot -Tpdf > release.pdf',
  ],

  define(command) {
    defineValuesOptions(command, 'values files, as with -f');
    defineReleaseOptions(command);
    command
      .addOption(
        new Option(
          '--format <format>',
          "the picture's format (default: by the ending of --output-file, .svg, .mmd or .dot, else svg)",
        ).choices(formats),
      )
      .option('--tests', 'also draw the pod of helm test')
      .option('--output-file <file>', 'write the picture into this file, not to standard output');
  },

  async run({ format, outputFile, tests = false, ...flags }: GraphOptions, host, operands) {
    const { io } = host;
    const release = releaseOf(flags);
    const asked = await loaded(flags, operands, host, release);
    if (asked === undefined) return 1;
    const text = await drawn(asked.graph(asked.values, { release, tests }), format ?? formatOf(outputFile));
    if (outputFile === undefined) {
      await print(io, text);
      return 0;
    }
    const { writeFiles } = await import('./write-files.js');
    await writeFiles({
      folder: path.dirname(outputFile),
      files: new Map([[path.basename(outputFile), text]]),
    });
    await print(io, `wrote ${outputFile}\n`);
    return 0;
  },
};

/** Graphviz takes longer to load than all else, so that it is loaded only if it draws. */
async function drawn(graph: ReleaseGraph, format: Format): Promise<string> {
  switch (format) {
    case 'svg':
      return (await import('./graph-svg.js')).svgOf(graph);
    case 'mermaid':
      return (await import('./graph-mermaid.js')).mermaidOf(graph);
    case 'dot':
      return (await import('./graph-dot.js')).dotOf(graph);
  }
}

const endings: { readonly [ending: string]: Format } = { '.mmd': 'mermaid', '.dot': 'dot', '.gv': 'dot' };

function formatOf(outputFile = ''): Format {
  return endings[path.extname(outputFile)] ?? 'svg';
}
