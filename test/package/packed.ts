/** The package as `npm publish` would send it, packed from a copy so that another run's build is not included. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { project, run } from '../cli/command.js';

export interface Packed {
  /** A temporary folder, removed by {@link remove}. */
  readonly workshop: string;
  readonly tarball: string;
  /** What `npm pack` printed. */
  readonly printed: string;
  remove(): void;
}

const left = ['.cache', '.git', 'dist', 'lib', 'node_modules'];

export async function pack(): Promise<Packed> {
  const workshop = mkdtempSync(path.join(tmpdir(), 'package-'));
  const copy = path.join(workshop, 'project');
  cpSync(project, copy, {
    recursive: true,
    filter: (file) => !left.includes(path.relative(project, file)),
  });
  symlinkSync(path.join(project, 'node_modules'), path.join(copy, 'node_modules'));
  // The output of an earlier build must not be published.
  mkdirSync(path.join(copy, 'lib'));
  writeFileSync(path.join(copy, 'lib/stale.js'), '');
  const printed = await succeed('npm', ['pack', '--pack-destination', workshop], copy);
  const [tarball = ''] = readdirSync(workshop).filter((file) => file.endsWith('.tgz'));
  return {
    workshop,
    tarball: path.join(workshop, tarball),
    printed,
    remove: () => rmSync(workshop, { recursive: true }),
  };
}

/** Runs a program that must succeed, and returns its output. */
export async function succeed(program: string, argv: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await run(program, argv, { cwd });
  if (status !== 0)
    throw new Error(`${[program, ...argv].join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
