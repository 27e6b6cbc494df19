/**
 * When a container has any members. A map or list whose members are all conditional and all missing is omitted if it is
 * a field, and empty if it is a list member; it never becomes YAML's null.
 */
import { mayBeAbsent } from '../expressions/absence.js';
import { astOf, type Expr, symbolic } from '../expressions/expression.js';
import { and, isNonEmpty, not, or } from '../expressions/operators.js';
import { unknownKind } from '../ir/children.js';
import { identity } from '../ir/identity.js';
import type { Ast, Element, Entry, Node } from '../ir/tree.js';
import { isOfValues } from '../ir/usage.js';
import { emptyValues } from '../schema/schema.js';

/** The condition under which there is something to write; true if there always is. */
export type Presence = true | Ast;

/** There is nothing to write, regardless of the values. */
export const never: Ast = astOf(false);

/**
 * The condition under which a field that holds the node is written. An empty map or list in the source is written as
 * is.
 */
export function presenceOf(node: Node): Presence {
  switch (node.kind) {
    case 'map':
      return node.entries.length === 0 || presenceOfEntries(node.entries);
    case 'list':
      return node.elements.length === 0 || presenceOfElements(node.elements);
    case 'choice': {
      const chosen = presenceOf(node.chosen);
      const otherwise = presenceOf(node.otherwise);
      if (chosen === true && otherwise === true) return true;
      return any([both(node.condition, chosen), both(negated(node.condition), otherwise)]);
    }
    case 'scalar':
    case 'expression':
    case 'block':
      return true;
    default:
      return unknownKind(node);
  }
}

export function presenceOfEntries(entries: readonly Entry[]): Presence {
  return any(entries.map(presenceOfEntry));
}

function presenceOfEntry(entry: Entry): Presence {
  switch (entry.kind) {
    case 'field':
      return presenceOf(entry.value);
    case 'when':
      return both(entry.condition, presenceOfEntries(entry.body));
    case 'entries':
      return ofEach({ ...entry, kind: 'each', body: [] }, presenceOf(entry.value));
    case 'include':
      return true;
    case 'comment':
      return never;
  }
}

/**
 * The same entries, reordered to begin with a field that is always present, if the map has one, after its comments: the
 * first line of a list member follows its dash, and that of a named template begins its output.
 */
export function beginningWithField(entries: readonly Entry[]): readonly Entry[] {
  const field = entries.findIndex((entry) => entry.kind === 'field' && presenceOf(entry.value) === true);
  if (field < 0) return entries;
  let start = field;
  while (entries[start - 1]?.kind === 'comment') start--;
  return [...entries.slice(start, field + 1), ...entries.slice(0, start), ...entries.slice(field + 1)];
}

export function presenceOfElements(elements: readonly Element[]): Presence {
  return any(elements.map(presenceOfElement));
}

function presenceOfElement(element: Element): Presence {
  switch (element.kind) {
    case 'item':
      return true;
    case 'when':
      return both(element.condition, presenceOfElements(element.body));
    case 'each':
      return ofEach(element, presenceOfElements(element.body));
  }
}

function any(presences: readonly Presence[]): Presence {
  const conditions = new Map<string, Ast>();
  for (const presence of presences) {
    if (presence === true) return true;
    if (presence !== never) conditions.set(identity(presence), presence);
  }
  const all = [...conditions];
  const isLeftByOthers = ([id]: (typeof all)[number]) => {
    const others = all.filter(([other]) => other !== id).map(([, ast]) => ast);
    return others.length > 0 && identity(negated(anyOf(others))) === id;
  };
  if (all.some(([, ast]) => conditions.has(identity(negated(ast)))) || all.some(isLeftByOthers)) return true;
  return all.length === 0 ? never : anyOf(all.map(([, ast]) => ast));
}

function anyOf(conditions: readonly Ast[]): Ast {
  const [first = never, second, ...rest] = conditions;
  return second === undefined
    ? first
    : astOf(or(condition(first), condition(second), ...rest.map(condition)));
}

/** Whether two conditions are opposites. */
export function areOpposite(left: Ast, right: Ast): boolean {
  return identity(negated(left)) === identity(right);
}

function negated(ast: Ast): Ast {
  return astOf(not(condition(ast)));
}

function both(ast: Ast, presence: Presence): Presence {
  if (presence === never) return never;
  return presence === true || identity(presence) === identity(ast)
    ? ast
    : astOf(and(condition(ast), condition(presence)));
}

function ofEach(each: Extract<Element, { kind: 'each' }>, body: Presence): Presence {
  if (body === never) return never;
  if (body === true && alwaysHasMember(each.over)) return true;
  if (body === true) return astOf(isNonEmpty(symbolic<readonly unknown[]>(each.over)));
  const present: Element = { kind: 'item', value: { kind: 'scalar', value: true } };
  return astOf(
    isNonEmpty(
      symbolic<readonly boolean[]>({
        kind: 'collect',
        name: 'present',
        elements: [{ ...each, body: [{ kind: 'when', condition: body, body: [present] }] }],
        schema: { type: 'array', items: { type: 'boolean' } },
      }),
    ),
  );
}

/** Whether a computed list or map has a member regardless of the values. */
function alwaysHasMember(ast: Ast): boolean {
  switch (ast.kind) {
    case 'collect':
      return presenceOfElements(ast.elements) === true;
    case 'assemble':
      return presenceOfEntries(ast.entries) === true;
    case 'include':
      return ast.template.body.kind === 'json' && alwaysHasMember(ast.template.body.value);
    case 'member':
      return isOfValues(ast) && !mayBeAbsent(ast) && emptyValues(ast.schema).length === 0;
    case 'literal':
    case 'builtin':
    case 'variable':
    case 'call':
    case 'group':
      return false;
    default:
      return unknownKind(ast);
  }
}

function condition(ast: Ast): Expr<boolean> {
  return symbolic<boolean>(ast);
}
