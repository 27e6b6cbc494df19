import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faults } from '../../test/secrets/declaring-chart.js';
import { readPyproject } from './pyproject.js';

const file = 'tools/warehouse/pyproject.toml';

/** The problems of the table `[tool.centaur]`, one a line. */
function problems(...lines: readonly string[]): readonly string[] {
  const read = readPyproject(['[tool.centaur]', ...lines].join('\n'), file);
  return read.problems.map((problem) => `${problem.file}: ${problem.path}: ${problem.message}`);
}

function hints(...lines: readonly string[]): readonly (string | undefined)[] {
  const read = readPyproject(['[tool.centaur]', ...lines].join('\n'), file);
  return read.problems.map(({ hint }) => hint);
}

describe('a declaration', () => {
  test('is read as the page shows it', () => {
    const page = readFileSync(new URL('../../docs/use-1password.md', import.meta.url), 'utf8');
    const snippet = /```toml\n(\[tool\.centaur\][\s\S]*?)```/.exec(page)?.[1] ?? '';
    const declaration = {
      secrets: [
        {
          type: 'http',
          name: 'WAREHOUSE_API_KEY',
          match_headers: ['Authorization'],
          hosts: ['warehouse.internal.example.com'],
        },
      ],
    };
    expect(readPyproject(snippet, file)).toMatchObject({ problems: [], declaration });
  });

  test('of every form is also accepted in the values', () => {
    const text = `
      [project]
      name = "all"

      [tool.centaur]
      timeout_s = 30
      hosts = ["api.example.com"]
      secrets = [
        "OLD_TOKEN",
        {type = "http", name = "A", match_path = true},
        {type = "http", name = "B", mode = "inject", inject_header = "X-B", inject_formatter = "Bearer {{ .Value }}"},
        {type = "gcp_auth", name = "C", scopes = ["https://www.googleapis.com/auth/drive"]},
        {type = "aws_auth", name = "D", access_key_id = "ID", secret_access_key = "KEY"},
      ]

      [[tool.centaur.more]]
      ignored = true
    `;
    const read = readPyproject(text, file);
    expect(read).toMatchObject({ declaration: { hosts: ['api.example.com'], secrets: { length: 5 } } });
    expect(read).not.toHaveProperty('declaration.timeout_s');
    expect('declaration' in read && faults({ tools: { all: read.declaration } })).toEqual([]);
  });

  test('keeps every list, empty ones too', () => {
    const lines = [
      'module = "client.py"',
      'hosts = []',
      'secrets = []',
      'optional_secrets = ["A", {type = "gcp_auth", name = "B"}]',
    ];
    expect(readPyproject(['[tool.centaur]', ...lines].join('\n'), file)).toMatchObject({
      problems: [],
      declaration: { hosts: [], secrets: [], optional_secrets: ['A', { type: 'gcp_auth', name: 'B' }] },
    });
  });

  test('may be written as an array of tables', () => {
    const text = `
      [[tool.centaur.secrets]]
      type = "pg_dsn"
      name = "REPORTS_DSN"
      database = "reports"

      [[tool.centaur.secrets]]
      type = "oauth_token"
      name = "LEDGER"
      grant = "client_credentials"
      token_endpoint = "https://login.example.com/token"
      hosts = ["api.example.com"]
      fields.client_id = "LEDGER_ID"
      fields.client_secret = {secret_ref = "LEDGER", json_key = "secret"}
    `;
    expect(readPyproject(text, file)).toMatchObject({
      declaration: { secrets: [{ name: 'REPORTS_DSN' }, { fields: { client_id: 'LEDGER_ID' } }] },
    });
  });

  test.each(['[project]\nname = "x"', '', '[tool.other]\nx = 1'])('is missing in %j', (text) => {
    const read = readPyproject(text, file);
    expect(read.problems).toEqual([]);
    expect(read).not.toHaveProperty('declaration');
  });

  test.each(['[tool.centaur]', '[tool.centaur]\ntimeout_s = 5'])('is empty in %j', (text) => {
    expect(readPyproject(text, file)).toMatchObject({ problems: [], declaration: {} });
  });
});

describe('a problem names the file and the key', () => {
  const http = 'type = "http", name = "KEY", match_headers = ["Authorization"]';

  test.each<[lines: readonly string[], problem: RegExp]>([
    [['secrets = "KEY"'], /secrets: must be a list/],
    [['secrets = [5]'], /secrets\[0\]: must be a string or a map/],
    [['secrets = [{name = "KEY"}]'], /secrets\[0\]\.type: this key is missing/],
    [['secrets = ["A", {type = "htp", name = "KEY"}]'], /secrets\[1\]\.type: must be http/],
    [[`secrets = [{${http}, hosts = "a.example.com"}]`], /secrets\[0\]\.hosts: must be a list/],
    [
      [`secrets = [{${http}, hosts = ["a.example.com", "a b"]}]`],
      /secrets\[0\]\.hosts\[1\]: must be a host such as/,
    ],
    [['hosts = ["https://a.example.com"]'], /hosts\[0\]: must be a host such as/],
    [[`secrets = [{${http}, match_path = "yes"}]`], /secrets\[0\]\.match_path: must be true or false/],
    [['secret = ["KEY"]'], /secret: this key is not known/],
    [['hosts_ = ["a.example.com"]'], /hosts_: this key is not known/],
    [['optional_secret = ["KEY"]'], /optional_secret: this key is not known/],
    [['optional_secrets = ["KEY", 5]'], /optional_secrets\[1\]: must be a string or a map/],
    [['more_secrets = ["KEY"]'], /more_secrets: this key is not known/],
    [['allowed_hosts = ["a.example.com"]'], /allowed_hosts: this key is not known/],
    [['credentials = ["KEY"]'], /credentials: this key is not known/],
    [['prod.secrets = ["KEY"]'], /prod\.secrets: this key is not known/],
    [['envs = [{}, {of = {hosts = ["a.example.com"]}}]'], /envs\[1\]\.of\.hosts: this key is not known/],
  ])('%j', (lines, problem) => {
    const [first, ...others] = problems(...lines);
    expect(first).toMatch(/^tools\/warehouse\/pyproject\.toml: tool\.centaur\./);
    expect(first).toMatch(problem);
    expect(others).toEqual([]);
  });

  test.each([
    ['1979-05-27', 'a date'],
    ['1979-05-27T07:32:00Z', 'a date'],
    ['1979-05-27 07:32:00', 'a date'],
    ['07:32:00', 'a time'],
    ['nan', 'nan'],
    ['-inf', 'an infinite number'],
    ['9007199254740993', 'an integer beyond 2^53'],
  ])('%s is told with what is needed in its place, and quotes where a text is', (value, kind) => {
    const quotes = (text: string) => `Put it in quotes, so that TOML reads a string: ${text}`;
    const field = `{secret_ref = "A", json_key = ${value}}`;
    const oauth = `type = "oauth_token", name = "T", grant = "client_credentials", token_endpoint = "https://l"`;
    const table = `secrets = [{${oauth}, fields = {client_id = ${field}, client_secret = "B"}}, ${value}, {${http}, match_path = ${value}}]`;
    expect(problems(table)).toEqual([
      `${file}: tool.centaur.secrets[0].fields.client_id.json_key: must be a string, but is ${kind}`,
      `${file}: tool.centaur.secrets[1]: must be a string or a map, but is ${kind}`,
      `${file}: tool.centaur.secrets[2].match_path: must be true or false, but is ${kind}`,
    ]);
    expect(hints(table)).toEqual([
      quotes('json_key = "…"'),
      expect.stringMatching(/^Write a secret as /),
      "http: whether the placeholder is replaced in the URL's path.",
    ]);
    expect(problems(`secrets = ${value}`)).toEqual([
      `${file}: tool.centaur.secrets: must be a list, but is ${kind}`,
    ]);
    expect(hints(`secrets = ${value}`)).toEqual(['Write its members in brackets, with commas between them.']);
    expect(problems(`secret_since = ${value}`)).toEqual([]);
  });

  test('a value that JSON does not have, below an unknown key, is refused with the key', () => {
    expect(problems(`secrets = [{${http}, since = 1979-05-27, until = {day = 1979-05-28}}]`)).toEqual([
      `${file}: tool.centaur.secrets[0].since: this key is not known`,
      `${file}: tool.centaur.secrets[0].until: this key is not known`,
      `${file}: tool.centaur.secrets[0].until.day: is a date, and no declaration holds one`,
    ]);
  });

  test('a value that JSON does not have, in the place of an enumerated string, is refused with the choices', () => {
    expect(problems('secrets = [{type = nan, name = "KEY"}]')).toEqual([
      `${file}: tool.centaur.secrets[0].type: must be http, gcp_auth, oauth_token, aws_auth or pg_dsn, but is nan`,
    ]);
    expect(hints('secrets = [{type = nan, name = "KEY"}]')).toEqual([
      'What iron-proxy does with the credential.',
    ]);
  });

  test.each([
    ['secrets = "KEY"', 'Write its members in brackets, with commas between them.'],
    [
      'secrets = [{type = "http", name = 5}]',
      'It must consist of letters, digits, _, - and . after a letter or _, such as WAREHOUSE_API_KEY.',
    ],
    [
      'secrets = [{type = "http", name = "K", replacer = 5}]',
      'Put it in quotes, so that TOML reads a string: replacer = "…"',
    ],
  ])('what to do about %s is said in the words of TOML', (line, hint) => {
    expect(hints(line)).toEqual([hint]);
  });

  test.each([
    '[]',
    '5',
    'true',
    'nan',
  ])('%s in place of a secret is answered with the form of a secret', (value) => {
    const form =
      'Write a secret as {type = "http", name = "WAREHOUSE_API_KEY", match_headers = ["Authorization"]}.';
    expect(hints(`secrets = [${value}]`)).toEqual([form]);
    expect(hints(`optional_secrets = ["KEY", ${value}]`)).toEqual([form]);
  });

  test('a missing key is answered with what it must be', () => {
    expect(hints('secrets = [{name = "KEY"}]')).toEqual([
      'What iron-proxy does with the credential. It must be http, gcp_auth, oauth_token, aws_auth or pg_dsn.',
    ]);
    expect(hints('secrets = [{type = "pg_dsn", name = "KEY"}]')).toEqual([
      expect.stringMatching(/ It must consist of letters, digits, .*, such as warehouse\.$/),
    ]);
    expect(hints('secrets = [{type = "oauth_token", name = "KEY", grant = "client_credentials"}]')).toEqual([
      expect.stringMatching(
        / Write its keys in braces, with commas between them: refresh_token, client_id, /,
      ),
      expect.stringMatching(/ It must be an https URL such as /),
    ]);
  });

  test('all problems of a file are reported at once', () => {
    expect(problems('secrets = ["a b", {type = "http"}]')).toHaveLength(2);
  });

  test.each([
    'https://api.example.com',
    'api.example.com:443',
    'api.example.com/v1',
    'https://API.example.com:443/v1',
  ])('the host %s shows the host that is meant', (host) => {
    const fix =
      'A host stands alone, in lower-case ASCII, without scheme, port or path: write "api.example.com".';
    expect(hints(`secrets = [{${http}, hosts = ["${host}"]}]`)).toEqual([fix]);
    expect(hints(`hosts = ["${host}"]`)).toEqual([fix]);
  });

  test('a misspelt key is reported with the intended key', () => {
    expect(hints('secret = ["KEY"]')).toEqual(['Did you mean secrets?']);
    expect(hints('needed_hosts = ["a"]')).toEqual([
      'Declare what the tool needs in hosts, secrets, optional_secrets of [tool.centaur] itself.',
    ]);
    expect(hints('secrets = [{type = "http", name = "KEY", match_header = ["X"]}]')).toEqual([
      'Did you mean secrets[0].match_headers?',
    ]);
    const token =
      'type = "oauth_token", name = "T", grant = "client_credentials", token_endpoint = "https://l"';
    const fields = 'fields = {client_id = "A", client_secret = "B", clientsecret = "C"}';
    expect(hints(`secrets = [{${token}, ${fields}}]`)).toEqual([
      'Did you mean secrets[0].fields.client_secret?',
    ]);
  });

  test('a file that is not TOML is reported with the place of the error', () => {
    expect(readPyproject('[tool.centaur]\nsecrets = [', file)).toMatchObject({
      problems: [{ file, line: 2, column: expect.any(Number), message: expect.stringMatching(/^[a-z]/) }],
    });
  });

  test('with line and column, in the order of the file', () => {
    const { problems } = readPyproject(
      `[project]
name = "x"

[tool.centaur]
secrets = [
    {type = "http", name = "A B", match_headers = ["X"], hosts = ["a.example.com", "https://b.example.com"]},
    {type = "http"},
]
hots = ["a.example.com"]

[[tool.centaur.more]]
`,
      file,
    );
    expect(problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '6:21 tool.centaur.secrets[0].name',
      '6:84 tool.centaur.secrets[0].hosts[1]',
      '7:5 tool.centaur.secrets[1].name',
      '9:1 tool.centaur.hots',
    ]);
  });

  test('after a byte order mark, and with the line ends of Windows', () => {
    const { problems } = readPyproject('\uFEFF[tool.centaur]\r\n\r\nhosts = 5\r\n', file);
    expect(problems).toMatchObject([{ line: 3, column: 1, path: 'tool.centaur.hosts' }]);
  });

  test('a file that is not UTF-8 is reported with the place of the first such byte', () => {
    const latin = Buffer.from('# caf\u00e9\n[tool.centaur]\n', 'latin1');
    expect(readPyproject(latin, file).problems).toEqual([
      {
        file,
        line: 1,
        column: 6,
        path: '',
        message: 'the file is not UTF-8 from here on (byte 6 of the file)',
        hint: 'Save it as UTF-8.',
      },
    ]);
    const utf16 = Buffer.from('\uFEFF[tool.centaur]', 'utf16le');
    expect(readPyproject(utf16, file).problems).toMatchObject([
      { line: 1, column: 1, message: 'the file is UTF-16', hint: 'Save it as UTF-8.' },
    ]);
    expect(readPyproject(Buffer.from('# caf\u00e9\n[tool.centaur]\n'), file).problems).toEqual([]);
  });

  test('a list of tables in place of the table', () => {
    expect(readPyproject('[[tool.centaur]]\nsecrets = ["KEY"]', file)).toMatchObject({
      problems: [
        {
          path: 'tool.centaur',
          message: 'must be one table, but is a list of tables: write [tool.centaur] in single brackets',
        },
      ],
    });
  });

  test('secrets in a table are answered with the form of a list', () => {
    const hint =
      'Write each secret as a table [[tool.centaur.secrets]] in double brackets, with its type and name, or all of them as secrets = [{…}, {…}].';
    expect(hints('[tool.centaur.secrets]', 'type = "http"', 'name = "KEY"')).toEqual([hint]);
    expect(hints('[tool.centaur.secrets.KEY]', 'type = "http"')).toEqual([hint]);
  });

  test('a secret of an unknown kind is reported with what else is wrong with it', () => {
    const token = 'type = "oauth_token", name = "A B", grant = "client", token_endpoint = "http://l"';
    expect(problems(`secrets = [{${token}, fields = {}}]`)).toEqual([
      expect.stringContaining('secrets[0].name: must consist of letters'),
      expect.stringContaining('secrets[0].grant: must be refresh_token, '),
      expect.stringContaining('secrets[0].token_endpoint: must be an https URL'),
    ]);
  });

  test('a table of the wrong type', () => {
    expect(readPyproject('tool.centaur = 5', file)).toMatchObject({
      problems: [
        {
          file,
          line: 1,
          column: 6,
          path: 'tool.centaur',
          message: 'must be a table: write [tool.centaur] on a line of its own, and the keys below it',
        },
      ],
    });
  });
});

describe('a table with nearly the name', () => {
  test.each([
    ['[tool.centaurs]', 2, 7, 'tool.centaurs'],
    ['[tools.centaur]', 2, 8, 'tools.centaur'],
    ['[tool.Centaur]', 2, 7, 'tool.Centaur'],
    ['[Tool.Centaur]', 2, 7, 'Tool.Centaur'],
    ['[centaur]', 2, 2, 'centaur'],
    ['[project.centaur]', 2, 10, 'project.centaur'],
    ['[tool.poetry.centaur]', 2, 14, 'tool.poetry.centaur'],
    ['[tool.centaur-chart]', 2, 7, 'tool.centaur-chart'],
    ['["tool.centaur"]', 2, 2, '["tool.centaur"]'],
    ['[[tool.centuar]]', 2, 1, 'tool.centuar[0]'],
    ['[[tool.centuar.secrets]]', 2, 8, 'tool.centuar'],
  ])('%s is reported, if it declares credentials', (header, line, column, path) => {
    const text = `# A tool.\n${header}\nsecrets = ["KEY"]\n`;
    const stray = {
      file,
      line,
      column,
      path,
      message: 'nothing reads this table, which declares credentials',
    };
    expect(readPyproject(text, file).problems).toEqual([{ ...stray, hint: 'Did you mean [tool.centaur]?' }]);
    const both = readPyproject(`[tool.centaur]\nhosts = ["a.example.com"]\n${text}`, file);
    expect(both.problems).toMatchObject([{ line: line + 2, message: stray.message }]);
  });

  test('is reported if its keys are misspelt too', () => {
    expect(readPyproject('[tool.centuar]\nsecret = ["KEY"]', file).problems).toMatchObject([
      { path: 'tool.centuar', hint: 'Did you mean [tool.centaur]?' },
    ]);
  });

  test.each([
    '[tool.centaurs]\ntimeout_s = 5',
    '[tool.mypy]\nsecrets = ["KEY"]',
    'centaur = ["secrets"]',
    '[tool.uv.sources]\ncentaur = {git = "https://example.com/centaur"}',
  ])('%j is ignored', (text) => {
    expect(readPyproject(text, file).problems).toEqual([]);
  });
});

test('property names of JavaScript objects are ordinary keys', () => {
  expect(problems('secrets = [{__proto__ = "x", type = "gcp_auth", name = "KEY"}]')).toEqual([
    `${file}: tool.centaur.secrets[0].__proto__: this key is not known`,
  ]);
  expect(readPyproject('[tool.__proto__]\ncentaur = 1', file).problems).toEqual([]);
});
