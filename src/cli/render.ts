import path from 'node:path';
import type { RenderedObject } from './hooks.js';
import { print } from './io.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import { defineValuesOptions, loaded, type ValuesFlags } from './values-options.js';
import type { Verb } from './verb.js';

interface RenderOptions extends ReleaseFlags, ValuesFlags {
  readonly outputDir?: string;
  readonly skipTests?: boolean;
  readonly hooks: boolean;
}

export const render: Verb = {
  name: 'render',
  summary: 'print the plain manifests for values files, without Helm',
  description:
    'Prints the objects that `helm template` of the chart prints for the same values, in the same order.\n' +
    'Where something is wrong with the values, it says what and where, and prints no manifest.',
  examples: [
    'render -f values.yaml',
    'render -f base.yaml,production.yaml --set api.replicaCount=3',
    'render -f values.yaml --set-file firewall.ca.certPem=ca.pem',
    'render -f values.yaml --no-hooks -n centaur-system | kubectl apply --server-side -f -',
    'render values.yaml --output-dir manifests',
  ],

  define(command) {
    defineValuesOptions(command, 'values files, as with -f');
    defineReleaseOptions(command);
    command
      .option('--skip-tests', 'leave out the pods of helm test')
      .option(
        '--no-hooks',
        "leave out all of Helm's hooks, which only Helm creates and removes at the right time",
      )
      .option(
        '--output-dir <folder>',
        'write a file for each object into this folder, and print no manifest',
      );
  },

  async run({ outputDir, skipTests = false, hooks, ...flags }: RenderOptions, host, operands) {
    const { io } = host;
    const release = releaseOf(flags);
    const [asked, { isHook, isTestHook }, { inInstallOrder }, { isSecret, manifestText, sourceLine }] =
      await Promise.all([
        loaded(flags, operands, host, release),
        import('./hooks.js'),
        import('./install-order.js'),
        import('./manifest-text.js'),
      ]);
    if (asked === undefined) return 1;
    const { chart, values } = asked;
    const name = chart.metadata.name;

    const objects = inInstallOrder(chart.evaluate(values, release).objects).filter(
      (object) => (hooks || !isHook(object)) && !(skipTests && isTestHook(object)),
    );
    if (outputDir === undefined) {
      await print(io, objects.map((object) => `---\n${manifestText(name, object)}`).join(''));
      return 0;
    }
    const { writeFiles } = await import('./write-files.js');
    // The object's file, below the folder.
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
