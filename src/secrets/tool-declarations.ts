/** Turns a tree of tools into the values file that declares their secrets. */
import path from 'node:path';
import { byBytes } from '../text/go-syntax.js';
import { printable } from '../text/printable.js';
import { constantScalar } from '../text/yaml-scalar.js';
import type { ToolDeclaration, Tools } from './declaration-schema.js';
import { toolNamePattern } from './declaration-schema.js';
import { noHarnesses } from './harness.js';
import { type DeclarationProblem, readPyproject, table } from './pyproject.js';

/** A pyproject.toml, with its path as in messages and comments. */
export interface ToolFile {
  readonly file: string;
  /** The real path of the folder that the file was reached in; if omitted, the path contains no links. */
  readonly folder?: string;
  readonly text: string;
}

export interface DeclaredTool {
  /** The name of the folder that the tool's pyproject.toml is in. */
  readonly name: string;
  readonly file: string;
  readonly declaration: ToolDeclaration;
}

export type ToolTree =
  /** In the order of the tools' names. */
  { readonly tools: readonly DeclaredTool[] } | { readonly problems: readonly DeclarationProblem[] };

/** Reads the declarations of many tools; files without one are skipped. */
export function readTools(files: readonly ToolFile[]): ToolTree {
  const reads = [...files]
    .sort((left, right) => byBytes(left.file, right.file))
    .map((file) => ({ ...file, read: readPyproject(file.text, file.file) }));
  const tools = new Map<string, DeclaredTool>();
  const problems: DeclarationProblem[] = [];
  const around = finderAround(reads.filter(({ read }) => 'declaration' in read));
  for (const { read, ...toolFile } of reads) {
    if ('problems' in read) {
      problems.push(...read.problems);
    } else if (read.declaration !== undefined && Object.keys(read.declaration).length > 0) {
      const { file } = toolFile;
      const name = path.basename(path.dirname(path.resolve(file)));
      const other = tools.get(name);
      const outer = around(toolFile);
      if (outer !== undefined) problems.push(nested(file, outer));
      else if (!new RegExp(toolNamePattern).test(name)) problems.push(badName(name, file));
      else if (other !== undefined) problems.push(sameName(name, other.file, file));
      else tools.set(name, { name, file, declaration: read.declaration });
    }
  }
  if (problems.length > 0) return { problems };
  return { tools: [...tools.values()].sort((left, right) => byBytes(left.name, right.name)) };
}

/** Finds the nearest of these files in a folder above another file, on the path to it or at its real location. */
function finderAround(files: readonly ToolFile[]): (of: ToolFile) => string | undefined {
  const byFolder = new Map(files.flatMap((of) => foldersOf(of).map((folder) => [folder, of.file])));
  return (of) => {
    for (let folder of foldersOf(of)) {
      while (folder !== path.dirname(folder)) {
        folder = path.dirname(folder);
        const file = byFolder.get(folder);
        if (file !== undefined) return file;
      }
    }
    return undefined;
  };
}

function foldersOf({ file, folder }: ToolFile): readonly string[] {
  const reached = path.dirname(path.resolve(file));
  return folder === undefined ? [reached] : [reached, folder];
}

function nested(file: string, outer: string): DeclarationProblem {
  const folder = printable(path.dirname(outer));
  return {
    file,
    table,
    message: `stands below another tool: ${printable(outer)} has this table too`,
    hint:
      "A tool's own declaration is the one in its folder. If this is a copy of somebody else's package, remove its table " +
      `or its folder; if it is a tool of its own, move its folder out of ${folder}.`,
  };
}

function badName(name: string, file: string): DeclarationProblem {
  return {
    file,
    message: `a tool is named after its folder, and ${JSON.stringify(name)} is not a valid tool name`,
    hint: 'Use letters, digits, "_" and "-".',
  };
}

function sameName(name: string, first: string, second: string): DeclarationProblem {
  return {
    file: second,
    message: `a second tool is called ${name}: the first is ${printable(first)}`,
    hint: 'A tool is called after its folder. Rename one of the folders, or leave one of them out.',
  };
}

/** The values under `tools`. */
export function toolsOf(tools: readonly DeclaredTool[]): Tools {
  return Object.fromEntries(tools.map(({ name, declaration }) => [name, declaration]));
}

/** Values in which only these tools declare secrets: the credentials of harnesses depend on the release. */
export function valuesOf(tools: readonly DeclaredTool[]) {
  return { harnesses: noHarnesses, tools: toolsOf(tools) };
}

/** The places in the values that a rule's message names, in the form of `Declaration.by`. */
const places = /tools\.([\w-]+)\.((?:optional_)?secrets\[[0-9]+\])/g;
const placed = new RegExp(`^${places.source}: (.*)$`, 's');

/** The messages of the chart's rules, each located at its declaration; a message about all of them is unchanged. */
export function ruleProblems(
  messages: readonly string[],
  tools: readonly DeclaredTool[],
): readonly (DeclarationProblem | string)[] {
  const files = new Map(tools.map(({ name, file }) => [name, file]));
  return messages.map((message) => {
    const [, name = '', key, said] = placed.exec(message) ?? [];
    const file = files.get(name);
    if (file === undefined || key === undefined || said === undefined) return message;
    const told = said.replaceAll(places, (place, name: string, key: string) => {
      const other = files.get(name);
      return other === undefined ? place : `${key} of ${printable(other)}`;
    });
    return { file, table, key, message: told };
  });
}

/** A values file: each tool under a comment that names its file. */
export function toolsText(tools: readonly DeclaredTool[]): string {
  const head = [
    '# What the tools declare in their pyproject.toml, under [tool.centaur]: written by `centaur-chart tools`.',
    '# To change a declaration, edit it there and generate this file again.',
  ];
  if (tools.length === 0) return `${[...head, 'tools: {}'].join('\n')}\n`;
  return `${[...head, 'tools:', ...tools.flatMap(toolLines)].join('\n')}\n`;
}

function toolLines({ name, file, declaration }: DeclaredTool): readonly string[] {
  const { hosts, ...lists } = declaration;
  return [
    `  # ${printable(file)}`,
    `  ${constantScalar(name)}:`,
    ...(hosts === undefined ? [] : [`    hosts: ${flow(hosts)}`]),
    ...Object.entries(lists).flatMap(([key, secrets]) => secretsLines(key, secrets)),
  ];
}

function secretsLines(key: string, secrets: readonly unknown[]): readonly string[] {
  if (secrets.length === 0) return [`    ${key}: []`];
  return [`    ${key}:`, ...secrets.flatMap((secret) => secretLines(secret))];
}

const lineWidth = 110;

/** A secret on one line, or one key a line if that would be too long. */
function secretLines(secret: unknown): readonly string[] {
  const line = `      - ${flow(secret)}`;
  if (line.length <= lineWidth || !isMap(secret)) return [line];
  return Object.entries(secret).map(
    ([key, value], index) => `      ${index === 0 ? '-' : ' '} ${constantScalar(key)}: ${flow(value)}`,
  );
}

/** A value in YAML's flow style; scalars that could be misread are quoted. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMap(value)) {
    const members = Object.entries(value).map(([key, inner]) => `${constantScalar(key)}: ${flow(inner)}`);
    return `{${members.join(', ')}}`;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return constantScalar(value);
  }
  throw new TypeError(`a declaration holds no ${typeof value}`);
}

function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
