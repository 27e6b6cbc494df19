import { codePoint } from '../../text/character.js';
import { encodingFault, placeIn, textOf } from '../../text/utf8.js';
import { ValuesError, type ValuesProblem } from './error.js';

/**
 * Helm keeps a release, including its values, in a Secret, and Kubernetes refuses Secrets above 1 MiB. At this size
 * even the worst file is refused within seconds.
 */
export const maxBytes = 1_048_576;

/**
 * The content of a values file, without its byte order mark.
 *
 * @throws ValuesError for a file that is too large or not UTF-8, and for characters that YAML forbids or that its
 * parsers disagree about.
 */
export function readText(content: string | Uint8Array, file: string): string {
  const [problem] = [...contentProblems(content)];
  if (problem) throw new ValuesError([{ file, ...problem }]);
  const text = textOf(content).replace(/^\uFEFF/, '');
  const problems = [...characterProblems(text)];
  if (problems.length > 0) throw new ValuesError(problems.map((found) => ({ file, ...found })));
  return text;
}

type Found = Omit<ValuesProblem, 'file'>;

function* contentProblems(content: string | Uint8Array): Generator<Found> {
  const size = Buffer.byteLength(content);
  if (size > maxBytes) {
    yield {
      refusal: 'size',
      line: 1,
      column: 1,
      message: `the file has ${size} bytes, and Helm can store a release of at most ${maxBytes}`,
      hint: 'Put large content into a ConfigMap or a Secret of its own, not into the values.',
    };
  } else if (typeof content !== 'string') {
    const fault = encodingFault(content);
    if (fault === undefined) return;
    const { line, column, message } = fault;
    yield { refusal: 'encoding', line, column, message, hint: 'Save it as UTF-8.' };
  }
}

const refusedCharacters: readonly (Pick<Found, 'refusal' | 'message' | 'hint'> & { characters: RegExp })[] = [
  {
    characters: /\p{Surrogate}/u,
    refusal: 'encoding',
    message: 'half of a surrogate pair is not a character',
    hint: 'Write the whole character.',
  },
  {
    characters: /(?![\t\n\r\u0085])[\p{Cc}\uFFFE\uFFFF]/u,
    refusal: 'character',
    message: 'YAML allows no control character',
    hint: 'Remove it, or write it as an escape in double quotes, such as "\\x1b".',
  },
  {
    characters: /\r(?!\n)|[\u0085\u2028\u2029]/u,
    refusal: 'line break',
    message: 'only some YAML parsers take this character for a line break',
    hint: 'Use a line feed; in a string, write "\\r", "\\N", "\\L" or "\\P" in double quotes.',
  },
  {
    characters: /\uFEFF/u,
    refusal: 'character',
    message: 'a byte order mark stands only at the start of a file',
    hint: 'Remove this invisible character.',
  },
];

function* characterProblems(text: string): Generator<Found> {
  for (const { characters, message, ...rest } of refusedCharacters) {
    const found = characters.exec(text);
    if (found)
      yield { ...rest, ...placeIn(text, found.index), message: `${message} (${codePoint(found[0])})` };
  }
}
