/** Which variables of what is around it a piece reads: a list or map that reads none is the same wherever it stands. */
import type { Ast, Element, Entry, Node, Variable } from './tree.js';

type Piece = Ast | Node | Element | Entry;

const answers = new WeakMap<Ast, boolean>();

/** Whether an expression reads no variable but those that it binds itself. */
export function isClosed(ast: Ast): boolean {
  const known = answers.get(ast);
  if (known !== undefined) return known;
  const closed = freeVariables(ast).size === 0;
  answers.set(ast, closed);
  return closed;
}

/** Whether a piece reads a variable that is bound around it. */
export function reads(piece: Piece, variable: Variable): boolean {
  return freeVariables(piece).has(variable);
}

/** The variables that are read in a piece, and bound around it. */
function freeVariables(piece: Piece): ReadonlySet<Variable> {
  switch (piece.kind) {
    case 'literal':
    case 'builtin':
    case 'scalar':
    case 'comment':
      return new Set();
    case 'variable':
      return new Set([piece.variable]);
    case 'member':
      return freeVariables(piece.of);
    case 'call':
      return ofAll(piece.args);
    // A named template sees its arguments, and nothing else of what is around.
    case 'include':
      return ofAll([...piece.args.values()]);
    case 'collect':
    case 'list':
      return ofAll(piece.elements);
    case 'assemble':
    case 'map':
      return ofAll(piece.entries);
    case 'expression':
    case 'field':
    case 'item':
      return freeVariables(piece.value);
    case 'block':
      return freeVariables(piece.text);
    case 'choice':
      return ofAll([piece.condition, piece.chosen, piece.otherwise]);
    case 'when':
      return ofAll([piece.condition, ...piece.body]);
    case 'group':
      return ofWalk(piece, [piece.key]);
    case 'each':
      return ofWalk(piece, piece.body);
    case 'entries':
      return ofWalk(piece, [piece.value]);
  }
}

function ofAll(pieces: readonly Piece[]): ReadonlySet<Variable> {
  return new Set(pieces.flatMap((piece) => [...freeVariables(piece)]));
}

/** Of what is walked, and of what is done for each member with the variables that are bound to it. */
function ofWalk(
  {
    over,
    item,
    key,
  }: { readonly over: Ast; readonly item: Variable; readonly key?: Ast | Variable | undefined },
  body: readonly Piece[],
): ReadonlySet<Variable> {
  const inner = [...ofAll(body)].filter((variable) => variable !== item && variable !== key);
  return new Set([...freeVariables(over), ...inner]);
}
