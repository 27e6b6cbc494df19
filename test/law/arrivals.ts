import { parse } from 'yaml';
import { canonical } from './canonical.js';

/**
 * How objects differ from those in which the strings simply replaced the markers: empty if each string arrived
 * unchanged, and nothing else changed.
 */
export function arrivals(
  before: unknown,
  after: unknown,
  texts: ReadonlyMap<string, string>,
): readonly string[] {
  return differences(before, after, [...texts], '');
}

type Texts = readonly (readonly [mark: string, text: string])[];

function differences(before: unknown, after: unknown, texts: Texts, at: string): readonly string[] {
  if (typeof before === 'string' && typeof after === 'string') {
    return isSame(before, after, texts) ? [] : [`${at}: ${shown(before)} became ${shown(after)}`];
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (isSameSet(before, after, texts)) return [];
    if (before.length !== after.length) return [`${at}: ${before.length} items became ${after.length}`];
    return differencesOfItems(before, after, texts, at);
  }
  if (isMap(before) && isMap(after)) {
    const expected = new Map(Object.entries(before).map(([key, member]) => [written(key, texts), member]));
    const found = new Map(Object.entries(after));
    const keys = [...expected.keys()].filter((key) => !found.has(key));
    if (keys.length > 0 || expected.size !== found.size) {
      return [
        `${at}: the keys ${shown([...expected.keys()].join())} became ${shown([...found.keys()].join())}`,
      ];
    }
    return [...expected].flatMap(([key, member]) =>
      differences(member, found.get(key), texts, `${at}/${key.slice(0, 40)}`),
    );
  }
  return Object.is(before, after) ? [] : [`${at}: ${shown(before)} became ${shown(after)}`];
}

/** For lists of equal length: an item may also be found in another position. */
function differencesOfItems(
  before: readonly unknown[],
  after: readonly unknown[],
  texts: Texts,
  at: string,
): readonly string[] {
  const differs = (index: number, other: number) =>
    differences(before[index], after[other], texts, '').length > 0;
  const moved = [...before.keys()].filter((index) => differs(index, index));
  const free = new Set(moved);
  const lost = moved.filter((index) => {
    const place = [...free].find((other) => !differs(index, other));
    return place === undefined || !free.delete(place);
  });
  const left = [...free];
  return lost.flatMap((index, nth) =>
    differences(before[index], after[left[nth] ?? index], texts, `${at}/${index}`),
  );
}

/** The string, one that contains it, a string in JSON, YAML or base64 that does, or a checksum of one. */
function isSame(before: string, after: string, texts: Texts): boolean {
  const expected = written(before, texts);
  if (expected === after) return true;
  // Kubernetes would expand $(NAME) to a variable's value, and reads $$ as $.
  if (expected.replaceAll('$', () => '$$') === after) return true;
  // Names of headers are written with their own capitalization.
  const folded = texts.map(([mark, text]) => [mark.toLowerCase(), text.toLowerCase()] as const);
  if (written(before.toLowerCase(), folded) === after.toLowerCase()) return true;
  if (checksum.test(before) && checksum.test(after)) return true;
  const [structure, other] = [structured(before), structured(after)];
  if (structure !== undefined && other !== undefined)
    return differences(structure, other, texts, '').length === 0;
  const [bytes, others] = [decoded(before), decoded(after)];
  return bytes !== undefined && others !== undefined && written(bytes, texts) === others;
}

/** Lists that are sorted, or without duplicates, are ordered by their content. */
function isSameSet(before: readonly unknown[], after: readonly unknown[], texts: Texts): boolean {
  const texted = (value: unknown): unknown => {
    if (typeof value === 'string') return written(value, texts);
    if (Array.isArray(value)) return value.map(texted);
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [written(key, texts), texted(member)]),
    );
  };
  const set = (values: readonly unknown[]) => canonical([...new Set(values.map(canonical))].sort());
  return set(before.map(texted)) === set(after);
}

const checksum = /^[0-9a-f]{64}$/;

function written(text: string, texts: Texts): string {
  // One after another: a string that contains another's marker would be replaced twice, and none does.
  return texts.reduce((result, [mark, other]) => result.replaceAll(mark, () => other), text);
}

/** The content of a string in JSON, or in YAML of several lines. */
function structured(text: string): unknown {
  if (!/^[[{]/.test(text) && !/^[\w-]+:(?: .*)?$/m.test(text)) return undefined;
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString() : undefined;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
