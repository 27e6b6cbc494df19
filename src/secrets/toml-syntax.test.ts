import { describe, expect, test } from 'vitest';
import { readPyproject } from './pyproject.js';

const header = '[tool.centaur]\n';

describe('a file that is not TOML is reported with what to do', () => {
  test.each([
    ['[tool.centaur\nsecrets = ["KEY"]', "1:14 the table's name is not closed", /^Close it on its line: /],
    ['[[tool.centaur.secrets]\ntype = "http"', "1:24 the table's name is not closed", /\]\]/],
    ['tool:\n  centaur:\n', '1:5 this is not TOML, but looks like YAML or JSON', /\[tool\.centaur\]/],
    ['{"tool": {}}', '1:1 this is not TOML, but looks like YAML or JSON', /\[tool\.centaur\]/],
    [`${header}secrets = [{type: "http"}]`, '2:17 this is not TOML, but looks like YAML or JSON', /hosts = /],
    [`${header}hosts\n`, '2:6 this key has no value', /^Write key = value/],
    [`${header}hosts =\n`, '2:8 this key has no value', /remove the key/],
    [`${header}my hosts = []\n`, '2:4 this is not a key', /in quotes/],
    [`${header}hosts = [“a.example.com”]`, '2:10 this is not a straight quote (U+201C)', /straight quotes/],
    [`${header}hosts =\u00a0[]`, '2:8 this is not a value (U+00A0)', /a list in brackets/],
    [`${header}match_path = True`, '2:14 this is not a value', /lower case/],
    [`${header}secrets = ["KEY]\nhosts = []`, '2:17 the string does not end on its line', /three quotes/],
    [`${header}secrets = ["K\0"]`, '2:14 a string must not contain a control character (U+0000)', /escape/],
    [
      `${header}secrets = ["A" "B"]`,
      '2:16 expected a comma, or the end of the list or table',
      /^Put a comma /,
    ],
    [`${header}hosts = []\nhosts = []`, '3:1 this key or table has been defined above', /only once/],
    [`${header}match_headers = ["/X-\\w+/"]`, '2:23 this escape is not known', /backslash twice/],
    [`${header}hosts = [] secrets = []`, '2:12 expected the end of the line', /of its own/],
    ['<<<<<<< ours\n[tool.centaur]\n', '1:1 this line marks a conflict of a merge', /Resolve/],
    ['a = 012', '1:5 illegal leading zero', /toml\.io/],
  ])('%j', (text, told, hint) => {
    const [problem, ...others] = readPyproject(text, 'pyproject.toml').problems;
    expect(others).toEqual([]);
    expect(`${problem?.line}:${problem?.column} ${problem?.message}`).toBe(told);
    expect(problem?.hint).toMatch(hint);
  });

  test.each([
    'secrets = [{secret_ref = "CREDENTIAL]\n',
    'secrets = [CREDENTIAL]\n',
    'CREDENTIAL\n',
    'secrets = ["X" CREDENTIAL]\n',
    'secrets = "CREDENTIAL\\d"\n',
    'a = 1\n"CREDENTIAL" = 1\n"CREDENTIAL" = 2\n',
    '[tool.centaur.CREDENTIAL\n',
  ])('without what it contains: %j', (text) => {
    const { problems } = readPyproject(`${header}${text}`, 'pyproject.toml');
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('CREDENTIAL');
  });
});
