/**
 * The statements of a Go template: conditions, loops, and the lists and maps that are computed into variables before
 * the statement that uses them. A statement knows which variables are in scope.
 */
import { type GoCode, goCall, goDict, goLines, goNot } from '../../text/go-code.js';
import { goString } from '../../text/go-syntax.js';
import { mayBeAbsent, mayStop } from '../expressions/absence.js';
import { operandsOf, unknownKind } from '../ir/children.js';
import type { Ast, Element, Entry, Node, Variable } from '../ir/tree.js';
import { kindOf } from '../schema/schema.js';
import {
  fail,
  fixedMembers,
  memberAst,
  type Place,
  printCondition,
  printExpression,
} from './go-expression.js';
import { Scope } from './go-scope.js';

/** A branch, printed if its condition holds and none before it does; the last one may have none. */
export interface Branch {
  readonly condition: Ast | undefined;
  readonly body: () => void;
}

/** Members of a list that belong together, under an optional heading. */
export interface Section {
  readonly heading?: string | undefined;
  readonly elements: readonly Element[];
}

const step = '  ';

export class Statements extends Scope {
  /** Whether a line of content is printed; directives before it must not leave an empty line. */
  begun = false;
  private out: string[] = [];
  /** Where the statements under a guard declare their variables: before it. */
  private hoisted: { readonly depth: number; readonly declarations: string[] } | undefined;

  text(): string {
    return this.out.map((line) => `${line}\n`).join('');
  }

  /** Adds lines of content. */
  content(...lines: readonly string[]): void {
    this.out.push(...lines);
    this.begun = true;
  }

  /** Adds an empty line of content; the directive below would trim a bare one. */
  emptyLine(): void {
    this.out.push('{{ "" }}');
  }

  /** Adds a comment, which is not part of the template's output. */
  comment(text: string, pad: string): void {
    const end = `*/${this.begun ? '' : ' -'}}}`;
    if (text.includes('\n')) this.out.push(`${pad}{{- /*`, ...text.split('\n'), end);
    else this.out.push(`${pad}{{- /* ${text} ${end}`);
  }

  /** Computes a list into a variable, and returns its name: each member with an empty line before it, under headings. */
  sections(name: string, sections: readonly Section[]): string {
    const variable = this.declare({ name });
    this.assignment('', variable, 'list', 'list');
    for (const { heading, elements } of sections) {
      if (heading !== undefined) {
        this.out.push('');
        this.comment(heading, '');
      }
      for (const element of elements) {
        this.out.push('');
        this.collect(variable, [element], '');
      }
    }
    return variable;
  }

  /** Prints a statement after those that compute the lists of its expressions. */
  statement(asts: readonly Ast[], pad: string, print: () => void): void {
    this.oneStatement(() => {
      for (const ast of asts) this.prepare(ast, pad);
      print();
    });
  }

  /** Prints one of several branches. All conditions but the first are ready. */
  choice(branches: readonly Branch[], pad: string): void {
    const [first, ...others] = branches;
    if (first?.condition === undefined) return;
    const { begun } = this;
    const value = others.every(({ condition }) => condition === undefined)
      ? valueThatIsThere(first.condition)
      : undefined;
    if (value === undefined || !this.rebound(value, first.body, pad)) {
      this.open(pad, 'if', first.condition, printCondition);
      this.scoped(first.body);
    }
    for (const { condition, body } of others) {
      this.begun = begun;
      if (condition === undefined) this.directive(pad, 'else');
      else this.open(pad, 'else if', condition, printCondition);
      this.scoped(body);
    }
    this.directive(pad, 'end');
  }

  private open(pad: string, keyword: string, ast: Ast, print: (ast: Ast, place: Place) => GoCode): void {
    this.statement([ast], pad, () => this.directive(pad, keyword, print(ast, this)));
  }

  /** Prints a block with a value as the dot, if it reads the value and nothing of the dot around it. */
  private rebound(value: Ast, body: () => void, pad: string): boolean {
    return this.attempt(() => {
      this.open(pad, 'with', value, printExpression);
      return this.withDot(value, body);
    });
  }

  /** Prints something, and takes it back if it turns out to be wrong. */
  private attempt(print: () => boolean): boolean {
    const { out, begun, hoisted } = this;
    const lines = out.length;
    const declarations = hoisted?.declarations.length ?? 0;
    const forget = this.snapshot();
    if (print()) return true;
    forget();
    this.begun = begun;
    out.length = lines;
    hoisted?.declarations.splice(declarations);
    return false;
  }

  /** Prints the body for each element of a list, or entry of a map; for a list of one, with a variable. */
  range(
    pad: string,
    each: { over: Ast; key: Variable | undefined; item: Variable },
    body: (pad: string) => void,
  ): void {
    const only = each.key === undefined ? onlyItem(each.over) : undefined;
    if (only !== undefined) {
      this.statement([only], pad, () => {
        const code = printExpression(only, this);
        this.directive(pad, `${this.declare(each.item)} :=`, code);
      });
      body(pad);
      this.release(each.item);
      return;
    }
    let over: GoCode = '';
    const { begun } = this;
    this.statement([each.over], pad, () => {
      over = printExpression(each.over, this);
    });
    this.scoped(() => {
      const key = each.key && this.declare(each.key);
      const item = this.declare(each.item);
      this.directive(pad, `range ${key === undefined ? '' : `${key}, `}${item} :=`, over);
      this.walking(() => body(pad + step));
    });
    if (!begun && this.begun)
      fail('a text begins with lines of a list: begin it with a line that stands once');
    this.directive(pad, 'end');
  }

  /** A keyword or an assignment, and what follows it. */
  private directive(pad: string, text: string, code?: GoCode): void {
    const end = ` ${this.begun ? '' : '-'}}}`;
    if (code === undefined) this.out.push(`${pad}{{- ${text}${end}`);
    else this.out.push(...goLines(`${pad}{{- ${text} `, code, end));
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
        if (this.computed(ast) !== undefined || (!isTable(ast) && this.prepareFixed(ast, pad))) return;
        // A walked list is computed before the list that it is collected into, in the order a reader needs.
        const [first] = ast.elements;
        if (first?.kind === 'each' && onlyItem(first.over) === undefined) this.prepare(first.over, pad);
        const name = this.declare({ name: ast.name });
        const copied = copiedList(ast.elements);
        if (copied === undefined) {
          this.collect(name, this.begin(name, ast.elements, pad), pad);
        } else {
          this.prepare(copied, pad);
          this.assignment(pad, name, 'list', printExpression(copied, this));
        }
        this.remember(ast, name, this.isHoisting);
        return;
      }
      case 'assemble': {
        if (this.computed(ast) !== undefined || this.prepareFixed(ast, pad)) return;
        const name = this.declare({ name: ast.name });
        this.assemble(name, this.beginMap(name, ast.entries, pad), pad);
        this.remember(ast, name, this.isHoisting);
        return;
      }
      case 'group': {
        if (this.computed(ast) !== undefined) return;
        this.prepare(ast.over, pad);
        const name = this.declare({ name: ast.name });
        this.assignment(pad, name, 'dict', 'dict');
        this.range(pad, { ...ast, key: undefined }, (inner) => {
          this.statement([ast.key], inner, () => {
            const key = printExpression(ast.key, this);
            const group = goCall('append', goCall('dig', key, 'list', name), this.nameOf(ast.item));
            this.directive(inner, `${name} =`, goCall('set', name, key, group));
          });
        });
        this.remember(ast, name, this.isHoisting);
        return;
      }
      default:
        unknownKind(ast);
    }
  }

  /** A list or map with fixed members needs no variable. */
  private prepareFixed(ast: Ast, pad: string): boolean {
    const members = fixedMembers(ast);
    for (const [, member] of members ?? []) this.prepare(member, pad);
    return members !== undefined;
  }

  private prepareCall({ operator, args }: Extract<Ast, { kind: 'call' }>, pad: string): void {
    const lazy = operator.name === 'and' || operator.name === 'or';
    args.forEach((argument, index) => {
      if (lazy && index > 0 && !this.isReady(argument) && mayStop(argument)) {
        const before = printCondition(
          { kind: 'call', operator, args: args.slice(0, index), schema: {} },
          this,
        );
        this.prepareUnder(operator.name === 'and' ? before : goNot(before), argument, pad);
      } else {
        this.prepare(argument, pad);
      }
    });
  }

  /**
   * Computes the lists of an expression only if a condition holds, as Go stops at the first false argument of `and`.
   */
  private prepareUnder(condition: GoCode, ast: Ast, pad: string): void {
    const { hoisted, out } = this;
    const here = hoisted?.depth === this.depth ? hoisted : undefined;
    this.hoisted = here ?? { depth: this.depth, declarations: [] };
    if (here === undefined) this.out = [];
    this.directive(pad, 'if', condition);
    this.prepare(ast, pad + step);
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
    return this.hoisted?.depth === this.depth;
  }

  /** Declares a list with the members that it always begins with; returns the others. */
  private begin(name: string, elements: readonly Element[], pad: string): readonly Element[] {
    const fixed = elements.slice(0, elements.findIndex(({ kind }) => kind !== 'item') >>> 0);
    const values = fixed.flatMap((element) => (element.kind === 'item' ? [memberAst(element.value)] : []));
    for (const value of values) this.prepare(value, pad);
    this.assignment(
      pad,
      name,
      'list',
      goCall('list', ...values.map((value) => printExpression(value, this))),
    );
    return elements.slice(fixed.length);
  }

  /** Declares a map with the fields that it always begins with; returns the other entries. */
  private beginMap(name: string, entries: readonly Entry[], pad: string): readonly Entry[] {
    const isFixed = (entry: Entry) =>
      entry.kind === 'comment' || (entry.kind === 'field' && this.isReady(memberAst(entry.value)));
    const fixed = entries.slice(0, entries.findIndex((entry) => !isFixed(entry)) >>> 0);
    const members = fixed.flatMap((entry) =>
      entry.kind === 'field' ? [[entry.key, printExpression(memberAst(entry.value), this)] as const] : [],
    );
    this.assignment(pad, name, 'dict', goDict(members));
    return entries.slice(fixed.length);
  }

  /** Declares a list or map with a value. */
  private assignment(pad: string, name: string, container: 'list' | 'dict', value: GoCode): void {
    if (this.isHoisting) this.hoisted?.declarations.push(`${name} := ${container}`);
    if (this.isHoisting && value === container) return;
    this.directive(pad, `${name} ${this.isHoisting ? '=' : ':='}`, value);
  }

  private assemble(name: string, entries: readonly Entry[], pad: string): void {
    const set = (inner: string, key: string, value: Node) => {
      const ast = memberAst(value);
      this.statement([ast], inner, () =>
        this.directive(inner, `${name} =`, goCall('set', name, key, printExpression(ast, this))),
      );
    };
    for (const entry of entries) {
      switch (entry.kind) {
        case 'field':
          set(pad, goString(entry.key), entry.value);
          break;
        case 'when':
          this.choice([{ ...entry, body: () => this.assemble(name, entry.body, pad + step) }], pad);
          break;
        case 'entries':
          this.range(pad, entry, (inner) => set(inner, this.nameOf(entry.key), entry.value));
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
          const value = memberAst(element.value);
          this.statement([value], pad, () =>
            this.directive(pad, `${name} =`, goCall('append', name, printExpression(value, this))),
          );
          break;
        }
        case 'when':
          this.choice([{ ...element, body: () => this.collect(name, element.body, pad + step) }], pad);
          break;
        case 'each':
          this.range(pad, element, (inner) => this.collect(name, element.body, inner));
          break;
        default:
          unknownKind(element);
      }
    }
  }
}

/** The value whose presence a condition tests, as `with` does. A variable has a name already. */
function valueThatIsThere(condition: Ast): Ast | undefined {
  if (condition.kind !== 'call' || condition.operator.name !== 'isNonEmpty') return undefined;
  const [value] = condition.args;
  return value?.kind === 'member' || value?.kind === 'call' || value?.kind === 'include' ? value : undefined;
}

/** The only element of a list that always has exactly one. */
function onlyItem(over: Ast): Ast | undefined {
  if (over.kind !== 'collect') return undefined;
  const [only, ...others] = over.elements;
  return only?.kind === 'item' && others.length === 0 ? memberAst(only.value) : undefined;
}

/** A list of several maps with several fields, which is long: every place that uses it reads one variable. */
function isTable(ast: Ast): boolean {
  const members = fixedMembers(ast) ?? [];
  const isRow = (member: Ast) => member.kind === 'assemble' && (fixedMembers(member)?.length ?? 0) > 1;
  return members.length > 1 && members.every(([, member]) => isRow(member));
}

/** The list whose members another list copies, all and unchanged. */
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
