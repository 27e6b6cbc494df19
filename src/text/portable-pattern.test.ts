import { expect, test } from 'vitest';
import { isPortablePattern } from './portable-pattern.js';

test.each([
  '^$',
  '^a$',
  '^[a-z]+(-[a-z]+)*$',
  '^(a|b|)?$',
  '^-----BEGIN X-----[ \t]*\r?\n[^-]*$',
  '^ü[😀-😎]$',
  '^[.][*][$]$',
])('means the same in Go and in JavaScript: %j', (pattern) => {
  expect(isPortablePattern(pattern)).toBe(true);
});

test.each([
  ['is not anchored', 'a'],
  ['is anchored at one end', '^a'],
  ['has a dot, which is a line break in one alone', '^.$'],
  ['has an escape', '^\\d$'],
  ['has an escape in a class', '^[\\s]$'],
  ['looks ahead', '^(?=a)a$'],
  ['has a group that is not captured, which nobody needs', '^(?:a)$'],
  ['counts, which RE2 does to 1000 only', '^a{1001}$'],
  ['has a class of POSIX', '^[[:alpha:]]$'],
  ['has a class of everything, which RE2 does not know', '^[^]$'],
  ['has an empty class', '^[]$'],
  ['has an anchor within', '^a$b$'],
  ['repeats nothing', '^*$'],
  ['repeats twice', '^a++$'],
  ['has a group that is open', '^(a$'],
  ['has a group that is closed twice', '^a)$'],
])('is refused where it %s: %j', (_, pattern) => {
  expect(isPortablePattern(pattern)).toBe(false);
});
