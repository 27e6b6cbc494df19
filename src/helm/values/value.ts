import { emptyMap, type Value, type ValueMap } from '../../text/json.js';

/** A shallow copy without a prototype. */
export function copyMap(map: ValueMap): { [key: string]: Value } {
  return Object.assign(emptyMap(), map);
}
