/** A chart's rules one by one, as in its source: a rule is a message and its condition. */
import { evaluate, type Scope } from '../../src/helm/evaluate/evaluate.js';
import { astOf, symbolic } from '../../src/helm/expressions/expression.js';
import { not } from '../../src/helm/expressions/operators.js';
import type { HelmChart } from '../../src/helm/index.js';
import type { Ast, Element, Node } from '../../src/helm/ir/tree.js';

export interface Rule {
  /** Its message, with … for interpolated values. */
  readonly words: string;
  /** Its messages for complete, valid values. */
  messages(scope: Scope): readonly string[];
}

/** The beginning of a rule's message, with … for interpolated values; and a values file that breaks only this rule. */
export type BrokenRules = readonly (readonly [rule: string, file: string])[];

/** Every rule that was added to a chart. A message of two branches is two rules. */
export function rulesOf(chart: HelmChart): readonly Rule[] {
  const { rules } = chart;
  if (rules.kind !== 'collect') throw new TypeError('the rules of a chart are a list of messages');
  return rules.elements.flatMap(leavesOf).map(({ words, element }) => {
    const alone: Ast = { ...rules, elements: [element] };
    return { words, messages: (scope) => evaluate(alone, scope) as readonly string[] };
  });
}

interface Leaf {
  readonly words: string;
  /** The message alone, within its surroundings. */
  readonly element: Element;
}

function leavesOf(element: Element): readonly Leaf[] {
  if (element.kind === 'item') return leavesOfMessage(element.value);
  return element.body
    .flatMap(leavesOf)
    .map(({ words, element: inner }) => ({ words, element: { ...element, body: [inner] } }));
}

function leavesOfMessage(message: Node): readonly Leaf[] {
  const branches = branchesOf(message);
  if (branches === undefined) return [{ words: wordsOf(message), element: { kind: 'item', value: message } }];
  const { condition, chosen, otherwise } = branches;
  return [
    ...under(condition, leavesOfMessage(chosen)),
    ...under(astOf(not(symbolic<boolean>(condition))), leavesOfMessage(otherwise)),
  ];
}

function under(condition: Ast, leaves: readonly Leaf[]): readonly Leaf[] {
  return leaves.map(({ words, element }) => ({
    words,
    element: { kind: 'when', condition, body: [element] },
  }));
}

function branchesOf(message: Node): { condition: Ast; chosen: Node; otherwise: Node } | undefined {
  if (message.kind === 'choice') return message;
  if (message.kind !== 'expression') return undefined;
  const { value } = message;
  if (value.kind !== 'call' || value.operator.name !== 'ifElse') return undefined;
  const [condition, chosen, otherwise] = value.args;
  if (condition === undefined || chosen === undefined || otherwise === undefined) return undefined;
  return {
    condition,
    chosen: { kind: 'expression', value: chosen },
    otherwise: { kind: 'expression', value: otherwise },
  };
}

function wordsOf(message: Node): string {
  if (message.kind === 'scalar') return String(message.value);
  if (message.kind === 'expression') return wordsOfExpression(message.value);
  throw new TypeError(`a rule's message is a text, not a ${message.kind}`);
}

function wordsOfExpression(ast: Ast): string {
  if (ast.kind === 'literal') return String(ast.value);
  if (ast.kind === 'call' && ast.operator.name === 'str') return ast.args.map(wordsOfExpression).join('');
  return '…';
}
