import { open } from 'node:fs/promises';
import { codeOf, Failure, givenPath, reasonOf } from './failure.js';
import type { Io } from './io.js';

export interface InputFile {
  /** The name that the user gave; `<stdin>` for `-`. */
  readonly file: string;
  readonly text: Uint8Array;
}

/**
 * Reads files that were named on the command line; `-` is standard input.
 *
 * @throws {Failure} naming each file that cannot be read
 */
export async function readFiles(names: readonly string[], io: Io): Promise<readonly InputFile[]> {
  if (names.filter((name) => name === '-').length > 1) {
    throw new Failure(2, '-f -: standard input can be read only once');
  }
  const read = await Promise.allSettled(
    names.map(async (name) => ({
      file: name === '-' ? '<stdin>' : name,
      text: name === '-' ? await bounded(io.stdin) : await readFile(name),
    })),
  );
  const reasons = read.flatMap((result, index) =>
    result.status === 'rejected'
      ? [`cannot read ${givenPath(names[index] ?? '')}: ${readReason(result.reason)}`]
      : [],
  );
  if (reasons.length > 0) throw new Failure(2, reasons.join('\n'));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function readFile(name: string): Promise<Uint8Array> {
  const handle = await open(name);
  // A pipe, such as a shell's <(…), has no size, so it is read as a stream. The stream closes the handle.
  return bounded(handle.createReadStream());
}

/** Many times the maximum size of a values file: the limit for endless files such as /dev/zero. */
const limit = 64 * 2 ** 20;

async function bounded(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(read);
}

function readReason(error: unknown): string {
  return codeOf(error) === 'EISDIR' ? 'it is a directory; name the files in it' : reasonOf(error);
}
