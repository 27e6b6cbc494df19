/** Reads what a tool declares in its pyproject.toml, in the table `[tool.centaur]`. */
import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import {
  type Fault,
  type FileFormat,
  faultFinder,
  otherMessage,
  type SchemaDocument,
} from '../helm/find-faults.js';
import {
  emptyMap,
  isList,
  isMap,
  samePath,
  showPath,
  type Value,
  type ValuePath,
  valueAt,
} from '../text/json.js';
import { nearest } from '../text/nearest.js';
import { encodingFault, textOf } from '../text/utf8.js';
import { type ToolDeclaration, toolSchema } from './declaration-schema.js';
import { mendHost } from './host.js';
import { type Locate, locator } from './toml-positions.js';
import { syntaxFault } from './toml-syntax.js';

/** One problem with a declaration. */
export interface DeclarationProblem {
  readonly file: string;
  /** Both from 1; absent if the problem concerns the whole file. */
  readonly line?: number;
  readonly column?: number;
  /** The key or the table, such as `tool.centaur.secrets[0].hosts[1]`; empty if the problem concerns the whole file. */
  readonly path: string;
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

export interface Pyproject {
  readonly problems: readonly DeclarationProblem[];
  /**
   * Absent if the file has no table `[tool.centaur]` that can be read; empty if that does not mention credentials. In a
   * file with problems, stand-ins take the place of faulty secrets, so that the others can be checked against rules.
   */
  readonly declaration?: ToolDeclaration;
  /** Where a path below the table is written. */
  readonly locate: Locate;
}

/** The table in which a tool declares what it needs. */
const tablePath = ['tool', 'centaur'] as const;
const table = tablePath.join('.');
/** The keys of the table that concern credentials; it has other keys, such as `module`, which are not for the chart. */
const keys = Object.keys(toolSchema.properties);
const schema: SchemaDocument = JSON.parse(JSON.stringify(toolSchema));

const toml: FileFormat = {
  string: (key) =>
    `Put it in quotes, so that TOML reads a string: ${typeof key === 'string' ? `${key} = "…"` : '"…"'}`,
  list: 'Write its members in brackets, with commas between them.',
  map: (keys) => `Write its keys in braces, with commas between them: ${keys}.`,
  entries: 'Write one NAME = "value" line for each entry.',
  assignment: 'Write key = "value".',
};
const faultsOf = faultFinder(schema, toml);

/** Reads the content of one pyproject.toml; `file` is its name in messages. */
export function readPyproject(content: string | Uint8Array, file: string): Pyproject {
  const text = textOf(content).replace(/^\uFEFF/, '');
  const locateIn = locator(text);
  const locate: Locate = (path) => locateIn([...tablePath, ...path]);
  const document = parsed(content, text, file);
  if ('problem' in document) return { problems: [document.problem], locate };
  const strays = strayTables(document.content, file, locateIn);
  const centaur = member(member(document.content, 'tool'), 'centaur');
  if (centaur === undefined) return { problems: strays, locate };
  if (!isTable(centaur)) {
    const message = Array.isArray(centaur)
      ? `must be one table, but is a list of tables: write [${table}] in single brackets`
      : `must be a table: write [${table}] on a line of its own, and the keys below it`;
    return { problems: [...strays, { ...placed(file, locate, []), message }], locate };
  }
  const spoken = Object.fromEntries(Object.entries(centaur).filter(([key]) => keys.includes(key)));
  const { value, unheld } = asValue(spoken);
  const faults = withUnheld(faultsOf(value), unheld);
  const problems = [
    ...strays,
    ...misspelt(centaur, file, locate),
    ...faults.map((fault) => problemOf(fault, value, file, locate)),
  ].sort(byPosition);
  const sound = withoutFaulty(value, faults);
  const left = sound === value ? faults : faultsOf(sound);
  return { problems, ...(isDeclaration(sound, left) && { declaration: sound }), locate };
}

/** Where a path below the table is written, and its name in messages. */
export function placed(file: string, locate: Locate, path: ValuePath) {
  return { file, ...locate(path), path: showPath([...tablePath, ...path]) };
}

function byPosition(left: DeclarationProblem, right: DeclarationProblem): number {
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0);
}

function isDeclaration(value: Value, faults: readonly Fault[]): value is ToolDeclaration & Value {
  return isMap(value) && faults.length === 0;
}

/**
 * The declaration with a stand-in for each faulty secret, so that the other secrets keep their index. Without sound
 * hosts of its own, the table says nothing about those of its secrets, so these are replaced as well.
 */
function withoutFaulty(value: Value, faults: readonly Fault[]): Value {
  if (faults.length === 0 || !isMap(value)) return value;
  const isFaulty = (...path: ValuePath) =>
    faults.some((fault) => path.every((step, index) => fault.path[index] === step));
  const sound = emptyMap();
  for (const [key, inner] of Object.entries(value)) {
    if (!isList(inner)) continue;
    if (key !== 'hosts') {
      sound[key] = inner.map((secret, index) =>
        isFaulty(key, index) || (isFaulty('hosts') && needsHosts(secret)) ? standIn : secret,
      );
    } else if (!isFaulty('hosts')) {
      sound[key] = inner;
    }
  }
  return sound;
}

/** Any number of equal declarations are one, and one of a database has no hosts to share with others. */
const standIn: Value = { type: 'pg_dsn', name: '_stand-in', database: '_stand-in' };

function needsHosts(secret: Value): boolean {
  return !isMap(secret) || !Object.hasOwn(secret, 'hosts');
}

function parsed(
  content: string | Uint8Array,
  text: string,
  file: string,
): { content: TomlTable } | { problem: DeclarationProblem } {
  const fault = typeof content === 'string' ? undefined : encodingFault(content);
  if (fault !== undefined) {
    const { offset, ...place } = fault;
    const message = offset === 0 ? fault.message : `${fault.message} (byte ${offset + 1} of the file)`;
    return { problem: { file, ...place, path: '', message, hint: 'Save it as UTF-8.' } };
  }
  try {
    return { content: parse(text, { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [said = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    const { line, column } = error;
    return { problem: { file, line, column, path: '', ...syntaxFault(said, text, line, column) } };
  }
}

/**
 * Tables whose name is nearly ours and that declare credentials: nothing would read them. The name may be misspelt, in
 * other letters, quoted as a whole, or below another table.
 */
function strayTables(content: TomlTable, file: string, locate: Locate): readonly DeclarationProblem[] {
  const visit = (value: TomlValue, path: ValuePath): readonly DeclarationProblem[] => {
    if (samePath(path, tablePath)) return [];
    if (Array.isArray(value)) return value.flatMap((member, index) => visit(member, [...path, index]));
    if (!isTable(value)) return [];
    const name = path.findLast((step) => typeof step === 'string');
    if (isNearlyOurs(name) && Object.keys(value).some((key) => nearest(key, keys) !== undefined)) {
      const message = 'nothing reads this table, which declares credentials';
      return [{ file, ...locate(path), path: showPath(path), message, hint: `Did you mean [${table}]?` }];
    }
    return Object.entries(value).flatMap(([key, inner]) => visit(inner, [...path, key]));
  };
  return visit(content, []);
}

function isNearlyOurs(name: string | undefined): boolean {
  if (name === undefined) return false;
  return name.toLowerCase().includes('centaur') || nearest(name, ['centaur', table]) !== undefined;
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
function misspelt(centaur: TomlTable, file: string, locate: Locate): readonly DeclarationProblem[] {
  const unknown = (path: ValuePath, hint: string): DeclarationProblem => ({
    ...placed(file, locate, path),
    message: 'this key is not known',
    hint,
  });
  return Object.entries(centaur).flatMap(([key, value]) => {
    if (keys.includes(key)) return [];
    const meant = nearest(key, keys);
    if (meant !== undefined) return [unknown([key], `Did you mean ${meant}?`)];
    if (/(^|_)(secrets|hosts|credentials)(_|$)/.test(key)) return [unknown([key], declareInTable)];
    return misplaced(value, [key]).map((inner) => unknown(inner, declareInTable));
  });
}

const declareInTable = `Declare what the tool needs in ${keys.join(', ')} of [${table}] itself.`;

/** The paths of our keys inside another key's value. */
function misplaced(value: TomlValue, path: ValuePath): readonly ValuePath[] {
  if (Array.isArray(value)) return value.flatMap((member, index) => misplaced(member, [...path, index]));
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    keys.includes(key) ? [[...path, key]] : misplaced(inner, [...path, key]),
  );
}

function problemOf(
  { path, message, hint }: Fault,
  spoken: Value,
  file: string,
  locate: Locate,
): DeclarationProblem {
  const value = valueAt(spoken, path) ?? null;
  const said = mendHost(path, value) ?? secretHint(path, value) ?? hint;
  return { ...placed(file, locate, path), message, ...(said !== undefined && { hint: said }) };
}

/** How secrets are written, if a file has a table instead of the list, or anything else instead of a secret. */
function secretHint([list, ...inner]: ValuePath, value: Value): string | undefined {
  if (inner.length === 0 && isMap(value)) {
    return `Write each secret as a table [[${table}.${list}]] in double brackets, with its type and name, or all of them as ${list} = [{…}, {…}].`;
  }
  if (list === 'hosts' || inner.length !== 1 || isMap(value) || typeof value === 'string') return undefined;
  return 'Write a secret as {type = "http", name = "WAREHOUSE_API_KEY", match_headers = ["Authorization"]}.';
}
