import { describe, expect, test } from 'vitest';
import { ValuesError } from './error.js';
import { readValuesFile } from './read.js';

const read = (text: string) => readValuesFile(text, 'v.yaml').values;
const refusal = (text: string) => {
  try {
    readValuesFile(text, 'v.yaml');
  } catch (error) {
    if (error instanceof ValuesError) return error;
    throw error;
  }
  return undefined;
};

describe('a values file is read as Helm reads it', () => {
  test.each<[string, string, unknown]>([
    ['an empty file', '', {}],
    ['a file of comments', '# a\n\n  # b\n', {}],
    ['a document start', '# a\n---\na: 1\n', { a: 1 }],
    ['a document end', 'a: 1\n...\n', { a: 1 }],
    ['a document end and comments', 'a: 1\n... # b\n# c\n', { a: 1 }],
    ['a line that begins a document without content', 'a: 1\n---\n', { a: 1 }],
    ['a second document of comments', '# a\na: 1\n---\n# b\n\n', { a: 1 }],
    ['tabs in brackets', 'a: [\t1,\t"x"\t]\nb: {c\t:\t1}\n', { a: [1, 'x'], b: { c: 1 } }],
    ['JSON with tabs', '{\n\t"a": {\n\t\t"b": "x"\n\t}\n}\n', { a: { b: 'x' } }],
    [
      'lines in brackets that are indented with a tab',
      'a: [\n\t1,\n\t{b:\n2}\n]\nc: 1\n',
      { a: [1, { b: 2 }], c: 1 },
    ],
    [
      'lines in brackets that are indented less than their key',
      'a:\n    b: [\n 1,\n2\n]\n',
      { a: { b: [1, 2] } },
    ],
    ['lines in quotes that are indented with a tab, or not', 'a:\n  b: "x\n\ty\nz"\n', { a: { b: 'x y z' } }],
    ['a tab far enough right below a string without quotes', 'a: [x\n \ty\n \t]\n', { a: ['x y'] }],
    ['keys after a question mark', '? a\n: 1\n? "b"\n: c: 2\n? d\n', { a: 1, b: { c: 2 }, d: null }],
    ['a key on several lines', '? a\n  b\n: 1\n', { 'a b': 1 }],
    ['null', 'null\n', {}],
    ['Windows line ends', 'a: |\r\n  x\r\n  y\r\nb: 1\r\n', { a: 'x\ny\n', b: 1 }],
    ['a list at the indentation of its key', 'a:\n- 1\n- b: 2\n  c: 3\n', { a: [1, { b: 2, c: 3 }] }],
    ['brackets that close at the indentation of their key', 'a: [\n  1,\n]\n', { a: [1] }],
    ['JSON', '{"a":{"b":[1,"x",null,true]}}', { a: { b: [1, 'x', null, true] } }],
    ['keys without values', 'a:\nb: {c, d}\n', { a: null, b: { c: null, d: null } }],
    ['keys that look like what they are', 'true: 1\n404: 2\n-1: 3\n', { true: 1, 404: 2, '-1': 3 }],
    ['quoted keys', '"n": 1\n"08": 2\n', { n: 1, '08': 2 }],
    ['a key from a tag', '!!str 08: 1\n', { '08': 1 }],
    ['tags', 'a: !!str 12\nb: !!float 1\nc: !!map {}\nd: !!seq [1]\n', { a: '12', b: 1, c: {}, d: [1] }],
    ['escapes', 'a: "\\x41\\u00e9\\U0001F600\\N\\L\\0\\t"\n', { a: 'Aé😀\u0085\u2028\0\t' }],
    ['folded lines', 'a: >-\n  x\n  y\n\n  z\nb: x\n  y\n', { a: 'x y\nz', b: 'x y' }],
    ['an indentation indicator', 'a: |1\n  x\n', { a: ' x\n' }],
    ['kept line breaks', 'a: |+\n  x\n\nb: 1\n', { a: 'x\n\n', b: 1 }],
    ['an alias', 'a: &x {b: 1}\nc: *x\nd: [*x]\n', { a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }] }],
    [
      'an anchor that is named again',
      'a: &x 1\nb: [&y [*x]]\nc: &x 2\nd: *y\ne: *x\n',
      { a: 1, b: [[1]], c: 2, d: [1], e: 2 },
    ],
    [
      'a merge that keys below it override',
      'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\n',
      { a: { b: 1, c: 2 }, d: { b: 3, c: 2 } },
    ],
    ['a merge of several maps, the first wins', 'a: {<<: [{b: 1}, {b: 2, c: 3}]}\n', { a: { b: 1, c: 3 } }],
    ['a quoted <<', '"<<": 1\n', { '<<': 1 }],
  ])('%s', (_, text, values) => {
    expect(read(text)).toEqual(values);
  });

  test('names that JavaScript knows are ordinary keys', () => {
    const values = read('__proto__: {polluted: 1}\nconstructor: 2\ntoString: 3\nhasOwnProperty: 4\n');
    expect(Object.keys(values)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('input that Helm silently accepts and nobody means is refused, with its location', () => {
  test.each([
    ['a key twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', '4:3: b.c: this key stands in line 3 already'],
    ['a key twice in two spellings', '1: a\n"1": b\n', '2:1: 1: this key stands in line 1 already'],
    [
      'a key twice, once by a merge',
      'a: &x {1: b}\nc: {<<: *x, "1": d}\n',
      '2:13: c.1: this key stands in line 1 already',
    ],
    ['a boolean key', 'a:\n  n: 1\n', '2:3: a: Helm takes the key n for false'],
    ['a number key', '08: 1\n', '1:1: Helm takes the key 08 for 8'],
    ['a number key in another spelling', '1.10: 1\n', '1:1: Helm takes the key 1.10 for 1.1'],
    ['a null key', 'null: 1\n', '1:1: Helm takes the key null for null'],
    ['a second document', 'a: 1\n---\nb: 2\n', '2:1: a second document starts here'],
    ['a second document that is a tag', 'a: 1\n---\n!\n', '2:1: a second document starts here'],
    ['a second document that is an anchor', 'a: 1\n---\n&b\n', '2:1: a second document starts here'],
    ['a second document that is empty', 'a: 1\n---\n{}\n', '2:1: a second document starts here'],
    ['text behind the end of the document', 'a: 1\n...\nb: 2\n', '3:1: a second document starts here'],
    [
      'a ":" that is not below its "?"',
      '? a\n    : 1\n',
      '2:5: the ":" after a "?" key must be in the same column as the "?"',
    ],
    [
      'the end of no document',
      '# a\n...\n',
      '2:1: "..." is only allowed once, after the content of the file',
    ],
    [
      'an integer that is rounded',
      'id: 9007199254740993\n',
      '1:5: id: Helm cannot hold this integer, and reads the nearest that it can',
    ],
    [
      'a merge below the key that it replaces',
      'a: &x {b: 1}\nc:\n  b: 2\n  <<: *x\n',
      '4:3: c.b: the "<<" here replaces this key of line 3',
    ],
    ['two merges', 'a: {<<: {b: 1}, <<: {c: 1}}\n', '1:17: a: a map has one "<<"'],
    ['a tag of another tool', 'a: !vault x\n', '1:11: a: this tag does not work here'],
    ['keys that are indented less than the first', '  a: 1\nb: 2\n', '2:1: not YAML: this cannot stand here'],
  ])('%s', (_, text, line) => {
    expect(refusal(text)?.format()).toContain(`v.yaml:${line}`);
  });
});

describe('input that Helm 3 and 4, or YAML parsers, read differently is refused', () => {
  test.each([
    ['a file that ends in a block text', 'a: |\n  x', '1:4: the file ends within a block text'],
    ['a directive', '%YAML 1.1\n---\na: 1\n', '1:1: Helm 4 reads no file with a %-directive'],
    ['content on the line of ---', '--- {a: 1}\n', '1:1: Helm 4 takes each line that begins with "---"'],
    ['--- within a string', '{a: "x\n---y"}\n', '2:1: Helm 4 takes each line that begins with "---"'],
    [
      'a ":" with no space in brackets',
      'a: {b:}\n',
      '1:6: in brackets, a key that is not quoted needs a space',
    ],
    ['a "?" in brackets', 'a: [b?]\n', '1:5: in brackets, Helm takes "?"'],
    ['an escape of JSON that goyaml lacks', 'a: "\\/"\n', '1:5: Helm knows no escape \\/'],
    ['a surrogate pair in escapes', 'a: "\\ud83d\\ude00"\n', '1:5: Helm knows no escape \\ud83d'],
    ['an empty line after an escaped break', 'a: "x\\\n\n  y"\n', '1:6: parsers read an empty line'],
    ['an anchor with a dot', 'a: &b.c 1\n', '1:4: Helm knows no anchor of this name'],
    ['a tab below a string without quotes', 'a: [x\n\ty]\n', '1:5: a tab stands where YAML wants spaces'],
    ['a tab before what ends a string', 'a:\n  b: [x\n  \t]\n', '3:3: a tab stands where YAML wants spaces'],
    ['a tab behind a dash', 'a:\n-\tb\n', '2:2: a tab stands where YAML wants spaces'],
    ['a tab in a block text', 'a: |\n  \tx\n', '1:4: a tab stands in the indentation of a block text'],
    ['spaces in blank lines', 'a: |1\n  x\n   \n', '1:4: parsers read blank lines with spaces differently'],
    [
      'a string that goes on too far left',
      'a:\n#c\n  b\nc\n',
      '3:3: the text goes on in a line that is not indented more',
    ],
    [
      'a block text too far left',
      'a:\n  b:\n#c\n   |\n  c\n',
      '4:4: the text goes on in a line that is not indented more',
    ],
    ['a tag behind a key in braces', '{"a" !!str }\n', '1:6: a ":" or a "," is missing before this'],
    ['a "?" for a value', '{"a": ?\n, b: 1}\n', '1:7: a ":" or a "," is missing before this'],
    ['a key over two lines', '{a\n  : 1}\n', '1:2: a key and its ":" stand on one line'],
  ])('%s', (_, text, line) => {
    expect(refusal(text)?.format()).toContain(`v.yaml:${line}`);
  });
});

describe('input that is not a values file is refused', () => {
  test.each([
    ['a list', '- a\n', '1:1: a values file holds a map, and this one holds a list'],
    ['a string', 'hello\n', '1:1: a values file holds a map, and this one holds a string'],
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1: a tab stands where YAML wants spaces'],
    ['two colons in a line', 'a: b: c\n', '1:4: not YAML: a second ":" stands on this line'],
    ['a quote that stays open', 'a: "x\nb: 1\n', '1:4: a quote is never closed'],
    ['a bracket that stays open', 'a: [1\nb: 1\n', '1:4: this [ is never closed'],
    ['a brace that stays open', 'a:\n  b: {c: 1\n', '2:6: this { is never closed'],
    [
      'a host that starts with a wildcard',
      'a: *.example.com\n',
      '1:4: Helm knows no alias of this name\n  Put a host in quotes: "*.example.com".',
    ],
    [
      'a pyproject.toml',
      '[tool.centaur]\nsecrets = ["KEY"]\n',
      '1:1: this is TOML, and a values file is YAML',
    ],
    ['a template', 'a: {{ .Values.b }}\n', '1:5: a: a map cannot be a key'],
    ['infinity', 'a: [.inf]\n', '1:5: a[0]: Helm cannot hold this number'],
    ['a list as a key', '[a]: 1\n', '1:1: a list cannot be a key'],
    ['a missing key', ': 1\n', '1:1: a key is missing before this ":"'],
    ['a tag that does not fit', 'a: !!int x\n', '1:10: a: this is not a valid !!int'],
    ['an alias without an anchor', 'a: *x\n', '1:4: a: nothing above has the name of this alias'],
    ['an alias in its own value', 'a: &x [*x]\n', '1:8: a[0]: this alias stands within what it stands for'],
    ['a merge into itself', 'a: &x\n  <<: *x\n', '2:7: a["<<"]: this alias stands within what it stands for'],
    ['a merge of a string', 'a: {<<: b}\n', '1:5: a: "<<" merges a map or a list of maps'],
  ])('%s', (_, text, line) => {
    expect(refusal(text)?.format()).toContain(`v.yaml:${line}`);
  });

  test('every problem is reported, with what to do', () => {
    expect(refusal('a:\n  yes: 1\n  b: 1\n  b: .nan\n')?.format()).toBe(
      [
        'v.yaml:2:3: a: Helm takes the key yes for true',
        '  Put the key in quotes: "yes".',
        'v.yaml:4:6: a.b: Helm cannot hold this number',
        '  Put it in quotes if it is a string.',
        'v.yaml:4:3: a.b: this key stands in line 3 already',
        '  Helm takes one of them without a word. Keep the one that is meant.',
      ].join('\n'),
    );
  });

  test('but not more than twenty', () => {
    expect(refusal('a: .inf\n'.repeat(100))?.problems).toHaveLength(20);
    expect(refusal('...\n'.repeat(100))?.problems).toHaveLength(20);
  });
});

describe('malicious files are refused at once', () => {
  const most = (text: string) => text.repeat(Math.floor(30_000 / text.length));
  const bomb = Array.from({ length: 20 }, (_, i) => `b${i + 1}: &b${i + 1} [${`*b${i}, `.repeat(9)}]\n`);
  const deep = (inner: string) => `${'['.repeat(60)}${inner}${']'.repeat(60)}`;

  test.each([
    ['an alias bomb', `b0: &b0 [x]\n${bomb.join('')}`, 'alias'],
    [
      'a bomb of merges',
      `b0: &b0 {x: 1}\n${bomb.join('').replaceAll('[', '{<<: [').replaceAll(']', ']}')}`,
      'alias',
    ],
    ['depth through aliases', `a: &a ${deep('')}\nb: ${deep('*a')}\n`, 'depth'],
    ['brackets', most('['), 'syntax'],
    ['brackets that are closed', '['.repeat(100_000) + ']'.repeat(100_000), 'depth'],
    ['braces', most('{a: '), 'syntax'],
    ['dashes', most('- '), 'depth'],
    ['a deep indentation', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), 'depth'],
    ['one key again and again', most('a: 1\n'), 'duplicate key'],
    ['quotes', most('"'), 'syntax'],
    ['commas', `[${most(',')}`, 'syntax'],
    ['documents', most('---\na: 1\n'), 'document'],
    ['a long key', `${most('k')}: 1`, 'syntax'],
  ])(
    '%s',
    (_, text, expected) => {
      const error = refusal(text);
      expect(error?.problems[0]?.refusal).toBe(expected);
      expect(error?.format().length).toBeLessThan(10_000);
    },
    60_000,
  );

  test('ninety-nine levels are read', () => {
    expect(Object.keys(read(`a: ${'['.repeat(99)}${']'.repeat(99)}\n`))).toEqual(['a']);
    expect(refusal(`a: ${'['.repeat(100)}${']'.repeat(100)}\n`)?.problems[0]?.refusal).toBe('depth');
  });

  test('ordinary anchors are not a bomb', () => {
    const block = Array.from({ length: 30 }, (_, i) => `  k${i}: ${i}\n`).join('');
    const users = Array.from({ length: 30 }, (_, i) => `u${i}: {<<: *base, name: n${i}}\n`).join('');
    expect(Object.keys(read(`base: &base\n${block}${users}`))).toHaveLength(31);
  });
});

describe('a position', () => {
  const { position } = readValuesFile(
    [
      '# comment',
      'a:',
      '  b: 1',
      '  "c d":',
      '    - x',
      '    - e: 2',
      'f: &f {g: 1}',
      'h:',
      '  <<: *f',
      '  i: *f',
    ].join('\n'),
    'v.yaml',
  );

  test.each([
    ['a key', ['a'], 2, 1],
    ['a nested key', ['a', 'b'], 3, 3],
    ['a quoted key', ['a', 'c d'], 4, 3],
    ['an element', ['a', 'c d', 0], 5, 7],
    ['a key in an element', ['a', 'c d', 1, 'e'], 6, 7],
    ['a merged key, where it is written', ['h', 'g'], 7, 8],
    ['a key behind an alias, where it is written', ['h', 'i', 'g'], 7, 8],
    ['a key that is not there: the nearest above', ['a', 'z', 'y'], 2, 1],
    ['an element that is not there', ['a', 'c d', 7], 4, 3],
    ['what a string cannot have', ['a', 'b', 'c'], 3, 3],
    ['nothing that the file has', ['z'], 2, 1],
    ['a name that JavaScript knows', ['toString'], 2, 1],
  ])('of %s', (_, path, line, column) => {
    expect(position(path)).toEqual({ line, column });
  });

  test('does not count a byte order mark, and is undefined in an empty file', () => {
    expect(readValuesFile('\uFEFFa: 1\n', 'v.yaml').position(['a'])).toEqual({ line: 1, column: 1 });
    expect(readValuesFile('', 'v.yaml').position(['a'])).toBeUndefined();
  });
});
