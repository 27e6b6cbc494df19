import { readFileSync } from 'node:fs';

/**
 * A shell script that stands in a file next to a module, without its heading: the lines of comments up to the first blank
 * line, which are for readers of the source. The build copies `.sh` files to where the modules go.
 *
 * @throws {Error} when there is no such file, or the file has no heading
 */
export function shellScript(name: `${string}.sh`, module: string): string {
  const text = readFileSync(new URL(name, module), 'utf8');
  const heading = /^(#.*\n)+\n/.exec(text)?.[0];
  if (heading === undefined) throw new Error(`${name} has no heading: comments, and a blank line below them`);
  return text.slice(heading.length);
}
