/** How values are written in a file: what hints say to do about one that is of another kind than it should be. */
export interface FileFormat {
  /** What makes a string of a number, or of true and false. */
  string(key: string | number | undefined): string;
  readonly list: string;
  map(keys: string): string;
}

export const yaml: FileFormat = {
  string: (key) =>
    `In a values file, put it in quotes so that YAML reads a string: ${typeof key === 'string' ? `${key}: "…"` : '- "…"'}`,
  list: 'Write each member on a line of its own, after "- ".',
  map: (keys) => `Its keys stand below it: ${keys}.`,
};
