/** Prints laid-out lines as the files of a Helm chart's `templates` folder. */
import { forbiddenTextCondition, forbiddenTextMessage } from '../../text/forbidden-text.js';
import { type GoCode, goCall, goLines, goPipe, goText } from '../../text/go-code.js';
import { goString } from '../../text/go-syntax.js';
import { unknownKind } from '../ir/children.js';
import type { Ast, Template } from '../ir/tree.js';
import { type Line, layoutDocument, type Part } from '../layout/layout.js';
import { kindOf } from '../schema/schema.js';
import { printApplied, printExpression, printInclude, printInteger } from './go-expression.js';
import { type Branch, type Section, Statements } from './go-statements.js';

/** Prints the lines of a file under `templates/`. */
export function printTemplate(lines: readonly Line[]): string {
  const printer = new LinePrinter(new Statements(false), false);
  printer.lines(lines);
  return printer.statements.text();
}

/**
 * Prints a `define` with its comment, for `_helpers.tpl`. `exact`: its output goes into a string whose exact characters
 * matter, because it is hashed or read by other programs.
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
      statements.content(...goLines('{{ ', value, ' }}'));
    });
  }
  return `{{/*\n${summary}\n*/}}\n{{- define ${goString(name)} -}}\n${statements.text()}{{- end }}\n`;
}

/** Prints statements that fail the rendering with a message about forbidden strings, or with the messages of a list. */
export function printRules(sections: readonly Section[]): string {
  const forbidden = [
    ...goLines('{{- if ', forbiddenTextCondition, ' }}'),
    `  {{- fail ${goString(forbiddenTextMessage)} }}`,
    '{{- end }}',
    '',
  ].join('\n');
  if (sections.every(({ elements }) => elements.length === 0)) return forbidden;
  const statements = new Statements(false);
  const problems = statements.sections('problems', sections);
  return `${forbidden}\n${statements.text()}\n{{- if ${problems} }}\n  {{- fail (join "\\n" ${problems}) }}\n{{- end }}\n`;
}

type Choice = Extract<Line, { kind: 'if' }>;

const longestLine = 160;

/** A part of a line: text, or code between braces. */
type Piece = string | { readonly code: GoCode };

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
          statements.content(
            ...linesOf(
              pad,
              line.parts.flatMap((part) => this.part(part)),
            ),
          ),
        );
        return;
      }
      case 'if':
        statements.choice(this.branchesOf(line), pad);
        return;
      case 'range':
        statements.range(pad, line, () => this.lines(line.body));
        return;
      case 'comment':
        statements.comment(line.text, pad);
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

  /** A choice whose other branch is a choice again becomes an `else if`. */
  private branchesOf({ condition, body, otherwise }: Choice): readonly Branch[] {
    const first: Branch = { condition, body: () => this.lines(body) };
    const [only, ...others] = otherwise;
    if (only === undefined) return [first];
    if (only.kind === 'if' && others.length === 0 && this.statements.isReady(only.condition)) {
      return [first, ...this.branchesOf(only)];
    }
    return [first, { condition: undefined, body: () => this.lines(otherwise) }];
  }

  /** Lines of text that an expression yields. */
  private indented({ indent }: Line, asts: readonly Ast[], print: () => GoCode): void {
    const pad = ' '.repeat(indent);
    this.statements.statement(asts, pad, () => {
      // At the start of a named template they begin its output: `nindent` would put a line break before them.
      if (!this.statements.begun && indent === 0) this.statements.content(...goLines('{{ ', print(), ' }}'));
      else {
        const code = goPipe(print(), goCall('nindent', String(indent)));
        this.statements.content(...goLines(`${pad}{{- `, code, ' }}'));
      }
    });
  }

  private part(part: Part): readonly Piece[] {
    if (typeof part === 'string') return [escaped(part)];
    return 'raw' in part ? this.raw(part.raw) : [{ code: this.scalar(part.scalar, part.exact ?? false) }];
  }

  private scalar(ast: Ast, exact: boolean): GoCode {
    const { statements } = this;
    const kind = kindOf(ast.schema);
    if (ast.kind === 'literal') throw new TypeError('a constant is no expression');
    if (kind === 'string' && !(this.exact || exact)) return goPipe(printExpression(ast, statements), 'quote');
    if (kind === 'boolean') return printExpression(ast, statements);
    return kind === 'integer' ? printInteger(ast, statements) : printApplied('toJson', ast, statements);
  }

  /** A string in a line of text, with constants between expressions where a directive would trim their spaces. */
  private raw(ast: Ast): readonly Piece[] {
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
      return [{ code: printExpression(ast, statements) }];
    }
    return parts.map((part, index) => {
      if (part.kind === 'literal') return escaped(constants[index] ?? '');
      const isInteger = kindOf(part.schema) === 'integer';
      return { code: isInteger ? printInteger(part, statements) : printExpression(part, statements) };
    });
  }
}

/** A line of text with several expressions is hard to read if broken, so it stays whole if possible. */
function linesOf(pad: string, pieces: readonly Piece[]): readonly string[] {
  const codes = pieces.filter((piece) => typeof piece !== 'string');
  if (codes.length > 1) {
    const line = pieces.map((piece) => (typeof piece === 'string' ? piece : `{{ ${goText(piece.code)} }}`));
    if (pad.length + line.join('').length <= longestLine) return [pad + line.join('')];
  }
  const lines = [pad];
  for (const piece of pieces) {
    const line = lines.pop() ?? '';
    if (typeof piece === 'string') lines.push(line + piece);
    else lines.push(...goLines(`${line}{{ `, piece.code, ' }}'));
  }
  return lines;
}

/** Text that templates do not interpret as code. */
function escaped(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

/** A directive trims the line breaks before it: an empty line survives only before constant text. */
function isEmpty(line: Line): boolean {
  return isConstant(line) && line.kind === 'text' && line.parts.join('') === '';
}

function isConstant(line: Line | undefined): boolean {
  return line?.kind === 'text' && line.parts.every((part) => typeof part === 'string');
}
