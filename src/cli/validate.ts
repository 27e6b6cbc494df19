import { Option } from 'commander';
import type { Problem } from '../helm/load-values.js';
import { print, progress } from './io.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import { defineFilesOption } from './values-options.js';
import type { Verb } from './verb.js';

interface ValidateOptions extends ReleaseFlags {
  readonly values: readonly string[];
  readonly layered: boolean;
  readonly output: 'text' | 'json';
}

export const validate: Verb = {
  name: 'validate',
  summary: 'check values files: what is wrong, where, and what to do',
  description:
    "Checks each file by itself over the chart's defaults: every key, every value, and the rules between them.\n" +
    'The release and its namespace are part of the names by which its API can be reached, where no credential may be sent:\n' +
    'give both as at the installation, so that each of these names is refused.',
  examples: [
    'validate -f values.yaml',
    'validate -f values/*.yaml',
    'validate --layered -f base.yaml -f production.yaml --release centaur --namespace centaur-system',
    'validate -f values.yaml --output json',
  ],

  define(command) {
    defineFilesOption(command, 'values files').option(
      '--layered',
      'check the files as one set of values, the later files winning',
      false,
    );
    defineReleaseOptions(command);
    command.addOption(
      new Option('--output <format>', 'how to print what was found')
        .choices(['text', 'json'])
        .default('text'),
    );
  },

  async run({ values, layered, output, ...flags }: ValidateOptions, { io, subject }) {
    const release = releaseOf(flags);
    const [{ loadValues }, { readFiles }] = await Promise.all([
      import('../helm/load-values.js'),
      import('./read-files.js'),
    ]);
    const files = await readFiles(values, io);
    const { chart, hints } = await subject();

    const sets = layered ? [files] : files.map((file) => [file]);
    const busy = progress(io);
    const found = sets.map((set, index) => {
      if (sets.length > 1) busy.show(`checking ${index + 1} of ${sets.length}: ${set[0]?.file}`);
      return loadValues(chart, { files: set, release, hints });
    });
    busy.done();
    const problems = found.flatMap((loaded) => ('problems' in loaded ? loaded.problems : []));
    const warnings = found.flatMap((loaded) => ('problems' in loaded ? [] : loaded.warnings));

    const placed =
      problems.length === 0
        ? problems
        : (await import('./declared-problems.js')).inPyprojects(problems, files);
    if (output === 'json') {
      const names = files.map(({ file }) => file);
      const report = { valid: problems.length === 0, files: names, problems: placed, warnings };
      await print(io, `${JSON.stringify(report, null, 2)}\n`);
    } else {
      const { coloursOf, problemText, warningText } = await import('./problem-text.js');
      const colours = coloursOf(io.stdout, io);
      const lines = [
        ...placed.map((problem) => problemText(problem, colours)),
        ...warnings.map((warning) => warningText(warning, colours)),
      ];
      await print(io, `${lines.join('')}${summary(files.length, problems, warnings)}\n`);
    }
    return problems.length === 0 ? 0 : 1;
  },
};

function summary(files: number, problems: readonly Problem[], warnings: readonly Problem[]): string {
  const checked = `${counted(files, 'file')} checked`;
  if (problems.length === 0) {
    return `${checked}: no problems${warnings.length > 0 ? `, ${counted(warnings.length, 'warning')}` : ''}`;
  }
  const faulty = new Set(problems.map(({ file }) => file)).size;
  return `${checked}: ${counted(problems.length, 'problem')}${files === 1 ? '' : ` in ${faulty} of them`}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
