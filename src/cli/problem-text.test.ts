import { expect, test } from 'vitest';
import { problemText } from './problem-text.js';

const plain = { bold: (text: string) => text, faint: (text: string) => text };

test('a problem is a line with its place and its key', () => {
  const problem = { file: 'values.yaml', line: 3, column: 5, path: 'api.port', message: 'must be a number' };
  expect(problemText(problem, plain)).toBe('values.yaml:3:5: api.port: must be a number\n');
});

test('a problem of a whole file has no position and no key', () => {
  expect(problemText({ file: 'a.toml', path: '', message: 'is empty' }, plain)).toBe('a.toml: is empty\n');
});

test('all lines of a hint are below it', () => {
  const problem = {
    file: 'values.yaml',
    path: 'tools',
    message: 'must be a map',
    hint: 'Tools.\n\nFor example:\n  a: {}',
  };
  expect(problemText(problem, plain)).toBe(
    'values.yaml: tools: must be a map\n  Tools.\n\n  For example:\n    a: {}\n',
  );
});

test("a file's name stays on its line, and moves no cursor", () => {
  const problem = { file: 'a\nb\u001b[2Jc\u2028d ü.yaml', path: '', message: 'is empty' };
  expect(problemText(problem, plain)).toBe('a?b?[2Jc?d ü.yaml: is empty\n');
});

test('a key, its message and its hint contain no terminal escapes', () => {
  const [c0, c1] = ['\u001b[31m', '\u009b31m'];
  const problem = {
    file: 'values.yaml',
    path: `api["x${c1}RED${c0}"]`,
    message: `is not "${c1}"`,
    hint: `First ${c1}.\nThen ${c0}.`,
  };
  expect(problemText(problem, plain)).toBe(
    'values.yaml: api["x?31mRED?[31m"]: is not "?31m"\n  First ?31m.\n  Then ?[31m.\n',
  );
});
