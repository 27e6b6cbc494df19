import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { DeclarationProblem } from '../secrets/pyproject.js';
import type { ToolFile } from '../secrets/tool-declarations.js';
import { printable } from '../text/printable.js';
import { codeOf, Failure, pathOf, reasonOf } from './failure.js';
import { complain, type Io, print, progress } from './io.js';
import type { Pyprojects } from './pyprojects.js';
import type { Verb } from './verb.js';

export const tools: Verb = {
  name: 'tools',
  summary: 'read the declarations of tools into a values file',
  description:
    'Reads every pyproject.toml under the folders and prints a values file with what their tables [tool.centaur] ' +
    'declare. A tool is called after its folder. The order does not depend on the file system. Declarations are held ' +
    'against each other; validate --layered -f values.yaml -f tools.yaml holds them against a release.',
  examples: ['tools tools/', 'tools tools/ more-tools/ > tools.yaml'],

  define(command) {
    command.argument(
      '<folder...>',
      'folders to look in, and whatever folders links in them lead to; installed packages are skipped, and so are hidden folders and links that lead nowhere',
    );
  },

  async run(_, { io, subject }, folders) {
    const [{ findPyprojects }, { readTools, ruleProblems, toolsText, valuesOf }] = await Promise.all([
      import('./pyprojects.js'),
      import('../secrets/tool-declarations.js'),
    ]);
    const busy = progress(io);
    const files: ToolFile[] = [];
    let found: Pyprojects;
    try {
      found = findPyprojects(folders);
      for (const file of found.files) {
        const folder = realpathSync.native(path.dirname(file));
        files.push({ file, folder, text: readFileSync(file, 'utf8') });
        busy.show(`${files.length} pyproject.toml files read, the last in ${file}`);
      }
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      throw new Failure(
        2,
        `cannot read ${printable(pathOf(error) ?? folders.join(' '))}: ${reasonOf(error)}`,
      );
    } finally {
      busy.done();
    }
    await complain(io, await notesOn(found, io));

    const read = readTools(files);
    if ('problems' in read) {
      await complain(io, await problemLines(read.problems, io));
      return 1;
    }
    // The chart's rules find problems across declarations: contradictions, or a configuration that is too large.
    const { chart } = await subject();
    const broken = chart.problems({ ...chart.defaults, ...valuesOf(read.tools) });
    if (broken.length > 0) {
      await complain(io, await problemLines(ruleProblems(broken, read.tools), io));
      return 1;
    }
    await print(io, toolsText(read.tools));
    return 0;
  },
};

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

/** Problems of declarations, and messages that concern more than one. */
async function problemLines(problems: readonly (DeclarationProblem | string)[], io: Io): Promise<string> {
  const { coloursOf, problemText } = await import('./problem-text.js');
  const colours = coloursOf(io.stderr, io);
  const lines = problems.map((problem) => {
    if (typeof problem === 'string') return `${problem}\n`;
    const { table, key, ...rest } = problem;
    const path = [table, key].filter((part) => part !== undefined).join(': ');
    return problemText({ ...rest, path }, colours);
  });
  return lines.join('');
}
