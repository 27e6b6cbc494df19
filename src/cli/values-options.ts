/** The options by which users give values, as in Helm, and how the values are loaded. */
import type { Command } from 'commander';
import type { ReleaseOptions } from '../helm/chart.js';
import type { ValueMap } from '../text/json.js';
import { complain } from './io.js';
import type { Host, Subject } from './verb.js';

export interface ValuesFlags {
  readonly values: readonly string[];
  readonly set?: readonly string[];
}

export function defineFilesOption(command: Command, description: string): Command {
  return command.requiredOption('-f, --values <file...>', `${description}; - is standard input`);
}

/** Files and `--set`, layered. */
export function defineValuesOptions(command: Command): Command {
  return defineFilesOption(command, 'values files, the later ones winning').option(
    '--set <key=value...>',
    'values on the command line, as helm takes them; they win over files',
    [],
  );
}

/** The complete values of a release, with the release and the chart; undefined if problems were reported. */
export async function loaded(
  { values, set = [] }: ValuesFlags,
  { io, subject }: Host,
  release?: ReleaseOptions,
): Promise<(Subject & { readonly values: ValueMap }) | undefined> {
  const [{ loadValues }, { readFiles }] = await Promise.all([
    import('../helm/load-values.js'),
    import('./read-files.js'),
  ]);
  const files = await readFiles(values, io);
  const asked = await subject();
  const { chart, hints } = asked;
  const result = loadValues(chart, { files, set, hints, ...(release !== undefined && { release }) });
  const isFaulty = 'problems' in result;
  if (isFaulty || result.warnings.length > 0) {
    const { coloursOf, problemText, warningText } = await import('./problem-text.js');
    const colours = coloursOf(io.stderr, io);
    const lines = isFaulty
      ? (await import('./declared-problems.js'))
          .inPyprojects(result.problems, files)
          .map((problem) => problemText(problem, colours))
      : result.warnings.map((warning) => warningText(warning, colours));
    await complain(io, lines.join(''));
  }
  return isFaulty ? undefined : { ...asked, values: result.values };
}
