import { memoize } from '../../text/memoize.js';
import type { Ast } from './tree.js';

/** A string that is equal for two expressions exactly if they are the same expression. */
export const identity: (ast: Ast) => string = memoize(describe);

function describe(ast: Ast): string {
  switch (ast.kind) {
    case 'literal':
      return JSON.stringify(ast.value);
    case 'builtin':
      return `.${ast.object}`;
    case 'member':
      return `${identity(ast.of)}.${JSON.stringify(ast.key)}`;
    case 'variable':
      return `$${serialOf(ast.variable)}`;
    case 'call':
      return `${ast.operator.name}(${ast.args.map(identity).join(',')})`;
    case 'collect':
      return `collect#${serialOf(ast.elements)}`;
    case 'assemble':
      return `assemble#${serialOf(ast.entries)}`;
    case 'group':
      return `group#${serialOf(ast.item)}`;
    case 'include':
      return `include ${ast.template.name}(${[...ast.args].map(([variable, value]) => `${variable.name}=${identity(value)}`).join(',')})`;
  }
}

let serial = 0;

/** A number for each object, since two distinct objects may have equal contents. */
const serialOf = memoize((_: object) => serial++);
