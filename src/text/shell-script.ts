import { readFileSync } from 'node:fs';

/**
 * A shell script in a file next to a module, without its heading: the comment lines up to the first blank line, which
 * are for readers of the source. The build copies `.sh` files next to the compiled modules.
 *
 * @throws {Error} if the file does not exist or has no heading
 */
export function shellScript(name: `${string}.sh`, module: string): string {
  const text = readFileSync(new URL(name, module), 'utf8');
  const heading = /^(#.*\n)+\n/.exec(text)?.[0];
  if (heading === undefined) throw new Error(`${name} has no heading: comments, and a blank line below them`);
  return text.slice(heading.length);
}
