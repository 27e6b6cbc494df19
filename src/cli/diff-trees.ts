/** What differs between two trees of JSON: the members of a list are matched by their names, not by their positions. */
import { isList, isMap, type Value, valueAt } from '../text/json.js';

/** A key of a map; or a member of a list, by its name or its positions in the old and the new list. */
export type Step =
  | string
  | { readonly key: string; readonly value: string | number }
  | { readonly old?: number; readonly new?: number };

/** A difference: without `old` something was added, without `new` removed. */
export interface Change {
  readonly path: readonly Step[];
  readonly old?: Value;
  readonly new?: Value;
  /** The members of a list are the same in another order. */
  readonly order?: true;
}

export interface Comparison {
  /** Whether lists have the same meaning in any order. */
  readonly orderless: boolean;
}

/** The differences in the order of keys; none only for trees of the same meaning. */
export function differences(old: Value, now: Value, comparison: Comparison): readonly Change[] {
  const changes: Change[] = [];

  function compare(left: Value, right: Value, path: readonly Step[]): void {
    if (isMap(left) && isMap(right)) {
      const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
      for (const key of keys) compareMember(member(left, key), member(right, key), [...path, key]);
    } else if (isList(left) && isList(right)) compareLists(left, right, path);
    else if (left !== right) changes.push({ path, old: left, new: right });
  }

  function compareMember(left: Value | undefined, right: Value | undefined, path: readonly Step[]): void {
    if (left !== undefined && right !== undefined) compare(left, right, path);
    else if (left !== undefined) changes.push({ path, old: left });
    else if (right !== undefined) changes.push({ path, new: right });
  }

  function compareLists(left: readonly Value[], right: readonly Value[], path: readonly Step[]): void {
    const key = keys.find((one) => isKeyOf(one, left) && isKeyOf(one, right));
    if (key === undefined) comparePositions(left, right, path);
    else compareNamed(named(key, left), named(key, right), key, path);
  }

  function compareNamed(left: Named, right: Named, key: string, path: readonly Step[]): void {
    for (const value of new Set([...left.keys(), ...right.keys()])) {
      compareMember(left.get(value), right.get(value), [...path, { key, value }]);
    }
    const [before, after] = [
      [...left.keys()].filter((one) => right.has(one)),
      [...right.keys()].filter((one) => left.has(one)),
    ];
    if (!comparison.orderless && before.some((one, index) => one !== after[index])) {
      changes.push({ path, order: true, old: before, new: after });
    }
  }

  /** Members without names: equal ones are matched first, and the rest in their order. */
  function comparePositions(left: readonly Value[], right: readonly Value[], path: readonly Step[]): void {
    const free = new Map<string, number[]>();
    right.forEach((value, index) => {
      const text = canonical(value, comparison);
      free.set(text, [...(free.get(text) ?? []), index]);
    });
    const partners = left.map((value) => free.get(canonical(value, comparison))?.shift());
    const matched = partners.filter((index) => index !== undefined);
    const leftRest = [...left.keys()].filter((index) => partners[index] === undefined);
    const rightRest = [...right.keys()].filter((index) => !matched.includes(index));
    for (let pair = 0; pair < Math.max(leftRest.length, rightRest.length); pair++) {
      const [from, to] = [leftRest[pair], rightRest[pair]];
      const step = { ...(from !== undefined && { old: from }), ...(to !== undefined && { new: to }) };
      compareMember(from === undefined ? undefined : left[from], to === undefined ? undefined : right[to], [
        ...path,
        step,
      ]);
    }
    if (!comparison.orderless && matched.some((index, position) => index < (matched[position - 1] ?? 0))) {
      changes.push({ path, order: true });
    }
  }

  compare(old, now, []);
  return changes;
}

/** What names the members of lists in Kubernetes and in iron-proxy's configuration: keys, or paths to them. */
const keys = ['name', 'mountPath', 'containerPort', 'topologyKey', 'ip', 'replace.proxy_value', 'host'];

type Named = ReadonlyMap<string | number, Value>;

/** Whether every member of a list has the key, with a value of its own. */
function isKeyOf(key: string, list: readonly Value[]): boolean {
  return list.every(isMap) && named(key, list).size === list.length;
}

function named(key: string, list: readonly Value[]): Named {
  return new Map(
    list.flatMap((value) => {
      const name = valueAt(value, key.split('.'));
      return typeof name === 'string' || typeof name === 'number' ? [[name, value]] : [];
    }),
  );
}

function member(map: { readonly [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The same string for values of the same meaning. */
export function canonical(value: Value, comparison: Comparison): string {
  if (isList(value)) {
    const members = value.map((one) => canonical(one, comparison));
    return `[${(comparison.orderless ? members.sort() : members).join()}]`;
  }
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one, comparison)}`).join()}}`;
}
