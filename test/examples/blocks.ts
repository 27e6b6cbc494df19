/** The fenced blocks of a Markdown page, by what follows the fence: a language, and what a test does with the block. */
export interface Block {
  readonly language: string;
  readonly purpose: string;
  readonly text: string;
}

const fenced = /^```(\w+)(?: ([^\n]+))?\n(.*?)^```$/gms;

export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(fenced)].map(([, language = '', purpose = '', text = '']) => ({
    language,
    purpose,
    text,
  }));
}

/** The page with new content in some of its blocks; the others stay unchanged. */
export function withBlocks(page: string, textOf: (block: Block) => string | undefined): string {
  return page.replaceAll(fenced, (written, language: string, purpose: string | undefined, text: string) => {
    const other = textOf({ language, purpose: purpose ?? '', text });
    return other === undefined ? written : written.replace(/\n.*(?=^```$)/ms, () => `\n${other}`);
  });
}
