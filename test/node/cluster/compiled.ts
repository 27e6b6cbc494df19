import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtOnce, digest } from '../../builds/once.js';
import { projectRoot } from '../../system/project.js';
import { output } from './command.js';
import { nodeCache, nodeSources } from './project.js';

/**
 * The path of a program of these sources as JavaScript, for a separate process: Node.js 20 cannot run TypeScript. It is
 * recompiled if its sources changed.
 */
export async function compiled(name: string): Promise<string> {
  const self = fileURLToPath(import.meta.url);
  if (self.endsWith('.js')) return path.join(path.dirname(self), `${name}.js`);
  const files = await Promise.all(
    ['.', 'cluster', '../builds', '../system'].map(async (folder) => {
      const names = await readdir(path.join(nodeSources, folder));
      return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
    }),
  );
  const key = await digest(nodeSources, files.flat().sort());
  const folder = await builtOnce(path.join(nodeCache, `js-${key}`), async (partial) => {
    const compiler = path.join(projectRoot, 'node_modules/.bin/tsc');
    await output(compiler, ['--project', nodeSources, '--outDir', partial]);
  });
  return path.join(folder, path.relative(projectRoot, nodeSources), 'cluster', `${name}.js`);
}
