import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import type { Value, ValuePath } from '../text/json.js';
import { each, eq, HelmChart, isNonEmpty, KubeConfigMap, not, str, when } from './index.js';
import { loadValues, type Problem, type ValuesInput } from './load-values.js';

const closed = { additionalProperties: false };

function greeter() {
  const chart = new HelmChart({
    metadata: { name: 'greeter', version: '1.0.0', appVersion: '1.0.0', description: 'Greets.' },
    values: Type.Object(
      {
        greeting: Type.Object(
          {
            text: Type.String({ default: 'hello', maxLength: 10, description: 'What is said.' }),
            language: Type.Enum(['english', 'french'], { default: 'english' }),
            every: Type.String({
              default: '10m',
              pattern: '^[0-9]+[smh]$',
              description: 'How often: a number and s, m or h, such as 10m.',
            }),
          },
          closed,
        ),
        image: Type.Object({ tag: Type.String({ default: '1.0' }) }, closed),
        service: Type.Object(
          {
            port: Type.Integer({ default: 8080, minimum: 1024, maximum: 65535 }),
            public: Type.Boolean({ default: false }),
            token: Type.String({ default: '', pattern: '^(tok-.*)?$' }),
          },
          closed,
        ),
        peers: Type.Array(
          Type.Object({ name: Type.String(), port: Type.Integer({ minimum: 1, maximum: 65535 }) }, closed),
          {
            default: [],
            description: 'Other greeters.',
          },
        ),
        hosts: Type.Array(Type.String({ pattern: '^[a-z.]+$' }), {
          default: [],
          description: 'Names of hosts, in small letters.',
        }),
        labels: Type.Unsafe<{ readonly [key: string]: string }>({
          type: 'object',
          patternProperties: { '^app$': false },
          additionalProperties: { type: 'string' },
          default: {},
          description: "More labels; the chart's own are refused.",
        }),
        gift: Type.Union(
          [
            Type.Object({ kind: Type.Literal('book'), title: Type.String() }, closed),
            Type.Object({ kind: Type.Literal('cake'), pieces: Type.Integer() }, closed),
          ],
          { default: { kind: 'cake', pieces: 8 } },
        ),
        friends: Type.Record(
          Type.String({ pattern: '^[a-z]+$' }),
          Type.Union([
            Type.String({ pattern: '^[A-Z][a-z]+$', description: 'A first name.' }),
            Type.Object(
              { name: Type.String(), age: Type.Integer() },
              { ...closed, propertyNames: { enum: ['name', 'age'] } },
            ),
          ]),
          {
            default: {},
            additionalProperties: false,
            description: 'Friends by their names, in small letters.',
          },
        ),
      },
      closed,
    ),
  });
  const { greeting, image, service } = chart.values;
  new KubeConfigMap(chart, 'greeting', {
    metadata: { name: 'greeting' },
    data: {
      text: greeting.text,
      language: greeting.language,
      every: greeting.every,
      tag: image.tag,
      port: str`${service.port}`,
    },
  });
  chart.addWarnings(
    when(eq(greeting.every, '1s'), str`greeting.every: ${greeting.every} is often: set a minute`),
  );
  chart.addRules(
    when(
      service.public,
      when(not(isNonEmpty(service.token)), 'service: public needs a token: set service.token'),
    ),
    when(isNonEmpty(service.token), 'greeting.text: it would tell the token: leave it out'),
    each(chart.values.peers, (peer, index) =>
      when(
        eq(peer.name, 'localhost'),
        str`peers[${index}]: ${peer.name} is the greeter itself, on another port`,
      ),
    ),
  );
  return chart;
}

const chart = greeter();

function load(text: string, input: Partial<ValuesInput> = {}) {
  return loadValues(chart, { files: [{ file: 'values.yaml', text }], ...input });
}

/** Each problem on one line, as a person would read it. */
function problems(text: string, input: Partial<ValuesInput> = {}): readonly string[] {
  const loaded = load(text, input);
  if (!('problems' in loaded)) return [];
  return loaded.problems.map(
    ({ file, line, column, path, message, hint }) =>
      `${file}:${line}:${column} ${path}: ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
}

describe('values without a fault', () => {
  test('come back complete: files in their order, then --set, over the defaults', () => {
    const loaded = load('greeting: {text: a, language: french}\nhosts: [x, y]\n', {
      files: [
        { file: 'base.yaml', text: 'greeting: {text: a, language: french}\nhosts: [x, y]\n' },
        { file: 'more.yaml', text: 'greeting: {text: b}\nhosts: [z]\n' },
      ],
      set: ['service.port=9090', 'greeting.every=5m,image.tag=v2'],
    });
    expect(loaded).toEqual({
      values: {
        greeting: { text: 'b', language: 'french', every: '5m' },
        image: { tag: 'v2' },
        service: { port: 9090, public: false, token: '' },
        peers: [],
        hosts: ['z'],
        labels: {},
        gift: { kind: 'cake', pieces: 8 },
        friends: {},
      },
      unread: [],
      doubtful: [],
    });
  });

  test("are given the chart's own warnings, in the place that each concerns", () => {
    const { doubtful } = load('greeting:\n  text: a\n  every: 1s\n') as { doubtful?: readonly Problem[] };
    expect(doubtful).toEqual([
      {
        file: 'values.yaml',
        line: 3,
        column: 3,
        path: 'greeting.every',
        message: '1s is often: set a minute',
      },
    ]);
  });

  test('may have keys of global for other charts, and enabled for a parent chart', () => {
    const given = { enabled: true, global: { registry: { host: 'a' } } };
    expect(load(JSON.stringify(given))).toMatchObject({ values: given, unread: [] });
    expect(problems('enabled: "yes"')).toEqual([
      'values.yaml:1:1 enabled: must be true or false, but is a string | ' +
        "Whether a parent chart includes this chart, by the parent's condition. The chart itself ignores it.",
    ]);
  });

  test("are warned about a key of global that is nearly one of the chart's", () => {
    const shared = new HelmChart({
      metadata: { name: 'shared', version: '1.0.0', appVersion: '1.0.0', description: 'Shares.' },
      values: Type.Object(
        { global: Type.Object({ registry: Type.String({ default: '' }) }, closed) },
        closed,
      ),
    });
    const files = [{ file: 'values.yaml', text: 'global:\n  cattle: {}\n  regsitry: a\n' }];
    expect(loadValues(shared, { files })).toEqual({
      values: { global: { cattle: {}, regsitry: 'a', registry: '' } },
      unread: [
        {
          file: 'values.yaml',
          line: 3,
          column: 3,
          path: 'global.regsitry',
          message: 'this chart does not read the key, which may be for another chart of the release',
          hint: 'Did you mean global.registry?',
        },
      ],
      doubtful: [],
    });
  });

  test('an empty file leaves the defaults', () => {
    expect(load('')).toMatchObject({ values: { greeting: { text: 'hello' } } });
  });

  test('null removes a default for good', () => {
    expect(problems('service: {port: null}')).toEqual([
      'values.yaml:1:11 service.port: null takes away the default, and the chart needs a value here | Remove the key to keep its default.',
    ]);
  });
});

describe('an unknown key', () => {
  test('is reported with the nearest known sibling key', () => {
    expect(problems('greeting:\n  txet: hi\n')).toEqual([
      'values.yaml:2:3 greeting.txet: this key is not known | Did you mean greeting.text?',
    ]);
  });

  test('is reported with its correct place', () => {
    expect(problems('language: french\n')).toEqual([
      'values.yaml:1:1 language: this key is not known | There is a key of this name elsewhere: greeting.language.',
    ]);
  });

  test('is reported with the place of a key with a similar name', () => {
    expect(problems('image:\n  langauge: french\n')).toEqual([
      'values.yaml:2:3 image.langauge: this key is not known | Did you mean greeting.language?',
    ]);
  });

  test('that resembles none is reported with the list of known keys', () => {
    expect(problems('service:\n  port: 8080\n  xyzzyxyzzy: 1\n')).toEqual([
      'values.yaml:3:3 service.xyzzyxyzzy: this key is not known | The keys of service are port, public and token.',
    ]);
  });

  test('of older files has its own message', () => {
    const retired = { 'service.backend': 'Set service.port instead.' };
    expect(problems('service:\n  backend: x\n', { hints: { retired } })).toEqual([
      'values.yaml:2:3 service.backend: this key of older values files means nothing here | Set service.port instead.',
    ]);
  });

  test('of older files is reported below a section that is not known either', () => {
    const retired = { 'database.auth.password': 'Put it into a Secret.' };
    expect(problems('database:\n  auth: {password: x}\n', { hints: { retired } })).toEqual([
      expect.stringMatching(/^values.yaml:1:1 database: this key is not known/),
      'values.yaml:2:10 database.auth.password: this key of older values files means nothing here | Put it into a Secret.',
    ]);
  });

  test('in the wrong form is reported with the purpose of the map', () => {
    expect(problems('friends: {Ann: Ann}')).toEqual([
      'values.yaml:1:11 friends.Ann: this key does not have the required form | Friends by their names, in small letters.',
    ]);
  });

  test('that must not be set is reported with the purpose of the map', () => {
    expect(problems('labels: {app: a}')).toEqual([
      "values.yaml:1:10 labels.app: this key is not allowed here | More labels; the chart's own are refused.",
    ]);
  });

  test('is not mistaken for a property of all JavaScript objects', () => {
    expect(problems('service:\n  constructor: 1\n  __proto__: 2\n')).toHaveLength(2);
  });

  test.each(
    Object.getOwnPropertyNames(Object.prototype),
  )('is not mistaken for one of older files where all JavaScript objects have it: %s', (name) => {
    expect(problems(`${name}: 1\n`, { hints: { retired: {} } })).toEqual([
      expect.stringMatching(/^values.yaml:1:1 .*: this key is not known [|] The keys are /),
    ]);
  });
});

describe('a wrong value', () => {
  test("that is refused gets the hint of the chart's authors", () => {
    const hint = (path: ValuePath, value: Value) =>
      path[0] === 'hosts' && typeof value === 'string' ? `Write ${value.toLowerCase()}.` : undefined;
    expect(problems('hosts: [A, 1]\nservice: {hosts: B}\n', { hints: { hint } })).toEqual([
      'values.yaml:1:9 hosts[0]: does not have the required form; character 1, an uppercase letter, is not allowed | Write a.',
      'values.yaml:1:12 hosts[1]: must be a string, but is a number | Names of hosts, in small letters.',
      'values.yaml:2:11 service.hosts: this key is not known | There is a key of this name elsewhere: hosts.',
    ]);
  });

  test.each([
    [
      'is told the choices, and the nearest of them',
      'greeting: {language: frensh}',
      'values.yaml:1:12 greeting.language: must be english or french, but is "frensh" | Did you mean french?',
    ],
    [
      'is told the choices',
      'greeting: {language: 7}',
      'values.yaml:1:12 greeting.language: must be english or french, but is a number',
    ],
    [
      'that is a string where a number is needed loses its quotes',
      'service: {port: "8080"}',
      'values.yaml:1:11 service.port: must be a whole number, but is a string | Remove the quotes.',
    ],
    [
      'that is a string where true or false is needed loses its quotes',
      'service: {public: "true"}',
      'values.yaml:1:11 service.public: must be true or false, but is a string | Remove the quotes.',
    ],
    [
      'that is a number where a string is needed gets quotes',
      'image:\n  tag: 1.10 # a tag\n',
      'values.yaml:2:3 image.tag: must be a string, but is a number with a fraction | In a values file, put it in quotes so that YAML reads a string: tag: "…"',
    ],
    [
      'that YAML takes for a boolean gets quotes',
      'image:\n  tag: on\n',
      'values.yaml:2:3 image.tag: must be a string, but is true | In a values file, put it in quotes so that YAML reads a string: tag: "…"',
    ],
    [
      'between braces gets quotes too',
      'image: {tag: 08}',
      'values.yaml:1:9 image.tag: must be a string, but is a number | In a values file, put it in quotes so that YAML reads a string: tag: "…"',
    ],
    [
      'in a list stands at its place there',
      'hosts:\n  - a.example\n  - 12\n',
      'values.yaml:3:5 hosts[1]: must be a string, but is a number | Names of hosts, in small letters.',
    ],
    [
      'of another form is told what the key is for',
      'greeting:\n  every: often\n',
      'values.yaml:2:3 greeting.every: does not have the required form; character 1, a lowercase letter, is not allowed | How often: a number and s, m or h, such as 10m.',
    ],
    [
      'of nearly the right form is told the right one',
      'greeting:\n  every: 10 minutes\n',
      'values.yaml:2:3 greeting.every: does not have the required form; character 3, a space (U+0020), is not allowed | Write 10m.',
    ],
    [
      'without its unit is not told to use quotes',
      'greeting:\n  every: 10\n',
      'values.yaml:2:3 greeting.every: must be a string, but is a number | Add a unit: 10s or 10m, for example.',
    ],
    [
      'in a list is told what the list is for',
      'hosts: [a-b]',
      'values.yaml:1:9 hosts[0]: does not have the required form; character 2, "-" (U+002D), is not allowed | Names of hosts, in small letters.',
    ],
    [
      'whose key has no description is told the form',
      'service: {token: hunter2}',
      'values.yaml:1:11 service.token: does not have the required form | ^(tok-.*)?$',
    ],
    [
      'outside of its range is told the range',
      'service: {port: 80}',
      'values.yaml:1:11 service.port: must be at least 1024',
    ],
    [
      'that is too long is told how long it is, in characters',
      'greeting: {text: "😀😀😀😀😀😀😀😀😀😀😀"}',
      'values.yaml:1:12 greeting.text: must have at most 10 characters, but has 11 | What is said.',
    ],
    [
      'in place of a map is told its keys',
      'service: 8080',
      'values.yaml:1:1 service: must be a map, but is a number | Its keys stand below it: port, public and token.',
    ],
    [
      'in place of a list is told how to write one',
      'hosts: a.example',
      'values.yaml:1:1 hosts: must be a list, but is a string | Write each member on a line of its own, after "- ".',
    ],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });
});

describe('a value of several shapes', () => {
  test.each([
    [
      'is held against the shape that it has',
      'friends: {ann: ann}',
      'values.yaml:1:11 friends.ann: does not have the required form | A first name.',
    ],
    [
      'is held against the shape that it has, key by key',
      'friends:\n  ann:\n    name: Ann\n    aeg: 5\n    age: x\n',
      'values.yaml:4:5 friends.ann.aeg: this key is not known | Did you mean friends.ann.age?',
      'values.yaml:5:5 friends.ann.age: must be a whole number, but is a string',
    ],
    [
      'is told all shapes where it has none',
      'friends: {ann: [1]}',
      'values.yaml:1:11 friends.ann: must be a string or a map, but is a list | Its keys stand below it: name and age.',
    ],
    [
      'is held against the shape whose mark it bears',
      'gift: {kind: book, pages: 300}',
      'values.yaml:1:1 gift.title: this key is missing',
      'values.yaml:1:1 gift.pieces: this key is not allowed together with the others here | The keys of gift are kind and title.',
      'values.yaml:1:20 gift.pages: this key is not known | The keys of gift are kind and title.',
    ],
    [
      'is told every mark where it bears none of them',
      'gift: {kind: boot, title: x}',
      'values.yaml:1:8 gift.kind: must be book or cake, but is "boot" | Did you mean book?',
    ],
    [
      'is told what is missing, at the map that lacks it',
      'friends:\n  ann:\n    name: Ann\n',
      'values.yaml:2:3 friends.ann.age: this key is missing',
    ],
  ])('%s', (_, text, ...expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

describe('several problems', () => {
  test('are all reported, in the order of the files and of their lines', () => {
    expect(
      problems('', {
        files: [
          { file: 'z.yaml', text: 'service:\n  port: x\ngreeting:\n  every: x\n' },
          { file: 'a.yaml', text: 'greetings: {}\n' },
        ],
        set: ['hosts={A}'],
      }).map((problem) => problem.replace(/: .*/, '')),
    ).toEqual([
      'z.yaml:2:3 service.port',
      'z.yaml:4:3 greeting.every',
      'a.yaml:1:1 greetings',
      '--set hosts:1:1 hosts[0]',
    ]);
  });

  test('of reading are reported for every file', () => {
    expect(
      problems('', {
        files: [
          { file: 'a.yaml', text: 'a: 1\na: 2\n' },
          { file: 'b.yaml', text: '- 1\n' },
        ],
        set: ['=1'],
      }).map((problem) => problem.split(' ')[0]),
    ).toEqual(['a.yaml:2:1', 'b.yaml:1:1']);
  });

  test('a key that a later file sets is located there', () => {
    const files = [
      { file: 'base.yaml', text: 'service:\n  port: 8080\n' },
      { file: 'more.yaml', text: 'service:\n  public: no\n  port: 80\n' },
    ];
    expect(problems('', { files })).toEqual(['more.yaml:3:3 service.port: must be at least 1024']);
  });
});

describe('an expression of --set', () => {
  test('is named if it cannot be read', () => {
    expect(problems('', { set: ['greeting.text'] })).toEqual([
      expect.stringMatching(/^--set:1:\d+ : this key has no value/),
    ]);
  });

  test.each([
    '99999999999999999999',
    '08080',
  ])('that gives the text %s for a number has no quotes', (text) => {
    expect(problems('', { set: [`service.port=${text}`] })).toEqual([
      `--set service.port:1:1 service.port: must be a whole number, but is a string`,
    ]);
  });

  test('that gives a number for a string, or one value for a list, is answered in the words of the option', () => {
    expect(problems('', { set: ['hosts=a'] })).toEqual([
      '--set hosts:1:1 hosts: must be a list, but is a string | Write a list in braces: --set "key={a,b}".',
    ]);
    expect(problems('', { set: ['image.tag=12'] })).toEqual([
      '--set image.tag:1:1 image.tag: must be a string, but is a number | Use --set-string, which reads every value as a string.',
    ]);
  });
});

describe('null', () => {
  test('over an earlier file is said to remove what that file set, too', () => {
    const files = [
      { file: 'base.yaml', text: 'image: {tag: "2.0"}\n' },
      { file: 'prod.yaml', text: 'image:\n  tag: null\n' },
    ];
    expect(loadValues(chart, { files })).toEqual({
      problems: [
        {
          file: 'prod.yaml',
          line: 2,
          column: 3,
          path: 'image.tag',
          message:
            'null removes the key, with what earlier files and the chart set for it, and the chart needs a value here',
          hint: 'Remove the null to keep the earlier value.',
        },
      ],
    });
  });
});

describe('a broken rule', () => {
  test('is located at the key that it names, if the file sets it', () => {
    expect(problems('service:\n  port: 9090\n  public: true\n')).toEqual([
      'values.yaml:3:3 service: public needs a token: set service.token',
    ]);
  });

  test('is located at the nearest key above, if the file does not set it', () => {
    expect(problems('service:\n  token: tok-1\n')).toEqual([
      'values.yaml:1:1 greeting.text: it would tell the token: leave it out',
    ]);
  });

  test('is located at the list member that it names', () => {
    const peers = ['a.example', 'localhost'].map((name) => `  - name: ${name}\n    port: 80\n`);
    expect(problems(`peers:\n${peers.join('')}`)).toEqual([
      'values.yaml:4:5 peers[1]: localhost is the greeter itself, on another port',
    ]);
  });

  test('is reported together with what the schema refuses elsewhere', () => {
    expect(problems('service:\n  public: true\n  port: 80\n')).toEqual([
      'values.yaml:2:3 service: public needs a token: set service.token',
      'values.yaml:3:3 service.port: must be at least 1024',
    ]);
  });

  test('is not evaluated while the schema refuses what it reads', () => {
    expect(problems('service:\n  public: true\n  token: 5\n')).toEqual([
      expect.stringMatching(/^values.yaml:3:3 service.token: must be a string, but is a number/),
    ]);
    expect(problems('peers:\n  - name: localhost\n')).toEqual([
      expect.stringMatching(/peers\[0\].port: this key is missing/),
    ]);
  });

  test('is reported together with a character that Helm does not pass on, which has its place', () => {
    expect(problems('service: {public: true}\ngreeting: {text: "a\\x7f"}\n')).toEqual([
      'values.yaml:1:11 service: public needs a token: set service.token',
      "values.yaml:2:12 greeting.text: character 2, the invisible character U+007F, is not allowed: a chart can't pass it on unchanged | Remove the character, which may be invisible.",
    ]);
  });

  test('is applied with its like in the order of Helm, whatever their own', () => {
    const settings = [
      { option: '--set-literal', expression: 'greeting.text=literal' },
      { option: '--set-file', expression: 'greeting.text=a.txt,image.tag=a.txt' },
      { option: '--set-json', expression: 'greeting.text="json",service.port=2000,image={"tag":"json"}' },
      { option: '--set-string', expression: 'greeting.text=string,image.tag=string' },
    ] as const;
    const loaded = load('', {
      set: [...settings, 'service.port=3000,greeting.text=set'],
      setFiles: new Map([['a.txt', 'from a file']]),
    });
    expect(loaded).toMatchObject({
      values: { greeting: { text: 'literal' }, image: { tag: 'from a file' }, service: { port: 3000 } },
    });
  });

  test('is named with the key of its assignment, and --set-file with its file', () => {
    expect(
      problems('', {
        set: [
          'greeting.text=x,service.port=1',
          { option: '--set-json', expression: 'image.tag=[]' },
          { option: '--set-file', expression: 'hosts=a.txt' },
        ],
        setFiles: new Map([['a.txt', 'secret']]),
      }),
    ).toEqual([
      expect.stringMatching(/^--set-json image.tag:1:1 image.tag: must be a string, but is a list/),
      expect.stringMatching(/^--set service.port:1:17 service.port: must be at least 1024/),
      expect.stringMatching(/^--set-file hosts=a.txt:1:1 hosts: must be a list, but is a string/),
    ]);
  });
});
