/** Whether Helm fails when it computes an expression, because the expression reads a member of a missing value. */
import { childrenOf, unknownKind } from '../ir/children.js';
import { parameterAt } from '../ir/operator.js';
import type { Ast, Piece } from '../ir/tree.js';
import { isRequired } from '../schema/schema.js';

/** Whether computing an expression, or a part of one, can make Helm fail for values that the schema admits. */
export function mayStop(piece: Piece): boolean {
  return needsWhatMayBeAbsent(piece) || childrenOf(piece).some(mayStop);
}

/** Whether a piece itself is undefined if one of its parts is absent. */
function needsWhatMayBeAbsent(piece: Piece): boolean {
  switch (piece.kind) {
    case 'member':
      return mayBeAbsent(piece.of);
    case 'call':
      return piece.args.some((argument, index) => {
        const { kind, optional } = parameterAt(piece.operator, index);
        return !optional && kind !== 'any' && mayBeAbsent(argument);
      });
    case 'group':
      return mayBeAbsent(piece.key);
    case 'literal':
    case 'builtin':
    case 'variable':
    case 'collect':
    case 'assemble':
    case 'include':
    case 'scalar':
    case 'expression':
    case 'choice':
    case 'block':
    case 'map':
    case 'list':
    case 'field':
    case 'item':
    case 'when':
    case 'each':
    case 'entries':
    case 'comment':
      return false;
    default:
      return unknownKind(piece);
  }
}

/** Whether values that the schema admits may leave the expression without a value. */
export function mayBeAbsent(ast: Ast): boolean {
  switch (ast.kind) {
    case 'member':
      return !isRequired(ast.of.schema, ast.key) || mayBeAbsent(ast.of);
    case 'literal':
    case 'builtin':
    case 'variable':
    case 'call':
    case 'collect':
    case 'assemble':
    case 'group':
    case 'include':
      return false;
    default:
      return unknownKind(ast);
  }
}
