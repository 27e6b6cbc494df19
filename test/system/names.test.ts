import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { execFile, execFileSync, spawn, spawnSync } from './processes.js';
import { projectRoot } from './project.js';

/** Scripts that Node.js runs directly, which start only Node.js and npm. */
const scripts = ['test/law/run.js', 'test/run.js'];

const sources = ['src', 'test', 'examples']
  .flatMap((folder) =>
    readdirSync(path.join(projectRoot, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(projectRoot, path.join(entry.parentPath, entry.name))),
  )
  .filter((file) => /\.[cm]?[jt]s$/.test(file) && !/(^|\/)(node_modules|lib|chart)\//.test(file))
  .filter((file) => !file.startsWith('src/') || file.endsWith('.test.ts'));

test('tests start processes only through processes.ts', () => {
  const starting = sources.filter((file) =>
    /child_process/.test(readFileSync(path.join(projectRoot, file), 'utf8')),
  );
  const own = ['test/system/names.test.ts', 'test/system/processes.ts'];
  expect(starting.sort()).toEqual([...scripts, ...own].sort());
});

test.each(scripts)('%s starts only Node.js and npm', (file) => {
  const text = readFileSync(path.join(projectRoot, file), 'utf8');
  const started = Array.from(text.matchAll(/spawn\w*\(\s*([^,]+),/g), ([, program]) => program);
  expect(started).toHaveLength(1);
  expect(['process.execPath', "'npm'"]).toContain(started[0]);
});

test('a command that is not listed is not started, even if the machine has it', () => {
  const said = 'test/system/names.ts does not list the command true';
  for (const start of [execFile, execFileSync, spawn, spawnSync])
    expect(() => start('true', [])).toThrow(said);
  expect(spawnSync('sh', ['-c', 'true']).status).toBe(0);
  expect(spawnSync('/bin/sh', ['-c', 'true']).status).toBe(0);
});
