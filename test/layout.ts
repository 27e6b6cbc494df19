/** The layout of the source: which file imports which, and what the layout allows. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** An import or re-export of one file by another. */
export interface Import {
  readonly file: string;
  readonly line: number;
  /** A package's name, or a file's path below the same root as `file`. */
  readonly target: string;
  readonly typeOnly: boolean;
  /** Loaded when the file gets there, and not before it starts. */
  readonly lazy: boolean;
}

/** The folders of `src`, each with those that its files may import; files that stand in `src` itself may import all. */
const allowed: { readonly [folder: string]: readonly string[] } = {
  cli: ['centaur', 'secrets', 'helm', 'text'],
  centaur: ['secrets', 'helm', 'text'],
  secrets: ['helm', 'text'],
  helm: ['text'],
  text: [],
};

/** Packages that serve the compiler alone: nothing of them is loaded when a command starts. */
const typesOnly = ['cdk8s-plus-28'];

/** Every import in the TypeScript files below a folder; those of tests are left out. */
export function importsBelow(root: string): readonly Import[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => importsOf(file, readFileSync(path.join(root, file), 'utf8')));
}

/** The imports of one file's text, static and dynamic. */
export function importsOf(file: string, text: string): readonly Import[] {
  const comments = /(?<=^|[\s(])\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
  const code = text.replaceAll(comments, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  const statements =
    /^[ \t]*(?:import|export)\s+(?<type>type\s)?(?:[\w*{][^'";]*?\sfrom\s+)?['"](?<from>[^'"]+)['"]|\bimport\(\s*['"](?<lazy>[^'"]+)['"]\s*\)/gm;
  return [...code.matchAll(statements)].map(({ index, groups = {} }) => {
    const specifier = groups.from ?? groups.lazy ?? '';
    return {
      file,
      line: code.slice(0, index).split('\n').length,
      target: specifier.startsWith('.')
        ? path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')
        : specifier,
      typeOnly: groups.type !== undefined,
      lazy: groups.lazy !== undefined,
    };
  });
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
  const [from = '', inner] = file.split('/');
  const [to = '', rest] = target.split('/');
  const isFile = target.endsWith('.ts');
  if (!isFile || from === to || inner === undefined) return undefined;
  const targets = allowed[from];
  if (targets === undefined) return `src/${from} has no place in the layout: give it one in test/layout.ts`;
  if (target.startsWith('..')) return 'it is outside of src';
  if (rest !== undefined && targets.includes(to)) return undefined;
  return `src/${from} may import ${targets.length === 0 ? 'nothing but itself' : `only ${targets.join(', ')}`}`;
}

/** Files that import each other in a circle, each circle once, as `a → b → a`. Types are counted too. */
export function cycles(imports: readonly Import[]): readonly string[] {
  const edges = new Map<string, readonly string[]>();
  for (const { file, target } of imports) {
    if (target.endsWith('.ts')) edges.set(file, [...(edges.get(file) ?? []), target]);
  }
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      found.add(circle(trail.slice(start)));
      return;
    }
    if (done.has(file)) return;
    for (const target of edges.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return [...found];
}

/** Begins with the first name in the alphabet, so that a circle has one form. */
function circle(files: readonly string[]): string {
  const [first = ''] = [...files].sort();
  const start = files.indexOf(first);
  return [...files.slice(start), ...files.slice(0, start), first].join(' → ');
}

/** The packages that are loaded before a file runs, by itself and by the files that it imports. */
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
