/** The package as `npm publish` would send it, packed from a copy so that no other run's build is in it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { project, run } from '../cli/command.js';

export interface Packed {
  /** A folder of its own, which goes with {@link remove}. */
  readonly workshop: string;
  readonly tarball: string;
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
  // What an earlier build has left is not to be published.
  mkdirSync(path.join(copy, 'lib'));
  writeFileSync(path.join(copy, 'lib/stale.js'), '');
  await succeed('npm', ['pack', '--pack-destination', workshop], copy);
  const [tarball = ''] = readdirSync(workshop).filter((file) => file.endsWith('.tgz'));
  return {
    workshop,
    tarball: path.join(workshop, tarball),
    remove: () => rmSync(workshop, { recursive: true }),
  };
}

/** Runs a program that is to succeed, and yields what it prints. */
export async function succeed(program: string, argv: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await run(program, argv, { cwd });
  if (status !== 0)
    throw new Error(`${[program, ...argv].join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
