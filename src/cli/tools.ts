import { codeOf, Failure, pathOf, reasonOf } from './failure.js';
import { complain, print, progress } from './io.js';
import type { Verb } from './verb.js';

export const tools: Verb = {
  name: 'tools',
  summary: 'read the declarations of tools into a values file',
  description:
    'Reads every pyproject.toml under the folders and prints a values file with what their tables [tool.centaur]\n' +
    'declare. A tool is called after its folder. The order does not depend on the file system.',
  examples: ['tools tools/', 'tools tools/ more-tools/ > values/tools.yaml'],

  define(command) {
    command.argument(
      '<folder...>',
      'folders to look in; those that begin with a dot, and node_modules, are passed over',
    );
  },

  async run(_, { io, subject }, folders) {
    const [{ pyprojects }, { readTools, toolsOf, toolsText }] = await Promise.all([
      import('./pyprojects.js'),
      import('../secrets/tools.js'),
    ]);
    const busy = progress(io);
    const files = [];
    for (const folder of folders) {
      try {
        for (const file of pyprojects(folder)) {
          files.push(file);
          busy.show(`${files.length} pyproject.toml files read, the last in ${file.file}`);
        }
      } catch (error) {
        busy.done();
        if (codeOf(error) === undefined) throw error;
        throw new Failure(2, `cannot read ${pathOf(error) ?? folder}: ${reasonOf(error)}`);
      }
    }
    busy.done();

    const read = readTools(files);
    if ('problems' in read) {
      const lines = read.problems.map(({ file, line, column, table, key, message, hint }) => {
        const where = [file, ...(line === undefined ? [] : [line, column])].join(':');
        const what = [table, key].filter((part) => part !== undefined).join(': ');
        return `${where}: ${what === '' ? '' : `${what}: `}${message}\n${hint === undefined ? '' : `  ${hint}\n`}`;
      });
      await complain(io, lines.join(''));
      return 1;
    }
    // What one declaration can't show, the chart's rules do: two that contradict each other, a configuration too large.
    const { chart } = await subject();
    const problems = chart.problems({ ...chart.defaults, tools: toolsOf(read.tools) });
    if (problems.length > 0) {
      await complain(io, problems.map((problem) => `${problem}\n`).join(''));
      return 1;
    }
    await print(io, toolsText(read.tools));
    return 0;
  },
};
