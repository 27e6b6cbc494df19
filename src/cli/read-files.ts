import { open } from 'node:fs/promises';
import { codeOf, Failure, givenPath, reasonOf } from './failure.js';
import type { Io } from './io.js';

export interface InputFile {
  /** The name that the user gave; `<stdin>` for `-`. */
  readonly file: string;
  readonly text: Uint8Array;
}

/** A file that was named on the command line; `-` is standard input, as in Helm also between blanks. */
export interface NamedFile {
  readonly name: string;
  /** The argument or the option that named it, such as `--set-file a.b`, if its name may be a misplaced secret. */
  readonly by?: string;
}

export function isStdin(name: string): boolean {
  return name.trim() === '-';
}

/**
 * Reads files that were named on the command line.
 *
 * @throws {Failure} naming each file that cannot be read
 */
export async function readFiles(
  given: readonly (string | NamedFile)[],
  io: Io,
): Promise<readonly InputFile[]> {
  const files = given.map((one): NamedFile => (typeof one === 'string' ? { name: one } : one));
  if (files.filter(({ name }) => isStdin(name)).length > 1) {
    throw new Failure(2, '-: standard input can be read only once');
  }
  const read = await Promise.allSettled(
    files.map(async ({ name }) => ({
      file: isStdin(name) ? '<stdin>' : name,
      text: isStdin(name) ? await bounded(io.stdin) : await readFile(name),
    })),
  );
  const failures = read.flatMap((result, index) => {
    const file = files[index];
    return result.status === 'rejected' && file !== undefined ? [unreadable(file, result.reason)] : [];
  });
  if (failures.length > 0) throw new Failure(2, failures.join('\n'));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/**
 * One line about a file that cannot be read. What is given in place of a file's name may be a secret, so a name that no
 * file has is shown only if it looks like one.
 */
function unreadable({ name, by }: NamedFile, error: unknown): string {
  const prefix = by === undefined ? '' : `${by}: `;
  if (isUrl(name)) return `${prefix}a URL is not read: download the file, and give its name`;
  const isMissing = missing.includes(codeOf(error) ?? '');
  if (by !== undefined && isMissing && !looksLikeFile(name)) {
    return `${prefix}there is no such file (its name is not shown, since it may be a secret)`;
  }
  return `${prefix}cannot read ${givenPath(name)}: ${readReason(error)}`;
}

const missing = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

/** Whether a name has an extension, or is a short path. */
function looksLikeFile(name: string): boolean {
  return /^(?:[./~][\w./-]{0,15}|[^\s:=@,]{1,200}\.[a-z0-9]{1,5})$/i.test(name);
}

/** Helm downloads such a file. */
function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
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
