import fc from 'fast-check';
import { valuesText } from './values-text.js';

/** What follows a key or a dash. */
type Written = Alias | Anchorable<Content>;
type Anchorable<C> = C & { anchored: boolean };
type Content = Scalar | Lines | Block | Sequence | Mapping;

interface Alias {
  is: 'alias';
  of: number;
}
interface Scalar {
  is: 'scalar';
  text: string;
  comment: string;
}
/** A plain or quoted scalar that continues in the lines below. */
interface Lines {
  is: 'lines';
  lines: readonly string[];
}
interface Block {
  is: 'block';
  style: string;
  /** The indentation indicator; none if 0. */
  indicator: number;
  chomp: string;
  lines: readonly string[];
  comment: string;
}
interface Sequence {
  is: 'list';
  inFlow: boolean;
  isIndented: boolean;
  items: readonly Written[];
}
interface Mapping {
  is: 'map';
  inFlow: boolean;
  merges: boolean;
  entries: readonly Entry[];
}
interface Entry {
  key: number;
  value: Written;
  /** A line above it. */
  above: string | null;
}

const texts = [
  ...[
    'x',
    'x y',
    "it's",
    'a:b',
    'a#b',
    'http://x.y/z?a=b&c=d',
    'é',
    '😀 x',
    '-x',
    '?x',
    ':x',
    'a, b',
    '/',
    '<x>',
  ],
  ...[
    '-1',
    '1.5',
    '0777',
    '0x1F',
    '1_000',
    '1e3',
    'yes',
    'off',
    'true',
    'null',
    '~',
    '',
    '2001-01-01',
    '12:30:45',
  ],
  ...[
    '"x: # y"',
    "'it''s: # x'",
    '"\\u00e9\\t\\"\\\\"',
    '""',
    "''",
    '!!str 12',
    '!!float 1',
    '!!str',
    '!!map {}',
  ],
];
const keys = [
  (index: number) => `k${index}`,
  (index: number) => `"q: ${index}"`,
  (index: number) => `'s # ${index}'`,
  (index: number) => `${400 + index}`,
  (index: number) => `w x${index}`,
  (index: number) => `a.b/c-${index}`,
];

const anchored = fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0);
const comment = fc.constantFrom('', '', '', ' # why', ' #why', '\t# tab');
const { entries } = fc.letrec<{ value: Written; entries: Entry[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 5,
      arbitrary: fc.record<Anchorable<Scalar>>({
        is: fc.constant('scalar'),
        text: fc.oneof(
          fc.constantFrom(...texts),
          fc.string({ unit: 'binary', maxLength: 8 }).map(valuesText),
        ),
        comment,
        anchored,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record<Anchorable<Lines>>({
        is: fc.constant('lines'),
        lines: fc.constantFrom(
          ['x', 'y', 'z'],
          ['x', '', 'y'],
          ['x', '- y', '? z'],
          ['"x', 'y"'],
          ["'x", '', '', " y'"],
          ['"x \\', ' y\\n', 'z"'],
        ),
        anchored,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record<Anchorable<Block>>({
        is: fc.constant('block'),
        style: fc.constantFrom('|', '>'),
        indicator: fc.constantFrom(0, 0, 0, 1, 2, 4),
        chomp: fc.constantFrom('', '-', '+'),
        lines: fc.array(
          fc.constantFrom('x', 'x y', '  more', 'k: v', '- i', '# text', '', '', '"', '{{ x }}', 'x  '),
          {
            maxLength: 6,
          },
        ),
        comment: fc.constantFrom('', '', ' # why'),
        anchored,
      }),
    },
    { weight: 1, arbitrary: fc.record<Alias>({ is: fc.constant('alias'), of: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record<Anchorable<Sequence>>({
        is: fc.constant('list'),
        inFlow: fc.boolean(),
        isIndented: fc.boolean(),
        items: fc.array(tie('value'), { maxLength: 4 }),
        anchored,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record<Anchorable<Mapping>>({
        is: fc.constant('map'),
        inFlow: fc.boolean(),
        merges: fc.boolean(),
        entries: tie('entries'),
        anchored,
      }),
    },
  ),
  entries: fc.array(
    fc.record({
      key: fc.nat({ max: keys.length - 1 }),
      value: tie('value'),
      above: fc.constantFrom(null, null, null, '', '# comment', '#comment', '      # far'),
    }),
    { maxLength: 4 },
  ),
}));

/**
 * Values files as a careful person may write them, with all YAML features that need not be refused: block and flow
 * style, every kind of scalar, comments, anchors, aliases and merges.
 */
export const writtenDocuments: fc.Arbitrary<string> = fc
  .record({
    start: fc.constantFrom('', '', '# comment\n', '---\n', '# comment\n---\n', '\ufeff', '\n'),
    entries,
    lineBreak: fc.constantFrom('\n', '\n', '\r\n'),
  })
  .map(({ start, entries: top, lineBreak }) => {
    const lines = mapLines(top, 0, { count: 0, complete: [], maps: [] });
    return start + lines.map((line) => line + lineBreak).join('');
  });

/** The anchors so far and, among the completed ones, those that name maps. */
interface Anchors {
  count: number;
  complete: string[];
  maps: string[];
}

/** Writes what follows a key or a dash of a column: the rest of its line, and the lines below. */
function written(
  value: Written,
  column: number,
  anchors: Anchors,
): { head: string; below: readonly string[] } {
  if (value.is === 'alias') return { head: aliasText(value, anchors), below: [] };
  const name = value.anchored ? `a${anchors.count++}` : '';
  const { head, below } = content(value, column, anchors);
  complete(name, value, anchors);
  return { head: name === '' ? head : `&${name} ${head}`.trimEnd(), below };
}

function content(
  value: Content,
  column: number,
  anchors: Anchors,
): { head: string; below: readonly string[] } {
  switch (value.is) {
    case 'scalar':
      // No tab directly after a dash.
      return { head: value.text === '' ? value.comment.trimStart() : value.text + value.comment, below: [] };
    case 'lines': {
      const [head = '', ...more] = value.lines;
      return { head, below: more.map((line) => indented(column + 1, line)) };
    }
    case 'block': {
      // Without an indicator the first line sets the indentation, so it must neither start with a space nor be blank.
      const lines = value.indicator === 0 ? ['first', ...value.lines] : value.lines;
      return {
        head: value.style + (value.indicator || '') + value.chomp + value.comment,
        below: lines.map((line) => indented(column + (value.indicator || 2), line)),
      };
    }
    case 'list':
      return value.inFlow || value.items.length === 0
        ? { head: flowContent(value, anchors), below: [] }
        : { head: '', below: listLines(value.items, column + (value.isIndented ? 2 : 0), anchors) };
    case 'map':
      return value.inFlow || value.entries.length === 0
        ? { head: flowContent(value, anchors), below: [] }
        : { head: '', below: mapLines(value.entries, column + 2, anchors, value.merges) };
  }
}

function mapLines(entries: readonly Entry[], column: number, anchors: Anchors, merges = false): string[] {
  const merged = anchors.maps.at(-1);
  const lines = merges && merged !== undefined ? [indented(column, `<<: *${merged}`)] : [];
  for (const [index, { key, value, above }] of entries.entries()) {
    if (above !== null) lines.push(above);
    const { head, below } = written(value, column, anchors);
    lines.push(indented(column, `${keyText(key, index)}: ${head}`.trimEnd()), ...below);
  }
  return lines;
}

function listLines(items: readonly Written[], column: number, anchors: Anchors): string[] {
  return items.flatMap((item) => {
    // A list in a list is always indented.
    const inner = item.is === 'list' ? { ...item, isIndented: true } : item;
    const { head, below } = written(inner, column, anchors);
    const [first = '', ...rest] = below;
    const isCompact = head === '' && first.startsWith(' '.repeat(column + 2)) && !/^ *#/.test(first);
    return isCompact
      ? [indented(column, `- ${first.slice(column + 2)}`), ...rest]
      : [indented(column, `- ${head}`.trimEnd()), ...below];
  });
}

function flowText(value: Written, anchors: Anchors): string {
  if (value.is === 'alias') return aliasText(value, anchors);
  const name = value.anchored ? `a${anchors.count++}` : '';
  const text = flowContent(value, anchors);
  complete(name, value, anchors);
  return name === '' ? text : `&${name} ${text}`;
}

function flowContent(value: Content, anchors: Anchors): string {
  switch (value.is) {
    case 'scalar':
      return /^(?:".*"|'.*'|[\w. ]+)$/.test(value.text) ? value.text : valuesText(value.text);
    case 'lines':
    case 'block':
      return valuesText(value.lines.join('\n'));
    case 'list':
      return `[${value.items.map((item) => flowText(item, anchors)).join(', ')}]`;
    case 'map': {
      const members = value.entries.map(
        (entry, index) => `${keyText(entry.key, index)}: ${flowText(entry.value, anchors)}`,
      );
      return `{${members.join(', ')}}`;
    }
  }
}

function keyText(key: number, index: number): string {
  return keys[key]?.(index) ?? `k${index}`;
}

function aliasText({ of }: Alias, { complete: names }: Anchors): string {
  return names.length === 0 ? '~' : `*${names[of % names.length]}`;
}

function complete(name: string, value: Content, anchors: Anchors): void {
  if (name === '') return;
  anchors.complete.push(name);
  if (value.is === 'map') anchors.maps.push(name);
}

function indented(column: number, line: string): string {
  return line === '' ? '' : ' '.repeat(column) + line;
}
