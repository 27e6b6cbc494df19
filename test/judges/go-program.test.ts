import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { builtProgram, type GoProgram } from './go-program.js';

const program: GoProgram = {
  name: 'greeter',
  version: 'v1.2.3',
  title: 'the greeter',
  importPath: './cmd/greeter',
  ldflags: '-s',
  duration: 'a moment',
};

let scratch: string;
let cache: string;
let said: string;

beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'go-program-'));
  cache = path.join(scratch, 'cache');
  vi.stubEnv('PATH', `${scratch}:${process.env.PATH}`);
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(scratch, { recursive: true });
});

/** Puts a `go` on the PATH of which each build leaves a line in the file `builds` and does what is given. */
async function fakeGo(build: string, version = 'go1.99.0'): Promise<void> {
  const script = `#!/bin/sh
if [ "$1" = env ]; then printf '${version}\\nlinux\\namd64\\n'; exit; fi
while [ "$1" != -o ]; do shift; done
output=$2
echo build >>${scratch}/builds
${build}
`;
  await writeFile(path.join(scratch, 'go'), script, { mode: 0o755 });
}

const builds = async () => (await readFile(path.join(scratch, 'builds'), 'utf8')).trim().split('\n').length;
const works = 'echo binary >"$output"';

test('a program is built once, with a word about how long, and then taken from the cache', async () => {
  await fakeGo(works);
  const binary = await builtProgram(program, cache);
  expect(path.relative(cache, binary)).toMatch(/^greeter-v1\.2\.3-go1\.99\.0-[0-9a-f]{12}\/greeter$/);
  expect(await readFile(binary, 'utf8')).toBe('binary\n');
  expect(said).toMatch(/building the greeter into .*: once, a moment .*\n.*built the greeter in \d+ s\n/);

  said = '';
  expect(await builtProgram(program, cache)).toBe(binary);
  expect(await builds()).toBe(1);
  expect(said).toBe('');
});

test('another toolchain, other flags and other sources make another binary', async () => {
  await fakeGo(works);
  const paths = new Set([
    await builtProgram(program, cache),
    await builtProgram({ ...program, ldflags: '-w' }, cache),
    await builtProgram({ ...program, sources: ['go.mod'] }, cache),
  ]);
  await fakeGo(works, 'go1.99.1');
  paths.add(await builtProgram(program, cache));
  expect(paths.size).toBe(4);
});

test('of two that want it at once, one builds and the other waits', async () => {
  await fakeGo(works);
  const [one, other] = await Promise.all([builtProgram(program, cache), builtProgram(program, cache)]);
  expect(one).toBe(other);
  expect(await builds()).toBe(1);
  expect(said).toContain('the greeter waits for another build');
});

test('a build that fails says what go said, and leaves nothing that counts as built', async () => {
  await fakeGo('echo half >"$output"; echo "greeter.go:1: no greeting" >&2; exit 1');
  await expect(builtProgram(program, cache)).rejects.toThrow(
    /go build .\/cmd\/greeter failed:\ngreeter.go:1: no greeting/,
  );
  await fakeGo(works);
  const binary = await builtProgram(program, cache);
  expect(await builds()).toBe(2);
  expect(await readdir(path.dirname(binary))).toEqual(['greeter']);
});

test('what a process that died left behind does not stop the next', async () => {
  await fakeGo(works);
  const binary = await builtProgram(program, cache);
  const folder = path.dirname(binary);
  await rm(folder, { recursive: true });
  await mkdir(folder, { recursive: true });
  const lock = path.join(cache, 'building');
  await writeFile(lock, '');
  await writeFile(path.join(folder, '4711.partial'), 'half');
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(lock, aMinuteAgo, aMinuteAgo);

  expect(await builtProgram(program, cache)).toBe(binary);
  expect(await readdir(folder)).toEqual(['greeter']);
});

test('without a Go toolchain it says so, and writes nothing', async () => {
  vi.stubEnv('PATH', scratch);
  await expect(builtProgram(program, cache)).rejects.toThrow('there is no Go toolchain on the PATH');
  expect(existsSync(cache)).toBe(false);
});
