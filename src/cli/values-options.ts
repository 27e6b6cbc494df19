/** The options by which users give values, with Helm's meaning, and how the values are loaded. */
import { type Command, Option } from 'commander';
import type { ReleaseOptions } from '../helm/chart.js';
import type { Setting } from '../helm/load-values.js';
import type { ValueMap } from '../text/json.js';
import { Failure } from './failure.js';
import { complain, type Io } from './io.js';
import type { InputFile, NamedFile } from './read-files.js';
import type { Host, Subject } from './verb.js';

type SettingFlag = 'set' | 'setString' | 'setJson' | 'setFile' | 'setLiteral';

export interface ValuesFlags extends Partial<Record<SettingFlag, readonly string[]>> {
  readonly values?: readonly string[];
}

interface SettingOption {
  readonly option: Setting['option'];
  readonly flag: SettingFlag;
  readonly form: string;
  readonly what: string;
}

const settingOptions: readonly SettingOption[] = [
  { option: '--set', flag: 'set', form: 'key=value', what: 'set values: a.b=1,c[0]=x,d={e,f}' },
  {
    option: '--set-string',
    flag: 'setString',
    form: 'key=text',
    what: 'set strings, even if they look like numbers',
  },
  { option: '--set-json', flag: 'setJson', form: 'key=json', what: 'set JSON: a={"b":[1]},c=null' },
  { option: '--set-file', flag: 'setFile', form: 'key=file', what: 'set the contents of files' },
  { option: '--set-literal', flag: 'setLiteral', form: 'key=text', what: 'set one string without escapes' },
];

/** The files, `-f` and `--set` with its like. */
export function defineValuesOptions(command: Command, files: string): Command {
  command
    .argument('[file...]', files)
    .option(
      '-f, --values <file...>',
      'values files, the later ones winning; a comma separates names; - is standard input',
    );
  for (const { option, form, what } of settingOptions) {
    command.addOption(new Option(`${option} <${form}>`, what).argParser(collected));
  }
  return command.addHelpText(
    'after',
    `
Without files, the chart's defaults are taken. What the options set overrides files. As in Helm, the options apply in
this order, whatever their order on the command line: --set-json, --set, --set-string, --set-file, --set-literal.`,
  );
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function settingsOf(flags: ValuesFlags): readonly Setting[] {
  return settingOptions.flatMap(({ option, flag }) =>
    (flags[flag] ?? []).map((expression) => ({ option, expression })),
  );
}

/** What the user's options give, read from the disk. */
export interface GivenValues {
  readonly files: readonly InputFile[];
  readonly set: readonly Setting[];
  readonly setFiles: ReadonlyMap<string, Uint8Array>;
}

/** The files that the options and arguments name. */
export interface NamedValues {
  readonly files: readonly NamedFile[];
  readonly set: readonly Setting[];
  readonly setFiles: readonly NamedFile[];
}

/**
 * The files of `-f` and of the arguments, and those that `--set-file` reads.
 *
 * @throws {Failure} for layered files of which some are given with -f and some are not
 */
export async function namedValues(
  flags: ValuesFlags,
  operands: readonly NamedFile[],
  layered: boolean,
): Promise<NamedValues> {
  const { filesOf } = await import('../helm/load-values.js');
  const files = (flags.values ?? []).flatMap(separated).map((name) => ({ name }));
  if (layered && files.length > 0 && operands.length > 0) {
    throw new Failure(2, 'name all files with -f, or all without it: later files override earlier ones');
  }
  const set = settingsOf(flags);
  const setFiles = set.flatMap(filesOf).map(({ name, file }) => ({ name: file, by: name }));
  return { files: [...files, ...operands], set, setFiles };
}

/** Arguments that name a file each. */
export function namedByArguments(operands: readonly string[]): readonly NamedFile[] {
  return operands.map((name, index) => ({ name, by: `argument ${index + 1}` }));
}

/** @throws {Failure} naming each file that cannot be read */
export async function readValues({ files, set, setFiles }: NamedValues, io: Io): Promise<GivenValues> {
  const { readFiles } = await import('./read-files.js');
  const read = await readFiles([...files, ...setFiles], io);
  return {
    files: read.slice(0, files.length),
    set,
    setFiles: new Map(
      setFiles.map(({ name }, index) => [name, read[files.length + index]?.text ?? new Uint8Array()]),
    ),
  };
}

/**
 * The names in one `-f`, which Helm reads as a line of comma-separated values: a name with a comma is put in quotes.
 *
 * @throws {Failure} if Helm would find no name there
 */
function separated(list: string): readonly string[] {
  const names = [...`,${list}`.matchAll(/,(?:"((?:[^"]|"")+)"|([^",\r\n]+))/gy)];
  const length = names.reduce((sum, [name]) => sum + name.length, 0);
  if (length !== list.length + 1) {
    throw new Failure(
      2,
      "-f: a file's name is missing; write -f a.yaml,b.yaml, and a name with a comma in double quotes",
    );
  }
  return names.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** The complete values of a release, with the release and the chart; undefined if problems were reported. */
export async function loaded(
  flags: ValuesFlags,
  operands: readonly string[],
  { io, subject }: Host,
  release?: ReleaseOptions,
): Promise<(Subject & { readonly values: ValueMap }) | undefined> {
  const [{ loadValues }, given] = await Promise.all([
    import('../helm/load-values.js'),
    namedValues(flags, namedByArguments(operands), true).then((named) => readValues(named, io)),
  ]);
  const asked = await subject();
  const { chart, hints } = asked;
  const result = loadValues(chart, { ...given, hints, ...(release !== undefined && { release }) });
  const isFaulty = 'problems' in result;
  if (isFaulty || result.unread.length > 0) {
    const { coloursOf, problemText, warningText } = await import('./problem-text.js');
    const colours = coloursOf(io.stderr, io);
    const lines = isFaulty
      ? (await import('./declared-problems.js'))
          .inPyprojects(result.problems, given.files)
          .map((problem) => problemText(problem, colours))
      : result.unread.map((warning) => warningText(warning, colours));
    await complain(io, lines.join(''));
  }
  return isFaulty ? undefined : { ...asked, values: result.values };
}
