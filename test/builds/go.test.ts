import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { builtProgram, type GoProgram, NoGoToolchain, publishedProgram } from './go.js';

let scratch: string;
let program: GoProgram;
let said: string;

beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'go-program-'));
  const module = path.join(scratch, 'module');
  await mkdir(path.join(module, 'cmd/greeter'), { recursive: true });
  for (const file of ['go.mod', 'go.sum', 'cmd/greeter/main.go', 'cmd/greeter/main_test.go'])
    await writeFile(path.join(module, file), '');
  const folder = path.join(scratch, 'cache/greeter-v1.2.3');
  program = { module, package: './cmd/greeter', ldflags: '-s', folder, name: 'greeter', note: 'a moment' };
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

/** Puts a `go` on the PATH that adds a line to the file `builds` for each build, and does what is given. */
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

test('a program is built once, with a message about how long, and then taken from the cache', async () => {
  await fakeGo(works);
  const binary = await builtProgram(program);
  expect(path.relative(scratch, binary)).toMatch(/^cache\/greeter-v1\.2\.3-[0-9a-f]{12}\/greeter$/);
  expect(await readFile(binary, 'utf8')).toBe('binary\n');
  expect(said).toMatch(/^building .*\/greeter, a moment \.\.\.\nbuilt .*\/greeter in \d+ s\n$/);

  said = '';
  expect(await builtProgram(program)).toBe(binary);
  expect(await builds()).toBe(1);
  expect(said).toBe('');
});

test('another toolchain, other flags, other versions and other sources make another binary', async () => {
  await fakeGo(works);
  const paths = new Set([
    await builtProgram(program),
    await builtProgram({ ...program, ldflags: '-w' }),
    await builtProgram({ ...program, package: 'example.com/greeter' }),
  ]);
  for (const file of ['go.mod', 'go.sum', 'cmd/greeter/main.go']) {
    await writeFile(path.join(program.module, file), 'changed');
    paths.add(await builtProgram(program));
  }
  await fakeGo(works, 'go1.99.1');
  paths.add(await builtProgram(program));
  expect(paths.size).toBe(7);
});

test('a test of the module, or any source if the program is not its own, makes no other binary', async () => {
  await fakeGo(works);
  const foreign = { ...program, package: 'example.com/greeter' };
  const before = await Promise.all([program, foreign].map(builtProgram));
  await writeFile(path.join(program.module, 'cmd/greeter/main_test.go'), 'changed');
  expect(await builtProgram(program)).toBe(before[0]);
  await writeFile(path.join(program.module, 'cmd/greeter/main.go'), 'changed');
  expect(await builtProgram(foreign)).toBe(before[1]);
});

test('a published program is installed once for each version, outside any module', async () => {
  const script = `#!/bin/sh
if [ "$1" = env ]; then printf 'go1.99.0\\nlinux\\namd64\\n'; exit; fi
mkdir -p "$GOBIN" && echo "$* in $PWD" >"$GOBIN/greeter"
`;
  await writeFile(path.join(scratch, 'go'), script, { mode: 0o755 });
  const published = { ...program, package: 'example.com/greeter', version: 'v1.2.3' };
  const binary = await publishedProgram(published);
  expect(path.relative(scratch, binary)).toMatch(/^cache\/greeter-v1\.2\.3-[0-9a-f]{12}\/greeter$/);
  const installed = `install -trimpath -buildvcs=false -ldflags -s example.com/greeter@v1.2.3 in ${tmpdir()}\n`;
  expect(await readFile(binary, 'utf8')).toBe(installed);
  expect(await publishedProgram(published)).toBe(binary);
  expect(await publishedProgram({ ...published, version: 'v1.2.4' })).not.toBe(binary);
});

test("a build that fails reports go's message, and leaves nothing that counts as built", async () => {
  await fakeGo('echo half >"$output"; echo "greeter.go:1: no greeting" >&2; exit 1');
  await expect(builtProgram(program)).rejects.toThrow(
    /go build .\/cmd\/greeter failed:\ngreeter.go:1: no greeting/,
  );
  await fakeGo(works);
  const binary = await builtProgram(program);
  expect(await builds()).toBe(2);
  expect(await readdir(path.dirname(binary))).toEqual(['greeter']);
});

test('without a Go toolchain it says so, and writes nothing', async () => {
  vi.stubEnv('PATH', scratch);
  await expect(builtProgram(program)).rejects.toThrow(
    new NoGoToolchain('there is no Go toolchain on the PATH'),
  );
  expect(existsSync(path.join(scratch, 'cache'))).toBe(false);
});
