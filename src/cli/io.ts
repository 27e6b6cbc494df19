/** A command's input and output; a test passes its own streams. */
import type { Writable } from 'node:stream';
import { printable } from '../text/printable.js';
import { Failure, reasonOf } from './failure.js';

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: { readonly [name: string]: string | undefined };
  /** From the call on, Ctrl-C aborts the signal and no longer ends the process. */
  interruption(): AbortSignal;
}

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // Without a listener, a reader that exits would end the process with a stack trace; `print` reports it instead.
  for (const output of [stdout, stderr]) output.on('error', () => {});
  return { stdin, stdout, stderr, env, interruption };
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => controller.abort());
  return controller.signal;
}

/**
 * Writes to standard output and waits until the data is accepted.
 *
 * @throws {Failure} if writing fails: the reader has exited, or the disk is full
 */
export async function print(io: Io, text: string): Promise<void> {
  if (text === '') return;
  try {
    await written(io.stdout, text);
  } catch (error) {
    throw new Failure(1, `cannot write to standard output: ${reasonOf(error)}`);
  }
}

/** Writes to standard error as a last resort: failures are not reported. */
export async function complain(io: Io, text: string): Promise<void> {
  await written(io.stderr, text).catch(() => {});
}

function written(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** A progress line on a terminal's standard error, removed afterwards. */
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
