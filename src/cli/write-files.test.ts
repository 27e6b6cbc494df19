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

/** Every file below the folder, with its content. */
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
  test('creates the folder and its subfolders, and leaves no other files', async () => {
    await write({ 'a.yaml': '# ours a', 'tests/b.yaml': '# ours b' });
    expect(found()).toEqual({ 'a.yaml': '# ours a', 'tests/b.yaml': '# ours b' });
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'tests']);
  });

  test('replaces existing files', async () => {
    await write({ 'a.yaml': '# ours, a long old text' });
    await write({ 'a.yaml': '# ours' });
    expect(found()).toEqual({ 'a.yaml': '# ours' });
  });

  test('removes the output of an earlier run, and folders that become empty', async () => {
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

  test('follows a folder that is a symbolic link', async () => {
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

  test('stays secret if it replaces a public file, whose permissions survive a rollback', async () => {
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

describe('if one file cannot be written', () => {
  test('none is, and the message names it and gives the reason', async () => {
    await write({ 'a.yaml': '# ours, old', 'gone.yaml': '# ours, old' });
    mkdirSync(path.join(folder, 'b.yaml'));
    await expect(write({ 'a.yaml': '# ours, new', 'b.yaml': '# ours, new' })).rejects.toThrow(
      `cannot write ${path.join(folder, 'b.yaml')}: it is a directory; nothing was changed`,
    );
    expect(found()).toEqual({ 'a.yaml': '# ours, old', 'gone.yaml': '# ours, old' });
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'b.yaml', 'gone.yaml']);
  });

  test('files already replaced are restored', async () => {
    await write({ 'a.yaml': '# ours, old' });
    // A file is where a folder is needed, which fails only when the second file is moved into place.
    writeFileSync(path.join(folder, 'z'), 'mine');
    await expect(
      write({ 'a.yaml': '# ours, new', 'fresh.yaml': '# ours', 'z/b.yaml': '# ours' }),
    ).rejects.toThrow(/cannot write .*b\.yaml: .*; nothing was changed/);
    expect(found()).toEqual({ 'a.yaml': '# ours, old', z: 'mine' });
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'z']);
  });

  test('a folder created for them is removed again', async () => {
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
