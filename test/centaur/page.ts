/** The operator's page, from which tests take its snippets and commands word for word. */
import { readFileSync } from 'node:fs';

export interface Page {
  readonly connect: string;
  readonly serviceAccount: string;
  /** The TOML of a tool's declaration. */
  readonly declaration: string;
  /** Lists of keys and the reference, in their order. */
  readonly lists: readonly string[];
  /** The credentials of harnesses, each with its purpose. */
  readonly credentials: readonly (readonly [name: string, use: string])[];
  /** The commands under Verify, one a string. */
  readonly commands: readonly string[];
}

export const page = readPage(readFileSync(new URL('../../docs/use-1password.md', import.meta.url), 'utf8'));

function readPage(text: string): Page {
  const blocks = (language: string) =>
    [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
      .filter(([, name]) => name === language)
      .map(([, , body]) => body ?? '');
  const [connect, serviceAccount, ...otherValues] = blocks('yaml');
  const [declaration] = blocks('toml');
  if (
    connect === undefined ||
    serviceAccount === undefined ||
    declaration === undefined ||
    otherValues.length > 0
  ) {
    throw new Error('the page has two snippets of values and one declaration');
  }
  return {
    connect,
    serviceAccount,
    declaration,
    lists: blocks('text'),
    credentials: [...text.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', use = '']) => [
      name,
      use,
    ]),
    commands: blocks('sh').flatMap(commandsOf),
  };
}

/** A command ends with its line, unless the line ends in a backslash. */
export function commandsOf(block: string): readonly string[] {
  return block.trimEnd().split(/(?<!\\)\n/);
}
