import { fileURLToPath } from 'node:url';
import { builtProgram } from '../builds/go.js';

/** The folder of the Go module that the doubles are built from. */
export const goModule = fileURLToPath(new URL('.', import.meta.url));

const folder = fileURLToPath(new URL('../../.cache/doubles', import.meta.url));

/** One of the programs of that module. */
export type Double = 'connect' | 'onepassword' | 'relay';

/**
 * The path of one of the doubles, a static program that runs in any image; it is rebuilt if its module changed.
 *
 * @throws Error with the compiler's message.
 */
export function builtDouble(name: Double): Promise<string> {
  return builtProgram({ module: goModule, package: `./${name}`, ldflags: '-s -w', folder, name });
}
