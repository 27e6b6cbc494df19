import { Option } from 'commander';
import { Failure } from './failure.js';
import { print } from './io.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import {
  defineValuesOptions,
  loaded,
  namedByArguments,
  namedValues,
  type ValuesFlags,
} from './values-options.js';
import type { Verb } from './verb.js';

interface DiffOptions extends ReleaseFlags, ValuesFlags {
  readonly to: readonly string[];
  readonly output: 'text' | 'json';
}

export const diff: Verb = {
  name: 'diff',
  summary: 'show what a change of values changes in a release',
  description:
    'Compares the release that values files make with the one that the files of --to make, object by object: what is added, removed and changed, which pods restart, and what Kubernetes refuses to change. --set and its like apply to both.\n\n' +
    'Lists are compared by the names of their members, and configuration files by their content. Values of Secrets, and those of the variables in extraEnv, are not shown.\n\n' +
    'The exit status is 0 if nothing differs, 1 if something does, and 2 for a wrong call. It is also 1 for values that render refuses, and then standard output is empty.',
  examples: [
    'diff -f old.yaml --to new.yaml',
    'diff -f base.yaml,staging.yaml --to base.yaml,production.yaml',
    'diff -f old.yaml --to new.yaml --release centaur -n centaur-system --output json',
    'diff --to values.yaml',
  ],

  define(command) {
    defineValuesOptions(command, 'values files, as with -f').requiredOption(
      '--to <file...>',
      'values files to compare with, the later ones winning, as with -f',
    );
    defineReleaseOptions(command);
    command.addOption(
      new Option('--output <format>', 'how to print the differences')
        .choices(['text', 'json'])
        .default('text'),
    );
  },

  async run({ to, output, ...flags }: DiffOptions, host, operands) {
    const { io } = host;
    const release = releaseOf(flags);
    const toFlags = { ...flags, values: to };
    const { isStdin } = await import('./read-files.js');
    const named = await Promise.all([
      namedValues(flags, namedByArguments(operands), true),
      namedValues(toFlags, [], true),
    ]);
    const files = named.flatMap(({ files, setFiles }) => [...files, ...setFiles]);
    if (files.filter(({ name }) => isStdin(name)).length > 1) {
      throw new Failure(2, '-: standard input can be read only once');
    }
    const old = await loaded(flags, operands, host, release);
    const now = await loaded(toFlags, [], host, release);
    if (old === undefined || now === undefined) return 1;
    const [{ isSame, releaseDiff }, { jsonReport, textReport }, { inInstallOrder }, { coloursOf }] =
      await Promise.all([
        import('./diff-objects.js'),
        import('./diff-report.js'),
        import('./install-order.js'),
        import('./problem-text.js'),
      ]);
    const side = ({ chart, values }: typeof old) => ({
      objects: inInstallOrder(chart.evaluate(values, release).objects),
      values,
    });
    const found = releaseDiff(side(old), side(now));
    await print(io, output === 'json' ? jsonReport(found) : textReport(found, coloursOf(io.stdout, io)));
    return isSame(found) ? 0 : 1;
  },
};
