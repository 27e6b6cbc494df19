/** Turns a tree of tools into the values file that declares their secrets. */
import path from 'node:path';
import { byBytes } from '../text/go-syntax.js';
import { samePath, showPath, type ValuePath } from '../text/json.js';
import { printable } from '../text/printable.js';
import { constantScalar } from '../text/yaml-scalar.js';
import type { ToolDeclaration, Tools } from './declaration-schema.js';
import { toolNamePattern } from './declaration-schema.js';
import { differingKeys } from './differing-keys.js';
import { noHarnesses } from './harness.js';
import { type DeclarationProblem, placed, readPyproject } from './pyproject.js';
import type { Locate } from './toml-positions.js';

/** A pyproject.toml, with its path as in messages. */
export interface ToolFile {
  readonly file: string;
  /** Its path as in the comments of the values file, which must not depend on the working directory; else `file`. */
  readonly origin?: string;
  /** The real path of the folder that the file was reached in; if omitted, the path contains no links. */
  readonly folder?: string;
  readonly text: string | Uint8Array;
}

export interface DeclaredTool {
  /** The name of the folder that the tool's pyproject.toml is in. */
  readonly name: string;
  readonly file: string;
  readonly origin: string;
  readonly declaration: ToolDeclaration;
  /** Where a path in the declaration is written. */
  readonly locate: Locate;
}

export interface ToolTree {
  /**
   * In the order of their names. With problems, these are for the rules only: tools that are not sound have what is
   * sound in them, and possibly other names.
   */
  readonly tools: readonly DeclaredTool[];
  /** The problems of all files, in the order of their paths. */
  readonly problems: readonly DeclarationProblem[];
}

/** Reads the declarations of many tools; files without one are skipped. */
export function readTools(files: readonly ToolFile[]): ToolTree {
  const reads = [...files]
    .sort((left, right) => byBytes(left.file, right.file))
    .map((file) => ({ ...file, read: readPyproject(file.text, file.file) }));
  const tools = new Map<string, DeclaredTool>();
  const problems: DeclarationProblem[] = [];
  const around = finderAround(reads.filter(({ read }) => 'declaration' in read));
  for (const { read, ...toolFile } of reads) {
    problems.push(...read.problems);
    const { declaration, locate } = read;
    if (declaration === undefined || Object.keys(declaration).length === 0) continue;
    const { file, origin = file } = toolFile;
    const outer = around(toolFile);
    if (outer !== undefined) {
      problems.push(nested(file, outer, locate));
      continue;
    }
    const name = path.basename(path.dirname(path.resolve(file)));
    const other = tools.get(name);
    const isNamed = new RegExp(toolNamePattern).test(name);
    if (!isNamed) problems.push(badName(name, file, locate));
    else if (other !== undefined) problems.push(sameName(name, other.file, file, locate));
    const key = isNamed && other === undefined ? name : `_${tools.size}`;
    tools.set(key, { name: key, file, origin, declaration, locate });
  }
  return { problems, tools: [...tools.values()].sort((left, right) => byBytes(left.name, right.name)) };
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

function nested(file: string, outer: string, locate: Locate): DeclarationProblem {
  const folder = printable(path.dirname(outer));
  return {
    ...placed(file, locate, []),
    message: `stands below another tool: ${printable(outer)} has this table too`,
    hint:
      "A tool's own declaration is the one in its folder. If this is a copy of somebody else's package, remove its table " +
      `or its folder; if it is a tool of its own, move its folder out of ${folder}.`,
  };
}

function badName(name: string, file: string, locate: Locate): DeclarationProblem {
  return {
    file,
    ...locate([]),
    path: '',
    message: `a tool is named after its folder, and ${JSON.stringify(name)} is not a valid tool name`,
    hint: 'Use letters, digits, "_" and "-".',
  };
}

function sameName(name: string, first: string, second: string, locate: Locate): DeclarationProblem {
  return {
    file: second,
    ...locate([]),
    path: '',
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
const places = /tools\.([\w-]+)\.([a-z_]+)\[([0-9]+)\]/g;
const beginsWithPlace = new RegExp(`^${places.source}: (.*)$`, 's');

/** One declaration of a secret, where it is written. */
interface Written {
  readonly tool: DeclaredTool;
  readonly path: ValuePath;
  readonly secret: unknown;
}

/**
 * The messages of the chart's rules, each located at its declaration, with the places of the other declarations that
 * it names; a message about all of them is unchanged.
 */
export function ruleProblems(
  messages: readonly string[],
  tools: readonly DeclaredTool[],
): readonly (DeclarationProblem | string)[] {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const written = (name: string, list: string, index: string): Written | undefined => {
    const tool = byName.get(name);
    const path = [list, Number(index)];
    return tool && { tool, path, secret: memberAt(tool.declaration, path) };
  };
  const bySecret = new Map<string, Written[]>();
  for (const one of tools.flatMap(writtenBy)) {
    const name = nameOf(one.secret);
    bySecret.set(name, [...(bySecret.get(name) ?? []), one]);
  }
  return messages.map((message) => {
    const [, name = '', list = '', index = '', said = ''] = beginsWithPlace.exec(message) ?? [];
    const own = written(name, list, index);
    if (own === undefined) return message;
    const named: Written[] = [];
    const told = said.replaceAll(places, (place, name: string, list: string, index: string) => {
      const other = written(name, list, index);
      if (other === undefined) return place;
      named.push(other);
      return `${showPath(other.path)} of ${placeOf(other)}`;
    });
    const others = named.filter((one) => !isSame(one, own));
    const hint = [
      ...differences(own, others),
      ...whereDeclared(said.replaceAll(places, ''), [own, ...named], bySecret),
    ].join('\n');
    const { file, locate } = own.tool;
    return { ...placed(file, locate, own.path), message: told, ...(hint !== '' && { hint }) };
  });
}

function writtenBy(tool: DeclaredTool): readonly Written[] {
  return Object.entries(tool.declaration).flatMap(([list, members]) =>
    list === 'hosts' || !Array.isArray(members)
      ? []
      : members.map((secret, index) => ({ tool, path: [list, index], secret })),
  );
}

/** For other declarations of the same secret, the keys that differ and where they are: values may be misplaced secrets. */
function differences(own: Written, others: readonly Written[]): readonly string[] {
  return others
    .filter(({ secret }) => nameOf(secret) === nameOf(own.secret))
    .flatMap((other) => {
      const differing = differingKeys(own.secret, other.secret);
      if (differing.length === 0) return [];
      const keys = differing.map((key) => `${key} (${placeOf(own, key)}, ${placeOf(other, key)})`);
      return [`The declarations differ in ${keys.join(', ')}.`];
    });
}

/** The number of places of one secret that a hint lists. */
const maxPlaces = 5;

/**
 * The places of the secrets that the message mentions, apart from those that it names: a rule about a secret is placed at
 * one of its declarations.
 */
function whereDeclared(
  message: string,
  placed: readonly Written[],
  bySecret: ReadonlyMap<string, readonly Written[]>,
): readonly string[] {
  const words = new Set(message.split(/[^\w.-]+/).map((word) => word.replace(/[.-]+$/, '')));
  return [...words].flatMap((word) => {
    const declared = bySecret.get(word) ?? [];
    const others = declared.filter((one) => !placed.some((other) => isSame(one, other)));
    if (others.length === 0) return [];
    const some = others.slice(0, maxPlaces).map((one) => placeOf(one));
    const more = others.length > some.length ? ` and ${others.length - some.length} more` : '';
    const is = others.length < declared.length ? 'is also' : 'is';
    return [`${word} ${is} declared in ${some.join(', ')}${more}.`];
  });
}

function isSame(one: Written, other: Written): boolean {
  return one.tool === other.tool && samePath(one.path, other.path);
}

function nameOf(secret: unknown): string {
  return String(isMap(secret) ? secret.name : secret);
}

/** `file:line:column` of a declaration, or of a key in it. */
function placeOf({ tool, path }: Written, ...keys: readonly string[]): string {
  const { line, column } = tool.locate([...path, ...keys]) ?? {};
  return [printable(tool.file), line, column].filter((part) => part !== undefined).join(':');
}

function memberAt(declaration: ToolDeclaration, [list, index]: ValuePath): unknown {
  const entry = Object.entries(declaration).find(([key]) => key === list);
  const members: unknown = entry?.[1];
  return Array.isArray(members) ? members[Number(index)] : undefined;
}

const author = 'written by `centaur-chart tools`';
const textHead = [
  `# What the tools declare in their pyproject.toml, under [tool.centaur]: ${author}.`,
  '# To change a declaration, edit it there and generate this file again.',
];

/** Whether {@link toolsText} wrote this, possibly in another version. */
export function isOutputOfTools(text: string): boolean {
  return /^#.*/.exec(text)?.[0].includes(author) ?? false;
}

/** The file of each tool by the tool's name, as {@link toolsText} wrote them. */
export function originsIn(text: string): ReadonlyMap<string, string> {
  const tools = text.matchAll(/^ {2}# (.+)\n {2}"?([\w-]+)"?:$/gm);
  return new Map([...tools].map(([, origin = '', name = '']) => [name, origin]));
}

/** A values file: each tool under a comment that names its file. */
export function toolsText(tools: readonly DeclaredTool[]): string {
  if (tools.length === 0) return `${[...textHead, 'tools: {}'].join('\n')}\n`;
  return `${[...textHead, 'tools:', ...tools.flatMap(toolLines)].join('\n')}\n`;
}

function toolLines({ name, origin, declaration }: DeclaredTool): readonly string[] {
  const { hosts, ...lists } = declaration;
  return [
    `  # ${printable(origin)}`,
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
