/**
 * Lays a manifest out as lines of YAML. Printed with directives, the lines are a Helm template; run with values, they
 * are the YAML itself. All indentation is computed here.
 */

import { constantKey, constantScalar, literalBlock } from '../../text/yaml-scalar.js';
import { astOf, pathOf } from '../expressions/expression.js';
import { unknownKind } from '../ir/children.js';
import { identity } from '../ir/identity.js';
import type { Arguments, Ast, Element, Entry, MapNode, Node, Template, Variable } from '../ir/tree.js';
import { kindOf } from '../schema/schema.js';
import {
  areOpposite,
  beginningWithField,
  never,
  type Presence,
  presenceOf,
  presenceOfElements,
  presenceOfEntries,
} from './emptiness.js';

export type Line =
  | { readonly kind: 'text'; readonly indent: number; readonly parts: readonly Part[] }
  | {
      readonly kind: 'if';
      readonly indent: number;
      readonly condition: Ast;
      readonly body: readonly Line[];
      readonly otherwise: readonly Line[];
    }
  | {
      readonly kind: 'range';
      readonly indent: number;
      readonly over: Ast;
      readonly key: Variable | undefined;
      readonly item: Variable;
      readonly body: readonly Line[];
    }
  /** A comment of the template, which is not part of its output. */
  | { readonly kind: 'comment'; readonly indent: number; readonly text: string }
  /** A map or list from an expression. */
  | { readonly kind: 'yaml'; readonly indent: number; readonly value: Ast }
  /** The lines of a string, inside a literal block. */
  | { readonly kind: 'block'; readonly indent: number; readonly text: Ast }
  /** The entries of a named template that yields a map. */
  | {
      readonly kind: 'include';
      readonly indent: number;
      readonly template: Template;
      readonly args: Arguments;
    };

/**
 * A constant string, or an expression printed as a YAML scalar or, in text that is not YAML, as is. An exact scalar has
 * the same characters in every Helm, not just the same meaning in YAML: `quote` escapes characters that Go's version of
 * Unicode does not know, and Helms are built with several versions.
 */
export type Part = string | { readonly scalar: Ast; readonly exact?: boolean } | { readonly raw: Ast };

/** Conditions known to hold at a line, by their identity: testing them again would be noise. */
type Assumed = ReadonlySet<string>;

const step = 2;

/** The lines of a map that is a document, or the body of a named template. `assumed` holds around all of them. */
export function layoutDocument(map: MapNode, assumed?: Ast): readonly Line[] {
  return map.entries.length === 0
    ? [text(0, '{}')]
    : layoutEntries(map.entries, 0, assuming(new Set(), assumed));
}

/**
 * Whether the lines may end in a map or list from an expression. Helm trims what it renders, which would remove line
 * breaks at the end of the last string in such a value.
 */
export function mayEndInYaml(lines: readonly Line[]): boolean {
  for (const line of lines.toReversed()) {
    if (line.kind === 'yaml') return true;
    if (line.kind === 'include') {
      const { body } = line.template;
      return 'node' in body && mayEndInYaml(layoutDocument(body.node));
    }
    if (line.kind === 'range' && mayEndInYaml(line.body)) return true;
    if (line.kind === 'if' && (mayEndInYaml(line.body) || mayEndInYaml(line.otherwise))) return true;
    if (isAlwaysThere(line)) return false;
  }
  return false;
}

/** Whether a line yields something regardless of the values. */
function isAlwaysThere(line: Line): boolean {
  if (line.kind === 'if') return line.body.some(isAlwaysThere) && line.otherwise.some(isAlwaysThere);
  return line.kind !== 'range' && line.kind !== 'comment';
}

/** Whether the lines contain a map or list from an expression. */
export function holdsYaml(lines: readonly Line[]): boolean {
  return lines.some((line) => {
    switch (line.kind) {
      case 'yaml':
        return true;
      case 'if':
        return holdsYaml(line.body) || holdsYaml(line.otherwise);
      case 'range':
        return holdsYaml(line.body);
      case 'include':
        return 'node' in line.template.body && holdsYaml(layoutDocument(line.template.body.node));
      case 'text':
      case 'block':
      case 'comment':
        return false;
      default:
        return unknownKind(line);
    }
  });
}

/** The lines of text that is not YAML, such as NOTES.txt. */
export function layoutText(elements: readonly Element[]): readonly Line[] {
  return layoutElements(elements, 0, new Set(), { item: (value) => [text(0, ...rawParts(value))] });
}

function rawParts(value: Node): readonly Part[] {
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    // Directives trim adjacent spaces.
    return /^\s|\s$/.test(value.value) ? [{ raw: astOf(value.value) }] : [value.value];
  }
  if (value.kind === 'expression' && kindOf(value.value.schema) === 'string') return [{ raw: value.value }];
  throw new TypeError('a line of text is a string');
}

// --------------------------------------------------------------------------------------------------------- maps

function layoutEntries(entries: readonly Entry[], indent: number, assumed: Assumed): readonly Line[] {
  return withElse(entries.flatMap((entry) => layoutEntry(entry, indent, assumed)));
}

function layoutEntry(entry: Entry, indent: number, assumed: Assumed): readonly Line[] {
  switch (entry.kind) {
    case 'field':
      return layoutField([constantKey(entry.key)], entry.value, indent, assumed);
    case 'when':
      return layoutIf(entry.condition, indent, assumed, (inner) => layoutEntries(entry.body, indent, inner));
    case 'entries': {
      const key: Ast = { kind: 'variable', variable: entry.key, schema: { type: 'string' } };
      // For a key, the length counts as well.
      const body = layoutField([{ scalar: key, exact: true }], entry.value, indent, assumed);
      return [{ kind: 'range', indent, over: entry.over, key: entry.key, item: entry.item, body }];
    }
    case 'include':
      return [{ ...entry, indent }];
    case 'comment':
      return entry.text.split('\n').map((line) => text(indent, `# ${line}`));
  }
}

function layoutField(key: readonly Part[], value: Node, indent: number, assumed: Assumed): readonly Line[] {
  return layoutPresent(presenceOf(value), indent, assumed, (inner) => {
    switch (value.kind) {
      case 'scalar':
        return layoutConstant([...key, ': '], value.value, indent);
      case 'expression':
        return isContainer(value.value)
          ? [text(indent, ...key, ':'), yaml(indent + step, value.value)]
          : [text(indent, ...key, ': ', { scalar: value.value })];
      case 'block':
        return [text(indent, ...key, ': |'), { kind: 'block', indent: indent + step, text: value.text }];
      case 'choice':
        return layoutChoice(value, indent, inner, (node, branch) => layoutField(key, node, indent, branch));
      case 'map':
        return value.entries.length === 0
          ? [text(indent, ...key, ': {}')]
          : [text(indent, ...key, ':'), ...layoutEntries(value.entries, indent + step, inner)];
      case 'list':
        return value.elements.length === 0
          ? [text(indent, ...key, ': []')]
          : [text(indent, ...key, ':'), ...layoutItems(value.elements, indent + step, inner)];
    }
  });
}

function layoutConstant(
  before: readonly Part[],
  value: string | number | boolean | null,
  indent: number,
): readonly Line[] {
  const block = typeof value === 'string' ? literalBlock(value) : undefined;
  if (block === undefined) return [text(indent, ...before, constantScalar(value))];
  return [
    text(indent, ...before, block.indicator),
    ...block.lines.map((line) => (line === '' ? text(0) : text(indent + step, line))),
  ];
}

// -------------------------------------------------------------------------------------------------------- lists

interface ItemLayout {
  readonly item: (value: Node, assumed: Assumed) => readonly Line[];
  /** For a list that is copied unchanged. */
  readonly whole?: (list: Ast) => Line;
}

function layoutElements(
  elements: readonly Element[],
  indent: number,
  assumed: Assumed,
  layout: ItemLayout,
): readonly Line[] {
  return withElse(elements.flatMap((element) => layoutElement(element, indent, assumed, layout)));
}

function layoutElement(
  element: Element,
  indent: number,
  assumed: Assumed,
  layout: ItemLayout,
): readonly Line[] {
  switch (element.kind) {
    case 'item':
      return layout.item(element.value, assumed);
    case 'when':
      return layoutIf(element.condition, indent, assumed, (inner) =>
        layoutElements(element.body, indent, inner, layout),
      );
    case 'each': {
      const list = layout.whole && wholeList(element);
      if (layout.whole === undefined || list === undefined) {
        const body = layoutElements(element.body, indent, assumed, layout);
        return [{ ...element, kind: 'range', indent, body }];
      }
      const line = layout.whole(list);
      return layoutPresent(presenceOfElements([element]), indent, assumed, () => [line]);
    }
  }
}

function layoutItems(elements: readonly Element[], indent: number, assumed: Assumed): readonly Line[] {
  return layoutElements(elements, indent, assumed, {
    item: (value, inner) => layoutItem(value, indent, inner),
    whole: (list) => yaml(indent, list),
  });
}

/** The list whose maps (or lists) an `each` copies unchanged, so that it can be written as a whole. */
function wholeList(element: Element): Ast | undefined {
  if (element.kind !== 'each' || element.key !== undefined) return undefined;
  const [only, ...others] = element.body;
  if (only?.kind !== 'item' || only.value.kind !== 'expression' || others.length > 0) return undefined;
  const { value } = only.value;
  return value.kind === 'variable' && value.variable === element.item && isContainer(value)
    ? element.over
    : undefined;
}

function layoutItem(value: Node, indent: number, assumed: Assumed): readonly Line[] {
  switch (value.kind) {
    case 'scalar':
      return layoutConstant(['- '], value.value, indent);
    case 'expression':
      return isContainer(value.value)
        ? [text(indent, '-'), yaml(indent + step, value.value)]
        : [text(indent, '- ', { scalar: value.value })];
    case 'block':
      return [text(indent, '- |'), { kind: 'block', indent: indent + step, text: value.text }];
    case 'choice':
      return layoutChoice(value, indent, assumed, (node, branch) => layoutItem(node, indent, branch));
    case 'map':
      return layoutPresent(
        value.entries.length === 0 || presenceOfEntries(value.entries),
        indent,
        assumed,
        (inner) =>
          value.entries.length === 0
            ? [text(indent, '- {}')]
            : dashed(indent, layoutEntries(beginningWithField(value.entries), indent + step, inner)),
        [text(indent, '- {}')],
      );
    case 'list':
      return layoutPresent(
        value.elements.length === 0 || presenceOfElements(value.elements),
        indent,
        assumed,
        (inner) =>
          value.elements.length === 0
            ? [text(indent, '- []')]
            : dashed(indent, layoutItems(value.elements, indent + step, inner)),
        [text(indent, '- []')],
      );
  }
}

/** Puts the dash before the first line if that is plain text, else on its own line. */
function dashed(indent: number, lines: readonly Line[]): readonly Line[] {
  const [first, ...rest] = lines;
  return first?.kind === 'text'
    ? [text(indent, '- ', ...first.parts), ...rest]
    : [text(indent, '-'), ...lines];
}

// --------------------------------------------------------------------------------------------------- conditions

function layoutIf(
  condition: Ast,
  indent: number,
  assumed: Assumed,
  then: (assumed: Assumed) => readonly Line[],
  otherwise: readonly Line[] = [],
): readonly Line[] {
  if (assumed.has(identity(condition))) return then(assumed);
  const body = then(assuming(assumed, condition));
  if (body.length === 0 && otherwise.length === 0) return [];
  return [{ kind: 'if', indent, condition, body, otherwise }];
}

/** Lines under a condition, followed by lines under the opposite one, are the branches of one choice. */
function withElse(lines: readonly Line[]): readonly Line[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    if (isOnly(last) && isOnly(line) && areOpposite(last.condition, line.condition)) {
      joined[joined.length - 1] = { ...last, otherwise: line.body };
    } else {
      joined.push(line);
    }
  }
  return joined;
}

/** Whether the lines are all under one condition. */
function isOnly(line: Line | undefined): line is Extract<Line, { kind: 'if' }> {
  return line?.kind === 'if' && line.otherwise.length === 0;
}

function layoutPresent(
  presence: Presence,
  indent: number,
  assumed: Assumed,
  then: (assumed: Assumed) => readonly Line[],
  otherwise: readonly Line[] = [],
): readonly Line[] {
  if (presence === never) return otherwise;
  return presence === true ? then(assumed) : layoutIf(presence, indent, assumed, then, otherwise);
}

function layoutChoice(
  choice: Extract<Node, { kind: 'choice' }>,
  indent: number,
  assumed: Assumed,
  branch: (node: Node, assumed: Assumed) => readonly Line[],
): readonly Line[] {
  return layoutIf(
    choice.condition,
    indent,
    assumed,
    (inner) => branch(choice.chosen, inner),
    branch(choice.otherwise, assumed),
  );
}

function assuming(assumed: Assumed, condition: Ast | undefined): Assumed {
  if (condition === undefined) return assumed;
  const parts = condition.kind === 'call' && condition.operator.name === 'and' ? condition.args : [];
  return parts.reduce(assuming, new Set([...assumed, identity(condition)]));
}

function isContainer(ast: Ast): boolean {
  const kind = kindOf(ast.schema);
  return kind === 'list' || kind === 'map';
}

function text(indent: number, ...parts: readonly Part[]): Line {
  return { kind: 'text', indent, parts };
}

/** @throws {TypeError} for a map whose keys are not known to be safe to write unchanged */
function yaml(indent: number, value: Ast): Line {
  if (computesKeys(value)) {
    throw new TypeError(`${pathOf(value)} is a map whose keys are computed: write it with ...entries(…)`);
  }
  return { kind: 'yaml', indent, value };
}

/** Whether an expression is a map with keys from strings: written unchanged, `<<` would merge. */
function computesKeys(ast: Ast): boolean {
  switch (ast.kind) {
    case 'assemble':
    case 'group':
      return true;
    case 'call':
      return ast.operator.passes === true && ast.args.some(computesKeys);
    case 'include':
      return ast.template.body.kind === 'json' && computesKeys(ast.template.body.value);
    case 'literal':
    case 'builtin':
    case 'member':
    case 'variable':
    case 'collect':
      return false;
    default:
      return unknownKind(ast);
  }
}
