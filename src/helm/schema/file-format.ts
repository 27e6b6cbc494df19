/** How values are written in a file: what hints say to do about one that is of another kind than it should be. */
export interface FileFormat {
  /** What makes a text of a number, or of true and false. */
  text(key: string | number | undefined): string;
  readonly list: string;
  map(keys: string): string;
}

export const yaml: FileFormat = {
  text: (key) =>
    `YAML reads it as text where it stands in quotes in a values file: ${typeof key === 'string' ? `${key}: "…"` : '- "…"'}`,
  list: 'Write each member on a line of its own, after "- ".',
  map: (keys) => `Its keys stand below it: ${keys}.`,
};
