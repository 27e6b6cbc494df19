/** The command as installed: built, and run in a separate process. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { execFileSync, spawn } from '../system/processes.js';

export const project = path.join(import.meta.dirname, '../..');

/** The script that `centaur-chart` runs, rebuilt if a source is newer than the build. */
export function builtCommand(): string {
  const command = path.join(project, 'lib/command/main.js');
  if (!existsSync(command) || youngest('lib/command') < youngest('src')) {
    execFileSync('npm', ['run', '--silent', 'bundle'], { cwd: project, stdio: ['ignore', 2, 2] });
  }
  return command;
}

/** The last modification time of any file below a folder, in milliseconds. */
function youngest(folder: string): number {
  const files = readdirSync(path.join(project, folder), { recursive: true, withFileTypes: true });
  return Math.max(
    ...files
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).mtimeMs),
  );
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(
  program: string,
  argv: readonly string[],
  {
    cwd = project,
    env = process.env,
    stdin = '',
  }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly stdin?: string } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { cwd, env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}
