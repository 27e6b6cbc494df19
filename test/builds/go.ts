import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFile } from '../system/processes.js';
import { builtOnce, digest } from './once.js';

/** A program that is built from a Go module. */
export interface GoProgram {
  /** The module's folder: its go.mod is the only place for versions. */
  readonly module: string;
  /**
   * The main package, in `go build`'s notation inside the module; it begins with a dot if the source is the module's
   * own.
   */
  readonly package: string;
  readonly ldflags: string;
  /** Path of the folder for the binary, without the key that is added to it. */
  readonly folder: string;
  /** Name of the binary. */
  readonly name: string;
  /** For the waiting user, such as "about 2 minutes". */
  readonly note?: string;
  /** A build uses all cores for minutes, so interactive work has priority. */
  readonly nice?: boolean;
}

/**
 * The path of a program's static binary. It is built if there is none for exactly its sources, versions, flags and Go
 * toolchain.
 *
 * @throws NoGoToolchain; Error with the compiler's message if the build fails.
 */
export async function builtProgram(program: GoProgram): Promise<string> {
  const { module, ldflags } = program;
  const key = await digest(module, await sources(program), await goToolchain(module), ldflags);
  const target = path.join(`${program.folder}-${key}`, program.name);
  const { nice = false } = program;
  return builtOnce(
    target,
    (partial) => go(['build', ...buildFlags(ldflags), '-o', partial, program.package], module, { nice }),
    program.note,
  );
}

/** A program of a module that others published, built as it was released: with the versions in its own go.mod. */
export interface PublishedProgram extends Omit<GoProgram, 'module' | 'nice'> {
  /** Such as v1.2.3. */
  readonly version: string;
}

/**
 * The path of a published program's static binary. It is built if there is none for exactly its version, its flags and
 * the Go toolchain.
 *
 * @throws NoGoToolchain; Error with the compiler's message if the build fails.
 */
export async function publishedProgram(program: PublishedProgram): Promise<string> {
  const { package: main, version, ldflags } = program;
  // No go.mod around it may have a say.
  const outside = tmpdir();
  const key = await digest(outside, [], main, version, await goToolchain(outside), ldflags);
  const folder = await builtOnce(
    `${program.folder}-${key}`,
    (partial) =>
      go(['install', ...buildFlags(ldflags), `${main}@${version}`], outside, { nice: true, bin: partial }),
    program.note,
  );
  return path.join(folder, program.name);
}

function buildFlags(ldflags: string): readonly string[] {
  return ['-trimpath', '-buildvcs=false', '-ldflags', ldflags];
}

/** The sources of a binary, as paths in the module. */
async function sources({ module, package: main }: GoProgram): Promise<string[]> {
  const own = main.startsWith('.') ? await readdir(module, { recursive: true }) : [];
  const code = own.filter((file) => /(?<!_test)\.go$/.test(file));
  return [...code, 'go.mod', 'go.sum'].sort();
}

async function goToolchain(folder: string): Promise<string> {
  return (await go(['env', 'GOVERSION', 'GOOS', 'GOARCH'], folder)).trim();
}

/** There is no Go toolchain on this machine. */
export class NoGoToolchain extends Error {
  override readonly name = 'NoGoToolchain';
}

/**
 * The output of a Go toolchain command, run in a folder of a module.
 *
 * @param options.bin the folder that `go install` installs into
 * @throws NoGoToolchain; Error with the command's own message if it fails.
 */
export async function go(
  args: readonly string[],
  folder: string,
  { nice = false, bin }: { readonly nice?: boolean; readonly bin?: string } = {},
): Promise<string> {
  const [command = '', ...rest] = [...(nice ? ['nice', '-n', '10'] : []), 'go', ...args];
  const env = { ...process.env, CGO_ENABLED: '0', ...(bin !== undefined && { GOBIN: bin }) };
  const { stdout } = await execFile(command, rest, { cwd: folder, env, maxBuffer: 2 ** 26 }).catch(
    (error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => {
      if (error.code === 'ENOENT') throw new NoGoToolchain('there is no Go toolchain on the PATH');
      const words = [error.stdout, error.stderr].join('').trim() || error.message;
      throw new Error(`go ${args[0]} ${args.at(-1)} failed:\n${words.slice(-2000)}`);
    },
  );
  return stdout;
}
