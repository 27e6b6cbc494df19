import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of the pinned Go module that all judges written in Go are built from. */
export const goModule = fileURLToPath(new URL('.', import.meta.url));
const gitIgnoredCache = fileURLToPath(new URL('../../.cache/', import.meta.url));

/** A program that is built from the pinned Go module. */
export interface GoProgram {
  /** Name of the binary, such as "helm". */
  readonly name: string;
  /** Its version, where it is not ours. */
  readonly version?: string;
  /** Its name for people, such as "Helm v3.22.0". */
  readonly title: string;
  /** Import path of the main package, as `go build` takes it inside the module. */
  readonly importPath: string;
  readonly ldflags: string;
  /** Paths in the module of the program's source files, where it is ours: a change of one makes a new binary. */
  readonly sources?: readonly string[];
  /** How long a first build takes, for the person who waits. */
  readonly duration: string;
}

/**
 * The path of a program's binary, building it first when the cache has none for exactly these sources, module
 * versions and Go toolchain.
 *
 * @throws Error that says why, when there is no Go toolchain or the build fails.
 */
export async function builtProgram(program: GoProgram, cache = gitIgnoredCache): Promise<string> {
  const folderName = [program.name, program.version, await cacheKey(program)].filter(
    (part) => part !== undefined,
  );
  const folder = path.join(cache, folderName.join('-'));
  const binary = path.join(folder, program.name);
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  const release = await lock(cache, program.title);
  try {
    if (!existsSync(binary)) await build(program, folder, binary);
  } finally {
    await release();
  }
  return binary;
}

async function cacheKey(program: GoProgram): Promise<string> {
  const toolchain = await goToolchain();
  const files = ['go.mod', 'go.sum', ...(program.sources ?? [])];
  const hash = createHash('sha256').update(JSON.stringify([program.importPath, program.ldflags, toolchain]));
  for (const file of files) hash.update(file).update(await readFile(path.join(goModule, file)));
  return `${toolchain.version}-${hash.digest('hex').slice(0, 12)}`;
}

interface Toolchain {
  readonly version: string;
  readonly system: string;
}

async function goToolchain(): Promise<Toolchain> {
  const printed = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: goModule }).catch(
    (error: NodeJS.ErrnoException & { stderr?: string }) => {
      throw new Error(
        error.code === 'ENOENT'
          ? 'there is no Go toolchain on the PATH'
          : `go does not run: ${error.stderr}`.trim(),
      );
    },
  );
  const [version = '', ...system] = printed.stdout.trim().split('\n');
  return { version, system: system.join('/') };
}

async function build(program: GoProgram, folder: string, binary: string): Promise<void> {
  await removePartial(folder);
  const partial = path.join(folder, `${process.pid}.partial`);
  const shown = path.relative(process.cwd(), folder);
  progress(`building ${program.title} into ${shown}: once, ${program.duration} ...`);
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const ticker = setInterval(() => progress(`building ${program.title} ... ${seconds()} s`), 10_000);
  try {
    await goBuild(program, partial);
    await rename(partial, binary);
  } finally {
    clearInterval(ticker);
  }
  progress(`built ${program.title} in ${seconds()} s`);
}

function goBuild(program: GoProgram, output: string): Promise<void> {
  const args = [
    'build',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    program.ldflags,
    '-o',
    output,
    program.importPath,
  ];
  const env = { ...process.env, CGO_ENABLED: '0' };
  const child = spawn('go', args, { cwd: goModule, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ${program.importPath} failed:\n${said.trim().slice(-2000)}`));
    });
  });
}

/** What a build that was stopped left behind. */
async function removePartial(folder: string): Promise<void> {
  const partial = (await readdir(folder)).filter((name) => name.endsWith('.partial'));
  await Promise.all(partial.map((name) => rm(path.join(folder, name), { force: true })));
}

const heartbeat = 1_000;
const abandoned = 10_000;

/**
 * One build at a time: a second process does not do the same work, and programs that share packages compile them once.
 * The owner touches the file while it works, so that the lock of a process that died is recognized. Should two builds
 * run at once in spite of it, no harm is done: a binary is renamed into place whole.
 */
async function lock(folder: string, title: string): Promise<() => Promise<void>> {
  const file = path.join(folder, 'building');
  for (let waited = false; !(await createdLock(file)); waited = true) {
    if (!waited) progress(`${title} waits for another build ...`);
    const touched = await stat(file).catch(() => undefined);
    if (touched && Date.now() - touched.mtimeMs > abandoned) await rm(file, { force: true });
    else await delay(250);
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, heartbeat);
  return async () => {
    clearInterval(touching);
    await rm(file, { force: true });
  };
}

async function createdLock(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function progress(line: string): void {
  process.stderr.write(`judges: ${line}\n`);
}
