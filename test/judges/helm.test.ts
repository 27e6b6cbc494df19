import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { helmOnPath } from './helm.js';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'helm-on-path-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A folder with commands that are shell scripts. */
async function folderWith(name: string, scripts: Record<string, string>): Promise<string> {
  const folder = path.join(scratch, name);
  await mkdir(folder);
  for (const [command, script] of Object.entries(scripts)) {
    await writeFile(path.join(folder, command), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

const says = (version: string) =>
  `[ "$1 $2 $3" = "version --template {{.Version}}" ] && printf %s '${version}'`;

test('a helm is accepted by the major version that it reports', async () => {
  const three = await folderWith('three', { helm: says('v3.17.2') });
  const four = await folderWith('four', { helm: says('v4.0.0+g99cd196') });
  expect(await helmOnPath(3, `${four}:${three}`)).toBe(path.join(three, 'helm'));
  expect(await helmOnPath(4, `${three}:${four}`)).toBe(path.join(four, 'helm'));
  expect(await helmOnPath(4, three)).toBeUndefined();
});

test('helm3 and helm4 are tried in addition to helm', async () => {
  const folder = await folderWith('beside', {
    helm: says('v3.1.0'),
    helm4: says('v4.1.0'),
    helm3: says('v4.2.0'),
  });
  expect(await helmOnPath(3, folder)).toBe(path.join(folder, 'helm'));
  expect(await helmOnPath(4, folder)).toBe(path.join(folder, 'helm4'));
});

test('what is not a helm of that version is skipped: version 30, a failure, another program, a folder', async () => {
  const thirty = await folderWith('thirty', { helm: says('v30.0.0') });
  const failing = await folderWith('failing', { helm: `${says('v3.0.0')}\nexit 1` });
  const steering = await folderWith('steering', { helm: 'echo "hard to port"' });
  await mkdir(path.join(scratch, 'folder/helm'), { recursive: true });
  const searchPath = [
    '',
    thirty,
    failing,
    steering,
    path.join(scratch, 'folder'),
    path.join(scratch, 'missing'),
  ].join(':');
  expect(await helmOnPath(3, searchPath)).toBeUndefined();
});

test('without Helm and without Go the error names what to install', async () => {
  vi.stubEnv('PATH', await folderWith('empty', {}));
  vi.resetModules();
  const { helmCommand } = await import('./helm.js');
  await expect(helmCommand(3)).rejects.toThrow(
    /^Helm 3 is needed: install helm 3\.x on the PATH, or Go >= 1\.\d+ so that it can be built .*no Go toolchain on the PATH/,
  );
  await expect(helmCommand(4)).rejects.toThrow(/^Helm 4 is needed: install helm 4\.x on the PATH/);
  vi.unstubAllEnvs();
});
