/** The layout of the source: which file imports which, and what the layout allows. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';

/** An import or re-export of one file by another. */
export interface Import {
  readonly file: string;
  readonly line: number;
  /** A package's name, or a file's path below the same root as `file`. */
  readonly target: string;
  readonly typeOnly: boolean;
  /** Loaded when execution reaches it, not before the file starts. */
  readonly lazy: boolean;
}

/**
 * The folders of `src`. A folder may import itself and those below it in this list; files directly in `src` may import
 * all. A folder inside another one belongs to it: from outside, only the files directly in the outer folder, its faces,
 * can be imported.
 */
const folders: readonly string[] = [
  'cli',
  'centaur',
  'centaur/values',
  'secrets',
  'helm',
  'helm/template',
  'helm/evaluate',
  'helm/manifest',
  'helm/layout',
  'helm/expressions',
  'helm/schema',
  'helm/values',
  'helm/ir',
  'text',
];

/** Packages only for the compiler: nothing of them is loaded when a command starts. */
const typesOnly = ['cdk8s-plus-28'];

/** Every import in the TypeScript files below a folder, without those of tests. */
export function importsBelow(root: string): readonly Import[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => importsOf(file, readFileSync(path.join(root, file), 'utf8')));
}

/** The static and dynamic imports of one file. */
export function importsOf(file: string, text: string): readonly Import[] {
  const imports: Import[] = [];
  const add = (source: object | null, start: number, kind: 'type' | 'value' | 'lazy') => {
    if (source === null || !('value' in source)) return;
    const specifier = String(source.value);
    imports.push({
      file,
      line: text.slice(0, start).split('\n').length,
      target: specifier.startsWith('.')
        ? path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')
        : specifier,
      typeOnly: kind === 'type',
      lazy: kind === 'lazy',
    });
  };
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} can't be parsed: ${errors[0]?.message}`);
  new Visitor({
    ImportDeclaration: ({ source, start, importKind }) => add(source, start, importKind ?? 'value'),
    ExportAllDeclaration: ({ source, start, exportKind }) => add(source, start, exportKind ?? 'value'),
    ExportNamedDeclaration: ({ source, start, exportKind }) => add(source, start, exportKind ?? 'value'),
    ImportExpression: ({ source, start }) => add(source, start, 'lazy'),
    TSImportType: ({ source, start }) => add(source, start, 'type'),
  }).visit(program);
  return imports;
}

/** What the layout forbids, one line for each import. */
export function violations(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ file, line, target, typeOnly }) => {
    const reason = forbidden(file, target, typeOnly);
    return reason === undefined ? [] : [`src/${file}:${line}: imports ${target}: ${reason}`];
  });
}

function forbidden(file: string, target: string, typeOnly: boolean): string | undefined {
  if (typesOnly.includes(target)) {
    return typeOnly ? undefined : `write "import type": loading ${target} would slow down every start`;
  }
  if (!target.endsWith('.ts')) return undefined;
  if (target.startsWith('..')) return 'it is outside of src';
  const [from, to] = [path.posix.dirname(file), path.posix.dirname(target)];
  if (!isOpenTo(from, to)) {
    return `only src/${path.posix.dirname(to)} itself imports its folders: import one of the files that stand in it`;
  }
  if (from === '.' || from === to) return undefined;
  const [row, other] = [folders.indexOf(from), folders.indexOf(to)];
  const unknown = row < 0 ? from : other < 0 && to !== '.' ? to : undefined;
  if (unknown !== undefined)
    return `src/${unknown} has no place in the layout: give it one in test/layout.ts`;
  if (other > row) return undefined;
  const below = folders.slice(row + 1).filter((folder) => isOpenTo(from, folder));
  return `src/${from} may import only ${['itself', ...below].join(', ')}`;
}

/** Whether a folder is not inside another, or is inside one that also contains the other. */
function isOpenTo(from: string, folder: string): boolean {
  const outer = path.posix.dirname(folder);
  return outer === '.' || `${from}/`.startsWith(`${outer}/`);
}

/** The packages that are loaded before a file runs, by itself and by its imports. */
export function packagesOf(entry: string, imports: readonly Import[]): readonly string[] {
  const files = [entry];
  const packages = new Set<string>();
  for (const file of files) {
    for (const { target, typeOnly, lazy } of imports.filter((one) => one.file === file)) {
      if (typeOnly || lazy) continue;
      if (!target.endsWith('.ts')) packages.add(target);
      else if (!files.includes(target)) files.push(target);
    }
  }
  return [...packages].sort();
}
