import { Option } from 'commander';
import type { Problem } from '../helm/load-values.js';
import { type ExitStatus, Failure } from './failure.js';
import { complain, print, progress } from './io.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import { type ReportFormat, reportFormats } from './report-formats.js';
import {
  defineValuesOptions,
  type NamedValues,
  namedByArguments,
  namedValues,
  readValues,
  type ValuesFlags,
} from './values-options.js';
import type { Host, Verb } from './verb.js';

interface ValidateOptions extends ReleaseFlags, ValuesFlags {
  readonly layered: boolean;
  readonly strict: boolean;
  readonly watch: boolean;
  readonly output: ReportFormat;
}

export const validate: Verb = {
  name: 'validate',
  summary: 'check values files: what is wrong, where, and what to do',
  description:
    "Checks each file by itself over the chart's defaults: every key, every value, and the rules between them.\n" +
    'The release and its namespace are part of the names by which its API can be reached, where no credential may be sent:\n' +
    'give both as at the installation, so that each of these names is refused.',
  examples: [
    'validate values.yaml',
    'validate values/',
    "validate 'environments/**/*.yaml' --output github",
    'validate --layered -f base.yaml,production.yaml --release centaur -n centaur-system',
    'validate values.yaml --set api.replicaCount=3 --output json',
    'validate values/ --watch',
  ],

  define(command) {
    defineValuesOptions(
      command,
      "values files, folders (their *.yaml and *.yml) and patterns such as '*.yaml'",
    )
      .option('--layered', 'check the files as one set of values, the later files winning', false)
      .option('--strict', 'treat warnings as problems: exit status 1 if there are any', false)
      .option('--watch', 'check again whenever a file changes, until Ctrl-C', false);
    defineReleaseOptions(command);
    command.addOption(
      new Option('--output <format>', 'how to print what was found; github are annotations of a workflow')
        .choices(reportFormats)
        .default('text'),
    );
  },

  async run({ watch, ...options }: ValidateOptions, host, operands) {
    const named = async () => {
      const { filesNamed } = await import('./named-files.js');
      return namedValues(options, await filesNamed(namedByArguments(operands)), options.layered);
    };
    if (!watch) return check(options, host, await named());
    return watchValues(options, host, named);
  },
};

async function watchValues(
  options: Omit<ValidateOptions, 'watch'>,
  host: Host,
  named: () => Promise<NamedValues>,
): Promise<ExitStatus> {
  const [{ isStdin }, { watching }] = await Promise.all([import('./read-files.js'), import('./watch.js')]);
  const names = async () => {
    const { files, setFiles } = await named();
    return [...files, ...setFiles].map(({ name }) => name);
  };
  if ((await names()).some(isStdin)) throw new Failure(2, '--watch: standard input cannot be watched');
  return watching(host.io, names, async () => {
    try {
      return await check(options, host, await named());
    } catch (error) {
      // A file that is gone may come back.
      if (!(error instanceof Failure)) throw error;
      await complain(host.io, `${error.message}\n`);
      return error.status;
    }
  });
}

async function check(
  { layered, strict, output, ...flags }: Omit<ValidateOptions, 'watch'>,
  { io, version, subject }: Host,
  named: NamedValues,
): Promise<ExitStatus> {
  const release = releaseOf(flags);
  const [{ loadValues }, { reports }, { coloursOf }] = await Promise.all([
    import('../helm/load-values.js'),
    import('./validation-reports.js'),
    import('./problem-text.js'),
  ]);
  const { files, ...given } = await readValues(named, io);
  const { chart, hints } = await subject();

  const sets = layered || files.length === 0 ? [files] : files.map((file) => [file]);
  const busy = progress(io);
  const found = sets.map((set, index) => {
    if (sets.length > 1) busy.show(`checking ${index + 1} of ${sets.length}: ${set[0]?.file}`);
    return loadValues(chart, { ...given, files: set, release, hints });
  });
  busy.done();
  const faults = distinct(found.flatMap((loaded) => ('problems' in loaded ? loaded.problems : [])));
  const doubts = distinct(
    found.flatMap((loaded) => ('problems' in loaded ? [] : [...loaded.unread, ...loaded.doubtful])),
  );
  const [problems, warnings] = strict ? [[...faults, ...doubts], []] : [faults, doubts];
  const placed =
    problems.length === 0 ? problems : (await import('./declared-problems.js')).inPyprojects(problems, files);
  const findings = { files: files.map(({ file }) => file), problems: placed, warnings };
  await print(io, reports[output](findings, { version, colours: coloursOf(io.stdout, io) }));
  return problems.length === 0 ? 0 : 1;
}

/** What is wrong with an option is found again with each file. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
