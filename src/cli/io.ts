/** Where a command reads and writes; a test gives it streams of its own. */
import type { Writable } from 'node:stream';
import { printable } from '../text/printable.js';
import { Failure, reasonOf } from './failure.js';

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: { readonly [name: string]: string | undefined };
}

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // Without a listener a reader that goes away would end the process with a stack trace; `print` reports it instead.
  for (const output of [stdout, stderr]) output.on('error', () => {});
  return { stdin, stdout, stderr, env };
}

/**
 * Writes to standard output and waits until it is taken.
 *
 * @throws {Failure} where it can't be written: the reader has gone, the disk is full
 */
export async function print(io: Io, text: string): Promise<void> {
  if (text === '') return;
  try {
    await written(io.stdout, text);
  } catch (error) {
    throw new Failure(1, `cannot write to standard output: ${reasonOf(error)}`);
  }
}

/** Writes to standard error, the last resort: what fails there is not reported anywhere. */
export async function complain(io: Io, text: string): Promise<void> {
  await written(io.stderr, text).catch(() => {});
}

function written(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** A line on a terminal's standard error that says what is being done, and is taken away afterwards. */
export interface Progress {
  show(text: string): void;
  done(): void;
}

export function progress({ stderr, env }: Io): Progress {
  if (!stderr.isTTY || env.TERM === 'dumb') return { show() {}, done() {} };
  return {
    show: (text) => stderr.write(`\r\u001b[K${printable(text).slice(0, (stderr.columns ?? 80) - 1)}`),
    done: () => stderr.write('\r\u001b[K'),
  };
}
