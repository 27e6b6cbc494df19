import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { Option } from 'commander';
import type { ToolFile, ToolTree } from '../secrets/tool-declarations.js';
import { byBytes } from '../text/go-syntax.js';
import { printable } from '../text/printable.js';
import { codeOf, Failure, reasonOf } from './failure.js';
import { complain, type Io, print, progress } from './io.js';
import type { FileProblem } from './problem-text.js';
import type { Pyprojects, Unreadable } from './pyprojects.js';
import type { Host, Verb } from './verb.js';

interface ToolsOptions {
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
    'Declarations are checked against each other; validate --layered -f values.yaml -f tools.yaml checks them against a\n' +
    'release. Problems and the number of files, tools and secrets are printed to standard error. With problems, there is\n' +
    'no output, and an output file stays as it is.',
  examples: [
    'tools tools/',
    'tools tools/ more-tools/warehouse/pyproject.toml > tools.yaml',
    'tools tools/ --output-file tools.yaml',
    'tools tools/ --output-file tools.yaml --check',
    'tools tools/ --output json',
  ],

  define(command) {
    command
      .argument(
        '<path...>',
        'pyproject.toml files, and folders to look in, including folders that links in them lead to; installed packages are skipped, and so are hidden folders and links that lead nowhere',
      )
      .option('--output-file <file>', 'write the values to this file, only if there are no problems')
      .option('--check', 'write nothing, and exit with 1 if the output file is not up to date', false)
      .addOption(
        new Option('--output <format>', 'json prints problems and counts instead of the values')
          .choices(['text', 'json'])
          .default('text'),
      );
  },

  async run({ output, outputFile, check }: ToolsOptions, host, names) {
    if (check && outputFile === undefined) {
      throw new Failure(2, '--check needs --output-file FILE, the file to check');
    }
    const { io } = host;
    const [{ findPyprojects }, { readTools, toolsText }] = await Promise.all([
      import('./pyprojects.js'),
      import('../secrets/tool-declarations.js'),
    ]);
    const found = findPyprojects(names);
    const { files, unreadable } = readAll(found, io);
    const tree = readTools(files);
    const problems = [
      ...unreadable.map(unreadableProblem),
      ...tree.problems,
      ...(await brokenRules(tree, host)),
    ].sort(inOrder);
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
      const report = { valid, counts: { ...counts, problems: problems.length }, problems };
      await print(io, `${JSON.stringify(report, null, 2)}\n`);
    } else {
      await complain(io, await problemLines(problems, io));
      if (sound && outputFile === undefined) await print(io, text);
      await complain(io, `${summary(counts, problems, sound)}\n`);
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

/** What the chart's rules find across declarations: contradictions, or a configuration that is too large. */
async function brokenRules({ tools }: ToolTree, { subject }: Host): Promise<readonly ToolsProblem[]> {
  const { ruleProblems, valuesOf } = await import('../secrets/tool-declarations.js');
  const { chart } = await subject();
  const broken = chart.problems({ ...chart.defaults, ...valuesOf(tools) });
  return ruleProblems(broken, tools).map((problem) =>
    typeof problem === 'string' ? { path: '', message: problem } : problem,
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
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
