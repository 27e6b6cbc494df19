import { Composer, type ErrorCode, LineCounter, type ParsedNode } from 'yaml';
import { shorten } from '../../text/json.js';
import { type Fault, maxFaults, ValuesError } from './error.js';
import { disagreements } from './goyaml.js';
import { tokensOf } from './tokens.js';

export interface Syntax {
  /** The document's node, null for an empty file. Nothing is resolved: a scalar's `source` is its original text. */
  root: ParsedNode | null;
  place(offset: number): { line: number; column: number };
  /** The error for the problems found in the document. */
  refuse(faults: readonly Fault[]): ValuesError;
}

/**
 * Parses YAML that the `yaml` package and goyaml, Helm's parser, parse alike.
 *
 * @throws ValuesError for input that is not YAML or not one document, or that the two read differently.
 */
export function parseYaml(text: string, file: string): Syntax {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const refuse: Syntax['refuse'] = (faults) =>
    new ValuesError(faults.map(({ offset, ...fault }) => ({ file, ...place(offset), ...fault })));

  const tokens = [...tokensOf(text, lines.addNewLine)];
  const faults: Fault[] = [];
  for (const fault of disagreements(tokens, text)) {
    faults.push(fault);
    // After an open quote or a lost colon nothing is what it seems.
    if (faults.length === maxFaults || fault.refusal === 'syntax') break;
  }
  if (faults.length > 0) throw refuse(faults);

  const [document] = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    // The package compares each key with every other one; `evaluate.ts` finds duplicates without that.
    uniqueKeys: false,
    prettyErrors: false,
  }).compose(tokens, true, text.length);
  const error = document?.errors[0];
  if (error && isToml(text)) {
    const message = 'this is TOML, and a values file is YAML';
    throw refuse([{ refusal: 'syntax', offset: text.search(/\S/), message, hint: tomlHint }]);
  }
  if (error) {
    const { message = shorten(error.message), hint } = syntaxHelp[error.code] ?? {};
    const offset = error.pos[0];
    const refusal = error.code === 'BAD_DQ_ESCAPE' ? 'escape' : 'syntax';
    throw refuse([{ refusal, offset, message: `not YAML: ${message}`, ...(hint && { hint }) }]);
  }
  return { root: document?.contents ?? null, place, refuse };
}

/** Whether a text that is not YAML has a table's header and an assignment of TOML. */
function isToml(text: string): boolean {
  return /^[ \t]*\[{1,2}[\w."-]+\]{1,2}[ \t]*(?:#.*)?$/m.test(text) && /^[ \t]*[\w."-]+[ \t]*=/m.test(text);
}

const tomlHint =
  'Write "key: value" lines, and lists as "- member" lines. A tool\'s pyproject.toml is turned into values by its own command.';

/** Remedies for the package's errors, and clearer wording for those that only make sense to a parser. */
const syntaxHelp: Partial<Record<ErrorCode, { message?: string; hint: string }>> = {
  BAD_DQ_ESCAPE: {
    message: 'unknown escape sequence',
    hint: 'In double quotes a backslash starts an escape: write \\\\ for a backslash, or use single quotes.',
  },
  BAD_INDENT: {
    hint: 'Indent siblings alike, and what belongs to a key or a list more than that key or list.',
  },
  BAD_SCALAR_START: { hint: 'Put the value in quotes.' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second ":" stands on this line',
    hint: 'Quote a value that contains ": ", or write a nested map on lines of its own.',
  },
  MISSING_CHAR: { hint: 'Write "key: value"; close quotes and brackets, and indent what they hold.' },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key stands on one line with its ":"',
    hint: 'Add the missing ":", or quote a string that goes over several lines.',
  },
  UNEXPECTED_TOKEN: {
    message: 'this cannot stand here',
    hint: 'Check the quotes, brackets and indentation before it; put a string that holds signs of YAML in quotes.',
  },
};
