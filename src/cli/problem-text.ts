import type { Problem } from '../helm/validate.js';
import type { Io, Output } from './io.js';

/** `file:line:column: key: what is wrong`, and below it what to do. */
export function problemText({ file, line, column, path, message, hint }: Problem, colours: Colours): string {
  const where = colours.faint(`${file}:${line}:${column}:`);
  const key = path === '' ? '' : `${colours.bold(path)}: `;
  return `${where} ${key}${message}\n${hint === undefined ? '' : `  ${hint}\n`}`;
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
