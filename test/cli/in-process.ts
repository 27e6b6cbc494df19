/** The command in the test's own process, with the test's streams. */
import { Writable } from 'node:stream';
import type { Output } from '../../src/cli/io.js';
import { main, type Product } from '../../src/cli/program.js';

export interface Setting {
  readonly stdin?: string;
  readonly env?: { readonly [name: string]: string };
  readonly terminal?: boolean;
  /** Sees each write to either output. */
  readonly printed?: (text: string) => void;
  /** Aborted for Ctrl-C. */
  readonly interruption?: AbortSignal;
  /** How standard output responds to every write. */
  readonly stdoutError?: Error;
}

export async function runHere(product: Product, argv: readonly string[], setting: Setting = {}) {
  const output = (error?: Error) => {
    const chunks: string[] = [];
    const stream: Output = Object.assign(
      new Writable({
        write(chunk, _, done) {
          if (error === undefined) chunks.push(String(chunk));
          setting.printed?.(String(chunk));
          done(error);
        },
      }),
      { isTTY: setting.terminal ?? false },
    );
    stream.on('error', () => {});
    return { stream, text: () => chunks.join('') };
  };
  const stdout = output(setting.stdoutError);
  const stderr = output();
  const status = await main(product, argv, {
    stdin: (async function* () {
      yield Buffer.from(setting.stdin ?? '');
    })(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: setting.env ?? {},
    interruption: () => setting.interruption ?? new AbortController().signal,
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}
