/** Reads what a tool declares in its pyproject.toml, in the table `[tool.centaur]`. */
import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import {
  type Fault,
  type FileFormat,
  faultFinder,
  otherMessage,
  type SchemaDocument,
} from '../helm/find-faults.js';
import { emptyMap, isMap, samePath, showPath, type Value, type ValuePath, valueAt } from '../text/json.js';
import { nearest } from '../text/nearest.js';
import { type ToolDeclaration, toolSchema } from './declaration-schema.js';
import { mendHost } from './host.js';

/** One problem with a declaration. */
export interface DeclarationProblem {
  readonly file: string;
  /** From 1; known if the file is not TOML. */
  readonly line?: number;
  readonly column?: number;
  /** The table, such as `tool.centaur`. */
  readonly table?: string;
  /** The key in the table, such as `secrets[0].hosts[1]`. */
  readonly key?: string;
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

export type Pyproject =
  /** Without a declaration if the file has no table `[tool.centaur]`; empty if that does not mention credentials. */
  { readonly declaration?: ToolDeclaration } | { readonly problems: readonly DeclarationProblem[] };

/** The table in which a tool declares what it needs. */
export const table = 'tool.centaur';
/** The keys of the table that concern credentials; it has other keys, such as `module`, which are not for the chart. */
const keys = Object.keys(toolSchema.properties);
const schema: SchemaDocument = JSON.parse(JSON.stringify(toolSchema));

const toml: FileFormat = {
  string: (key) =>
    `Put it in quotes, so that TOML reads a string: ${typeof key === 'string' ? `${key} = "…"` : '"…"'}`,
  list: 'Write its members in brackets, with commas between them.',
  map: (keys) => `Write its keys in braces, with commas between them: ${keys}.`,
};
const faultsOf = faultFinder(schema, toml);

/** Reads the content of one pyproject.toml; `file` is its name in messages. */
export function readPyproject(text: string, file: string): Pyproject {
  const document = parsed(text, file);
  if ('problem' in document) return { problems: [document.problem] };
  const centaur = member(member(document.content, 'tool'), 'centaur');
  if (centaur === undefined) return {};
  if (!isTable(centaur)) {
    const message = `must be a table: write [${table}] on a line of its own, and the keys below it`;
    return { problems: [{ file, table: 'tool', key: 'centaur', message }] };
  }
  const spoken = Object.fromEntries(Object.entries(centaur).filter(([key]) => keys.includes(key)));
  const { value, unheld } = asValue(spoken);
  const faults = withUnheld(faultsOf(value), unheld);
  const problems = [...misspelt(centaur, file), ...faults.map((fault) => problemOf(fault, value, file))];
  if (problems.length > 0) return { problems };
  return isDeclaration(value, faults) ? { declaration: value } : {};
}

function isDeclaration(value: Value, faults: readonly Fault[]): value is ToolDeclaration & Value {
  return isMap(value) && faults.length === 0;
}

function parsed(text: string, file: string): { content: TomlTable } | { problem: DeclarationProblem } {
  try {
    return { content: parse(text, { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = ''] = error.message.split('\n');
    const { line, column } = error;
    return { problem: { file, line, column, message: message.replace(/^Invalid TOML document: /, '') } };
  }
}

/** A TOML value without a JSON equivalent. */
interface Unheld {
  readonly path: ValuePath;
  /** The type, in words. */
  readonly kind: string;
}

/** A TOML value as JSON. A value without a JSON equivalent becomes a number, which declarations never accept. */
function asValue(content: TomlValue): { readonly value: Value; readonly unheld: readonly Unheld[] } {
  const unheld: Unheld[] = [];
  const convert = (value: TomlValue, path: ValuePath): Value => {
    if (!isOfJson(value)) {
      unheld.push({ path, kind: kindBeyondJson(value) ?? typeof value });
      return 0;
    }
    if (Array.isArray(value)) return value.map((member, index) => convert(member, [...path, index]));
    if (!isTable(value)) return value;
    const map = emptyMap();
    for (const [key, inner] of Object.entries(value)) map[key] = convert(inner, [...path, key]);
    return map;
  };
  return { value: convert(content, []), unheld };
}

/** Replaces the type in faults about values without a JSON equivalent, and reports each at least once. */
function withUnheld(faults: readonly Fault[], unheld: readonly Unheld[]): readonly Fault[] {
  const told = faults.map((fault) => {
    const found = unheld.find(({ path }) => samePath(path, fault.path));
    if (found === undefined || fault.needed === undefined) return fault;
    return { ...fault, message: otherMessage(fault.needed, found.kind) };
  });
  const untold = unheld.filter(({ path }) => !faults.some((fault) => samePath(path, fault.path)));
  return [
    ...told,
    ...untold.map(
      ({ path, kind }): Fault => ({
        kind: 'value',
        path,
        message: `is ${kind}, and no declaration holds one`,
      }),
    ),
  ];
}

function isOfJson(value: TomlValue): value is Exclude<TomlValue, bigint | TomlDate> {
  return kindBeyondJson(value) === undefined;
}

function kindBeyondJson(value: TomlValue): string | undefined {
  if (value instanceof TomlDate) return value.isTime() ? 'a time' : 'a date';
  if (typeof value === 'bigint') return 'an integer beyond 2^53';
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'nan' : 'an infinite number';
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate);
}

function member(value: TomlValue | undefined, key: string): TomlValue | undefined {
  return value !== undefined && isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Other keys of the table are ignored, unless they resemble ours, speak of credentials or contain our keys. */
function misspelt(centaur: TomlTable, file: string): readonly DeclarationProblem[] {
  return Object.entries(centaur).flatMap(([key, value]) => {
    if (keys.includes(key)) return [];
    const meant = nearest(key, keys);
    if (meant === undefined && !/(^|_)(secrets|hosts|credentials)(_|$)/.test(key)) {
      return misplaced(value, key).map((inner) => ({
        file,
        table,
        key: inner,
        message: 'this key is not known',
        hint,
      }));
    }
    const said = meant === undefined ? hint : `Did you mean ${meant}?`;
    return [{ file, table, key, message: 'this key is not known', hint: said }];
  });
}

const hint = `Declare what the tool needs in ${keys.join(', ')} of [${table}] itself.`;

/** The paths of our keys inside another key's value. */
function misplaced(value: TomlValue, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((member, index) => misplaced(member, `${path}[${index}]`));
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    keys.includes(key) ? [`${path}.${key}`] : misplaced(inner, `${path}.${key}`),
  );
}

function problemOf({ path, message, hint }: Fault, spoken: Value, file: string): DeclarationProblem {
  const said = mendHost(path, valueAt(spoken, path) ?? null) ?? hint;
  return { file, table, key: showPath(path), message, ...(said !== undefined && { hint: said }) };
}
