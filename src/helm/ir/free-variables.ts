/** Which variables bound around a piece it reads: a list or map that reads none is the same everywhere. */
import { memoize } from '../../text/memoize.js';
import { partsOf } from './children.js';
import type { Ast, Piece, Variable } from './tree.js';

/** Whether an expression reads no variables except those that it binds itself. */
export function isClosed(ast: Ast): boolean {
  return freeVariables(ast).size === 0;
}

/** Whether a piece reads a variable that is bound around it. */
export function reads(piece: Piece, variable: Variable): boolean {
  return freeVariables(piece).has(variable);
}

/** The variables that a piece reads and that are bound around it. */
const freeVariables = memoize((piece: Piece): ReadonlySet<Variable> => {
  if (piece.kind === 'variable') return new Set([piece.variable]);
  const { outer = [], binds = [], inner = [] } = partsOf(piece);
  const free = ofAll(inner).filter((variable) => !binds.includes(variable));
  return new Set([...ofAll(outer), ...free]);
});

function ofAll(pieces: readonly Piece[]): readonly Variable[] {
  return pieces.flatMap((piece) => [...freeVariables(piece)]);
}
