/** Whether a file's bytes are UTF-8, and where they are not. */
import { isUtf8 } from 'node:buffer';

export interface EncodingFault {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** The first byte that is not UTF-8, from 0. */
  readonly offset: number;
  readonly message: string;
}

export function encodingFault(bytes: Uint8Array): EncodingFault | undefined {
  if (isUtf8(bytes)) return undefined;
  // Invalid bytes decode to U+FFFD, so the decoded text differs from there on.
  const decoded = Buffer.from(textOf(bytes));
  const offset = bytes.findIndex((byte, index) => byte !== decoded[index]);
  const before = textOf(bytes.subarray(0, offset));
  return {
    ...placeIn(before, before.length),
    offset,
    message: startsAsUtf16(bytes) ? 'the file is UTF-16' : 'the file is not UTF-8 from here on',
  };
}

/** The line and the column of a UTF-16 offset in a text, both from 1. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

export function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : Buffer.from(content).toString();
}

function startsAsUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
