/** Problems with a values file that `tools` wrote, placed in the pyproject.toml files that it was written from. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type DeclaredTool,
  isOutputOfTools,
  originsIn,
  readTools,
  ruleProblems,
} from '../secrets/tool-declarations.js';
import { printable } from '../text/printable.js';
import { codeOf } from './failure.js';
import type { FileProblem } from './problem-text.js';
import type { InputFile } from './read-files.js';
import { toolsIn } from './tools-file.js';

/** A tool of a file that `tools` wrote. */
interface Generated {
  /** The written file. */
  readonly file: string;
  /** The tool's pyproject.toml, from a folder that the file does not name. */
  readonly origin: string;
  readonly declaration: unknown;
}

/**
 * The problems, with those of generated declarations placed where they are declared. A pyproject.toml is looked for from
 * the folder of the generated file upwards, and counts if it declares the same.
 */
export function inPyprojects(
  problems: readonly FileProblem[],
  files: readonly InputFile[],
): readonly FileProblem[] {
  const generated = new Map(files.flatMap(generatedBy));
  if (generated.size === 0) return problems;
  const declared = new Map<string, DeclaredTool | undefined>();
  const declaredBy = (name: string): DeclaredTool | undefined => {
    const from = generated.get(name);
    if (from !== undefined && !declared.has(name)) declared.set(name, declaredTool(name, from));
    return declared.get(name);
  };
  return problems.map((problem) => {
    const text = `${problem.path}: ${problem.message}`;
    const names = [...text.matchAll(/\btools\.([\w-]+)/g)].map(([, name = '']) => name);
    const from = generated.get(/^tools\.([\w-]+)/.exec(problem.path)?.[1] ?? '');
    if (from?.file !== problem.file) return problem;
    const [placed] = ruleProblems(
      [text],
      [...new Set(names)].flatMap((name) => declaredBy(name) ?? []),
    );
    const again = 'run `centaur-chart tools` again';
    return typeof placed === 'object'
      ? withHint(placed, `${printable(from.file)} is generated from this file: ${again} after the change.`)
      : withHint(problem, `This is generated from ${printable(from.origin)}: change it there, and ${again}.`);
  });
}

function withHint(problem: FileProblem, more: string): FileProblem {
  return { ...problem, hint: problem.hint === undefined ? more : `${problem.hint}\n${more}` };
}

function generatedBy({ file, text: content }: InputFile): readonly (readonly [string, Generated])[] {
  const text = Buffer.from(content).toString();
  if (!isOutputOfTools(text)) return [];
  const tools = toolsIn(text);
  return [...originsIn(text)].map(([name, origin]) => [name, { file, origin, declaration: tools[name] }]);
}

function declaredTool(name: string, { file, origin, declaration }: Generated): DeclaredTool | undefined {
  if (path.basename(origin) !== 'pyproject.toml' || origin.split('/').includes('..')) return undefined;
  let folder = path.dirname(path.resolve(file));
  for (;;) {
    const at = path.join(folder, origin);
    const text = contentIfFile(at);
    const { tools } = readTools(text === undefined ? [] : [{ file: path.relative('', at), text }]);
    const tool = tools.find((one) => isDeepStrictEqual(plain(one.declaration), declaration));
    if (tool !== undefined) return { ...tool, name };
    if (folder === path.dirname(folder)) return undefined;
    folder = path.dirname(folder);
  }
}

/** Maps from a pyproject.toml have no prototype. */
function plain(declaration: unknown): unknown {
  return JSON.parse(JSON.stringify(declaration));
}

function contentIfFile(at: string): Uint8Array | undefined {
  try {
    return statSync(at).isFile() ? readFileSync(at) : undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}
