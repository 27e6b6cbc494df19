import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFiles } from './write-files.js';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'write-files-'));
  folder = path.join(root, 'out');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const write = (files: { [file: string]: string }, secret: readonly string[] = []) =>
  writeFiles({
    folder,
    files: new Map(Object.entries(files)),
    secret: new Set(secret),
    isOurs: (_, head) => head.startsWith('# ours'),
  });

/** Every file below the folder, with its text. */
function found(): { [file: string]: string } {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')] as const)
      .sort(),
  );
}

describe('writing a set of files', () => {
  test('makes the folder and those in it, and leaves nothing else', async () => {
    await write({ 'a.yaml': '# ours a', 'tests/b.yaml': '# ours b' });
    expect(found()).toEqual({ 'a.yaml': '# ours a', 'tests/b.yaml': '# ours b' });
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'tests']);
  });

  test('replaces what is there', async () => {
    await write({ 'a.yaml': '# ours, a long old text' });
    await write({ 'a.yaml': '# ours' });
    expect(found()).toEqual({ 'a.yaml': '# ours' });
  });

  test('takes away what an earlier run made, and folders that become empty', async () => {
    await write({
      'a.yaml': '# ours',
      'old.yaml': '# ours',
      'tests/b.yaml': '# ours',
      'tests/deep/c.yaml': '# ours',
    });
    await write({ 'a.yaml': '# ours', 'tests/b.yaml': '# ours' });
    expect(found()).toEqual({ 'a.yaml': '# ours', 'tests/b.yaml': '# ours' });
    expect(readdirSync(path.join(folder, 'tests'))).toEqual(['b.yaml']);
  });

  test("leaves other people's files alone", async () => {
    mkdirSync(path.join(folder, 'mine'), { recursive: true });
    writeFileSync(path.join(folder, 'README.md'), 'read me');
    writeFileSync(path.join(folder, 'mine', 'x.yaml'), '# ours it seems, but in a folder that is not');
    await write({ 'a.yaml': '# ours' });
    expect(Object.keys(found())).toEqual(['README.md', 'a.yaml', path.join('mine', 'x.yaml')]);
  });

  test('goes through a folder that is a symbolic link', async () => {
    mkdirSync(path.join(root, 'real'));
    symlinkSync(path.join(root, 'real'), folder);
    await write({ 'a.yaml': '# ours' });
    expect(readFileSync(path.join(root, 'real', 'a.yaml'), 'utf8')).toBe('# ours');
  });
});

describe('a file that is secret', () => {
  const rights = (file: string) => (statSync(path.join(folder, file)).mode & 0o777).toString(8);

  test.each([
    [0o022, '644'],
    [0o027, '640'],
    [0o000, '666'],
  ])('is for its owner alone, and others are as the umask %s says', async (umask, others) => {
    const before = process.umask(umask);
    try {
      await write({ 'a.yaml': '# ours', 'b/secret.yaml': '# ours' }, ['b/secret.yaml']);
    } finally {
      process.umask(before);
    }
    expect([rights('a.yaml'), rights('b/secret.yaml')]).toEqual([others, '600']);
  });

  test('is so too where everybody could read what it replaces, and what it replaces keeps its rights if put back', async () => {
    const before = process.umask(0o022);
    try {
      await write({ 'a.yaml': '# ours, old' });
      writeFileSync(path.join(folder, 'z'), 'mine');
      await expect(write({ 'a.yaml': '# ours, new', 'z/b.yaml': '# ours' }, ['a.yaml'])).rejects.toThrow();
      expect(rights('a.yaml')).toBe('644');
      await write({ 'a.yaml': '# ours, new' }, ['a.yaml']);
      expect(rights('a.yaml')).toBe('600');
    } finally {
      process.umask(before);
    }
  });
});

describe('where one file cannot be written', () => {
  test('none is, and the message names it and says why', async () => {
    await write({ 'a.yaml': '# ours, old', 'gone.yaml': '# ours, old' });
    mkdirSync(path.join(folder, 'b.yaml'));
    await expect(write({ 'a.yaml': '# ours, new', 'b.yaml': '# ours, new' })).rejects.toThrow(
      `cannot write ${path.join(folder, 'b.yaml')}: it is a directory; nothing was changed`,
    );
    expect(found()).toEqual({ 'a.yaml': '# ours, old', 'gone.yaml': '# ours, old' });
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'b.yaml', 'gone.yaml']);
  });

  test('what had taken its place already is put back', async () => {
    await write({ 'a.yaml': '# ours, old' });
    // A file stands where a folder is needed, which shows only when the second file takes its place.
    writeFileSync(path.join(folder, 'z'), 'mine');
    await expect(
      write({ 'a.yaml': '# ours, new', 'fresh.yaml': '# ours', 'z/b.yaml': '# ours' }),
    ).rejects.toThrow(/cannot write .*b\.yaml: .*; nothing was changed/);
    expect(found()).toEqual({ 'a.yaml': '# ours, old', z: 'mine' });
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'z']);
  });

  test('a folder that was made for them goes again', async () => {
    writeFileSync(path.join(root, 'file'), '');
    folder = path.join(root, 'file', 'out');
    await expect(write({ 'a.yaml': '# ours' })).rejects.toThrow('a part of its path is not a directory');
    folder = path.join(root, 'new', 'out');
    await expect(write({ 'a.yaml/b.yaml': '# ours', 'a.yaml': '# ours' })).rejects.toThrow(
      'nothing was changed',
    );
    expect(readdirSync(root)).toEqual(['file']);
  });
});
