import { spawn } from '../../system/processes.js';

/** The exit status and output of a command. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment of the command; the present process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** The command's standard input; empty by default. */
  readonly input?: string | Uint8Array;
}

/**
 * Runs a command to its end, regardless of its exit status.
 *
 * @throws Error if the command can't be started.
 */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Result> {
  const { cwd, env, input } = options;
  const child = spawn(command, args, { cwd, env });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  // A command may end without reading its input: its exit status tells then.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} can't be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (signal) printed.stderr += `${command} was ended by ${signal}\n`;
      resolve({ code: code ?? 1, ...printed });
    });
  });
}

/**
 * The output of a command.
 *
 * @throws Error with the command's own message if it fails.
 */
export async function output(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return printed(await run(command, args, options), [command, ...args]);
}

/** @throws Error with the command's own message if it failed. */
export function printed({ code, stdout, stderr }: Result, command: readonly string[]): string {
  if (code === 0) return stdout;
  throw new Error(`${command.join(' ')} failed (${code}):\n${(stderr || stdout).trim()}`);
}
