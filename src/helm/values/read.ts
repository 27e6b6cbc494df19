import { emptyMap, type ValueMap, type ValuePath } from '../../text/json.js';
import { evaluate } from './decode.js';
import { parseYaml } from './syntax.js';
import { readText } from './text.js';

/** A values file as Helm reads it. */
export interface ValuesFile {
  file: string;
  values: ValueMap;
  /**
   * Line and column, from 1, of a map's key or a list's element, or of the nearest parent of a path that is missing
   * from the file; undefined if the file is empty.
   */
  position(path: ValuePath): { line: number; column: number } | undefined;
}

/**
 * Reads a values file exactly as Helm 3 and Helm 4 do, or refuses it.
 *
 * It refuses what one of them refuses, what they read differently, and what they silently accept although its author
 * cannot have meant it: a duplicate key, a second document, an integer that a float64 rounds, the key `n` that is
 * `false`. The maps have no prototype, see {@link ValueMap}; an aliased value is the same object in all its places.
 *
 * @throws ValuesError with every problem found, the first 20 of a file.
 */
export function readValuesFile(content: string | Uint8Array, file: string): ValuesFile {
  const text = readText(content, file);
  const { root, place, refuse } = parseYaml(text, file);
  if (root === null) return { file, values: emptyMap(), position: () => undefined };
  const { values, offsetOf, faults } = evaluate(root, (offset) => place(offset).line);
  if (faults.length > 0) throw refuse(faults);
  return { file, values, position: (path) => place(offsetOf(path)) };
}
