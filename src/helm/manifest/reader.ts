/** Reads the source of a manifest: object literals, expressions, and the fragments among them. */
import { isDeleted, isForbidden } from '../../text/forbidden-text.js';
import { AST, astOf, isExpr, symbolic } from '../expressions/expression.js';
import { omit } from '../expressions/operators.js';
import { unknownKind } from '../ir/children.js';
import { identity } from '../ir/identity.js';
import type { Schema } from '../ir/schema.js';
import type { Element, Entry, MapNode, Node } from '../ir/tree.js';
import { FRAGMENT, type Fragment } from './manifest.js';

/** Reads a value in a manifest. */
export function node(written: unknown): Node {
  if (isExpr(written)) {
    const value = written[AST];
    // A constant list or map stays one value: a list that is an expression cannot contain other lists or maps.
    const scalar = value.kind === 'literal' && (typeof value.value !== 'object' || value.value === null);
    return scalar ? node(value.value) : { kind: 'expression', value };
  }
  if (typeof written === 'string') assertKept(written);
  const fragment = fragmentOf(written);
  if (fragment !== undefined) return fragmentNode(fragment);
  if (Array.isArray(written)) return { kind: 'list', elements: elementsOfAll(written) };
  if (typeof written === 'object' && written !== null) return mapNode(written);
  if (
    written === null ||
    typeof written === 'string' ||
    typeof written === 'boolean' ||
    (typeof written === 'number' && Number.isFinite(written))
  ) {
    return { kind: 'scalar', value: written };
  }
  throw new TypeError(`not a value that a manifest can hold: ${String(written)}`);
}

function assertKept(text: string): void {
  if (isDeleted(text)) throw new TypeError(`Helm would delete "<no value>" from ${JSON.stringify(text)}`);
}

function fragmentNode(fragment: Fragment): Node {
  switch (fragment.kind) {
    case 'choice':
      return {
        kind: 'choice',
        condition: fragment.condition,
        chosen: node(fragment.chosen),
        otherwise: node(fragment.otherwise),
      };
    case 'node':
      return fragment.node;
    case 'conditional':
    case 'elements':
    case 'entries':
      throw new TypeError(
        'a value stands here that may be absent or many: only a field or a list member may be',
      );
    default:
      return unknownKind(fragment);
  }
}

export function mapNode(written: unknown): MapNode {
  if (typeof written !== 'object' || written === null || Array.isArray(written) || isExpr(written)) {
    throw new TypeError(`a map is needed here, not ${String(written)}`);
  }
  return closed(Object.entries(written).flatMap(([key, value]) => entriesOf(key, value)));
}

/** A map without duplicate keys: YAML takes the last one, and Kubernetes refuses duplicates. */
function closed(entries: readonly Entry[]): MapNode {
  const taken = keysOf(entries);
  const twice = taken.find((key, index) => taken.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new TypeError(
      `the key '${twice}' is given twice: write one field, with when(condition, value, otherwise)`,
    );
  }
  if (openParts(entries).length > 1) {
    throw new TypeError(
      'two maps are spread into one, and one key could come from both: join them in the values',
    );
  }
  return { kind: 'map', entries: merged(entries.map((entry) => withoutKeys(entry, taken))) };
}

/** The keys that a map's source sets itself, conditionally or not. */
export function keysOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry) => {
    switch (entry.kind) {
      case 'field':
        return entry.key;
      case 'when':
        return keysOf(entry.body);
      case 'include':
        return keysOf(entriesOfTemplate(entry));
      case 'entries':
      case 'comment':
        return [];
      default:
        return unknownKind(entry);
    }
  });
}

/** The parts of a map whose keys come from other maps. */
function openParts(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => {
    switch (entry.kind) {
      case 'entries':
        return [entry];
      case 'when':
        return openParts(entry.body);
      case 'include':
        return openParts(entriesOfTemplate(entry));
      case 'field':
      case 'comment':
        return [];
      default:
        return unknownKind(entry);
    }
  });
}

/** Whether a map has a key: always, only under a condition or if another map has it, or never. */
export function presenceOf(key: string, entries: readonly Entry[]): 'always' | 'possible' | 'never' {
  const always = entries.some((entry) => {
    if (entry.kind === 'include') return presenceOf(key, entriesOfTemplate(entry)) === 'always';
    return entry.kind === 'field' && entry.key === key;
  });
  if (always) return 'always';
  const open = openParts(entries).some((part) => part.kind === 'entries' && admitsKey(part.over.schema, key));
  return open || keysOf(entries).includes(key) ? 'possible' : 'never';
}

function entriesOfTemplate({ template }: Extract<Entry, { kind: 'include' }>): readonly Entry[] {
  return template.body.kind === 'fields' ? template.body.node.entries : [];
}

/** A key in the manifest overrides a spread one; nothing needs to be done if the schema admits no such key. */
function withoutKeys(entry: Entry, taken: readonly string[]): Entry {
  switch (entry.kind) {
    case 'entries': {
      const possible = taken.filter((key) => !isForbidden(key) && admitsKey(entry.over.schema, key));
      if (possible.length === 0) return entry;
      return { ...entry, over: astOf(omit(symbolic<object>(entry.over), ...possible)) };
    }
    case 'when':
      return { ...entry, body: entry.body.map((inner) => withoutKeys(inner, taken)) };
    case 'include': {
      const own = keysOf(entriesOfTemplate(entry));
      const others = taken.filter((key) => !own.includes(key));
      for (const part of openParts(entriesOfTemplate(entry))) {
        const clash = part.kind === 'entries' && others.find((key) => admitsKey(part.over.schema, key));
        if (clash) {
          throw new TypeError(
            `${entry.template.name} spreads a map that may have the key '${clash}', which stands next to it: spread the map where that key is`,
          );
        }
      }
      return entry;
    }
    case 'field':
    case 'comment':
      return entry;
    default:
      return unknownKind(entry);
  }
}

function admitsKey(schema: Schema, key: string): boolean {
  const patterns = Object.entries(schema.patternProperties ?? {});
  const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(key));
  return (
    matching.every(([, member]) => member !== false) &&
    (matching.length > 0 || schema.additionalProperties !== false)
  );
}

export function entriesOf(key: string, value: unknown): readonly Entry[] {
  if (value === undefined) return [];
  assertKept(key);
  const fragment = fragmentOf(value);
  if (fragment?.kind === 'entries') return fragment.entries;
  if (fragment?.kind === 'conditional') {
    return [{ kind: 'when', condition: fragment.condition, body: entriesOf(key, fragment.body) }];
  }
  return [{ kind: 'field', key, value: node(value) }];
}

/** Neighbours under the same condition share its block. */
export function merged<P extends Entry | Element>(parts: readonly P[]): readonly P[] {
  const result: P[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (
      part.kind === 'when' &&
      last?.kind === 'when' &&
      identity(part.condition) === identity(last.condition)
    ) {
      result[result.length - 1] = { ...last, body: [...last.body, ...part.body] };
    } else {
      result.push(part);
    }
  }
  return result;
}

/** Reads the members of a list, or the lines of a string. */
export function elementsOfAll(written: readonly unknown[]): readonly Element[] {
  return merged(written.flatMap(elementsOf));
}

export function elementsOf(written: unknown): readonly Element[] {
  if (written === undefined) return [];
  const fragment = fragmentOf(written);
  if (fragment?.kind === 'elements') return fragment.elements;
  if (fragment?.kind === 'conditional') {
    return [{ kind: 'when', condition: fragment.condition, body: elementsOf(fragment.body) }];
  }
  return [{ kind: 'item', value: node(written) }];
}

function fragmentOf(written: unknown): Fragment | undefined {
  return typeof written === 'object' && written !== null && !isExpr(written)
    ? (written as { [FRAGMENT]?: Fragment })[FRAGMENT]
    : undefined;
}
