/** What is known at a statement of a Go template: the value of the dot, and of each variable. */
import { operandsOf, unknownKind } from '../ir/children.js';
import { reads } from '../ir/free-variables.js';
import { identity } from '../ir/identity.js';
import type { Ast, Variable } from '../ir/tree.js';
import { fail, fixedMembers, type Place } from './go-expression.js';

/** A value that `with` has made the dot, and what its block has read so far. */
interface Rebound {
  /** By its identity. */
  readonly value: string;
  /** The dot around the block. */
  readonly around: Dot;
  readsValue: boolean;
  readsAround: boolean;
}

/** The dot: what the template was called with, an element of the `range`, or a value. */
type Dot = 'argument' | 'element' | Rebound;

export abstract class Scope implements Place {
  private dot: Dot = 'argument';
  private names: Map<Variable, string> = new Map();
  /** Lists and maps that have been computed into a variable, by the block that declares it. */
  private readonly blocks: Map<Ast, string>[] = [new Map()];
  /** Those that have been computed for one statement only. */
  private readonly statements: Map<Ast, string>[] = [];

  constructor(readonly hasParameters: boolean) {}

  nameOf(variable: Variable): string {
    return this.names.get(variable) ?? fail(`$${variable.name} is not bound here`);
  }

  argument(): '.' | '$' {
    if (this.dot === 'argument') return '.';
    if (this.dot !== 'element' && this.dot.around === 'argument') this.dot.readsAround = true;
    return '$';
  }

  isDot(ast: Ast): boolean {
    if (typeof this.dot === 'string' || this.dot.value !== identity(ast)) return false;
    this.dot.readsValue = true;
    return true;
  }

  computed(ast: Ast): string | undefined {
    return [...this.blocks, ...this.statements].findLast((scope) => scope.has(ast))?.get(ast);
  }

  /** Whether an expression can be printed without statements before it. */
  isReady(ast: Ast): boolean {
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
        return (
          this.computed(ast) !== undefined ||
          fixedMembers(ast)?.every(([, member]) => this.isReady(member)) === true
        );
      default:
        return unknownKind(ast);
    }
  }

  /** How many blocks are open. */
  protected get depth(): number {
    return this.blocks.length;
  }

  /** Names a variable uniquely within the scope. */
  protected declare(variable: Variable): string {
    const taken = new Set(this.names.values());
    const wanted = goName(variable.name);
    let name = `$${wanted}`;
    for (let suffix = 2; taken.has(name); suffix++) name = `$${wanted}${suffix}`;
    this.names.set(variable, name);
    return name;
  }

  /** Forgets a variable, and the lists and maps computed from it: others may reuse their names. */
  protected release(variable: Variable): void {
    this.names.delete(variable);
    const lists = this.blocks.at(-1);
    for (const [ast, name] of lists ?? []) {
      if (!reads(ast, variable)) continue;
      lists?.delete(ast);
      for (const [list, listName] of this.names) if (listName === name) this.names.delete(list);
    }
  }

  /** Records the variable that a list or map has been computed into, in this block or for this statement only. */
  protected remember(ast: Ast, name: string, forStatement: boolean): void {
    (forStatement ? this.statements : this.blocks).at(-1)?.set(ast, name);
  }

  protected oneStatement(print: () => void): void {
    this.statements.push(new Map());
    print();
    this.statements.pop();
  }

  /** Variables declared in a block end with it. */
  protected scoped(body: () => void): void {
    const { names } = this;
    this.names = new Map(names);
    this.blocks.push(new Map());
    body();
    this.blocks.pop();
    this.names = names;
  }

  /** A block that is repeated, with an element as the dot. */
  protected walking(body: () => void): void {
    this.setDot('element', body);
  }

  /** A block with a value as the dot: whether it reads the value, and nothing of the dot around it. */
  protected withDot(value: Ast, body: () => void): boolean {
    const dot: Rebound = {
      value: identity(value),
      around: this.dot,
      readsValue: false,
      readsAround: false,
    };
    this.setDot(dot, () => this.scoped(body));
    return dot.readsValue && !dot.readsAround;
  }

  private setDot(inner: Dot, body: () => void): void {
    const { dot } = this;
    this.dot = inner;
    body();
    this.dot = dot;
  }

  /** Returns a function that forgets everything that this block has declared since. */
  protected snapshot(): () => void {
    const { names } = this;
    const lists = this.blocks.at(-1);
    const before = new Map(lists);
    this.names = new Map(names);
    return () => {
      this.names = names;
      lists?.clear();
      for (const [ast, name] of before) lists?.set(ast, name);
    };
  }
}

/** A valid Go variable name: `extra-words` and `extra_words` become `extraWords`. */
function goName(text: string): string {
  const [first = '', ...words] = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = [first, ...words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)].join('');
  return /^[A-Za-z_]/.test(name) ? name : `item${name}`;
}
