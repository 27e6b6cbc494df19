/** Prints laid-out lines as the files of a Helm chart's `templates` folder. */
import { forbiddenTextCondition, forbiddenTextMessage } from '../../text/forbidden-text.js';
import { goString } from '../../text/go-syntax.js';
import { unknownKind } from '../ir/children.js';
import type { Ast, Template } from '../ir/tree.js';
import { type Line, layoutDocument, type Part } from '../layout/layout.js';
import { kindOf } from '../schema/schema.js';
import { printApplied, printExpression, printInclude, printInteger, printPipe } from './go-expression.js';
import { Statements } from './go-statements.js';

/** Prints the lines of a file under `templates/`. */
export function printTemplate(lines: readonly Line[]): string {
  const printer = new LinePrinter(new Statements(false), false);
  printer.lines(lines);
  return printer.statements.text();
}

/**
 * Prints a `define` with its comment, for `_helpers.tpl`. `exact`: its text ends up in a text that is more than its
 * meaning, because it is hashed or read by others.
 */
export function printDefine(template: Template, exact: boolean): string {
  const { body, parameters, name, summary } = template;
  const statements = new Statements(parameters.length > 0);
  if ('node' in body) {
    new LinePrinter(statements, exact || body.kind === 'document').lines(layoutDocument(body.node));
  } else {
    const json = body.kind === 'json' && kindOf(body.value.schema) !== 'boolean';
    statements.statement([body.value], '', () => {
      const value = json
        ? printApplied('toJson', body.value, statements)
        : printExpression(body.value, statements);
      statements.content(`{{ ${value} }}`);
    });
  }
  return `{{/*\n${summary}\n*/}}\n{{- define ${goString(name)} -}}\n${statements.text()}{{- end }}\n`;
}

/** Prints statements that stop the rendering with a message about forbidden texts, or the messages of a list. */
export function printRules(messages: Ast): string {
  const forbidden = `{{- if ${forbiddenTextCondition} }}\n{{- fail ${goString(forbiddenTextMessage)} }}\n{{- end }}\n`;
  if (messages.kind === 'collect' && messages.elements.length === 0) return forbidden;
  const statements = new Statements(false);
  let problems = '';
  statements.statement([messages], '', () => {
    problems = printExpression(messages, statements);
  });
  return `${forbidden}${statements.text()}{{- if ${problems} }}\n{{- fail (join "\\n" ${problems}) }}\n{{- end }}\n`;
}

class LinePrinter {
  constructor(
    readonly statements: Statements,
    /** Whether all scalars are exact. */
    private readonly exact: boolean,
  ) {}

  lines(lines: readonly Line[]): void {
    lines.forEach((line, index) => {
      if (isEmpty(line) && !isConstant(lines[index + 1])) this.statements.emptyLine();
      else this.line(line);
    });
  }

  private line(line: Line): void {
    const { statements } = this;
    const pad = ' '.repeat(line.indent);
    switch (line.kind) {
      case 'text': {
        const asts = line.parts.flatMap((part) =>
          typeof part === 'string' ? [] : ['raw' in part ? part.raw : part.scalar],
        );
        statements.statement(asts, pad, () =>
          statements.content(pad + line.parts.map((part) => this.part(part)).join('')),
        );
        return;
      }
      case 'if':
        statements.conditional(
          line.condition,
          pad,
          () => this.lines(line.body),
          line.otherwise.length > 0 ? () => this.lines(line.otherwise) : undefined,
        );
        return;
      case 'range':
        statements.range(pad, line, () => this.lines(line.body));
        return;
      case 'yaml':
        this.indented(line, [line.value], () => printApplied('toYaml', line.value, statements));
        return;
      case 'block':
        this.indented(line, [line.text], () => printExpression(line.text, statements));
        return;
      case 'include':
        this.indented(line, [...line.args.values()], () =>
          printInclude(line.template, line.args, statements),
        );
        return;
      default:
        unknownKind(line);
    }
  }

  /** Lines of text that an expression yields. */
  private indented({ indent }: Line, asts: readonly Ast[], print: () => string): void {
    const pad = ' '.repeat(indent);
    this.statements.statement(asts, pad, () =>
      this.statements.content(`${pad}{{- ${print()} | nindent ${indent} }}`),
    );
  }

  private part(part: Part): string {
    if (typeof part === 'string') return part.replaceAll('{{', '{{ "{{" }}');
    if ('raw' in part) return this.raw(part.raw);
    const { statements } = this;
    const kind = kindOf(part.scalar.schema);
    if (part.scalar.kind === 'literal') throw new TypeError('a constant is no expression');
    if (kind === 'string' && !(this.exact || part.exact))
      return `{{ ${printPipe(part.scalar, 'quote', statements)} }}`;
    if (kind === 'boolean') return `{{ ${printExpression(part.scalar, statements)} }}`;
    if (kind === 'integer') return `{{ ${printInteger(part.scalar, statements)} }}`;
    return `{{ ${printApplied('toJson', part.scalar, statements)} }}`;
  }

  /** A text in a line of text, with constants between expressions where no directive can take their spaces along. */
  private raw(ast: Ast): string {
    const { statements } = this;
    const parts = ast.kind === 'call' && ast.operator.name === 'str' ? ast.args : [ast];
    const constants = parts.map((part) => (part.kind === 'literal' ? String(part.value) : ''));
    const [first = ''] = constants;
    const last = constants.at(-1) ?? '';
    if (
      constants.some((text) => text.includes('\n')) ||
      /\s$/.test(last) ||
      (!statements.begun && /^\s/.test(first))
    ) {
      return `{{ ${printExpression(ast, statements)} }}`;
    }
    return parts
      .map((part, index) => {
        if (part.kind === 'literal') return this.part(constants[index] ?? '');
        const isInteger = kindOf(part.schema) === 'integer';
        return `{{ ${isInteger ? printInteger(part, statements) : printExpression(part, statements)} }}`;
      })
      .join('');
  }
}

/** A directive takes the line breaks before it along: an empty line keeps its place only before constant text. */
function isEmpty(line: Line): boolean {
  return isConstant(line) && line.kind === 'text' && line.parts.join('') === '';
}

function isConstant(line: Line | undefined): boolean {
  return line?.kind === 'text' && line.parts.every((part) => typeof part === 'string');
}
