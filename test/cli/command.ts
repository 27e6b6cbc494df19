/** The command as it is installed: built, and run in a process of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const project = path.join(import.meta.dirname, '../..');
const lib = path.join(project, 'lib');

/** The script that `centaur-chart` runs, built anew where a source is younger than the last build. */
export function builtCommand(): string {
  const stamp = path.join(lib, '.built');
  const sources = readdirSync(path.join(project, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => statSync(path.join(project, 'src', file)).mtimeMs);
  const command = path.join(lib, 'cli/main.js');
  if (!existsSync(command) || !existsSync(stamp) || statSync(stamp).mtimeMs < Math.max(...sources)) {
    const now = new Date();
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: project, stdio: ['ignore', 2, 2] });
    writeFileSync(stamp, '');
    utimesSync(stamp, now, now);
  }
  return command;
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
  { cwd = project, stdin = '' }: { readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { cwd });
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
