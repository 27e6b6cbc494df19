import path from 'node:path';
import type { RenderedObject } from './install-order.js';
import { complain, print } from './io.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import type { Verb } from './verb.js';

interface RenderOptions extends ReleaseFlags {
  readonly values: readonly string[];
  readonly set?: readonly string[];
  readonly outputDir?: string;
}

export const render: Verb = {
  name: 'render',
  summary: 'print the plain manifests for values files, without Helm',
  description:
    'Prints the objects that `helm template` of the chart prints for the same values, in the same order.\n' +
    'Where something is wrong with the values, it says what and where, and prints no manifest.',
  examples: [
    'render -f values.yaml',
    'render -f base.yaml -f production.yaml --set api.replicaCount=3',
    'render -f values.yaml --release centaur --namespace centaur-system | kubectl apply -n centaur-system -f -',
    'render -f values.yaml --output-dir manifests',
  ],

  define(command) {
    command
      .requiredOption('-f, --values <file...>', 'values files, the later ones winning; - is standard input')
      .option(
        '--set <key=value...>',
        'values on the command line, as helm takes them; they win over files',
        [],
      );
    defineReleaseOptions(command);
    command.option(
      '--output-dir <folder>',
      'write a file for each object into this folder, and print no manifest',
    );
  },

  async run({ values, set = [], outputDir, ...flags }: RenderOptions, { io, subject }) {
    const release = releaseOf(flags);
    const [{ loadValues }, { readFiles }, { inInstallOrder }, { isSecret, manifestText, sourceLine }] =
      await Promise.all([
        import('../helm/load-values.js'),
        import('./read-files.js'),
        import('./install-order.js'),
        import('./manifest-text.js'),
      ]);
    const files = await readFiles(values, io);
    const { chart, hints } = await subject();
    const name = chart.metadata.name;

    const loaded = loadValues(chart, { files, set, release, hints });
    if ('problems' in loaded) {
      const { coloursOf, problemText } = await import('./problem-text.js');
      const colours = coloursOf(io.stderr, io);
      await complain(io, loaded.problems.map((problem) => problemText(problem, colours)).join(''));
      return 1;
    }
    const objects = inInstallOrder(chart.evaluate(loaded.values, release).objects);
    if (outputDir === undefined) {
      await print(io, objects.map((object) => `---\n${manifestText(name, object)}`).join(''));
      return 0;
    }
    const { writeFiles } = await import('./write-files.js');
    // Where an object is written, below the folder.
    const fileOf = ({ file }: RenderedObject) => path.posix.relative('templates', file);
    await writeFiles({
      folder: outputDir,
      files: new Map(objects.map((object) => [fileOf(object), manifestText(name, object)])),
      secret: new Set(objects.filter(({ object }) => isSecret(object)).map(fileOf)),
      isOurs: (_, head) => head.startsWith(sourceLine(name)),
    });
    await print(io, `wrote ${objects.length} files to ${outputDir}\n`);
    return 0;
  },
};
