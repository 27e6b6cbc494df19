import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { Option } from 'commander';
import type { ReleaseOptions } from '../helm/chart.js';
import type { DeclarationProblem } from '../secrets/pyproject.js';
import type { SecretSource } from '../secrets/source.js';
import type { ToolFile, ToolTree } from '../secrets/tool-declarations.js';
import { counted } from '../text/counted.js';
import { byBytes } from '../text/go-syntax.js';
import { isMap, type ValueMap } from '../text/json.js';
import { printable } from '../text/printable.js';
import { codeOf, Failure, reasonOf } from './failure.js';
import { complain, type Io, print, progress } from './io.js';
import type { FileProblem } from './problem-text.js';
import type { Pyprojects, Unreadable } from './pyprojects.js';
import { defineReleaseOptions, type ReleaseFlags, releaseOf } from './release-options.js';
import type { Host, Verb } from './verb.js';

interface ToolsOptions extends ReleaseFlags {
  readonly values?: readonly string[];
  readonly output: 'text' | 'json';
  readonly outputFile?: string;
  readonly check: boolean;
}

/** A problem; one of all declarations together has no file. */
type ToolsProblem = Omit<FileProblem, 'file'> & { readonly file?: string };

export const tools: Verb = {
  name: 'tools',
  summary: 'read the declarations of tools into a values file',
  description:
    'Reads every pyproject.toml under the folders and prints a values file with what their tables [tool.centaur]\n' +
    'declare. A tool is called after its folder. The output depends on neither the file system nor the working directory.\n' +
    'Declarations are checked against each other, and with -f against a release: its source of secrets, its harnesses, its\n' +
    'own hosts. Problems and the number of files, tools and secrets are printed to standard error. With problems, there\n' +
    'is no output, and an output file stays as it is.',
  examples: [
    'tools tools/',
    'tools tools/ more-tools/warehouse/pyproject.toml > tools.yaml',
    'tools tools/ --output-file tools.yaml',
    'tools tools/ --output-file tools.yaml --check',
    'tools tools/ -f values.yaml --release centaur --namespace centaur-system',
    'tools tools/ --output json',
  ],

  define(command) {
    command
      .argument(
        '<path...>',
        'pyproject.toml files, and folders to look in, including folders that links in them lead to; installed packages are skipped, and so are hidden folders and links that lead nowhere',
      )
      .option(
        '-f, --values <file>',
        'check the declarations with these values of a release; may be repeated, and - is standard input',
        (file: string, others: readonly string[] = []) => [...others, file],
      )
      .option('--output-file <file>', 'write the values to this file, only if there are no problems')
      .option('--check', 'write nothing, and exit with 1 if the output file is not up to date', false)
      .addOption(
        new Option('--output <format>', 'json prints problems and counts instead of the values')
          .choices(['text', 'json'])
          .default('text'),
      );
    defineReleaseOptions(command);
  },

  async run({ values = [], output, outputFile, check, ...flags }: ToolsOptions, host, names) {
    if (check && outputFile === undefined) {
      throw new Failure(2, '--check needs --output-file FILE, the file to check');
    }
    const release = releaseOf(flags);
    const { io } = host;
    const [{ findPyprojects }, { readTools, toolsText }] = await Promise.all([
      import('./pyprojects.js'),
      import('../secrets/tool-declarations.js'),
    ]);
    const found = findPyprojects(names);
    const { files, unreadable } = readAll(found, io);
    const tree = readTools(files);
    const { broken, refusals } =
      values.length > 0
        ? { broken: await brokenInRelease(tree, host, values, release), refusals: [] }
        : await brokenRules(tree, host);
    const problems = [...unreadable.map(unreadableProblem), ...tree.problems, ...broken].sort(inOrder);
    const sound = problems.length === 0;
    const text = sound ? toolsText(tree.tools) : '';
    if (sound && outputFile !== undefined) {
      const { staleness, writeOutput } = await import('./tools-file.js');
      if (!check) await writeOutput(outputFile, text);
      else problems.push(...staleness(outputFile, text, names));
    }

    await complain(io, await notesOn(found, io));
    const counts = countsOf(files, tree);
    if (output === 'json') {
      const valid = problems.length === 0;
      const warnings = refusals.flatMap(({ source, problems }) =>
        problems.map((problem) => ({
          ...problem,
          message: `with ${sourceKey} ${source}: ${problem.message}`,
        })),
      );
      const report = { valid, counts: { ...counts, problems: problems.length }, problems, warnings };
      await print(io, `${JSON.stringify(report, null, 2)}\n`);
    } else {
      await complain(io, await problemLines(problems, io));
      if (sound && outputFile === undefined) await print(io, text);
      await complain(io, `${refusals.map(refusalText).join('')}${summary(counts, problems, sound)}\n`);
    }
    return problems.length === 0 ? 0 : 1;
  },
};

interface Read {
  readonly files: readonly ToolFile[];
  readonly unreadable: readonly Unreadable[];
}

function readAll(found: Pyprojects, io: Io): Read {
  const busy = progress(io);
  const files: ToolFile[] = [];
  const unreadable = [...found.unreadable];
  for (const { file, origin } of found.files) {
    try {
      const folder = realpathSync.native(path.dirname(file));
      files.push({ file, origin, folder, text: readFileSync(file) });
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      unreadable.push({ path: file, reason: reasonOf(error) });
    }
    busy.show(`${files.length} pyproject.toml files read, the last in ${file}`);
  }
  busy.done();
  return { files, unreadable };
}

function unreadableProblem({ path: file, reason }: Unreadable): ToolsProblem {
  return { file, path: '', message: `cannot be read: ${reason}` };
}

/** What a release with another source of secrets than the default would refuse. */
interface Refusals {
  readonly source: SecretSource;
  readonly problems: readonly DeclarationProblem[];
}

const sourceKey = 'ironProxy.secretSource';

/** What the chart's rules find across declarations: contradictions, or a configuration that is too large. */
async function brokenRules({ tools }: ToolTree, { subject }: Host) {
  const [{ ruleProblems, valuesOf }, { secretSourceNames }, { chart }] = await Promise.all([
    import('../secrets/tool-declarations.js'),
    import('../secrets/source.js'),
    subject(),
  ]);
  const values: ValueMap = { ...chart.defaults, ...valuesOf(tools) };
  const ironProxy = isMap(values.ironProxy) ? values.ironProxy : {};
  const broken = chart.problems(values);
  const others = secretSourceNames.filter((source) => source !== ironProxy.secretSource);
  const refusals = others.flatMap((source): readonly Refusals[] => {
    const withSource = { ...values, ironProxy: { ...ironProxy, secretSource: source } };
    const more = chart.problems(withSource).filter((message) => !broken.includes(message));
    const problems = ruleProblems(more, tools).filter((problem) => typeof problem !== 'string');
    return problems.length > 0 ? [{ source, problems: problems.sort(inOrder) }] : [];
  });
  return { broken: ruleProblems(broken, tools).map(toProblem), refusals };
}

/** What is wrong with a release that has these values and the declarations. */
async function brokenInRelease(
  { tools }: ToolTree,
  { io, subject }: Host,
  values: readonly string[],
  release: ReleaseOptions,
): Promise<readonly ToolsProblem[]> {
  const [{ ruleProblems, toolsText }, { loadValues }, { readFiles }, { chart, hints }] = await Promise.all([
    import('../secrets/tool-declarations.js'),
    import('../helm/load-values.js'),
    import('./read-files.js'),
    subject(),
  ]);
  const generated = { file: '<tools>', text: toolsText(tools) };
  const files = [...(await readFiles(values, io)), generated];
  const loaded = loadValues(chart, { files, release, hints });
  return ('problems' in loaded ? loaded.problems : []).map((problem): ToolsProblem => {
    if (problem.file !== generated.file) return problem;
    const [placed = problem.message] = ruleProblems([`${problem.path}: ${problem.message}`], tools);
    return toProblem(placed);
  });
}

function toProblem(problem: DeclarationProblem | string): ToolsProblem {
  return typeof problem === 'string' ? { path: '', message: problem } : problem;
}

/** The number of declarations that a message names. */
const maxNamed = 5;

/** One line, since a release with another source may never exist. */
function refusalText({ source, problems }: Refusals): string {
  const places = problems.map(({ file, line, column }) =>
    [printable(file), line, column].filter((part) => part !== undefined).join(':'),
  );
  const distinct = [...new Set(places)];
  const more = distinct.length > maxNamed ? ` and ${distinct.length - maxNamed} more` : '';
  const declarations = counted(distinct.length, 'declaration');
  return (
    `with ${sourceKey} ${source}, ${declarations} would be refused: ${distinct.slice(0, maxNamed).join(', ')}${more}\n` +
    '  For the reasons, give the values of such a release with -f, or --output json.\n'
  );
}

function inOrder(left: ToolsProblem, right: ToolsProblem): number {
  return (
    Number(left.file === undefined) - Number(right.file === undefined) ||
    byBytes(left.file ?? '', right.file ?? '') ||
    (left.line ?? 0) - (right.line ?? 0) ||
    (left.column ?? 0) - (right.column ?? 0)
  );
}

interface Counts {
  readonly files: number;
  readonly tools: number;
  readonly secrets: number;
}

function countsOf(files: readonly ToolFile[], { tools }: ToolTree): Counts {
  const lists = tools.flatMap(({ declaration: { hosts, ...secrets } }) => Object.values(secrets));
  const secrets = lists.reduce((sum, list) => sum + list.length, 0);
  return { files: files.length, tools: tools.length, secrets };
}

function summary(
  { files, tools, secrets }: Counts,
  problems: readonly ToolsProblem[],
  sound: boolean,
): string {
  const read = `${counted(files, 'pyproject.toml file')} read`;
  if (!sound) {
    const faulty = new Set(problems.flatMap(({ file }) => file ?? [])).size;
    return `${read}: ${counted(problems.length, 'problem')} in ${counted(faulty, 'file')}`;
  }
  const declared = `${counted(tools, 'tool')}, ${counted(secrets, 'secret')}`;
  if (files === 0) return `${read}: ${declared}. Name the folder that contains the tools' folders`;
  if (tools === 0) return `${read}: ${declared}. None declares credentials in a table [tool.centaur]`;
  return `${read}: ${declared}`;
}

/** What the output does not show: which folders were skipped, and which were searched without being named. */
async function notesOn({ installed, outside }: Pyprojects, io: Io): Promise<string> {
  const { coloursOf, problemText } = await import('./problem-text.js');
  const signs = [...new Set(installed.map(({ sign }) => sign))];
  const skipped = signs.map((sign) => {
    const [first, ...more] = installed.filter((folder) => folder.sign === sign);
    const such = `${more.length === 0 ? '' : 'such as '}${printable(first?.path ?? '')}`;
    return `${more.length + 1} ${sign}, ${such}`;
  });
  const places = `${installed.length} ${installed.length === 1 ? 'place' : 'places'}`;
  const followed = outside.map(({ path: link, real }) => {
    const message = `leads out of the given folders, to ${real}`;
    return problemText({ file: link, path: '', message }, coloursOf(io.stderr, io));
  });
  return [
    ...(installed.length === 0 ? [] : [`skipped installed packages in ${places}: ${skipped.join('; ')}\n`]),
    ...followed,
  ].join('');
}

async function problemLines(problems: readonly ToolsProblem[], io: Io): Promise<string> {
  const { coloursOf, problemText } = await import('./problem-text.js');
  const colours = coloursOf(io.stderr, io);
  const lines = problems.map(({ file, ...problem }) =>
    file === undefined ? `${problem.message}\n` : problemText({ ...problem, file }, colours),
  );
  return lines.join('');
}
