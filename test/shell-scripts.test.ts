/** The shell scripts that the chart has in its pods. */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { shellScript } from '../src/text/shell-script.js';
import { spawnSync } from './system/processes.js';
import { projectRoot } from './system/project.js';

const files = readdirSync(path.join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.sh'))
  .map((file) => path.join(projectRoot, 'src', file))
  .sort();

test('are in separate files', () => {
  expect(files.length).toBeGreaterThan(4);
});

describe.each(files.map((file) => [path.relative(projectRoot, file), file]))('%s', (_, file) => {
  test('has no shellcheck warnings', () => {
    expect(shellcheck(file)).toBe('');
  });

  test('has no $(NAME) and no $$, which Kubernetes expands in a command', () => {
    const script = shellScript(`./${path.basename(file, '.sh')}.sh`, pathToFileURL(file).href);
    expect(script.match(/\$\([A-Za-z_.-]|\$\$/g)).toBeNull();
  });
});

test('shellcheck warns about a word that the shell would split', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'script-'));
  try {
    const file = path.join(folder, 'careless.sh');
    await writeFile(file, '#!/bin/sh\nrm $1\n');
    expect(shellcheck(file)).toContain('SC2086');
    expect(() => shellScript('./careless.sh', pathToFileURL(file).href)).toThrow(
      'careless.sh has no heading',
    );
    await writeFile(file, '#!/bin/sh\n# Removes a file.\n\n# Whichever.\nrm "$1"\n');
    expect(shellScript('./careless.sh', pathToFileURL(file).href)).toBe('# Whichever.\nrm "$1"\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The output of shellcheck for a file. */
function shellcheck(file: string): string {
  const { stdout, stderr } = spawnSync('shellcheck', ['--norc', '--shell=sh', '--format=gcc', file]);
  return `${stdout}${stderr}`.trim();
}
