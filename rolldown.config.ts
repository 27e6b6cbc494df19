/**
 * How the command `centaur-chart` is bundled. Its packages have some five hundred files, and to find and read them takes
 * longer than most of what is asked of the command; as a bundle it starts in half the time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

/** The notices of the packages whose code is in the bundle, as their licences ask for. */
function notices(): Plugin {
  return {
    name: 'notices',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []);
      const source = [...new Set(folders)].map(notice).sort().join('\n\n');
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
    },
  };
}

/** What packages contain in compiled form, with licences of its own that they do not mention. */
const compiled: { readonly [name: string]: string } = {
  '@hpcc-js/wasm-graphviz':
    'It contains Graphviz, under the Eclipse Public License (https://graphviz.org/license/). Its source code is at https://gitlab.com/graphviz/graphviz.',
};

/** @throws {Error} for a package that has no text of its licence */
function notice(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((entry) => /^((un)?licen[cs]e|notice)(\.\w+)?$/i.test(entry));
  if (!files.some((file) => /^(un)?licen/i.test(file)))
    throw new Error(`${name} has no text of its licence, which the bundle needs`);
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  const inside = compiled[name];
  return `${[`${name} ${version}`, ...(inside === undefined ? [] : [inside]), ...texts].join('\n\n')}\n`;
}

/** The shell scripts, next to the bundle whose modules read them. */
function scripts(): Plugin {
  return {
    name: 'scripts',
    generateBundle() {
      const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
      for (const file of files.filter((name) => name.endsWith('.sh')))
        this.emitFile({
          type: 'asset',
          fileName: path.basename(file),
          source: readFileSync(path.join('src', file), 'utf8'),
        });
    },
  };
}

export default defineConfig({
  input: 'src/cli/main.ts',
  platform: 'node',
  resolve: {
    alias: {
      // node-fetch imports a URL class for a Node.js that has none.
      'whatwg-url': 'node:url',
      // @1password/connect imports an HTTP client that is not used: it is given one.
      axios: 'node:http',
    },
  },
  output: { dir: 'lib/command', cleanDir: true, chunkFileNames: '[name].js' },
  plugins: [notices(), scripts()],
});
