import { execFile } from 'node:child_process';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of the Go module that the doubles are built from. */
export const goModule = fileURLToPath(new URL('.', import.meta.url));

const binaries = fileURLToPath(new URL('../../.cache/doubles/', import.meta.url));
const run = promisify(execFile);

/** One of the programs of that module. */
export type Double = 'connect' | 'onepassword' | 'relay';

const built = new Map<Double, Promise<string>>();

/**
 * Builds one of the doubles as a static program that runs in any image, and returns its path. Go's own cache makes a
 * build of unchanged sources take a fraction of a second; a process builds each but once.
 *
 * @throws Error with the compiler's words.
 */
export function builtDouble(name: Double): Promise<string> {
  const known = built.get(name);
  if (known) return known;
  const building = build(name);
  built.set(name, building);
  return building;
}

async function build(name: Double): Promise<string> {
  const binary = path.join(binaries, name);
  const partial = `${binary}.${process.pid}.partial`;
  await mkdir(binaries, { recursive: true });
  await run(
    'go',
    ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', partial, `./${name}`],
    {
      cwd: goModule,
      env: { ...process.env, CGO_ENABLED: '0' },
    },
  );
  // Whole or not at all: another test file may be starting the same program.
  await rename(partial, binary);
  return binary;
}
