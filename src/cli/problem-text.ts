import { printable } from '../text/printable.js';
import type { Io, Output } from './io.js';

/** Something that is wrong in a file. */
export interface FileProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The key; empty where the file as a whole is meant. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** `file:line:column: key: what is wrong`, and below it what to do. */
export function problemText(
  { file, line, column, path, message, hint }: FileProblem,
  colours: Colours,
): string {
  const place = [printable(file), line, column].filter((part) => part !== undefined).join(':');
  const key = path === '' ? '' : `${colours.bold(printable(path))}: `;
  const below = hint === undefined ? '' : `${printableLines(hint).replaceAll(/^(?=.)/gm, '  ')}\n`;
  return `${colours.faint(`${place}:`)} ${key}${printableLines(message)}\n${below}`;
}

/** As {@link problemText}, of what may be right. */
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

/** Escapes for a terminal; nothing elsewhere, and nothing where the person wants none (https://no-color.org). */
export function coloursOf(output: Output, { env }: Io): Colours {
  const plain = !output.isTTY || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  const style = (code: number, end: number) => (text: string) =>
    plain ? text : `\u001b[${code}m${text}\u001b[${end}m`;
  return { bold: style(1, 22), faint: style(2, 22) };
}
