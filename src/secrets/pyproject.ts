/** Reads what a tool declares in its pyproject.toml, in the table `[tool.centaur]`. */
import { parse, TomlError } from 'smol-toml';
import { nearest } from '../helm/nearest.js';
import { type Fault, faultFinder } from '../helm/schema-faults.js';
import type { SchemaDocument } from '../helm/schema-paths.js';
import { emptyMap, isMap, showPath, type Value, type ValuesMap } from '../helm/values/value.js';
import { type ToolDeclaration, toolSchema } from './declaration.js';
import { mendHost } from './host.js';

/** One thing that is wrong with a declaration. */
export interface DeclarationProblem {
  readonly file: string;
  /** From 1; known where the file is no TOML. */
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
  /** Without a declaration where the file has no table `[tool.centaur]`, or one that says nothing of credentials. */
  { readonly declaration?: ToolDeclaration } | { readonly problems: readonly DeclarationProblem[] };

const table = 'tool.centaur';
/** The keys of the table that speak of credentials; a tool says more there, which is not for the chart. */
const keys = ['hosts', 'secrets'];
const schema: SchemaDocument = JSON.parse(JSON.stringify(toolSchema));
const faultsOf = faultFinder(schema);

/** Reads the text of one pyproject.toml; `file` is how messages call it. */
export function readPyproject(text: string, file: string): Pyproject {
  const document = parsed(text, file);
  if ('problem' in document) return { problems: [document.problem] };
  const centaur = member(member(document.value, 'tool'), 'centaur');
  if (centaur === undefined) return {};
  if (!isMap(centaur)) {
    const message = `must be a table: write [${table}] on a line of its own, and the keys below it`;
    return { problems: [{ file, table: 'tool', key: 'centaur', message }] };
  }
  const spoken = Object.fromEntries(Object.entries(centaur).filter(([key]) => keys.includes(key)));
  const faults = faultsOf(spoken);
  const problems = [...misspelt(centaur, file), ...faults.map((fault) => problemOf(fault, spoken, file))];
  if (problems.length > 0) return { problems };
  return isDeclaration(spoken, faults) && Object.keys(spoken).length > 0 ? { declaration: spoken } : {};
}

function isDeclaration(value: Value, faults: readonly Fault[]): value is ToolDeclaration & Value {
  return isMap(value) && faults.length === 0;
}

function parsed(text: string, file: string): { value: Value } | { problem: DeclarationProblem } {
  try {
    return { value: plain(parse(text)) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = ''] = error.message.split('\n');
    const { line, column } = error;
    return { problem: { file, line, column, message: message.replace(/^Invalid TOML document: /, '') } };
  }
}

/** A TOML value as JSON has it; dates become text. */
function plain(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const map = emptyMap();
    for (const [key, inner] of Object.entries(value)) map[key] = plain(inner);
    return map;
  }
  return String(value);
}

function member(value: Value | undefined, key: string): Value | undefined {
  return value !== undefined && isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Other keys of the table are none of ours, unless they look like ours. */
function misspelt(centaur: ValuesMap, file: string): readonly DeclarationProblem[] {
  return Object.keys(centaur).flatMap((key) => {
    const meant = keys.includes(key) ? undefined : nearest(key, keys);
    if (meant === undefined) return [];
    return [{ file, table, key, message: 'this key is not known', hint: `Did you mean ${meant}?` }];
  });
}

function problemOf({ path, message, hint }: Fault, spoken: Value, file: string): DeclarationProblem {
  const value = path.reduce<Value | undefined>(
    (at, step) => (Array.isArray(at) ? at[Number(step)] : member(at, String(step))),
    spoken,
  );
  const said = mendHost(path, value ?? null) ?? hint;
  return { file, table, key: showPath(path), message, ...(said !== undefined && { hint: said }) };
}
