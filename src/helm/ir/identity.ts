import type { Ast } from './tree.js';

const identities = new WeakMap<object, string>();
const serials = new WeakMap<object, number>();
let serial = 0;

/** A text that two expressions share exactly when they are the same expression. */
export function identity(ast: Ast): string {
  let text = identities.get(ast);
  if (text === undefined) {
    text = describe(ast);
    identities.set(ast, text);
  }
  return text;
}

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

function serialOf(object: object): number {
  let number = serials.get(object);
  if (number === undefined) {
    number = serial++;
    serials.set(object, number);
  }
  return number;
}
