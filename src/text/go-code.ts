/** Expressions of Go templates as trees, printed on one line or broken if too long. */
import { goString } from './go-syntax.js';

/**
 * A word (a constant, a variable, a path such as `.Values.port`, a function without operands), or a combination of
 * words.
 */
export type GoCode = string | GoCall | GoPipe | GoMember;

/** `printf "%s-%s" .Release.Name .Chart.Name` */
interface GoCall {
  readonly kind: 'call';
  readonly name: string;
  /** Grouped by the line that they are on if the call is broken. */
  readonly rows: readonly (readonly GoCode[])[];
}

/** `.Values.name | trunc 63 | quote` */
interface GoPipe {
  readonly kind: 'pipe';
  readonly from: GoCode;
  readonly into: readonly GoCode[];
}

/** `(first $hosts).name` */
interface GoMember {
  readonly kind: 'member';
  readonly of: GoCall | GoPipe;
  /** One or more names, each with its dot. */
  readonly path: string;
}

export function goCall(name: string, ...operands: readonly GoCode[]): GoCode {
  return operands.length === 0 ? name : { kind: 'call', name, rows: operands.map((operand) => [operand]) };
}

/** A map, in which each key stays on one line with its value. */
export function goDict(members: readonly (readonly [key: string, value: GoCode])[]): GoCode {
  const rows = members.map(([key, value]) => [goString(key), value]);
  return rows.length === 0 ? 'dict' : { kind: 'call', name: 'dict', rows };
}

export function goPipe(from: GoCode, ...into: readonly GoCode[]): GoCode {
  return typeof from !== 'string' && from.kind === 'pipe'
    ? { ...from, into: [...from.into, ...into] }
    : { kind: 'pipe', from, into };
}

export function goMember(of: GoCode, name: string): GoCode {
  if (typeof of === 'string') return of === '.' ? `.${name}` : `${of}.${name}`;
  return of.kind === 'member'
    ? { ...of, path: `${of.path}.${name}` }
    : { kind: 'member', of, path: `.${name}` };
}

/** `and` or `or`. Nested ones of the same kind are flattened: Go evaluates their operands in the same order. */
export function goJunction(name: 'and' | 'or', ...conditions: readonly GoCode[]): GoCode {
  return goCall(name, ...conditions.flatMap((code) => callOf(name, code)?.rows.flat() ?? [code]));
}

export function goNot(code: GoCode): GoCode {
  const equality = callOf('eq', code);
  if (equality !== undefined) return { ...equality, name: 'ne' };
  return callOf('not', code)?.rows[0]?.[0] ?? goCall('not', code);
}

function callOf(name: string, code: GoCode): GoCall | undefined {
  return typeof code !== 'string' && code.kind === 'call' && code.name === name ? code : undefined;
}

/** Whether an expression needs parentheses as an operand. */
export function isCompound(code: GoCode): code is GoCall | GoPipe {
  return typeof code !== 'string' && code.kind !== 'member';
}

/** An expression on one line. */
export function goText(code: GoCode): string {
  if (typeof code === 'string') return code;
  switch (code.kind) {
    case 'call':
      return [code.name, ...code.rows.flat().map(operandText)].join(' ');
    case 'pipe':
      return [code.from, ...code.into].map(goText).join(' | ');
    case 'member':
      return operandText(code.of) + code.path;
  }
}

function operandText(code: GoCode): string {
  return isCompound(code) ? `(${goText(code)})` : goText(code);
}

/** The maximum width of a line before it is broken. */
const width = 100;

const step = '  ';

/**
 * An expression with what precedes its first line and follows its last, such as `  name: {{ ` and ` }}`. If that is too
 * long for one line, each operand gets its own line. A word is never broken.
 */
export function goLines(before: string, code: GoCode, behind: string): readonly string[] {
  return linesOf(before, code, behind, /^ */.exec(before)?.[0] ?? '');
}

function linesOf(before: string, code: GoCode, behind: string, pad: string): readonly string[] {
  const line = before + goText(code) + behind;
  if (typeof code === 'string' || line.length <= width) return [line];
  switch (code.kind) {
    case 'call':
      return isShortCall(code) ? [line] : brokenCall(before, code, behind, pad);
    case 'pipe':
      return brokenPipe(before, code, behind, pad);
    case 'member':
      return linesOf(`${before}(`, code.of, `)${code.path}${behind}`, pad);
  }
}

/** Each function in a pipeline gets its own line or, if the value itself is broken, all of them share one. */
function brokenPipe(before: string, { from, into }: GoPipe, behind: string, pad: string): readonly string[] {
  const first = before + goText(from);
  if (first.length > width) return linesOf(before, from, ` | ${into.map(goText).join(' | ')}${behind}`, pad);
  return [first, ...into.map((stage) => `${pad}${step}| ${goText(stage)}`), pad + behind.trimStart()];
}

/** Breaking a call of a few words would not make it easier to read. */
function isShortCall(call: GoCall): boolean {
  const words = call.rows.flat();
  if (lists.has(call.name) || !words.every(isWord) || words.at(-1)?.startsWith('"')) return false;
  return words.length === 1 || goText(call).length <= width * 0.7;
}

/** Functions whose operands are all equivalent: none of them stays on the line of the function. */
const lists: ReadonlySet<string> = new Set(['list', 'dict', 'and', 'or']);

function brokenCall(before: string, { name, rows }: GoCall, behind: string, pad: string): readonly string[] {
  const last = rows.at(-1)?.at(-1) ?? '';
  const others = rows.slice(0, -1);
  const kept = lists.has(name) ? [] : leadingWords(others);
  // `append $problems (printf` continues like printf, and so does a line that would be too long anyway.
  const opens = rows.at(-1)?.length === 1 && isCompound(last);
  const alone = pad + step + operandText(last);
  if (opens && (kept.length === others.length || (alone.length > width && others.flat().every(isWord)))) {
    const head = [before + name, ...others.flat().map(operandText)].join(' ');
    const lines = linesOf(`${head} (`, last, `)${behind}`, pad);
    if ((lines[0]?.length ?? 0) <= width) return lines;
  }
  const head = [before + name, ...kept.flat().map(operandText)].join(' ');
  const stays = head.length <= width ? kept.length : 0;
  return [
    stays > 0 ? head : before + name,
    ...rows.slice(stays).flatMap((row) => rowLines(row, pad + step)),
    pad + behind.trimStart(),
  ];
}

function rowLines(row: readonly GoCode[], pad: string): readonly string[] {
  const before = [pad, ...row.slice(0, -1).map((word) => `${operandText(word)} `)].join('');
  const last = row.at(-1) ?? '';
  return isCompound(last) ? linesOf(`${before}(`, last, ')', pad) : linesOf(before, last, '', pad);
}

function isWord(code: GoCode): code is string {
  return typeof code === 'string';
}

/** Operands that say little by themselves and stay with the function: variables, and constants after them. */
function leadingWords(rows: readonly (readonly GoCode[])[]): readonly (readonly GoCode[])[] {
  const isVariable = (code: GoCode) => isWord(code) && /^\$\w+$/.test(code);
  const isConstant = (code: GoCode) => isWord(code) && code.startsWith('"');
  const variables = rows.findIndex((row) => !row.every(isVariable)) >>> 0;
  const constants = rows.slice(variables).findIndex((row) => !row.every(isConstant)) >>> 0;
  return rows.slice(0, variables + constants);
}
