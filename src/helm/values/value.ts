/** A value as Helm holds it once a file is read: JSON's types, every number a float64. */
export type Value = null | boolean | number | string | Value[] | ValuesMap;

/**
 * A map of values. The maps that this folder makes have no prototype, so `__proto__`, `constructor` and `toString` are
 * keys like any other; read unknown keys with `Object.hasOwn` or `Object.entries`.
 */
export type ValuesMap = { [key: string]: Value };

/** Where a value stands: map keys and list indices from the top. */
export type ValuePath = readonly (string | number)[];

export function emptyMap(): ValuesMap {
  return Object.create(null);
}

/** A shallow copy without a prototype. */
export function copyMap(map: ValuesMap): ValuesMap {
  return Object.assign(emptyMap(), map);
}

export function isMap(value: Value | undefined): value is ValuesMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, in the words of a message to its author. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return `a ${typeof value}`;
}

/** A path as people write it, `api.extraEnv[0].name`; a key that needs it is quoted. */
export function showPath(path: ValuePath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w$-]{1,80}$/.test(step)) return `[${JSON.stringify(shorten(step))}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** A text as it fits into a message. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
