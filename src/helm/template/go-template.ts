/** Prints expressions and laid-out lines as Go template text. */

import { forbiddenTextCondition, forbiddenTextMessage } from '../../text/forbidden-text.js';
import { goString } from '../../text/go-syntax.js';
import { mayBeAbsent, mayStop } from '../expressions/absence.js';
import { isExact } from '../expressions/exact-integers.js';
import { pathOf } from '../expressions/expression.js';
import { parameterAt } from '../expressions/operator.js';
import type {
  Ast,
  Builtin,
  Element,
  Entry,
  Node,
  Operand,
  Parameter,
  Template,
  Variable,
} from '../ir/tree.js';
import { type Line, layoutDocument, type Part } from '../layout/layout.js';
import { kindOf } from '../schema/schema.js';

/** Prints the lines of a file under `templates/`. */
export function printTemplate(lines: readonly Line[]): string {
  const printer = new Printer([]);
  printer.lines(lines);
  return printer.text();
}

/**
 * Prints a `define` with its comment, for `_helpers.tpl`. `exact`: its text ends up in a text that is more than its
 * meaning, because it is hashed or read by others.
 */
export function printDefine(template: Template, exact: boolean): string {
  const { body } = template;
  const printer = new Printer(template.parameters, exact || body.kind === 'document');
  if ('node' in body) printer.lines(layoutDocument(body.node));
  else printer.value(body.value, body.kind === 'json' && kindOf(body.value.schema) !== 'boolean');
  return `{{/*\n${template.summary}\n*/}}\n{{- define ${goString(template.name)} -}}\n${printer.text()}{{- end }}\n`;
}

/** Prints statements that stop the rendering with a message about forbidden texts, or the messages of a list. */
export function printRules(messages: Ast): string {
  const printer = new Printer([]);
  const forbidden = `{{- if ${forbiddenTextCondition} }}\n{{- fail ${goString(forbiddenTextMessage)} }}\n{{- end }}\n`;
  if (messages.kind === 'collect' && messages.elements.length === 0) return forbidden;
  const problems = printer.list(messages);
  return `${forbidden}${printer.text()}{{- if ${problems} }}\n{{- fail (join "\\n" ${problems}) }}\n{{- end }}\n`;
}

/** Scalars other than strings come back from `include` as text. */
const fromText: { readonly [kind: string]: (text: string) => string } = {
  list: (text) => `${text} | fromJsonArray`,
  map: (text) => `${text} | fromJson`,
  boolean: (text) => `eq (${text}) "true"`,
  integer: (text) => `int64 (${text})`,
  string: (text) => text,
};

class Printer {
  private out: string[] = [];
  /** Whether the dot is still what the template was called with; `range` rebinds it. */
  private dot = true;
  /** Whether a line of content is printed; directives before it must not leave an empty line. */
  private begun = false;
  private names: Map<Variable, string> = new Map();
  /** Lists that have been computed into a variable, by scope. */
  private readonly scopes: Map<Ast, string>[] = [new Map()];
  /** Lists that have been computed for one statement only, under a guard. */
  private readonly guarded: Map<Ast, string>[] = [];
  /** Where the statements under a guard declare their variables: before it. */
  private hoisted: { readonly scope: number; readonly declarations: string[] } | undefined;

  constructor(
    private readonly parameters: readonly Variable[],
    /** Whether all scalars are exact. */
    private readonly exact = false,
  ) {}

  text(): string {
    return this.out.map((line) => `${line}\n`).join('');
  }

  lines(lines: readonly Line[]): void {
    lines.forEach((line, index) => {
      if (isEmpty(line) && !isConstant(lines[index + 1])) this.out.push('{{ "" }}');
      else this.line(line);
    });
  }

  /** A named template's value: `{{ expression }}`. */
  value(ast: Ast, json: boolean): void {
    this.statement([ast], '', () => {
      const expression = json ? this.apply('toJson', ast) : this.expression(ast);
      this.out.push(`{{ ${expression} }}`);
    });
  }

  /** Computes a list into a variable, and returns the variable's name. */
  list(ast: Ast): string {
    let name = '';
    this.statement([ast], '', () => {
      name = this.expression(ast);
    });
    return name;
  }

  private line(line: Line): void {
    const pad = ' '.repeat(line.indent);
    switch (line.kind) {
      case 'text': {
        const asts = line.parts.flatMap((part) =>
          typeof part === 'string' ? [] : ['raw' in part ? part.raw : part.scalar],
        );
        this.statement(asts, pad, () => {
          this.out.push(pad + line.parts.map((part) => this.part(part)).join(''));
          this.begun = true;
        });
        return;
      }
      case 'if':
        this.conditional(
          line.condition,
          pad,
          () => this.lines(line.body),
          line.otherwise.length > 0 ? () => this.lines(line.otherwise) : undefined,
        );
        return;
      case 'range':
        this.range(pad, line, () => this.lines(line.body));
        return;
      case 'yaml':
        this.statement([line.value], pad, () => this.nindent(line.indent, this.apply('toYaml', line.value)));
        return;
      case 'block':
        this.statement([line.text], pad, () => this.nindent(line.indent, this.expression(line.text)));
        return;
      case 'include':
        this.statement([...line.args.values()], pad, () =>
          this.nindent(line.indent, this.include(line.template, line.args)),
        );
    }
  }

  /** Lines of text that an expression yields. */
  private nindent(indent: number, text: string): void {
    this.out.push(`${' '.repeat(indent)}{{- ${text} | nindent ${indent} }}`);
    this.begun = true;
  }

  private part(part: Part): string {
    if (typeof part === 'string') return part.replaceAll('{{', '{{ "{{" }}');
    if ('raw' in part) return this.raw(part.raw);
    const kind = kindOf(part.scalar.schema);
    if (part.scalar.kind === 'literal') throw new TypeError('a constant is no expression');
    if (kind === 'string' && !(this.exact || part.exact)) return `{{ ${this.pipe(part.scalar, 'quote')} }}`;
    if (kind === 'boolean') return `{{ ${this.expression(part.scalar)} }}`;
    if (kind === 'integer') return `{{ ${this.integer(part.scalar)} }}`;
    return `{{ ${this.apply('toJson', part.scalar)} }}`;
  }

  /** A text in a line of text, with constants between expressions where no directive can take their spaces along. */
  private raw(ast: Ast): string {
    const parts = ast.kind === 'call' && ast.operator.name === 'str' ? ast.args : [ast];
    const constants = parts.map((part) => (part.kind === 'literal' ? String(part.value) : ''));
    const [first = ''] = constants;
    const last = constants.at(-1) ?? '';
    if (
      constants.some((text) => text.includes('\n')) ||
      /\s$/.test(last) ||
      (!this.begun && /^\s/.test(first))
    ) {
      return `{{ ${this.expression(ast)} }}`;
    }
    return parts
      .map((part, index) => {
        if (part.kind === 'literal') return this.part(constants[index] ?? '');
        return `{{ ${kindOf(part.schema) === 'integer' ? this.integer(part) : this.expression(part)} }}`;
      })
      .join('');
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

  private conditional(condition: Ast, pad: string, body: () => void, otherwise?: () => void): void {
    this.statement([condition], pad, () => this.directive(pad, `if ${this.condition(condition)}`));
    const { begun } = this;
    this.scoped(body);
    if (otherwise !== undefined) {
      this.begun = begun;
      this.directive(pad, 'else');
      this.scoped(otherwise);
    }
    this.directive(pad, 'end');
  }

  private range(
    pad: string,
    each: { over: Ast; key: Variable | undefined; item: Variable },
    body: () => void,
  ): void {
    let over = '';
    const { begun } = this;
    this.statement([each.over], pad, () => {
      over = this.expression(each.over);
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

  private declare(variable: Variable): string {
    const taken = new Set(this.names.values());
    const wanted = goName(variable.name);
    let name = `$${wanted}`;
    for (let suffix = 2; taken.has(name); suffix++) name = `$${wanted}${suffix}`;
    this.names.set(variable, name);
    return name;
  }

  // ----------------------------------------------------------------------------- lists computed into a variable

  /** Prints a statement after those that compute the lists of its expressions. */
  private statement(asts: readonly Ast[], pad: string, print: () => void): void {
    this.guarded.push(new Map());
    for (const ast of asts) this.prepare(ast, pad);
    print();
    this.guarded.pop();
  }

  /** Prints the statements that compute the lists of an expression. */
  private prepare(ast: Ast, pad: string): void {
    switch (ast.kind) {
      case 'member':
        this.prepare(ast.of, pad);
        return;
      case 'call':
        this.prepareCall(ast, pad);
        return;
      case 'include':
        for (const argument of ast.args.values()) this.prepare(argument, pad);
        return;
      case 'collect': {
        if (this.collected(ast) !== undefined) return;
        const name = this.declare({ name: ast.name });
        const copied = copiedList(ast.elements);
        if (copied === undefined) {
          this.collect(name, this.begin(name, ast.elements, pad), pad);
        } else {
          this.prepare(copied, pad);
          this.assignment(pad, name, 'list', this.expression(copied));
        }
        this.remember(ast, name);
        return;
      }
      case 'assemble': {
        if (this.collected(ast) !== undefined) return;
        const name = this.declare({ name: ast.name });
        this.assemble(name, this.beginMap(name, ast.entries, pad), pad);
        this.remember(ast, name);
        return;
      }
      case 'group': {
        if (this.collected(ast) !== undefined) return;
        const name = this.declare({ name: ast.name });
        this.declaration(pad, name, 'dict', []);
        this.range(pad, { ...ast, key: undefined }, () => {
          this.statement([ast.key], pad, () => {
            const key = this.operand(ast.key);
            const group = `append (dig ${key} list ${name}) ${this.variable(ast.item)}`;
            this.directive(pad, `${name} = set ${name} ${key} (${group})`);
          });
        });
        this.remember(ast, name);
      }
    }
  }

  private prepareCall({ operator, args }: Extract<Ast, { kind: 'call' }>, pad: string): void {
    const lazy = operator.name === 'and' || operator.name === 'or';
    args.forEach((argument, index) => {
      if (lazy && index > 0 && !this.isReady(argument) && mayStop(argument)) {
        const before = this.condition({ kind: 'call', operator, args: args.slice(0, index), schema: {} });
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
      values.map((value) => this.operand(value)),
    );
    return elements.slice(fixed.length);
  }

  /** Declares a map with the fields that it always begins with; returns the other entries. */
  private beginMap(name: string, entries: readonly Entry[], pad: string): readonly Entry[] {
    const isFixed = (entry: Entry) =>
      entry.kind === 'comment' || (entry.kind === 'field' && this.isReady(itemAst(entry.value)));
    const fixed = entries.slice(0, entries.findIndex((entry) => !isFixed(entry)) >>> 0);
    const operands = fixed.flatMap((entry) =>
      entry.kind === 'field' ? [`${goString(entry.key)} ${this.operand(itemAst(entry.value))}`] : [],
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
      case 'member':
        return this.isReady(ast.of);
      case 'call':
        return ast.args.every((argument) => this.isReady(argument));
      case 'include':
        return [...ast.args.values()].every((argument) => this.isReady(argument));
      case 'collect':
      case 'assemble':
      case 'group':
        return this.collected(ast) !== undefined;
      default:
        return true;
    }
  }

  private assemble(name: string, entries: readonly Entry[], pad: string): void {
    const set = (key: string, value: Node) => {
      const ast = itemAst(value);
      this.statement([ast], pad, () =>
        this.directive(pad, `${name} = set ${name} ${key} ${this.operand(ast)}`),
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
          this.range(pad, entry, () => set(this.variable(entry.key), entry.value));
          break;
        case 'include':
          fail(
            `${entry.template.name} is written into a map that is an expression: give its entries one by one`,
          );
          break;
        case 'comment':
          break;
      }
    }
  }

  private collect(name: string, elements: readonly Element[], pad: string): void {
    for (const element of elements) {
      switch (element.kind) {
        case 'item': {
          const value = itemAst(element.value);
          this.statement([value], pad, () =>
            this.directive(pad, `${name} = append ${name} ${this.operand(value)}`),
          );
          break;
        }
        case 'when':
          this.conditional(element.condition, pad, () => this.collect(name, element.body, pad));
          break;
        case 'each':
          this.range(pad, element, () => this.collect(name, element.body, pad));
      }
    }
  }

  private collected(ast: Ast): string | undefined {
    return [...this.scopes, ...this.guarded].findLast((scope) => scope.has(ast))?.get(ast);
  }

  // ------------------------------------------------------------------------------------------------ expressions

  /** An expression as the condition of `if`, where Go takes what is not empty for true. */
  private condition(ast: Ast): string {
    if (ast.kind === 'call') {
      const { name } = ast.operator;
      const [only, ...others] = ast.args;
      if ((name === 'and' || name === 'or') && only !== undefined && others.length === 0)
        return this.condition(only);
      if (name === 'isNonEmpty') return this.expression(ast.args[0] as Ast);
      if (name === 'and' || name === 'or' || name === 'not') {
        return `${name} ${ast.args.map((argument) => parenthesized(this.condition(argument))).join(' ')}`;
      }
    }
    return this.expression(ast);
  }

  private expression(ast: Ast): string {
    switch (ast.kind) {
      case 'literal':
        return this.literal(ast.value);
      case 'builtin':
        return this.builtin(ast.object);
      case 'variable':
        return this.variable(ast.variable);
      case 'member':
        return this.member(ast.of, ast.key);
      case 'collect':
      case 'assemble':
      case 'group':
        return this.collected(ast) ?? fail(`$${ast.name} is not computed here`);
      case 'include':
        return this.included(ast);
      case 'call':
        return this.call(ast);
    }
  }

  private call({ operator, args }: Extract<Ast, { kind: 'call' }>): string {
    const operands = args.map((argument, index) => this.argument(argument, parameterAt(operator, index)));
    const last = args.at(-1);
    if (operator.piped && last !== undefined && operands.at(-1)?.text.startsWith('(')) {
      return this.pipe(last, operator.go(...operands.slice(0, -1)));
    }
    return operator.go(...operands);
  }

  /** An argument of an operator. What takes an integer does not take the float64 that values files give. */
  private argument(ast: Ast, parameter: Parameter): Operand {
    if (parameter.kind === 'any') return { text: this.operand(ast) };
    const kind = kindOf(ast.schema);
    return {
      text: parenthesized(kind === 'integer' ? this.integer(ast) : this.expression(ast)),
      kind,
      mayBeAbsent: mayBeAbsent(ast),
      ...(ast.kind === 'literal' && typeof ast.value === 'string' && { constant: ast.value }),
    };
  }

  /** An expression as an argument of Go's own functions, as Helm has it. */
  private operand(ast: Ast): string {
    return parenthesized(this.expression(ast));
  }

  /** An integer as Go's int or int64. */
  private integer(ast: Ast): string {
    assertExact(ast);
    const text = this.expression(ast);
    const already =
      ast.kind === 'literal' || ast.kind === 'include' || (ast.kind === 'call' && !ast.operator.passes);
    return already ? text : `int64 ${parenthesized(text)}`;
  }

  /** An expression handed through a pipe into a function. */
  private pipe(ast: Ast, into: string): string {
    return `${this.expression(ast)} | ${into}`;
  }

  /** A function of one value: `toYaml .Values.resources`. */
  private apply(name: string, ast: Ast): string {
    const text = this.expression(ast);
    return /\s/.test(text) ? `${text} | ${name}` : `${name} ${text}`;
  }

  private literal(value: unknown): string {
    if (typeof value === 'string') return goString(value);
    if (Array.isArray(value))
      return ['list', ...value.map((item) => parenthesized(this.literal(item)))].join(' ');
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).map(
        ([key, member]) => `${goString(key)} ${parenthesized(this.literal(member))}`,
      );
      return ['dict', ...members].join(' ');
    }
    if (typeof value === 'number') return goNumber(value);
    return value === null ? 'nil' : String(value);
  }

  private member(of: Ast, key: string): string {
    const object = this.expression(of);
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !(of.kind === 'builtin' && methodsOfValues.has(key))) {
      return `${/\s/.test(object) ? `(${object})` : object}.${key}`;
    }
    return `index ${parenthesized(object)} ${goString(key)}`;
  }

  private builtin(object: Builtin): string {
    return `${this.parameters.length > 0 ? this.root() : this.dot ? '' : '$'}.${object}`;
  }

  private variable(variable: Variable): string {
    if (variable.parameter) return `${this.dot ? '' : '$'}.${variable.name}`;
    return this.names.get(variable) ?? fail(`$${variable.name} is not bound here`);
  }

  /** What a template that was called by this one gets: Helm's own objects. */
  private root(): string {
    if (this.parameters.length > 0) return this.dot ? '.root' : '$.root';
    return this.dot ? '.' : '$';
  }

  private included(ast: Extract<Ast, { kind: 'include' }>): string {
    const text = this.include(ast.template, ast.args);
    const { body } = ast.template;
    if (body.kind !== 'json') return text;
    return (
      fromText[kindOf(body.value.schema)]?.(text) ??
      fail(`${ast.template.name} yields what can't be read back`)
    );
  }

  private include(template: Template, args: ReadonlyMap<Variable, Ast>): string {
    const name = goString(template.name);
    if (template.parameters.length === 0) return `include ${name} ${this.root()}`;
    const pairs = template.parameters.map((parameter) => {
      const argument = args.get(parameter) ?? fail(`${template.name} is called without '${parameter.name}'`);
      assertExact(argument);
      return `${goString(parameter.name)} ${this.operand(argument)}`;
    });
    return `include ${name} (dict "root" ${this.root()} ${pairs.join(' ')})`;
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

function assertExact(ast: Ast): void {
  if (!isExact(ast)) {
    throw new TypeError(
      `${pathOf(ast)}: an integer has a minimum and a maximum, at most 2^53 - 1: Helm rounds what is beyond`,
    );
  }
}

function itemAst(value: Node): Ast {
  if (value.kind === 'expression') return value.value;
  if (value.kind === 'scalar') return { kind: 'literal', value: value.value, schema: { const: value.value } };
  return fail('a list that is an expression holds expressions and constants');
}

/** A directive takes the line breaks before it along: an empty line keeps its place only before constant text. */
function isEmpty(line: Line): boolean {
  return isConstant(line) && line.kind === 'text' && line.parts.join('') === '';
}

function isConstant(line: Line | undefined): boolean {
  return line?.kind === 'text' && line.parts.every((part) => typeof part === 'string');
}

function parenthesized(text: string): string {
  return /[\s|]/.test(text) && !/^"(?:[^"\\]|\\.)*"$/.test(text) ? `(${text})` : text;
}

/** A name that Go takes for a variable: `extra-words` becomes `extraWords`. */
function goName(text: string): string {
  const [first = '', ...words] = text.split(/[^A-Za-z0-9_]+/).filter((word) => word !== '');
  const name = [first, ...words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)].join('');
  return /^[A-Za-z_]/.test(name) ? name : `item${name}`;
}

/** `.Values.Table` would call a method of Go's type: https://pkg.go.dev/helm.sh/helm/v3/pkg/chartutil#Values */
const methodsOfValues: ReadonlySet<string> = new Set(['AsMap', 'Encode', 'PathValue', 'Table', 'YAML']);

/** Beyond int64, and for whatever a float64 rounds, Go takes a number only as a float. */
function goNumber(value: number): string {
  const text = String(value);
  return Number.isSafeInteger(value) || /[.e]/.test(text) ? text : `${text}.0`;
}

function fail(message: string): never {
  throw new TypeError(message);
}
