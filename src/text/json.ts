/** JSON values, and paths into them. */

/** A value as Helm holds it once a values file is read: every number is a float64. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap;

/**
 * A map of values. Those that are read from files have no prototype, so `__proto__`, `constructor` and `toString` are
 * keys like any other; read unknown keys with `Object.hasOwn` or `Object.entries`.
 */
export interface ValueMap {
  readonly [key: string]: Value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** What a value is, in the words of a message, which repeats none: it may be a secret. */
export function typeInWords(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return `a ${typeof value}`;
}

/** A map without a prototype, to be filled. */
export function emptyMap(): { [key: string]: Value } {
  return Object.create(null);
}

/** Where a value stands: map keys and list indices from the top. */
export type ValuePath = readonly (string | number)[];

export function valueAt(value: Value | undefined, path: ValuePath): Value | undefined {
  return path.reduce<Value | undefined>((at, step) => {
    if (isList(at)) return typeof step === 'number' ? at[step] : undefined;
    return isMap(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
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

export function samePath(left: ValuePath, right: ValuePath): boolean {
  return showPath(left) === showPath(right);
}

/** A string as it fits into a message. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
