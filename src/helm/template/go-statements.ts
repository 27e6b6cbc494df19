/**
 * The statements of a Go template: conditions, loops, and the lists and maps that are computed into variables before the
 * statement that uses them. A statement knows which variables are in scope where it stands.
 */
import { goString } from '../../text/go-syntax.js';
import { mayBeAbsent, mayStop } from '../expressions/absence.js';
import { operandsOf, unknownKind } from '../ir/children.js';
import type { Ast, Element, Entry, Node, Variable } from '../ir/tree.js';
import { kindOf } from '../schema/schema.js';
import {
  fail,
  type Place,
  parenthesized,
  printCondition,
  printExpression,
  printOperand,
  printVariable,
} from './go-expression.js';

export class Statements implements Place {
  dot = true;
  /** Whether a line of content is printed; directives before it must not leave an empty line. */
  begun = false;
  private out: string[] = [];
  private names: Map<Variable, string> = new Map();
  /** Lists that have been computed into a variable, by scope. */
  private readonly scopes: Map<Ast, string>[] = [new Map()];
  /** Lists that have been computed for one statement only, under a guard. */
  private readonly guarded: Map<Ast, string>[] = [];
  /** Where the statements under a guard declare their variables: before it. */
  private hoisted: { readonly scope: number; readonly declarations: string[] } | undefined;

  constructor(readonly hasParameters: boolean) {}

  text(): string {
    return this.out.map((line) => `${line}\n`).join('');
  }

  nameOf(variable: Variable): string {
    return this.names.get(variable) ?? fail(`$${variable.name} is not bound here`);
  }

  computed(ast: Ast): string | undefined {
    return [...this.scopes, ...this.guarded].findLast((scope) => scope.has(ast))?.get(ast);
  }

  /** Adds a line of content. */
  content(line: string): void {
    this.out.push(line);
    this.begun = true;
  }

  /** Adds an empty line of content; the directive below would take a bare one along. */
  emptyLine(): void {
    this.out.push('{{ "" }}');
  }

  /** Prints a statement after those that compute the lists of its expressions. */
  statement(asts: readonly Ast[], pad: string, print: () => void): void {
    this.guarded.push(new Map());
    for (const ast of asts) this.prepare(ast, pad);
    print();
    this.guarded.pop();
  }

  conditional(condition: Ast, pad: string, body: () => void, otherwise?: () => void): void {
    this.statement([condition], pad, () => this.directive(pad, `if ${printCondition(condition, this)}`));
    const { begun } = this;
    this.scoped(body);
    if (otherwise !== undefined) {
      this.begun = begun;
      this.directive(pad, 'else');
      this.scoped(otherwise);
    }
    this.directive(pad, 'end');
  }

  range(pad: string, each: { over: Ast; key: Variable | undefined; item: Variable }, body: () => void): void {
    let over = '';
    const { begun } = this;
    this.statement([each.over], pad, () => {
      over = printExpression(each.over, this);
    });
    this.scoped(() => {
      const key = each.key && this.declare(each.key);
      const item = this.declare(each.item);
      this.directive(pad, `range ${key === undefined ? '' : `${key}, `}${item} := ${over}`);
      const { dot } = this;
      this.dot = false;
      body();
      this.dot = dot;
    });
    if (!begun && this.begun)
      fail('a text begins with lines of a list: begin it with a line that stands once');
    this.directive(pad, 'end');
  }

  private directive(pad: string, text: string): void {
    this.out.push(`${pad}{{- ${text} ${this.begun ? '' : '-'}}}`);
  }

  /** Variables declared in a block end with it. */
  private scoped(body: () => void): void {
    const { names } = this;
    this.names = new Map(names);
    this.scopes.push(new Map());
    body();
    this.scopes.pop();
    this.names = names;
  }

  private declare(variable: Variable): string {
    const taken = new Set(this.names.values());
    const wanted = goName(variable.name);
    let name = `$${wanted}`;
    for (let suffix = 2; taken.has(name); suffix++) name = `$${wanted}${suffix}`;
    this.names.set(variable, name);
    return name;
  }

  // ----------------------------------------------------------------------------- lists computed into a variable

  /** Prints the statements that compute the lists of an expression. */
  private prepare(ast: Ast, pad: string): void {
    switch (ast.kind) {
      case 'literal':
      case 'builtin':
      case 'variable':
      case 'member':
      case 'include':
        for (const operand of operandsOf(ast)) this.prepare(operand, pad);
        return;
      case 'call':
        this.prepareCall(ast, pad);
        return;
      case 'collect': {
        if (this.computed(ast) !== undefined) return;
        const name = this.declare({ name: ast.name });
        const copied = copiedList(ast.elements);
        if (copied === undefined) {
          this.collect(name, this.begin(name, ast.elements, pad), pad);
        } else {
          this.prepare(copied, pad);
          this.assignment(pad, name, 'list', printExpression(copied, this));
        }
        this.remember(ast, name);
        return;
      }
      case 'assemble': {
        if (this.computed(ast) !== undefined) return;
        const name = this.declare({ name: ast.name });
        this.assemble(name, this.beginMap(name, ast.entries, pad), pad);
        this.remember(ast, name);
        return;
      }
      case 'group': {
        if (this.computed(ast) !== undefined) return;
        const name = this.declare({ name: ast.name });
        this.declaration(pad, name, 'dict', []);
        this.range(pad, { ...ast, key: undefined }, () => {
          this.statement([ast.key], pad, () => {
            const key = printOperand(ast.key, this);
            const group = `append (dig ${key} list ${name}) ${printVariable(ast.item, this)}`;
            this.directive(pad, `${name} = set ${name} ${key} (${group})`);
          });
        });
        this.remember(ast, name);
        return;
      }
      default:
        unknownKind(ast);
    }
  }

  private prepareCall({ operator, args }: Extract<Ast, { kind: 'call' }>, pad: string): void {
    const lazy = operator.name === 'and' || operator.name === 'or';
    args.forEach((argument, index) => {
      if (lazy && index > 0 && !this.isReady(argument) && mayStop(argument)) {
        const before = printCondition(
          { kind: 'call', operator, args: args.slice(0, index), schema: {} },
          this,
        );
        this.prepareUnder(operator.name === 'and' ? before : `not ${parenthesized(before)}`, argument, pad);
      } else {
        this.prepare(argument, pad);
      }
    });
  }

  /** Computes the lists of an expression only where a condition holds, as Go looks at no further argument of `and`. */
  private prepareUnder(condition: string, ast: Ast, pad: string): void {
    const { hoisted, out } = this;
    const here = hoisted?.scope === this.scopes.length ? hoisted : undefined;
    this.hoisted = here ?? { scope: this.scopes.length, declarations: [] };
    if (here === undefined) this.out = [];
    this.directive(pad, `if ${condition}`);
    this.prepare(ast, pad);
    this.directive(pad, 'end');
    if (here === undefined) {
      const statements = this.out;
      this.out = out;
      for (const declaration of this.hoisted.declarations) this.directive(pad, declaration);
      this.out.push(...statements);
    }
    this.hoisted = hoisted;
  }

  private get isHoisting(): boolean {
    return this.hoisted?.scope === this.scopes.length;
  }

  private remember(ast: Ast, name: string): void {
    (this.isHoisting ? this.guarded : this.scopes).at(-1)?.set(ast, name);
  }

  /** Declares a list with the members that it always begins with; returns the others. */
  private begin(name: string, elements: readonly Element[], pad: string): readonly Element[] {
    const fixed = elements.slice(0, elements.findIndex(({ kind }) => kind !== 'item') >>> 0);
    const values = fixed.flatMap((element) => (element.kind === 'item' ? [itemAst(element.value)] : []));
    for (const value of values) this.prepare(value, pad);
    this.declaration(
      pad,
      name,
      'list',
      values.map((value) => printOperand(value, this)),
    );
    return elements.slice(fixed.length);
  }

  /** Declares a map with the fields that it always begins with; returns the other entries. */
  private beginMap(name: string, entries: readonly Entry[], pad: string): readonly Entry[] {
    const isFixed = (entry: Entry) =>
      entry.kind === 'comment' || (entry.kind === 'field' && this.isReady(itemAst(entry.value)));
    const fixed = entries.slice(0, entries.findIndex((entry) => !isFixed(entry)) >>> 0);
    const operands = fixed.flatMap((entry) =>
      entry.kind === 'field' ? [`${goString(entry.key)} ${printOperand(itemAst(entry.value), this)}`] : [],
    );
    this.declaration(pad, name, 'dict', operands);
    return entries.slice(fixed.length);
  }

  /** Declares a list or map with its first members. A long declaration has a line for each operand. */
  private declaration(
    pad: string,
    name: string,
    container: 'list' | 'dict',
    operands: readonly string[],
  ): void {
    const line = [container, ...operands].join(' ');
    if (pad.length + name.length + line.length < 95) {
      this.assignment(pad, name, container, line);
    } else {
      const lines = operands.map((operand) => `${pad}  ${operand}`);
      this.assignment(pad, name, container, [container, ...lines, pad].join('\n'));
    }
  }

  /** Declares a list or map with a value. */
  private assignment(pad: string, name: string, container: 'list' | 'dict', value: string): void {
    if (this.isHoisting) this.hoisted?.declarations.push(`${name} := ${container}`);
    if (this.isHoisting && value === container) return;
    this.directive(pad, `${name} ${this.isHoisting ? '=' : ':='} ${value}`);
  }

  /** Whether an expression can be printed without statements before it. */
  private isReady(ast: Ast): boolean {
    switch (ast.kind) {
      case 'literal':
      case 'builtin':
      case 'variable':
      case 'member':
      case 'call':
      case 'include':
        return operandsOf(ast).every((operand) => this.isReady(operand));
      case 'collect':
      case 'assemble':
      case 'group':
        return this.computed(ast) !== undefined;
      default:
        return unknownKind(ast);
    }
  }

  private assemble(name: string, entries: readonly Entry[], pad: string): void {
    const set = (key: string, value: Node) => {
      const ast = itemAst(value);
      this.statement([ast], pad, () =>
        this.directive(pad, `${name} = set ${name} ${key} ${printOperand(ast, this)}`),
      );
    };
    for (const entry of entries) {
      switch (entry.kind) {
        case 'field':
          set(goString(entry.key), entry.value);
          break;
        case 'when':
          this.conditional(entry.condition, pad, () => this.assemble(name, entry.body, pad));
          break;
        case 'entries':
          this.range(pad, entry, () => set(printVariable(entry.key, this), entry.value));
          break;
        case 'include':
          fail(
            `${entry.template.name} is written into a map that is an expression: give its entries one by one`,
          );
          break;
        case 'comment':
          break;
        default:
          unknownKind(entry);
      }
    }
  }

  private collect(name: string, elements: readonly Element[], pad: string): void {
    for (const element of elements) {
      switch (element.kind) {
        case 'item': {
          const value = itemAst(element.value);
          this.statement([value], pad, () =>
            this.directive(pad, `${name} = append ${name} ${printOperand(value, this)}`),
          );
          break;
        }
        case 'when':
          this.conditional(element.condition, pad, () => this.collect(name, element.body, pad));
          break;
        case 'each':
          this.range(pad, element, () => this.collect(name, element.body, pad));
          break;
        default:
          unknownKind(element);
      }
    }
  }
}

/** The list whose members, all and as they are, another list has. */
function copiedList(elements: readonly Element[]): Ast | undefined {
  const [each, ...others] = elements;
  if (each?.kind !== 'each' || others.length > 0) return undefined;
  const [item, ...more] = each.body;
  const copies =
    more.length === 0 &&
    item?.kind === 'item' &&
    item.value.kind === 'expression' &&
    item.value.value.kind === 'variable' &&
    item.value.value.variable === each.item;
  return copies && kindOf(each.over.schema) === 'list' && !mayBeAbsent(each.over) ? each.over : undefined;
}

function itemAst(value: Node): Ast {
  if (value.kind === 'expression') return value.value;
  if (value.kind === 'scalar') return { kind: 'literal', value: value.value, schema: { const: value.value } };
  return fail('a list that is an expression holds expressions and constants');
}

/** A name that Go takes for a variable: `extra-words` becomes `extraWords`. */
function goName(text: string): string {
  const [first = '', ...words] = text.split(/[^A-Za-z0-9_]+/).filter((word) => word !== '');
  const name = [first, ...words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)].join('');
  return /^[A-Za-z_]/.test(name) ? name : `item${name}`;
}
