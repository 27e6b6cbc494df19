/** JSON values, and paths into them. */

/** A value as Helm represents it after reading a values file: every number is a float64. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap;

/**
 * A map of values. Those that are read from files have no prototype, so `__proto__`, `constructor` and `toString` are
 * ordinary keys; read unknown keys with `Object.hasOwn` or `Object.entries`.
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

/** Describes the type of a value for a message, which must not repeat the value: it may be a secret. */
export function typeInWords(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return `a ${typeof value}`;
}

/** An empty map without a prototype. */
export function emptyMap(): { [key: string]: Value } {
  return Object.create(null);
}

/** The location of a value: map keys and list indices from the top. */
export type ValuePath = readonly (string | number)[];

export function valueAt(value: Value | undefined, path: ValuePath): Value | undefined {
  return path.reduce<Value | undefined>((at, step) => {
    if (isList(at)) return typeof step === 'number' ? at[step] : undefined;
    return isMap(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}

/** A path as people write it, `api.extraEnv[0].name`; a key is quoted if necessary. */
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

/** A string, quoted for a message. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
