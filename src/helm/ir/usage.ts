/** Which values and which named templates a chart's source reads. */

import type { Schema } from './schema.js';
import type { Ast, Element, Entry, Node, Template } from './tree.js';

type Piece = Ast | Node | Entry | Element | undefined;

/** What {@link readsOf} found. */
export class Reads {
  readonly templates = new Set<Template>();
  /** Paths below `.Values`, as JSON lists, that are read as they are. */
  private readonly paths = new Set<string>();

  /** @throws {TypeError} naming the keys of the schema that nothing reads */
  assertComplete(schema: Schema): void {
    const unread = leavesOf(schema, []).filter((leaf) => !this.covers(leaf));
    if (unread.length > 0) {
      throw new TypeError(`nothing reads these values: ${unread.map((path) => path.join('.')).join(', ')}`);
    }
  }

  /** A key is read when it, a map around it, or a member of it is. */
  private covers(leaf: readonly string[]): boolean {
    const around = leaf.map((_, index) => JSON.stringify(leaf.slice(0, index + 1)));
    const inside = `${JSON.stringify(leaf).slice(0, -1)},`;
    return (
      around.some((path) => this.paths.has(path)) || [...this.paths].some((path) => path.startsWith(inside))
    );
  }

  visit(piece: Piece): void {
    if (piece === undefined) return;
    switch (piece.kind) {
      case 'member': {
        const path = pathBelowValues(piece);
        if (path === undefined) this.visit(piece.of);
        else this.paths.add(JSON.stringify(path));
        return;
      }
      case 'call':
        piece.args.forEach((argument) => {
          this.visit(argument);
        });
        return;
      case 'collect':
      case 'list':
        piece.elements.forEach((element) => {
          this.visit(element);
        });
        return;
      case 'include':
        this.visitTemplate(piece.template);
        for (const argument of piece.args.values()) this.visit(argument);
        return;
      case 'expression':
      case 'field':
      case 'item':
        this.visit(piece.value);
        return;
      case 'choice':
        this.visit(piece.condition);
        this.visit(piece.chosen);
        this.visit(piece.otherwise);
        return;
      case 'block':
        this.visit(piece.text);
        return;
      case 'map':
      case 'assemble':
        piece.entries.forEach((entry) => {
          this.visit(entry);
        });
        return;
      case 'when':
        this.visit(piece.condition);
        for (const inner of piece.body) this.visit(inner);
        return;
      case 'group':
        this.visit(piece.over);
        this.visit(piece.key);
        return;
      case 'entries':
        this.visit(piece.over);
        this.visit(piece.value);
        return;
      case 'each':
        this.visit(piece.over);
        piece.body.forEach((element) => {
          this.visit(element);
        });
    }
  }

  private visitTemplate(template: Template): void {
    if (this.templates.has(template)) return;
    this.templates.add(template);
    this.visit('node' in template.body ? template.body.node : template.body.value);
  }
}

export function readsOf(pieces: readonly Piece[]): Reads {
  const reads = new Reads();
  for (const piece of pieces) reads.visit(piece);
  return reads;
}

function pathBelowValues(ast: Ast): readonly string[] | undefined {
  if (ast.kind === 'builtin' && ast.object === 'Values') return [];
  if (ast.kind !== 'member') return undefined;
  const above = pathBelowValues(ast.of);
  return above && [...above, ast.key];
}

function leavesOf(schema: Schema, path: readonly string[]): readonly (readonly string[])[] {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return path.length === 0 ? [] : [path];
  return properties.flatMap(([key, member]) => leavesOf(member, [...path, key]));
}
