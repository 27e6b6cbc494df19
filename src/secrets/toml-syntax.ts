/** What is wrong with a file that is not TOML, in words that say what to do: smol-toml names only what it expected. */

import { codePoint } from '../text/character.js';

export interface SyntaxFault {
  readonly message: string;
  readonly hint: string;
}

interface Place {
  /** The character at which the parser stopped; empty at the end of the file. */
  readonly found: string;
  /** The whole line. */
  readonly line: string;
}

type Words = readonly [applies: (place: Place) => boolean, message: string, hint: string];

const endsLine = ({ found }: Place) => found === '' || found === '\n' || found === '\r';
const always = () => true;

/** For each message of smol-toml, what it may mean: the first that applies. None repeats what the file contains. */
const words: readonly (readonly [message: RegExp, meanings: readonly Words[]])[] = [
  [
    /^illegal character in key/,
    [
      [
        ({ line }) => /^\s*\[/.test(line),
        "the table's name is not closed",
        'Close it on its line: [tool.centaur], or [[tool.centaur.secrets]] for one of several tables.',
      ],
      [
        ({ found }) => found === ':' || found === '{',
        'this is not TOML, but looks like YAML or JSON',
        'TOML has tables in brackets, [tool.centaur], and below them lines such as hosts = ["api.example.com"].',
      ],
      [endsLine, 'this key has no value', 'Write key = value.'],
      [
        always,
        'this is not a key',
        'Write key = value. A key has letters, digits, _ and -, or is in quotes; a comment begins with #.',
      ],
    ],
  ],
  [
    /^invalid value/,
    [
      [endsLine, 'this key has no value', 'Write the value on the same line, or remove the key.'],
      [
        ({ found }) => /[“”„‘’‚«»]/.test(found),
        'this is not a straight quote',
        'Put strings in straight quotes: "…".',
      ],
      [
        always,
        'this is not a value',
        'A value is a string in quotes, a number, true or false in lower case, a list in brackets or a table in braces.',
      ],
    ],
  ],
  [
    /^control characters are not allowed in strings/,
    [
      [
        endsLine,
        'the string does not end on its line',
        'End it with the kind of quote that begins it. Only strings in three quotes may have several lines.',
      ],
      [
        always,
        'a string must not contain a control character',
        'Remove it, or write it as an escape in double quotes.',
      ],
    ],
  ],
  [
    /^expected comma or end of structure/,
    [
      [
        always,
        'expected a comma, or the end of the list or table',
        'Put a comma between members, and end strings with a quote, lists with ] and tables with }.',
      ],
    ],
  ],
  [
    /^trying to redefine/,
    [
      [
        always,
        'this key or table has been defined above',
        'Define each only once: a list either as key = […], or as several tables [[…]].',
      ],
    ],
  ],
  [
    /escape sequence/,
    [
      [
        always,
        'this escape is not known',
        'Write the backslash twice, or put the string in single quotes, where a backslash stands for itself.',
      ],
    ],
  ],
  [
    /^each key-value declaration must be followed by an end-of-line/,
    [
      [
        always,
        'expected the end of the line',
        'Write each key on a line of its own, with nothing after its value.',
      ],
    ],
  ],
  [
    /^expected end of table array declaration/,
    [[always, "the table's name is not closed", 'End a name that begins with [[ with ]] on its line.']],
  ],
];

/** The words for an error of smol-toml. Line and column are from 1. */
export function syntaxFault(said: string, text: string, line: number, column: number): SyntaxFault {
  const at = text.split('\n')[line - 1] ?? '';
  const place = { line: at, found: [...at.slice(column - 1)][0] ?? '' };
  if (/^(<{7}|={7}|>{7})/.test(at)) {
    return {
      message: 'this line marks a conflict of a merge',
      hint: 'Resolve the conflict, and remove its marks.',
    };
  }
  const [, meanings = []] = words.find(([message]) => message.test(said)) ?? [];
  const [, message = said, hint = 'Check the file against https://toml.io.'] =
    meanings.find(([applies]) => applies(place)) ?? [];
  return { message: `${message}${named(place.found)}`, hint };
}

/** The code point of a character that is invisible, or that looks like another one. */
function named(character: string): string {
  return /^(?:$|[\r\n\t -~])/.test(character) ? '' : ` (${codePoint(character)})`;
}
