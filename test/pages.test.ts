/** The written pages: each is listed in the README, and each link leads to a file or a heading that exists. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { execFileSync } from './system/processes.js';

const root = path.join(import.meta.dirname, '..');
const pages = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
})
  .split('\0')
  .filter((file) => file !== '');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Link {
  readonly text: string;
  /** Relative to the project; the page itself if a link is just a heading. */
  readonly file: string;
  readonly heading: string;
}

/** Links to files of the project, outside code. */
function linksOf(page: string, markdown: string): readonly Link[] {
  const prose = markdown.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [relative = '', heading = ''] = target.split('#');
    const file = relative === '' ? page : path.join(path.dirname(page), relative);
    return [{ text: `${page}: ${target}`, file, heading }];
  });
}

/** GitHub's names for the headings of a page: https://docs.github.com/en/get-started/writing-on-github */
function headingsOf(markdown: string): readonly string[] {
  return [...markdown.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(pages)('%s has no broken link', (page) => {
  const broken = linksOf(page, read(page)).filter(({ file, heading }) => {
    if (!existsSync(path.join(root, file))) return true;
    return heading !== '' && !headingsOf(read(file)).includes(heading);
  });
  expect(broken.map(({ text }) => text)).toEqual([]);
});

test('the README lists every page', () => {
  // The README of the example's chart is generated, and part of the example.
  const others = pages.filter(
    (page) => !['README.md', 'examples/web-service/chart/README.md'].includes(page),
  );
  const linked = linksOf('README.md', read('README.md')).map(({ file }) => file);
  expect(others).not.toEqual([]);
  expect(others.filter((page) => !linked.includes(page))).toEqual([]);
});

test('a link is broken if its file or its heading does not exist', () => {
  const page =
    '# A page\n\n## What `when` does: *all* of it\n\n[a](#what-when-does-all-of-it) [b](../c.md#d) `[e](f)`\n';
  expect(linksOf('docs/a.md', page)).toEqual([
    { text: 'docs/a.md: #what-when-does-all-of-it', file: 'docs/a.md', heading: 'what-when-does-all-of-it' },
    { text: 'docs/a.md: ../c.md#d', file: 'c.md', heading: 'd' },
  ]);
  expect(headingsOf(page)).toEqual(['a-page', 'what-when-does-all-of-it']);
});
