import { printable } from '../text/printable.js';
import type { Io, Output } from './io.js';

/** A problem in a file. */
export interface FileProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The key; empty if the problem concerns the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** `file:line:column: key: what is wrong`, followed by what to do. */
export function problemText(
  { file, line, column, path, message, hint }: FileProblem,
  colours: Colours,
): string {
  const place = [printable(file), line, column].filter((part) => part !== undefined).join(':');
  const key = path === '' ? '' : `${colours.bold(printable(path))}: `;
  const below = hint === undefined ? '' : `${printableLines(hint).replaceAll(/^(?=.)/gm, '  ')}\n`;
  return `${colours.faint(`${place}:`)} ${key}${printableLines(message)}\n${below}`;
}

/** Like {@link problemText}, for a warning. */
export function warningText(problem: FileProblem, colours: Colours): string {
  return problemText({ ...problem, message: `warning: ${problem.message}` }, colours);
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

export interface Colours {
  bold(text: string): string;
  faint(text: string): string;
}

/** With what marks something as added, removed or changed. */
export interface Palette extends Colours {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** Escapes for a terminal; none elsewhere, or if the user does not want any (https://no-color.org). */
export function coloursOf(output: Output, { env }: Io): Palette {
  const plain = !output.isTTY || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  const style = (code: number, end: number) => (text: string) =>
    plain ? text : `\u001b[${code}m${text}\u001b[${end}m`;
  return {
    bold: style(1, 22),
    faint: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
  };
}
