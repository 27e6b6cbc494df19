// biome-ignore-all lint/complexity/useLiteralKeys: TypeScript lets brackets reach private members, and checks their names.
import { type CST, Lexer, Parser } from 'yaml';

/**
 * The tokens of YAML, as goyaml, Helm's parser, separates them: within brackets and quotes it ignores indentation. The
 * `yaml` package would end a collection or a string there.
 */
export function* tokensOf(text: string, onNewLine: (offset: number) => void): Generator<CST.Token> {
  onNewLine(0);
  const parser = new Parser(onNewLine);
  for (const lexeme of lexer().lex(text)) yield* parser.next(lexeme);
  yield* parser.end();
}

type Lex = () => Generator<string, unknown>;

function lexer(): Lexer {
  const lexer = new Lexer();
  const withoutIndentation = (lex: Lex): Lex =>
    function* () {
      // The package has no option for this. It compares each line's indentation with this field.
      const indentation = lexer['indentNext'];
      lexer['indentNext'] = 0;
      const next = yield* lex();
      lexer['indentNext'] = indentation;
      return next;
    };
  lexer['parseFlowCollection'] = withoutIndentation(lexer['parseFlowCollection'].bind(lexer));
  lexer['parseQuotedScalar'] = withoutIndentation(lexer['parseQuotedScalar'].bind(lexer));
  return lexer;
}
