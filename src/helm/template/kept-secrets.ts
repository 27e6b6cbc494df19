/**
 * A value that may be a secret is written into the data of a Secret and nowhere else, neither into a message nor into
 * another object.
 */
import { memoize } from '../../text/memoize.js';
import { pathOf } from '../expressions/expression.js';
import { bodyOf, childrenOf, partsOf } from '../ir/children.js';
import type { Schema } from '../ir/schema.js';
import type { Ast, Piece } from '../ir/tree.js';
import type { HelmObject } from '../manifest/helm-object.js';

/** @throws {TypeError} for a secret that is written anywhere but into the data of a Secret */
export function assertSecretsKept(
  objects: readonly HelmObject[],
  messages: { readonly [where: string]: readonly Piece[] },
): void {
  for (const { node, body } of objects) {
    const fields = new Map(
      body.entries.flatMap((entry) => (entry.kind === 'field' ? [[entry.key, entry.value]] : [])),
    );
    const kind = fields.get('kind');
    const isSecret = kind?.kind === 'scalar' && kind.value === 'Secret';
    const open = body.entries.filter(
      (entry) => !(isSecret && entry.kind === 'field' && ['data', 'stringData'].includes(entry.key)),
    );
    assertNone(open, node.path);
  }
  for (const [where, pieces] of Object.entries(messages)) assertNone(pieces, where);
}

function assertNone(pieces: readonly Piece[], where: string): void {
  for (const piece of pieces) {
    const secret = secretIn(piece);
    if (secret === undefined) continue;
    throw new TypeError(
      `${where}: ${pathOf(secret)} may be a secret (writeOnly): write it into the data of a Secret; ` +
        'elsewhere only a condition on it, its length or its sha256 may stand',
    );
  }
}

/** The first secret that is readable where a piece is written. */
const secretIn = memoize((piece: Piece): Ast | undefined => {
  for (const part of readableParts(piece)) {
    const isRead = part.kind === 'member' || part.kind === 'variable' || part.kind === 'builtin';
    const found = isRead && holdsSecret(part.schema) ? part : secretIn(part);
    if (found !== undefined) return found;
  }
  return undefined;
});

/** The parts of a piece, without those that only decide about it. */
function readableParts(piece: Piece): readonly Piece[] {
  switch (piece.kind) {
    case 'member':
      return [];
    case 'call':
      return tellsNothing(piece) ? [] : piece.args;
    case 'choice':
      return [piece.chosen, piece.otherwise];
    case 'when':
      return piece.body;
    case 'include':
      return [...piece.args.values(), bodyOf(piece.template)];
    // A walked list is not written itself; its members are.
    case 'group':
    case 'each':
    case 'entries':
      return [...readableParts(piece.over), ...(partsOf(piece).inner ?? [])];
    default:
      return childrenOf(piece);
  }
}

function tellsNothing({ operator, schema }: Extract<Ast, { kind: 'call' }>): boolean {
  return schema.type === 'boolean' || operator.name === 'sha256' || operator.name === 'byteLength';
}

function holdsSecret(schema: Schema, above: readonly Schema[] = []): boolean {
  if (schema.writeOnly) return true;
  if (above.includes(schema)) return false;
  const {
    properties = {},
    patternProperties = {},
    additionalProperties,
    items,
    allOf,
    anyOf,
    oneOf,
  } = schema;
  return [
    ...[...Object.values(properties), ...Object.values(patternProperties), additionalProperties, items],
    ...[allOf, anyOf, oneOf].flatMap((parts) => parts ?? []),
  ].some((part) => typeof part === 'object' && holdsSecret(part, [...above, schema]));
}
