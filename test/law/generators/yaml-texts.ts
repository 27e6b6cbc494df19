/**
 * YAML as people write it, and YAML at every edge that parsers disagree about. Only text is drawn here: Helm decides
 * what it means.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Refusal } from '../../../src/helm/values/error.js';
import { writtenDocuments } from './written-documents.js';

export interface Family {
  readonly texts: fc.Arbitrary<string>;
  /** Why text may be refused that both Helms read alike. */
  readonly mayRefuse: readonly Refusal[];
  /** The minimum share of accepted texts; with fewer, the test would prove little. */
  readonly leastAccepted: number;
}

type Texts = fc.Arbitrary<string>;

/** One of the pieces between the bars. A piece that occurs there twice is drawn more often. */
export const one = (pieces: string): Texts => fc.constantFrom(...pieces.split('¦'));
const row = (...parts: Texts[]): Texts => fc.tuple(...parts).map((texts) => texts.join(''));
const many = (pieces: Texts, maxLength: number, glue: Texts = fc.constant('')): Texts =>
  fc.array(row(pieces, glue), { maxLength }).map((texts) => texts.join(''));

const plainPieces =
  'a¦b¦key¦x y¦é¦😀¦a-b¦a:b¦a#b¦x.y¦1¦no¦-1.5¦//¦a,b¦it\'s¦{¦q"q¦*¦&¦!¦%¦?¦?a¦:a¦-a¦<¦|¦>¦@¦`¦~¦null¦\u00a0';

/** The position of a value, and what may follow it. */
const place = one('a: ¦a:\n  ¦a:\n  b: ¦a:\n- ¦a:\n  - ¦a:\n- - ¦a: &a ¦a: !!str ¦a: [¦a: {b: ¦');
const rest = one('\n¦\n¦¦\r\n¦ # c\n¦ x\n¦\nb: 1\n¦\n\n¦]\n¦}\n¦: 1\n');

const number = many(
  one(
    '0¦1¦7¦8¦9¦.¦-¦+¦e¦E¦_¦x¦o¦b¦f¦0x¦0X¦0b¦0o¦0O¦:¦T¦inf¦p¦e308¦2001-01-01¦123456789¦9007199254740993¦' +
      '9223372036854775808¦18446744073709551615',
  ),
  6,
);
const word = one(
  'y¦Y¦yes¦YES¦yEs¦True¦tRUE¦on¦Off¦n¦N¦nO¦Null¦NULL¦nULL¦~¦¦"yes"¦\'1\'¦"0x1F"¦""¦.inf¦-.INF¦.NaN¦+.inf¦<<¦=¦0.1¦1e21¦' +
    '-0¦-0.0¦08',
);

const blockHeader = row(one('|¦>'), one('¦¦¦-¦+¦1¦2¦3¦-1¦2+¦+1¦9¦0¦--'), one('¦¦ ¦ # c¦#c¦\t¦ x'));
const blockLine = row(one('¦ ¦  ¦   ¦    ¦      '), one('¦¦x¦x y¦\tx¦x\t¦- a¦b: c¦# c¦"¦\t¦...¦---¦{¦x  '));

const space = one('¦¦ ¦  ¦\t¦\t¦\n\t¦\n \t¦\n ¦\n  ¦\r\n ¦   \n  ¦ # c\n ¦\n\n ¦\n');
const { flow } = fc.letrec<Record<'flow' | 'list' | 'map', string>>((tie) => ({
  flow: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    one(`${plainPieces}¦"a b"¦'it''s'¦""¦"x\\ny"¦"a\n  b"¦¦*a¦&x k¦!!str 1¦12`),
    tie('list'),
    tie('map'),
  ),
  list: row(
    fc.constant('['),
    many(row(space, one('¦¦¦k: ¦k:¦"k":¦k : ¦? '), tie('flow'), space), 3, one(',¦,¦')),
    fc.constant(']'),
  ),
  map: row(
    fc.constant('{'),
    many(
      row(
        space,
        one('a¦b¦"a"¦\'c\'¦d e¦&x k¦*a ¦? a¦?¦? "b" ¦<<¦-¦[1]'),
        one(': ¦: ¦: ¦:¦ : ¦:\n  ¦¦\n: '),
        tie('flow'),
        space,
      ),
      3,
      one(',¦,¦'),
    ),
    fc.constant('}'),
  ),
}));

/** Between tokens in brackets, where lines may begin anywhere. */
const gap = one('¦¦ ¦\n¦\n\t¦\n \t¦\t\n¦\n  ¦\n\t\t  ¦ # c\n\t¦ # c\n');
const gapped = (...parts: readonly fc.Arbitrary<string>[]) => row(...parts.flatMap((part) => [part, gap]));
const { bracketed } = fc.letrec<Record<'value' | 'bracketed', string>>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    one('x¦12¦"q"¦\'s\'¦"x\n\ty"¦\'x\ny\'¦x\n\ty¦x\n  \ty¦""¦"x \t\n \n\ty"'),
    tie('bracketed'),
  ),
  bracketed: fc.oneof(
    row(fc.constant('['), gap, many(gapped(tie('value')), 3, row(fc.constant(','), gap)), fc.constant(']')),
    row(
      fc.constant('{'),
      gap,
      many(gapped(one('a: ¦"b":¦\'c\': ¦d :\t'), tie('value')), 3, row(fc.constant(','), gap)),
      fc.constant('}'),
    ),
  ),
}));

const anchored = row(
  one('¦¦&a ¦&b '),
  one('1¦x¦~¦{}¦[]¦{p: 1}¦{p: 1, q: 2}¦[1, 2]¦*a¦*b¦{<<: *a, p: 3}¦{<<: [*a, *b]}'),
);
const mergeLine = row(
  one('p¦q¦"p"¦1¦"1"¦true¦<<¦<<¦<<¦"<<"¦&a k¦*a ¦!!str <<¦!!merge <<'),
  fc.constant(': '),
  anchored,
  fc.constant('\n'),
);

const characters = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  one('\0¦\x07¦\x7f¦\x85¦\x9f¦\u2028¦\u2029¦\ufeff¦\ufffe¦\u{1ffff}¦\r¦\r\n¦\t¦\u00a0'),
  one('"¦\\¦\'¦: ¦ #¦\n  ¦{{¦\u202e¦\u0301¦\u{e0001}¦a¦ '),
);

const soup =
  'a¦b¦c¦x y¦1¦0777¦yes¦null¦~¦-¦?¦:¦: ¦- ¦? ¦,¦, ¦[¦]¦{¦}¦#¦ #c¦\n¦\n¦\n¦\n ¦\n  ¦\n    ¦ ¦  ¦\t¦"¦\'¦\\¦\\n¦\\/¦\\\n¦|¦>¦|-¦' +
  '|+¦>+¦|2¦>2-¦\n\n¦\r\n¦---¦...¦\n---\n¦&a ¦*a¦*a ¦&b ¦!!str ¦!!int ¦!x ¦! ¦<<: ¦%¦@¦`¦!¦&¦*¦é¦😀¦""¦{}¦[]¦a: ¦b: ¦' +
  "a: 1\n¦b: |\n¦b: >\n¦k:\n¦\n- ¦\na: ¦\nb: ¦\nc:¦\"a b\"¦'it''s'¦\u00a0¦/";

const values = new URL('../../../values/', import.meta.url);
const realFiles = readdirSync(values).map((name) => readFileSync(new URL(name, values), 'utf8'));
const change = fc.record({
  at: fc.nat(),
  without: fc.nat({ max: 3 }),
  put: one('¦ ¦\n¦:¦-¦#¦"¦\'¦[¦{¦}¦]¦,¦|¦>¦\t¦&¦*¦!¦\n  ¦: '),
});
/** A part of a real file that starts with a line, with a few characters changed. */
const edited = fc
  .record({
    file: fc.constantFrom(...realFiles),
    from: fc.nat(),
    length: fc.integer({ min: 1, max: 2000 }),
    changes: fc.array(change, { maxLength: 4 }),
  })
  .map(({ file, from, length, changes }) => {
    const start = file.lastIndexOf('\n', from % file.length) + 1;
    return changes.reduce(
      (text, { at, without, put }) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + put + text.slice(index + without);
      },
      file.slice(start, start + length),
    );
  });

/** Why text with arbitrary content may be refused. */
const anyStructure: readonly Refusal[] = [
  ...(['syntax', 'indentation', 'flow', 'block scalar', 'document', 'tag', 'anchor', 'alias'] as const),
  ...(['duplicate key', 'key'] as const),
];

export const families: Readonly<Record<string, Family>> = {
  'documents as people write them': {
    texts: writtenDocuments,
    mayRefuse: [],
    leastAccepted: 1,
  },
  'numbers, booleans and nulls in every spelling': {
    texts: row(
      one('a: ¦a: !!int ¦a: !!float ¦a: !!str ¦a: !!bool ¦a: !!null ¦a:\n- ¦¦a:\n  '),
      fc.oneof(number, word),
      one('\n¦¦: 1\n'),
    ),
    mayRefuse: ['key', 'rounded number', 'infinite number', 'tag'],
    leastAccepted: 0.2,
  },
  'block texts': {
    texts: row(
      place,
      blockHeader,
      one('\n¦\n¦\r\n'),
      many(blockLine, 6, one('\n¦\n¦\r\n')),
      one('¦¦c: 1\n¦ c: 1\n¦- d\n¦# e\n¦  # e\nc: 1\n¦c: |\n  x¦\n  \n'),
    ),
    mayRefuse: anyStructure,
    leastAccepted: 0.05,
  },
  'double quotes': {
    texts: row(
      one('a: "¦a:\n  "¦a: ["¦"¦a: {"¦a:\n- "'),
      many(
        one(
          "x¦y z¦ ¦  ¦\t¦\n¦\n ¦\n  ¦\n   ¦\r\n  ¦\n\n¦\n \t\n¦#¦: ¦- ¦---¦\n---\n¦\n...\n¦é¦😀¦'¦\\n¦\\\n¦\\\n  ¦\\\r\n  ¦\\t¦" +
            '\\\t¦\\ ¦\\\\¦\\"¦\\/¦\\\'¦\\0¦\\x41¦\\xZZ¦\\u263A¦\\ud83d\\ude00¦\\U0001F600¦\\U0000D83D¦\\U00110000¦\\a¦\\e¦\\N¦' +
            '\\_¦\\L¦\\P¦\\q',
        ),
        8,
      ),
      one('"\n¦"¦"\nb: 1\n¦"]\n¦": 1}\n¦": 1\n¦" # c\n¦"x\n'),
    ),
    mayRefuse: ['escape', 'document'],
    leastAccepted: 0.08,
  },
  'single quotes': {
    texts: row(
      one("a: '¦a:\n  '¦a: ['¦'¦a:\n- '"),
      many(one("x¦y z¦ ¦\t¦\n¦\n ¦\n  ¦\n   ¦\r\n  ¦''¦\\¦\"¦#¦ #¦: ¦- ¦---¦\n---\n¦é¦\n\n¦\n \t\n"), 8),
      one("'\n¦'¦'\nb: 1\n¦']\n¦': 1\n¦' # c\n"),
    ),
    mayRefuse: ['document'],
    leastAccepted: 0.1,
  },
  'plain texts over lines': {
    texts: row(
      place,
      many(
        one(
          `${plainPieces}¦ ¦ ¦  ¦\t¦\n ¦\n  ¦\n   ¦\n¦\r\n  ¦ #¦#¦\n#c\n  ¦: ¦:¦ - ¦- ¦\n  - ¦\n  b: ¦\n\n  ¦\n \t¦\n  \t ¦, ¦] ¦---` +
            '¦...¦\n---x',
        ),
        9,
      ),
      rest,
    ),
    mayRefuse: [...anyStructure, 'rounded number'],
    leastAccepted: 0.1,
  },
  'brackets and braces': {
    texts: row(one('a: ¦a:\n- ¦a:\n  ¦¦a: &a [1]\nb: ¦a: &a x\nb: '), flow, rest),
    mayRefuse: anyStructure,
    leastAccepted: 0.2,
  },
  'brackets over lines that are indented anyhow': {
    texts: row(one('a: ¦a:\n- ¦a:\n  b: ¦a:\n    - - ¦a:\n  '), bracketed, one('\n¦\nz: 1\n¦ # c\n')),
    mayRefuse: ['duplicate key'],
    leastAccepted: 0.3,
  },
  'anchors, aliases and merges': {
    texts: row(
      one('x: &a {p: 1}\n¦x: &a {p: 1, q: 2}\n¦x: &a [1]\n¦x: &a s\n¦x: &b {1: z}\n¦x: &a {true: z}\n'),
      row(fc.constant('m: '), anchored, fc.constant('\n')),
      many(mergeLine, 6),
    ),
    mayRefuse: ['duplicate key', 'key', 'merge', 'tag'],
    leastAccepted: 0.05,
  },
  indentation: {
    texts: many(
      row(
        one('¦ ¦  ¦   ¦    '),
        one('¦¦¦¦- ¦- - ¦-¦? ¦: ¦-  '),
        one('a¦b¦c¦"d"¦&x e¦!!str f¦*x ¦# g¦#g¦¦¦x y¦[1]¦{z: 1}¦"q": '),
        one(':¦: ¦: 1¦: x¦¦ # c¦: # c¦: &x¦: !!map¦: |¦: >-¦: [¦: {}¦: *x¦: "m¦:\t1¦:\t# c¦:\t- x'),
      ),
      8,
      one('\n¦\n¦\n\n¦\r\n'),
    ),
    mayRefuse: anyStructure,
    leastAccepted: 0.04,
  },
  'documents, and where they end': {
    texts: row(
      one('a: 1\n¦a: 1¦a: x\n¦a: "b"\n¦a:\n- 1\n¦a: [1]\n¦# c\n¦---\n¦---\na: 1\n¦{a: 1}\n¦'),
      many(
        one('---¦...¦---¦...¦--- # c¦... # c¦# c¦ # c¦¦ ¦\t¦--- ¦...\t¦a: 1¦b: 2¦null¦{}¦x'),
        5,
        one('\n¦\n¦\r\n'),
      ),
      one('¦¦# c'),
    ),
    mayRefuse: anyStructure,
    leastAccepted: 0.2,
  },
  tags: {
    texts: row(
      one('a: ¦a:\n- ¦a: [¦¦a: {b: '),
      many(
        one(
          '!!str¦!!int¦!!map¦!!seq¦!!null¦!!binary¦!!set¦!¦!x¦!<tag:yaml.org,2002:str>¦!<>¦!!¦!a!b¦%¦&a¦&b¦*a¦ ¦ ¦ ¦\n  ¦\n¦x¦1¦{}¦' +
            '[]¦{b: 1}¦"q"¦,¦: ¦k: ¦- ',
        ),
        6,
      ),
      rest,
    ),
    mayRefuse: anyStructure,
    leastAccepted: 0.03,
  },
  'characters of every kind': {
    texts: row(
      one('a: ¦a: "¦a: \'¦a: |\n  ¦a: >\n  ¦a: [¦"¦# ¦a:\n- ¦\ufeffa: ¦a: 1\n# '),
      many(characters, 6),
      one('\n¦¦"\n¦\'\n¦"¦]\n¦": 1\n¦: 1\n'),
    ),
    mayRefuse: [...anyStructure, 'character', 'encoding', 'line break', 'escape'],
    leastAccepted: 0.1,
  },
  'pieces of YAML in any order': {
    texts: row(fc.oneof(place, one('a: "¦a: \'¦a: &a x\nb: ¦a:\n  b:\n    - ')), many(one(soup), 9), rest),
    mayRefuse: [...anyStructure, 'merge', 'escape'],
    leastAccepted: 0.05,
  },
  "the project's own values files, edited": {
    texts: edited,
    mayRefuse: anyStructure,
    leastAccepted: 0.15,
  },
};
