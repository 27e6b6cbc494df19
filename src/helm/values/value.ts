import { emptyMap, isList, isMap, type Value, type ValueMap } from '../../text/json.js';

/** A shallow copy without a prototype. */
export function copyMap(map: ValueMap): { [key: string]: Value } {
  return Object.assign(emptyMap(), map);
}

/** What a value is, in the words of a message to its author. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return `a ${typeof value}`;
}
