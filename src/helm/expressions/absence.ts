/** Whether Helm stops where an expression is computed: because it reads a member of a value that is not there. */

import { parameterAt } from '../ir/operator.js';
import type { Ast, Element, Entry, Node } from '../ir/tree.js';
import { isRequired } from '../schema/schema.js';

/** Whether computing the expression can stop Helm, for values that the schema admits. */
export function mayStop(ast: Ast): boolean {
  switch (ast.kind) {
    case 'literal':
    case 'builtin':
    case 'variable':
      return false;
    case 'member':
      return mayStop(ast.of) || mayBeAbsent(ast.of);
    case 'call':
      return ast.args.some((argument, index) => {
        const { kind, optional } = parameterAt(ast.operator, index);
        return mayStop(argument) || (!optional && kind !== 'any' && mayBeAbsent(argument));
      });
    case 'collect':
      return ast.elements.some(elementMayStop);
    case 'assemble':
      return ast.entries.some(entryMayStop);
    case 'group':
      return mayStop(ast.over) || mayStop(ast.key) || mayBeAbsent(ast.key);
    case 'include':
      return [...ast.args.values()].some(mayStop);
  }
}

/** Whether values that the schema admits may leave the expression without a value. */
export function mayBeAbsent(ast: Ast): boolean {
  return ast.kind === 'member' && (!isRequired(ast.of.schema, ast.key) || mayBeAbsent(ast.of));
}

function elementMayStop(element: Element): boolean {
  switch (element.kind) {
    case 'item':
      return nodeMayStop(element.value);
    case 'when':
      return mayStop(element.condition) || element.body.some(elementMayStop);
    case 'each':
      return mayStop(element.over) || element.body.some(elementMayStop);
  }
}

function entryMayStop(entry: Entry): boolean {
  switch (entry.kind) {
    case 'field':
      return nodeMayStop(entry.value);
    case 'when':
      return mayStop(entry.condition) || entry.body.some(entryMayStop);
    case 'entries':
      return mayStop(entry.over) || nodeMayStop(entry.value);
    case 'include':
    case 'comment':
      return false;
  }
}

/** Of the nodes that stand in a list or map that is an expression: expressions and constants. */
function nodeMayStop(node: Node): boolean {
  return node.kind === 'expression' && mayStop(node.value);
}
