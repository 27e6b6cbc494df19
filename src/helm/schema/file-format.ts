/** How values are written in a file: what hints advise for a value of the wrong type. */
export interface FileFormat {
  /** How to turn a number, or true and false, into a string. */
  string(key: string | number | undefined): string;
  readonly list: string;
  map(keys: string): string;
  /** How to write a map whose keys are free, instead of a list. */
  readonly entries: string;
  /** What to do where a key and its value were read as one string. */
  readonly assignment: string;
}

export const yaml: FileFormat = {
  string: (key) =>
    `In a values file, put it in quotes so that YAML reads a string: ${typeof key === 'string' ? `${key}: "…"` : '- "…"'}`,
  list: 'Write each member on a line of its own, after "- ".',
  map: (keys) => `Its keys stand below it: ${keys}.`,
  entries: 'Write one "NAME: value" line for each entry below it, without "- ".',
  assignment: 'Write "key: value", with a colon and a space after it.',
};

/** The command line: `--set` and its like. */
export const setOption: FileFormat = {
  string: () => 'Use --set-string, which reads every value as a string.',
  list: 'Write a list in braces: --set "key={a,b}".',
  map: (keys) => `Set its keys, after a dot: ${keys}.`,
  entries: 'Set one entry at a time: --set key.NAME=value.',
  assignment: 'Set its keys, after a dot: --set key.NAME=value.',
};
