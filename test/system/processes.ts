/**
 * Starts processes for tests, with the interface of `node:child_process`, which no other test file uses: a program by
 * its path, or a command by a name listed in names.ts.
 */
import * as processes from 'node:child_process';
import { promisify } from 'node:util';
import { commandPath } from './commands.js';
import { isInstalled, isKnown } from './names.js';

export type { ChildProcess, ChildProcessWithoutNullStreams, SpawnOptions } from 'node:child_process';

/** @throws MissingCommands; Error for a name that is not listed */
function known(command: string): string {
  if (command.includes('/')) return command;
  if (!isKnown(command)) throw new Error(`test/system/names.ts does not list the command ${command}`);
  return isInstalled(command) ? commandPath(command) : command;
}

export function spawn(
  command: string,
  args: readonly string[],
  options?: processes.SpawnOptionsWithoutStdio,
): processes.ChildProcessWithoutNullStreams;
export function spawn(
  command: string,
  args: readonly string[],
  options: processes.SpawnOptions,
): processes.ChildProcess;
export function spawn(
  command: string,
  args: readonly string[],
  options: processes.SpawnOptions = {},
): processes.ChildProcess {
  return processes.spawn(known(command), args, options);
}

const run = promisify(processes.execFile);

/** Runs a program that must succeed to its end; rejects with its status as `code`, and with its output. */
export function execFile(command: string, args: readonly string[], options: processes.ExecFileOptions = {}) {
  return run(known(command), args, { ...options, encoding: 'utf8' });
}

export function execFileSync(
  command: string,
  args: readonly string[],
  options: processes.ExecFileSyncOptions = {},
): string {
  return processes.execFileSync(known(command), args, { ...options, encoding: 'utf8' });
}

export function spawnSync(
  command: string,
  args: readonly string[],
  options: processes.SpawnSyncOptions = {},
) {
  return processes.spawnSync(known(command), args, { ...options, encoding: 'utf8' });
}
