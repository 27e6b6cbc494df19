/** The values and named templates that a chart's source reads. */
import type { ValuePath } from '../../text/json.js';
import { bodyOf, partsOf } from './children.js';
import type { Schema } from './schema.js';
import type { Ast, Piece, Template } from './tree.js';

/** The result of {@link usageOf}. */
export class Usage {
  /** Each after those that it includes. */
  readonly templates = new Set<Template>();
  /** Paths below `.Values`, as JSON lists, whose values are read whole. */
  private readonly paths = new Set<string>();

  /** @throws {TypeError} naming the keys of the schema that are never read */
  assertComplete(schema: Schema): void {
    const unread = leavesOf(schema, []).filter((leaf) => !this.covers(leaf));
    if (unread.length > 0) {
      throw new TypeError(`nothing reads these values: ${unread.map((path) => path.join('.')).join(', ')}`);
    }
  }

  /** A key counts as read if it, a map around it, or one of its members is read. */
  private covers(leaf: readonly string[]): boolean {
    const around = leaf.map((_, index) => JSON.stringify(leaf.slice(0, index + 1)));
    const inside = `${JSON.stringify(leaf).slice(0, -1)},`;
    return (
      around.some((path) => this.paths.has(path)) || [...this.paths].some((path) => path.startsWith(inside))
    );
  }

  /** Whether a part of the values is read: the value at a path, one around it, or one inside it. */
  meets(path: ValuePath): boolean {
    return [...this.paths].some((read) => {
      const steps: readonly string[] = JSON.parse(read);
      return steps.every((step, index) => index >= path.length || step === path[index]);
    });
  }

  visit(piece: Piece): void {
    const path = piece.kind === 'member' ? pathBelowValues(piece) : undefined;
    if (path !== undefined) {
      this.paths.add(JSON.stringify(path));
      return;
    }
    const { outer = [], inner = [], template } = partsOf(piece);
    if (template !== undefined) this.visitTemplate(template);
    for (const part of [...outer, ...inner]) this.visit(part);
  }

  private visitTemplate(template: Template): void {
    if (this.templates.has(template)) return;
    this.visit(bodyOf(template));
    this.templates.add(template);
  }
}

export function usageOf(pieces: readonly Piece[]): Usage {
  const usage = new Usage();
  for (const piece of pieces) usage.visit(piece);
  return usage;
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

/** Whether an expression is a part of the values, which have been validated against their schema, or a constant instead. */
export function isOfValues(ast: Ast): boolean {
  if (ast.kind === 'member') return isOfValues(ast.of);
  if (ast.kind === 'call' && ast.operator.passes) {
    return ast.args.every((argument) => argument.kind === 'literal' || isOfValues(argument));
  }
  return ast.kind === 'builtin' || (ast.kind === 'variable' && !ast.variable.parameter);
}
