import type { CST } from 'yaml';
import type { Fault } from './error.js';

/** Deeper than any Kubernetes object nests, and far below the depth that exhausts a parser's stack. */
export const maxDepth = 100;

/**
 * What goyaml v2, Helm's parser, parses differently from the `yaml` package, and differences between Helm 3 and Helm 4.
 * goyaml's own rules are in `scannerc.go` and `parserc.go` of go.yaml.in/yaml/v2.
 *
 * If nothing is found, the tokens nest no deeper than {@link maxDepth}.
 */
export function* disagreements(tokens: readonly CST.Token[], text: string): Generator<Fault> {
  yield* documentMarkers(tokens, text);
  yield* each(tokens, { text, inFlow: false, depth: 0, indent: -1, last: { isPlain: false } });
}

interface Context {
  text: string;
  /** Within brackets or braces. */
  inFlow: boolean;
  /** The number of open collections. */
  depth: number;
  /** The column of the innermost collection that is not in brackets. */
  indent: number;
  /** Of the last token that is neither space nor a line break: whether it is a string without quotes. */
  readonly last: { isPlain: boolean };
}

/** Helm 4 splits a file at each line that begins with `---` before it parses; Helm 3 reads up to the first such end. */
function* documentMarkers(tokens: readonly CST.Token[], text: string): Generator<Fault> {
  for (const { 0: line, index: offset } of text.matchAll(/^---.*$/gm)) {
    if (/^---(?:[ \t]+(?:#.*)?)?$/.test(line)) continue;
    const message = 'Helm 4 takes each line that begins with "---" for the start of a document';
    yield { refusal: 'document', offset, message, hint: 'Put what follows on a line of its own.' };
  }
  const [, ...more] = tokens.filter((token) => token.type === 'document');
  // One that consists of comments is as good as none.
  const second = more.find(hasContent);
  if (second) {
    const message = 'a second document starts here: Helm 3 ignores it, Helm 4 merges it into the first';
    const hint = 'Give each document a file of its own, with -f for each.';
    yield { refusal: 'document', offset: second.offset, message, hint };
  }
  // Helm 4 reads each document by itself, and none that consists of its end.
  const begins = tokens.findIndex((token) => token.type === 'document' && hasContent(token));
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'doc-end' || (begins !== -1 && index === begins + 1)) continue;
    yield fault(
      'document',
      token,
      '"..." is only allowed once, after the content of the file',
      'Remove this line.',
    );
  }
}

/** Whether a document consists of more than comments: a tag or an anchor alone is null. */
function hasContent({ start, value }: CST.Document): boolean {
  return value !== undefined || start.some(({ type }) => type === 'tag' || type === 'anchor');
}

function* each(tokens: readonly (CST.Token | null | undefined)[] = [], context: Context): Generator<Fault> {
  for (const token of tokens) if (token) yield* within(token, context);
}

function* within(token: CST.Token, context: Context): Generator<Fault> {
  if (token.type !== 'space' && token.type !== 'newline') context.last.isPlain = token.type === 'scalar';
  switch (token.type) {
    case 'document':
      yield* each([...token.start, token.value, ...(token.end ?? [])], context);
      break;
    case 'directive':
      yield fault('directive', token, 'Helm 4 reads no file with a %-directive', 'Remove this line.');
      break;
    case 'block-map':
    case 'block-seq':
    case 'flow-collection':
      yield* collection(token, context);
      break;
    case 'block-scalar':
      yield* blockScalar(token, context);
      yield* each(token.props, context);
      break;
    case 'scalar':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
    case 'alias':
      yield* flowScalars[token.type](token, context);
      yield* each(token.end, context);
      break;
    case 'anchor':
      yield* name(token, context);
      break;
    case 'tag':
      if (token.source.startsWith('!<') || !/^\s?$/.test(following(token, context))) {
        yield fault(
          'tag',
          token,
          'this is not a YAML tag that Helm knows',
          'Write it as "!!str", with a space.',
        );
      }
      break;
    case 'space':
      yield* space(token, context);
      break;
  }
}

const flowScalars = {
  scalar: plain,
  'single-quoted-scalar': singleQuoted,
  'double-quoted-scalar': doubleQuoted,
  alias: name,
};

type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;

function* collection(token: Collection, context: Context): Generator<Fault> {
  if (context.depth === maxDepth) {
    yield fault('depth', token, `values nest at most ${maxDepth} levels deep`);
    return;
  }
  const inFlow = token.type === 'flow-collection';
  const indent = inFlow ? context.indent : token.indent;
  const inside = { ...context, inFlow, depth: context.depth + 1, indent };
  if (inFlow) yield* unclosedBracket(token);
  const items: readonly CST.CollectionItem[] = token.items;
  for (const item of items) {
    yield* pair(item, inside);
    yield* each([...item.start, item.key, ...(item.sep ?? []), item.value], inside);
  }
  if (inFlow) yield* each(token.end, context);
}

function* unclosedBracket({ start, end }: CST.FlowCollection): Generator<Fault> {
  if (end.some(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')) return;
  const [opening, closing] = start.type === 'flow-map-start' ? ['{', '}'] : ['[', ']'];
  yield fault('syntax', start, `this ${opening} is never closed`, `Write the missing ${closing}.`);
}

/**
 * goyaml recognizes a key by the ":" on the same line and requires a comma before each; the package is more lenient.
 */
function* pair(
  { start, key, sep = [], value }: CST.CollectionItem,
  { text, inFlow }: Context,
): Generator<Fault> {
  const question = find(start, 'explicit-key-ind');
  const comma = find(start, 'comma');
  const colon = find(sep, 'map-value-ind');
  const stray =
    find(sep, 'explicit-key-ind') ??
    (question && comma && question.offset < comma.offset ? question : undefined) ??
    (colon ? undefined : (find(sep, 'anchor', 'tag') ?? (key && value)));
  if (stray) {
    const hint = 'Check the indentation, quotes and brackets before it.';
    yield fault('syntax', stray, 'a ":" or a "," is missing before this', hint);
  }
  if (!colon) return;
  if (!key) yield fault('key', colon, 'a key is missing before this ":"', 'Write "key: value".');

  const first = find(start, 'anchor', 'tag') ?? key ?? colon;
  const written = text.slice(first.offset, colon.offset);
  if (!question && (written.includes('\n') || written.length > 1024)) {
    const message = 'a key and its ":" stand on one line, at most 1024 characters apart';
    yield fault(
      'syntax',
      first,
      message,
      'Indent keys of one map alike, and quote a string of several lines.',
    );
  }
  if (question && !inFlow && columnOf(question, text) !== columnOf(colon, text)) {
    const hint = 'Align it with the "?", or write "key: value".';
    yield fault('key', colon, 'the ":" after a "?" key must be in the same column as the "?"', hint);
  }
  const isQuoted = key?.type === 'single-quoted-scalar' || key?.type === 'double-quoted-scalar';
  if (inFlow && (question || !isQuoted) && !/^\s?$/.test(text.charAt(colon.offset + 1))) {
    yield fault('flow', colon, 'in brackets, a key that is not quoted needs a space after its ":"');
  }
}

function find(
  tokens: readonly CST.SourceToken[],
  ...types: CST.SourceToken['type'][]
): CST.SourceToken | undefined {
  return tokens.find(({ type }) => types.includes(type));
}

function* plain(token: CST.FlowScalar, { inFlow, indent }: Context): Generator<Fault> {
  if (inFlow && /^:|\?/.test(token.source)) {
    const message = 'in brackets, Helm takes "?" and a leading ":" for signs of YAML';
    yield fault('flow', token, message, 'Put the text in quotes.');
  }
  const [, ...more] = token.source.split('\n');
  if (inFlow && more.some((line) => tabIndents(line, indent))) yield tabForSpaces(token);
  if (!inFlow && more.some((line) => line.trim() !== '' && line.search(/[^ ]/) <= indent)) {
    yield notIndented(token);
  }
}

function notIndented(token: CST.Token): Fault {
  const message = 'the text goes on in a line that is not indented more than its key';
  return fault('indentation', token, message, 'Indent each of its lines, or put the text in quotes.');
}

function* singleQuoted(token: CST.FlowScalar): Generator<Fault> {
  if (token.source.split("'").length % 2 === 0) yield unclosed(token);
}

function* doubleQuoted(token: CST.FlowScalar): Generator<Fault> {
  const { source } = token;
  let end = 0;
  for (const { 0: sequence, index } of source.matchAll(
    /\\(?:(?:u|U0000)[dD][89a-fA-F]..|\r?\n[ \t]*\r?\n|[\s\S])/g,
  )) {
    end = index + sequence.length;
    const at = { offset: token.offset + index };
    if (sequence === '\\/' || /^\\u../i.test(sequence)) {
      yield fault('escape', at, `Helm knows no escape ${sequence}`, 'Write the character itself.');
    } else if (sequence.length > 2) {
      yield fault(
        'escape',
        at,
        'parsers read an empty line after a "\\" differently',
        'Remove the empty line.',
      );
    }
  }
  if (end === source.length || source.length === 1 || !source.endsWith('"')) yield unclosed(token);
}

function unclosed(token: CST.FlowScalar): Fault {
  return fault(
    'syntax',
    token,
    'a quote is never closed',
    'Close it, and indent all lines of the text alike.',
  );
}

function* name(token: CST.SourceToken | CST.FlowScalar, context: Context): Generator<Fault> {
  if (/^.[\w-]+$/.test(token.source) && /^[\s,\]}]?$/.test(following(token, context))) return;
  const refusal = token.type === 'alias' ? 'alias' : 'anchor';
  const message = `Helm knows no ${refusal} of this name`;
  const hint =
    refusal === 'alias'
      ? 'Put a string that begins with "*" in quotes.'
      : 'Use letters, digits, "-" and "_", and put a space after the name.';
  // Other strings are not repeated: they may be secrets.
  const isHost = refusal === 'alias' && /^[*](?:[.][a-z0-9-]+)+$/.test(token.source);
  yield fault(refusal, token, message, isHost ? `Put a host in quotes: "${token.source}".` : hint);
}

/** Whether a tab stands in a line where a string without quotes, or what follows it, must be indented. */
function tabIndents(line: string, indent: number): boolean {
  const tab = line.search(/[^ ]/);
  return line.charAt(tab) === '\t' && tab <= indent;
}

function tabForSpaces(token: CST.Token): Fault {
  return fault('indentation', token, 'a tab stands where YAML wants spaces', 'Replace it with spaces.');
}

/**
 * In goyaml, a tab neither indents nor follows an indicator at the beginning of a line; elsewhere it is allowed after a
 * ":" and at the end of a line. In brackets it is allowed everywhere, except below a string without quotes.
 */
function* space(token: CST.SourceToken, context: Context): Generator<Fault> {
  if (!token.source.includes('\t')) return;
  const { text, inFlow, indent, last } = context;
  const before = text.slice(text.lastIndexOf('\n', token.offset - 1) + 1, token.offset);
  if (inFlow) {
    if (last.isPlain && before.trim() === '' && tabIndents(before + token.source, indent))
      yield tabForSpaces(token);
    return;
  }
  const isAllowed = /:[ \t]*$/.test(before) || /^[#\r\n]?$/.test(following(token, context));
  if (!isAllowed || /^[ \t]*$|(?:^|[ \t])[-?][ \t]*$|^[- ?]*:[ \t]*$/.test(before)) {
    yield tabForSpaces(token);
  }
}

function* blockScalar(token: CST.BlockScalar, { text, indent: parent }: Context): Generator<Fault> {
  const { source, props } = token;
  const header = /^[|>][-+\d]*/.exec(text.slice(token.offset, token.offset + 4))?.[0] ?? '';
  const last = props.at(-1);
  const end = (last && 'source' in last ? last.offset + last.source.length : token.offset) + source.length;
  const lines = source.split('\n');
  const isIndented = /\d/.test(header);

  const written = lines.filter((line) => /[^ \r]/.test(line));
  if (written.some((line) => line.search(/[^ ]/) <= parent)) yield notIndented(token);

  const [first = ''] = written;
  const indent = first.search(/[^ ]/);
  const isTabbed = (line: string) => {
    const tab = line.search(/[^ ]/);
    return line.charAt(tab) === '\t' && (isIndented || line === first || tab < indent);
  };
  if (lines.some(isTabbed)) {
    yield fault(
      'block scalar',
      token,
      'a tab stands in the indentation of a block text',
      'Indent it with spaces.',
    );
  }

  const spacesBelow = /(?: *\r?\n)*? +(?:\r?\n|$)/y;
  spacesBelow.lastIndex = end;
  if (isIndented && (lines.some((line) => /^ +\r?$/.test(line)) || spacesBelow.test(text))) {
    const message = `parsers read blank lines with spaces differently in a "${header}" text`;
    yield fault('block scalar', token, message, 'Remove the spaces from its blank lines.');
  }

  if (!header.includes('-') && !text.endsWith('\n') && text.slice(end).trim() === '') {
    const message =
      'the file ends within a block text: Helm 4 adds a line break to the text, Helm 3 does not';
    yield fault(
      'block scalar',
      token,
      message,
      `End the file with a line break, or write "${header.charAt(0)}-".`,
    );
  }
}

function columnOf({ offset }: { offset: number }, text: string): number {
  return offset - text.lastIndexOf('\n', offset - 1);
}

function following(token: { offset: number; source: string }, { text }: Context): string {
  return text.charAt(token.offset + token.source.length);
}

function fault(
  refusal: Fault['refusal'],
  { offset }: { offset: number },
  message: string,
  hint?: string,
): Fault {
  return { refusal, offset, message, ...(hint !== undefined && { hint }) };
}
