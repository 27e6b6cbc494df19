import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { ExitStatus } from './failure.js';
import type { Io } from './io.js';

/** In milliseconds. Asking for each file's state needs no support of the file system, unlike to be told of changes. */
const interval = 200;

/**
 * Runs a check, and again whenever a file was written, replaced, added or removed, until the user interrupts.
 *
 * @param filesNow the files to watch, which may be others after a change
 * @param check its last result is the command's
 */
export async function watching(
  { interruption }: Io,
  filesNow: () => Promise<readonly string[]>,
  check: () => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const signal = interruption();
  let status: ExitStatus = 0;
  let checked: string | undefined;
  let before: string | undefined;
  do {
    const now = await stateOf(filesNow);
    // A file that is still being written changes between two looks.
    if (now !== checked && (now === before || checked === undefined)) {
      status = await check();
      checked = now;
    }
    before = now;
    await setTimeout(interval, undefined, { signal }).catch(() => {});
  } while (!signal.aborted);
  return status;
}

async function stateOf(filesNow: () => Promise<readonly string[]>): Promise<string> {
  const files = await filesNow().catch((error: unknown) => [String(error)]);
  const states = files.map(async (file) => {
    const state = await stat(file, { bigint: true }).catch(() => undefined);
    return state && [file, state.mtimeNs, state.size, state.ino].join(' ');
  });
  return (await Promise.all(states)).join('\n');
}
