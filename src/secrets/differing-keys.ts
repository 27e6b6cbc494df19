/** What distinguishes two declarations of one secret; {@link file://./canonical-form.ts} compares them in the chart. */
import { isDeepStrictEqual } from 'node:util';
import { legacyHeaders } from './declared-secrets.js';

/** The keys in which two declarations mean different things, apart from their hosts; sorted. */
export function differingKeys(one: unknown, other: unknown): readonly string[] {
  const [left, right] = [meaningOf(one), meaningOf(other)];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].filter((key) => !isDeepStrictEqual(left[key], right[key])).sort();
}

type Meaning = { readonly [key: string]: unknown };

/** A declaration with its defaults and without what has no meaning, such as the order of headers. */
function meaningOf(secret: unknown): Meaning {
  const given: Meaning = isObject(secret)
    ? secret
    : { type: 'http', name: secret, match_headers: legacyHeaders };
  const { hosts, ...written } = given;
  const defaults = {
    secret_ref: given.name,
    replacer: given.name,
    ...(given.type === 'http' && { mode: 'replace', match_path: false, match_query: false }),
  };
  const entries = Object.entries({ ...defaults, ...written });
  return Object.fromEntries(entries.map(([key, value]) => [key, memberMeaning(key, value)]));
}

function memberMeaning(key: string, value: unknown): unknown {
  const isHeader = key === 'inject_header' || key === 'match_headers';
  const inOneCase = (text: unknown) =>
    isHeader && typeof text === 'string' && !text.startsWith('/') ? text.toLowerCase() : text;
  return Array.isArray(value) ? [...new Set(value.map(inOneCase))].sort() : inOneCase(value);
}

function isObject(value: unknown): value is Meaning {
  return typeof value === 'object' && value !== null;
}
