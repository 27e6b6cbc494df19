import { isMap, type ValueMap, type ValuePath } from '../../text/json.js';
import { ValuesError } from './error.js';
import { copyMap } from './value.js';

/**
 * Layers a later values file over an earlier one, as Helm does for several `-f`: maps merge, everything else is
 * replaced, and a null is a value like any other until {@link coalesce}.
 */
export function mergeFiles(earlier: ValueMap, later: ValueMap): ValueMap {
  const merged = copyMap(earlier);
  for (const [key, value] of Object.entries(later)) {
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value) ? mergeFiles(before, value) : value;
  }
  return merged;
}

/**
 * Merges the user's values over a chart's defaults, as Helm does for a chart without subcharts: maps merge, lists are
 * replaced, a null deletes the default of its key and stays a null if there is none. If only one of two values is a
 * map, the user's wins (Helm also prints a warning).
 *
 * @throws ValuesError for a default that is null: Helm 3 keeps it, Helm 4 drops it (`cleanNilValues` in its
 * `coalesce.go`), so charts must not have one.
 */
export function coalesce(defaults: ValueMap, overrides: ValueMap): ValueMap {
  refuseNulls(defaults, []);
  return override(defaults, overrides);
}

function override(defaults: ValueMap, overrides: ValueMap): ValueMap {
  const values = copyMap(overrides);
  for (const [key, initial] of Object.entries(defaults)) {
    const given = values[key];
    if (given === undefined) values[key] = initial;
    else if (given === null) delete values[key];
    else if (isMap(given) && isMap(initial)) values[key] = override(initial, given);
  }
  return values;
}

function refuseNulls(defaults: ValueMap, path: ValuePath): void {
  for (const [key, value] of Object.entries(defaults)) {
    const at = [...path, key];
    if (isMap(value)) refuseNulls(value, at);
    else if (value === null) {
      throw new ValuesError([
        {
          refusal: 'null default',
          file: 'values.yaml',
          line: 1,
          column: 1,
          path: at,
          message: "a chart's default is never null: Helm 3 keeps it, Helm 4 drops the key",
          hint: 'Leave the key out, or give it an empty value of its type.',
        },
      ]);
    }
  }
}
