import type { Ast, MapNode, Piece, Template, Variable } from './tree.js';

/** The parts of a piece of the tree. */
interface Parts {
  readonly outer?: readonly Piece[];
  /** Variables that the piece binds, and the parts that may read them. */
  readonly binds?: readonly (Variable | undefined)[];
  readonly inner?: readonly Piece[];
  /** The named template that is called. Its own parts belong to the template. */
  readonly template?: Template;
}

/** The parts of a piece, for every walk over the tree. */
export function partsOf(piece: Piece): Parts {
  switch (piece.kind) {
    case 'scalar':
    case 'comment':
      return {};
    case 'literal':
    case 'builtin':
    case 'variable':
    case 'member':
    case 'call':
      return { outer: operandsOf(piece) };
    case 'include':
      return { outer: [...piece.args.values()], template: piece.template };
    case 'collect':
    case 'list':
      return { outer: piece.elements };
    case 'assemble':
    case 'map':
      return { outer: piece.entries };
    case 'expression':
    case 'field':
    case 'item':
      return { outer: [piece.value] };
    case 'block':
      return { outer: [piece.text] };
    case 'choice':
      return { outer: [piece.condition, piece.chosen, piece.otherwise] };
    case 'when':
      return { outer: [piece.condition, ...piece.body] };
    case 'group':
      return { outer: [piece.over], binds: [piece.item], inner: [piece.key] };
    case 'each':
      return { outer: [piece.over], binds: [piece.item, piece.key], inner: piece.body };
    case 'entries':
      return { outer: [piece.over], binds: [piece.item, piece.key], inner: [piece.value] };
    default:
      return unknownKind(piece);
  }
}

/**
 * The expressions that are printed inside another one. Lists and maps that are expressions are computed by separate
 * statements.
 */
export function operandsOf(ast: Ast): readonly Ast[] {
  switch (ast.kind) {
    case 'literal':
    case 'builtin':
    case 'variable':
    case 'collect':
    case 'assemble':
    case 'group':
      return [];
    case 'member':
      return [ast.of];
    case 'call':
      return ast.args;
    case 'include':
      return [...ast.args.values()];
    default:
      return unknownKind(ast);
  }
}

/** All parts of a piece. */
export function childrenOf(piece: Piece): readonly Piece[] {
  const { outer = [], inner = [] } = partsOf(piece);
  return [...outer, ...inner];
}

/** What a named template yields. */
export function bodyOf({ body }: Template): Ast | MapNode {
  return 'node' in body ? body.node : body.value;
}

/** Ends a `switch` over kinds: the compiler refuses one that omits a kind. */
export function unknownKind(piece: never): never {
  throw new TypeError(`not a piece of the tree: ${JSON.stringify(piece)}`);
}
