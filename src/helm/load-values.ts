/** From the values that a person gives, in files and with --set and its like, to complete values or to a list of problems. */

import { forbiddenTexts } from '../text/forbidden-text.js';
import {
  emptyMap,
  isMap,
  showPath,
  type Value,
  type ValueMap,
  type ValuePath,
  valueAt,
} from '../text/json.js';
import { memoize } from '../text/memoize.js';
import { nearest } from '../text/nearest.js';
import type { HelmChart, ReleaseOptions } from './chart.js';
import type { Schema } from './ir/schema.js';
import type { Fault } from './schema/fault-words.js';
import { faultFinder } from './schema/faults.js';
import { setOption } from './schema/file-format.js';
import { schemaDocument } from './template/values-document.js';
import { ValuesError } from './values/error.js';
import { coalesce, mergeFiles } from './values/merge.js';
import { readValuesFile } from './values/read.js';
import { applySet, assignmentsOf, filesOf, type Setting, setOptions } from './values/set.js';

export { filesOf, readValuesFile, type Setting, ValuesError };

/** Where a problem is if nobody gave values. */
export const defaultsName = "the chart's defaults";

/** What a chart's authors know about mistakes, beyond the schema. */
export interface Hints {
  /** Keys from older values files, by path, each with what to do about it. */
  readonly retired?: { readonly [path: string]: string };
  /** What to do about a value that the schema refuses; undefined if the schema's own hint covers it. */
  readonly hint?: (path: ValuePath, value: Value) => string | undefined;
}

export interface ValuesInput {
  /** Later files override earlier ones. */
  readonly files: readonly { readonly file: string; readonly text: string | Uint8Array }[];
  /**
   * Settings of `--set` (a string is one) and of Helm's other options like it. They override files, and each other in
   * Helm's order of the options, and then in their own.
   */
  readonly set?: readonly (string | Setting)[];
  /** The contents of the files that `--set-file` names, by name. */
  readonly setFiles?: ReadonlyMap<string, string | Uint8Array>;
  readonly release?: ReleaseOptions;
  readonly hints?: Hints;
}

/** One problem with the values. */
export interface Problem {
  /** The file's name as given, or the option and the key, such as `--set a.b`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The key, such as `api.extraEnv`; empty if the problem concerns the whole file. */
  readonly path: string;
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

export type Loaded =
  | {
      /** Complete and valid. */
      readonly values: ValueMap;
      /** Keys that this chart does not read, and that were probably meant for it. */
      readonly unread: readonly Problem[];
      /** The chart's own warnings: values that it takes, and that are probably not meant for long. */
      readonly doubtful: readonly Problem[];
    }
  | { readonly problems: readonly Problem[] };

/**
 * Reads values and checks them as Helm does, in its order: the files, `--set`, the chart's defaults below them, the
 * schema, the rules.
 */
export function loadValues(chart: HelmChart, input: ValuesInput): Loaded {
  const read = readAll(input);
  if ('problems' in read) return read;
  const { sources, given } = read;
  const values = coalesce(chart.defaults, given);

  const faults = finderOf(chart)(values, (path) =>
    placeOf(path, sources).file.startsWith('--set') ? setOption : undefined,
  );
  const forbidden = forbiddenTexts(values);
  const invalid = [...faults, ...forbidden].map(({ path }) => path);
  const problems = [
    ...faults.map((fault) => problemOf(fault, values, sources, input.hints ?? {})),
    ...retiredBelow(faults, sources, input.hints ?? {}),
    ...forbidden.map(({ path, message, hint }) => problemAt(path, sources, message, hint)),
    ...chart.problems(values, input.release, invalid).map((message) => ruleProblem(message, sources)),
  ];
  if (problems.length > 0) return { problems: inOrder(problems, sources) };
  return {
    values,
    unread: unreadGlobals(chart.schema as Schema, given, sources),
    doubtful: chart.warnings(values, input.release).map((message) => ruleProblem(message, sources)),
  };
}

/** Keys of `global` may belong to another chart, so a misspelt key of this chart is accepted as well. */
function unreadGlobals(
  { properties }: Schema,
  given: ValueMap,
  sources: readonly Source[],
): readonly Problem[] {
  const known = Object.keys(properties?.global?.properties ?? {});
  const keys = isMap(given.global) ? Object.keys(given.global) : [];
  return keys
    .filter((key) => !known.includes(key))
    .flatMap((key) => {
      const meant = nearest(key, known);
      if (meant === undefined) return [];
      const message = 'this chart does not read the key, which may be for another chart of the release';
      return [problemAt(['global', key], sources, message, `Did you mean global.${meant}?`)];
    });
}

// ---------------------------------------------------------------------------------------------------------- reading

/** A source of values. */
interface Source {
  readonly file: string;
  readonly values: ValueMap;
  position(path: ValuePath): { readonly line: number; readonly column: number } | undefined;
}

type Read =
  | { readonly sources: readonly Source[]; readonly given: ValueMap }
  | { readonly problems: readonly Problem[] };

function readAll({ files, set = [], setFiles = new Map() }: ValuesInput): Read {
  const problems: Problem[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ValuesError)) throw error;
      problems.push(
        ...error.problems.map(({ file, line, column, path = [], message, hint }) => ({
          file,
          line,
          column,
          path: showPath(path),
          message,
          ...(hint !== undefined && { hint }),
        })),
      );
      return undefined;
    }
  };

  const sources: Source[] = [];
  let given: ValueMap = emptyMap();
  for (const { file, text } of files) {
    const source = attempt(() => fileSource(file, text));
    if (source === undefined) continue;
    sources.push(source);
    given = mergeFiles(given, source.values);
  }
  // The effect of a setting may depend on the files, so it is not read if a file could not be read.
  const content = (name: string) => setFiles.get(name);
  for (const setting of problems.length === 0 ? inHelmsOrder(set) : []) {
    attempt(() => {
      given = applySet(given, setting, content);
      for (const { name, column, values } of assignmentsOf(setting, content)) {
        sources.push({ file: name, values, position: () => ({ line: 1, column }) });
      }
    });
  }
  return problems.length > 0 ? { problems } : { sources, given };
}

function fileSource(file: string, content: string | Uint8Array): Source {
  const { values, position } = readValuesFile(content, file);
  return {
    file,
    values,
    position,
  };
}

function inHelmsOrder(set: readonly (string | Setting)[]): readonly Setting[] {
  const settings = set.map(
    (one): Setting => (typeof one === 'string' ? { option: '--set', expression: one } : one),
  );
  return setOptions.flatMap((option) => settings.filter((setting) => setting.option === option));
}

// ---------------------------------------------------------------------------------------------------------- checking

/** Checks with the same schema document that Helm uses. */
const finderOf = memoize((chart: HelmChart) =>
  faultFinder(JSON.parse(schemaDocument(chart.schema as Schema, chart.metadata.name))),
);

function problemOf(
  { kind, path, message, hint }: Fault,
  values: ValueMap,
  sources: readonly Source[],
  { retired = {}, hint: betterHint }: Hints,
): Problem {
  const key = showPath(path);
  const instead = kind === 'unknown key' && Object.hasOwn(retired, key) ? retired[key] : undefined;
  if (instead !== undefined) {
    return problemAt(path, sources, retiredMessage, instead);
  }
  if (kind === 'missing key' && givenAt(path, sources) !== undefined) {
    const isOverridden = sources.some((source) => isPresent(valueAt(source.values, path)));
    return problemAt(
      path,
      sources,
      isOverridden
        ? 'null removes the key, with what earlier files and the chart set for it, and the chart needs a value here'
        : 'null takes away the default, and the chart needs a value here',
      isOverridden ? 'Remove the null to keep the earlier value.' : 'Remove the key to keep its default.',
    );
  }
  const better = kind === 'value' ? betterHint?.(path, valueAt(values, path) ?? null) : undefined;
  return problemAt(path, sources, message, better ?? hint);
}

/** A rule's message begins with the key that it concerns. */
function ruleProblem(text: string, sources: readonly Source[]): Problem {
  const [, key, message] = /^([\w$-]+(?:[.][\w$-]+|\[[^\]]*\])*): (.*)$/s.exec(text) ?? [];
  if (key === undefined || message === undefined) return problemAt([], sources, text);
  const steps = [...key.matchAll(/\[([0-9]+)\]|[^.[\]]+/g)];
  const path = steps.map(([step, index]) => (index === undefined ? step : Number(index)));
  return { ...problemAt(namedBelow(path, message, sources), sources, message), path: key };
}

/**
 * If a rule concerns several keys of one map, the first one that is named and set; for a list member, the member
 * itself.
 */
function namedBelow(path: ValuePath, message: string, sources: readonly Source[]): ValuePath {
  if (typeof path.at(-1) === 'number') return path;
  const words = message.match(/[\w.-]*\w/g) ?? [];
  const keys = words.map((word) => [...path, ...word.split('.')]);
  return keys.find((inner) => givenAt(inner, sources) !== undefined) ?? path;
}

// ---------------------------------------------------------------------------------------------------------- locating

function problemAt(path: ValuePath, sources: readonly Source[], message: string, hint?: string): Problem {
  return { ...placeOf(path, sources), path: showPath(path), message, ...(hint !== undefined && { hint }) };
}

/** Where a key is set, or else its nearest parent; the last source that sets it counts. */
function placeOf(path: ValuePath, sources: readonly Source[]) {
  for (let depth = path.length; depth > 0; depth--) {
    const source = givenAt(path.slice(0, depth), sources);
    const position = source?.position(path.slice(0, depth));
    if (source !== undefined && position !== undefined) return { file: source.file, ...position };
  }
  return { file: sources[0]?.file ?? defaultsName, line: 1, column: 1 };
}

function givenAt(path: ValuePath, sources: readonly Source[]): Source | undefined {
  return sources.findLast(({ values }) => valueAt(values, path) !== undefined);
}

const retiredMessage = 'this key of older values files means nothing here';

/** Keys of older values files in sections that are not known as a whole. */
function retiredBelow(
  faults: readonly Fault[],
  sources: readonly Source[],
  { retired = {} }: Hints,
): readonly Problem[] {
  const sections = faults.filter(({ kind }) => kind === 'unknown key').map(({ path }) => showPath(path));
  return Object.entries(retired).flatMap(([key, instead]) => {
    const path = key.split('.');
    const isBelow = sections.some((section) => key.startsWith(`${section}.`));
    return isBelow && givenAt(path, sources) !== undefined
      ? [problemAt(path, sources, retiredMessage, instead)]
      : [];
  });
}

function isPresent(value: Value | undefined): boolean {
  return value !== undefined && value !== null;
}

function inOrder(problems: readonly Problem[], sources: readonly Source[]): readonly Problem[] {
  const files = sources.map(({ file }) => file);
  return [...problems].sort(
    (left, right) =>
      files.indexOf(left.file) - files.indexOf(right.file) ||
      left.line - right.line ||
      left.column - right.column,
  );
}
