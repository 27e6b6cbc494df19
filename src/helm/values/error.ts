import { showPath, type ValuePath } from '../../text/json.js';

/** Why values were refused: one word for each rule, so that programs can tell refusals apart. */
export type Refusal =
  | 'size'
  | 'encoding'
  | 'character'
  | 'line break'
  | 'document'
  | 'directive'
  | 'syntax'
  | 'indentation'
  | 'depth'
  | 'anchor'
  | 'alias'
  | 'tag'
  | 'escape'
  | 'flow'
  | 'block scalar'
  | 'top level'
  | 'duplicate key'
  | 'key'
  | 'merge'
  | 'rounded number'
  | 'infinite number'
  | 'null default'
  | 'set syntax'
  | 'set target';

/** One problem with the values: where it is (lines and columns count from 1), what it is, what to do. */
export interface ValuesProblem {
  refusal: Refusal;
  file: string;
  line: number;
  column: number;
  path?: ValuePath;
  message: string;
  hint?: string;
}

/** A problem while its file is read: its location is an offset into the text. */
export type Fault = Omit<ValuesProblem, 'file' | 'line' | 'column'> & { offset: number };

/** The maximum number of problems reported for one file: the first ones usually explain the rest. */
export const maxFaults = 20;

/** Values that cannot be read, or that Helm would interpret in a way their author cannot have meant. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';

  constructor(readonly problems: readonly ValuesProblem[]) {
    super(problems.map(formatProblem).join('\n'));
  }

  /** `file:line:column: message` for each problem, with what to do on an indented line below. */
  format(): string {
    return this.message;
  }
}

function formatProblem({ file, line, column, path = [], message, hint }: ValuesProblem): string {
  const subject = path.length > 0 ? `${showPath(path)}: ` : '';
  return `${file}:${line}:${column}: ${subject}${message}${hint === undefined ? '' : `\n  ${hint}`}`;
}
