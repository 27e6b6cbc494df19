/** Where the keys and values of a TOML document are: smol-toml, which reads the values, does not say. */
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import type { ValuePath } from '../text/json.js';

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a key of a table is written, or a member of a list begins; for other paths, their nearest parent's place. */
export type Locate = (path: ValuePath) => Position | undefined;

/** Finds positions in a document. It is parsed only if one is asked for; without a parse, nothing has a position. */
export function locator(text: string): Locate {
  let positions: Positions | undefined;
  return (path) => {
    positions ??= positionsIn(text);
    for (let depth = path.length; depth > 0; depth -= 1) {
      const found = positions.get(keyOf(path.slice(0, depth)));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

type Positions = ReadonlyMap<string, Position>;

function positionsIn(text: string): Positions {
  const positions = new Map<string, Position>();
  for (const node of topLevel(text)) {
    if (node.type === 'TOMLKeyValue') {
      addPair(node, [], positions);
    } else {
      addTable(node, positions);
      for (const pair of node.body) addPair(pair, node.resolvedKey, positions);
    }
  }
  return positions;
}

function topLevel(text: string): AST.TOMLTopLevelTable['body'] {
  try {
    return parseTOML(text, { tomlVersion: '1.1' }).body[0].body;
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/** A table's header: `resolvedKey` has the indices of lists of tables as well, which the header does not show. */
function addTable({ key, kind, loc, resolvedKey }: AST.TOMLTable, positions: Map<string, Position>): void {
  const names = [...key.keys];
  for (const [index, step] of resolvedKey.entries()) {
    const name = typeof step === 'string' ? names.shift() : undefined;
    const isItself = kind === 'array' && index === resolvedKey.length - 1;
    if (name !== undefined) add(resolvedKey.slice(0, index + 1), name.loc, positions);
    else if (isItself) add(resolvedKey, loc, positions);
  }
}

function addPair({ key, value }: AST.TOMLKeyValue, table: ValuePath, positions: Map<string, Position>): void {
  let path = table;
  for (const name of key.keys) {
    path = [...path, name.type === 'TOMLBare' ? name.name : name.value];
    add(path, name.loc, positions);
  }
  addContent(value, path, positions);
}

function addContent(node: AST.TOMLContentNode, path: ValuePath, positions: Map<string, Position>): void {
  if (node.type === 'TOMLInlineTable') {
    for (const pair of node.body) addPair(pair, path, positions);
  } else if (node.type === 'TOMLArray') {
    for (const [index, element] of node.elements.entries()) {
      add([...path, index], element.loc, positions);
      addContent(element, [...path, index], positions);
    }
  }
}

/** The first place counts: a table may be continued further down. */
function add(path: ValuePath, { start }: AST.SourceLocation, positions: Map<string, Position>): void {
  const key = keyOf(path);
  if (!positions.has(key)) positions.set(key, { line: start.line, column: start.column + 1 });
}

function keyOf(path: ValuePath): string {
  return JSON.stringify(path);
}
