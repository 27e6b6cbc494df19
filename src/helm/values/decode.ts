import type { ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { type Alias, isAlias, isMap as isMapNode, isScalar, isSeq } from 'yaml';
import {
  emptyMap,
  isList,
  isMap,
  shorten,
  typeInWords,
  type Value,
  type ValueMap,
  type ValuePath,
} from '../../text/json.js';
import { type Fault, maxFaults } from './error.js';
import { maxDepth } from './goyaml.js';
import { isScalarTag, readPlain, readTagged, type ScalarKind, type ScalarValue } from './scalar.js';

export interface Evaluation {
  values: ValueMap;
  /** The offset of a map's key or a list's element, or of the nearest parent. */
  offsetOf(path: ValuePath): number;
  /** Refusals; if there are any, the values must not be used. */
  faults: readonly Fault[];
}

/** Turns a parsed document into Helm's values, node by node in the order in which goyaml decodes them. */
export function evaluate(root: ParsedNode, lineOf: (offset: number) => number): Evaluation {
  const reading: Reading = {
    lineOf,
    faults: [],
    anchors: new Map(),
    reads: new Map(),
    places: new WeakMap(),
    written: 0,
    aliased: 0,
  };
  const value = readDocument(reading, root);
  const offsetOf = (path: ValuePath) => {
    let [offset] = root.range;
    let at: Value | undefined = value;
    for (const step of path) {
      const place: Place | undefined =
        typeof at === 'object' && at !== null ? reading.places.get(at)?.get(step) : undefined;
      if (!place) break;
      offset = place.offset;
      at = place.value;
    }
    return offset;
  };
  return { values: isMap(value) ? value : emptyMap(), offsetOf, faults: reading.faults };
}

/** What is known while a document is read. */
interface Reading {
  lineOf(offset: number): number;
  faults: Fault[];
  /** The node that each anchor names at this point. */
  anchors: Map<string, ParsedNode>;
  /** The result of each completed node. */
  reads: Map<ParsedNode, Read>;
  /** The entries of each map and list that was made. */
  places: WeakMap<object, Map<string | number, Place>>;
  /** The number of nodes read directly, and the number of further ones read through aliases. */
  written: number;
  aliased: number;
}

interface Read {
  value: Value;
  /** How many nodes Helm decodes for this value, and how deep they nest. */
  nodes: number;
  depth: number;
}

interface Place {
  offset: number;
  value: Value;
  /** A map's key: two keys with the same characters and different types are two keys to goyaml, and one to Helm. */
  kind?: ScalarKind;
}

/** Stops reading after a fault that makes it pointless to go on. */
class Unreadable extends Error {}

function readDocument(reading: Reading, root: ParsedNode): Value {
  try {
    const { value } = readNode(reading, root, []);
    if (value !== null && !isMap(value)) {
      const message = `a values file holds a map, and this one holds ${typeInWords(value)}`;
      refuse(reading, 'top level', root, [], message, 'Write "key: value" lines.');
    }
    return value;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

function readNode(reading: Reading, node: ParsedNode | null, path: ValuePath): Read {
  reading.written += 1;
  if (node === null) return readLeaf(null);
  if (isAlias(node)) return readAlias(reading, node, path);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, node);
  const read = isScalar(node)
    ? readLeaf(readValue(reading, node, path))
    : isSeq(node)
      ? readList(reading, node, path)
      : readMap(reading, node, path);
  reading.reads.set(node, read);
  return read;
}

function readLeaf(value: Value): Read {
  return { value, nodes: 1, depth: 0 };
}

function readList(reading: Reading, node: YAMLSeq.Parsed, path: ValuePath): Read {
  expectTag(reading, node, path, 'tag:yaml.org,2002:seq');
  const places = new Map<number, Place>();
  const reads = node.items.map((item, index) => {
    const read = readNode(reading, item, [...path, index]);
    places.set(index, { offset: item.range[0], value: read.value });
    return read;
  });
  const value = reads.map((read) => read.value);
  reading.places.set(value, places);
  return { value, ...sizeOf(reads) };
}

function readMap(reading: Reading, node: YAMLMap.Parsed, path: ValuePath): Read {
  expectTag(reading, node, path, 'tag:yaml.org,2002:map');
  const map: Entries = { path, own: new Set(), places: new Map(), hasMerge: false };
  const reads = node.items.map(({ key, value }) =>
    isMergeKey(key) ? mergeInto(reading, map, key, value) : readPair(reading, map, key, value),
  );
  const value = emptyMap();
  for (const [key, place] of map.places) value[key] = place.value;
  reading.places.set(value, map.places);
  return { value, ...sizeOf(reads) };
}

/** A map while its pairs are read. */
interface Entries {
  path: ValuePath;
  places: Map<string, Place>;
  /** The keys of the map itself, as opposed to merged ones. */
  own: Set<string>;
  hasMerge: boolean;
}

function readPair(reading: Reading, map: Entries, node: ParsedNode, valueNode: ParsedNode | null): Read {
  const key = readKey(reading, node, map.path);
  const read = readNode(reading, valueNode, [...map.path, key?.text ?? '?']);
  if (key) {
    const place = { offset: node.range[0], value: read.value, kind: key.kind };
    const before = map.places.get(key.text);
    if (before && (map.own.has(key.text) || before.kind !== key.kind)) {
      const message = `this key stands in line ${reading.lineOf(before.offset)} already`;
      const hint = 'Helm takes one of them without a word. Keep the one that is meant.';
      refuse(reading, 'duplicate key', node, [...map.path, key.text], message, hint);
    }
    map.own.add(key.text);
    map.places.set(key.text, place);
  }
  return { ...read, nodes: read.nodes + 1 };
}

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<' && key.tag === undefined;
}

/** goyaml merges at the position of the `<<`: merged entries replace those above it. */
function mergeInto(reading: Reading, map: Entries, key: ParsedNode, node: ParsedNode | null): Read {
  const read = readNode(reading, node, [...map.path, '<<']);
  const sources = isSeq(node) && isList(read.value) ? read.value : [read.value];
  if (map.hasMerge) {
    refuse(
      reading,
      'duplicate key',
      key,
      map.path,
      'a map has one "<<"',
      'Merge several maps as "<<: [*a, *b]".',
    );
  }
  map.hasMerge = true;
  // The first of several maps wins.
  for (const source of [...sources].reverse()) {
    if (!isMap(source)) {
      refuse(reading, 'merge', key, map.path, '"<<" merges a map or a list of maps', 'Write "<<: *anchor".');
      continue;
    }
    for (const [text, place] of reading.places.get(source) ?? []) {
      if (typeof text === 'string') mergeEntry(reading, map, key, text, place);
    }
  }
  return read;
}

function mergeEntry(reading: Reading, map: Entries, key: ParsedNode, text: string, place: Place): void {
  const before = map.places.get(text);
  if (before && (map.own.has(text) || before.kind !== place.kind)) {
    const message = `the "<<" here replaces this key of line ${reading.lineOf(before.offset)}`;
    const hint = 'Other YAML tools keep the key. Put "<<" first in the map, then what stands below it wins.';
    refuse(reading, 'merge', key, [...map.path, text], message, hint);
  }
  map.places.set(text, place);
}

function sizeOf(reads: readonly Read[]): { nodes: number; depth: number } {
  return {
    nodes: reads.reduce((sum, { nodes }) => sum + nodes, 1),
    depth: reads.reduce((most, { depth }) => Math.max(most, depth + 1), 0),
  };
}

function readAlias(reading: Reading, node: Alias.Parsed, path: ValuePath): Read {
  const target = reading.anchors.get(node.source);
  const read = target && reading.reads.get(target);
  if (!read) {
    if (target) return giveUp(reading, 'alias', node, path, 'this alias stands within what it stands for');
    const hint = 'Put a string that begins with "*" in quotes.';
    return giveUp(reading, 'alias', node, path, 'nothing above has the name of this alias', hint);
  }
  reading.aliased += read.nodes;
  if (reading.aliased > mostAliased(reading)) {
    return giveUp(reading, 'alias', node, path, 'aliases make the values many times larger than the file');
  }
  if (path.length + read.depth > maxDepth) {
    return giveUp(
      reading,
      'depth',
      node,
      path,
      `through aliases, values nest more than ${maxDepth} levels deep`,
    );
  }
  return { ...read, nodes: read.nodes + 1 };
}

/**
 * goyaml gives up when 99 of 100 nodes come through aliases, and sooner in large files (`decode.go`). This limit is
 * stricter, and far above what people write.
 */
function mostAliased({ written }: Reading): number {
  return Math.min(100_000, Math.max(990, 9 * written));
}

function readKey(
  reading: Reading,
  node: ParsedNode,
  path: ValuePath,
): { text: string; kind: ScalarKind } | undefined {
  reading.written += 1;
  if (!isScalar(node)) {
    const what = isAlias(node) ? 'an alias' : isMapNode(node) ? 'a map' : 'a list';
    const hint = 'Quote a string with braces or brackets; templates such as {{ x }} do not work in values.';
    refuse(reading, 'key', node, path, `${what} cannot be a key`, hint);
    return undefined;
  }
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, node);
  const { kind, value } = readScalar(reading, node, path);
  reading.reads.set(node, readLeaf(value));
  if (kind === 'string') return { text: String(value), kind };
  const text = node.source;
  if (kind === 'boolean' && text === String(value)) return { text, kind };
  if (kind === 'integer' && isInt64(text)) return { text, kind };
  if (text === '') {
    refuse(reading, 'key', node, path, 'a key is missing here', 'Write "key: value".');
  } else {
    const hint = `Put the key in quotes: ${JSON.stringify(shorten(text))}.`;
    refuse(reading, 'key', node, path, `Helm takes the key ${shorten(text)} for ${value}`, hint);
  }
  return undefined;
}

/** Whether an integer is in Helm's notation, and within the range of keys. */
function isInt64(text: string): boolean {
  return /^(?:0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function readValue(reading: Reading, node: Scalar.Parsed, path: ValuePath): Value {
  const { kind, value, rounded } = readScalar(reading, node, path);
  if (kind === 'infinite') {
    refuse(
      reading,
      'infinite number',
      node,
      path,
      'Helm cannot hold this number',
      'Put it in quotes if it is a string.',
    );
  }
  if (rounded) {
    const message = 'Helm cannot hold this integer, and reads the nearest that it can';
    refuse(
      reading,
      'rounded number',
      node,
      path,
      message,
      'Put it in quotes if it is a string, such as an identifier.',
    );
  }
  return value;
}

function readScalar(reading: Reading, node: Scalar.Parsed, path: ValuePath): ScalarValue {
  const { tag, source: text, type } = node;
  if (tag === undefined) return type === 'PLAIN' ? readPlain(text) : { kind: 'string', value: text };
  const scalar = isScalarTag(tag) ? readTagged(tag, text) : undefined;
  if (scalar) return scalar;
  if (isScalarTag(tag)) {
    const message = `this is not a valid ${shortTag(tag)}`;
    refuse(reading, 'tag', node, path, message, 'Correct the value, or remove the tag.');
  } else {
    refuseTag(reading, node, path);
  }
  return { kind: 'string', value: text };
}

function expectTag(
  reading: Reading,
  node: YAMLMap.Parsed | YAMLSeq.Parsed,
  path: ValuePath,
  tag: string,
): void {
  if (node.tag !== undefined && node.tag !== tag) refuseTag(reading, node, path);
}

function refuseTag(reading: Reading, node: ParsedNode, path: ValuePath): void {
  const known = '!!str, !!int, !!float, !!bool, !!null, !!map and !!seq work on what they name';
  const hint = `Remove it, or put a string that begins with "!" in quotes. ${known}.`;
  refuse(reading, 'tag', node, path, 'this tag does not work here', hint);
}

function shortTag(tag: string): string {
  return shorten(tag.replace(/^tag:yaml\.org,2002:/, '!!'));
}

function refuse(
  reading: Reading,
  refusal: Fault['refusal'],
  node: ParsedNode,
  path: ValuePath,
  message: string,
  hint?: string,
): void {
  reading.faults.push({ refusal, offset: node.range[0], path, message, ...(hint !== undefined && { hint }) });
  if (reading.faults.length === maxFaults) throw new Unreadable();
}

function giveUp(...refused: Parameters<typeof refuse>): never {
  refuse(...refused);
  throw new Unreadable();
}
