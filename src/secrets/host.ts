/**
 * The hosts that a declaration may name, in the forms that iron-proxy matches: names, names with `*` in place of
 * labels, IPv4 and IPv6 addresses, and ranges of them (CIDR), which match addresses only. To iron-proxy a `*` matches any
 * text, dots included, so two labels stand behind it: `api.*.com` would send a credential to `api.attacker.com`.
 */
import type { Value, ValuePath } from '../helm/values/value.js';

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** The last label begins with a letter: one of digits alone belongs to an address. */
const lastLabel = '[a-z](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const name = `(?:(?:(?:\\*|${label})\\.)*${label}\\.)?${lastLabel}`;

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ipv4 = `(?:${octet}\\.){3}${octet}`;

const group = '[0-9a-f]{1,4}';
/** RFC 4291's text forms without embedded IPv4: eight groups, of which one run may be written `::`. */
const ipv6 = [
  `(?:${group}:){7}${group}`,
  `(?:${group}:){1,7}:`,
  ...[1, 2, 3, 4, 5].map((after) => `(?:${group}:){1,${7 - after}}(?::${group}){1,${after}}`),
  `${group}:(?::${group}){1,6}`,
  `::(?:${group}:){0,6}${group}`,
  '::',
].join('|');

const cidr = `${ipv4}/(?:3[0-2]|[12]?[0-9])|(?:${ipv6})/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])`;

/** An address range, such as `10.0.0.0/8`. */
export const cidrPattern = `^(?:${cidr})$`;

/** A host that a credential may be sent to. `*` alone is none: it would send the credential anywhere. */
export const hostPattern = `^(?:${name}|${ipv4}|${ipv6}|${cidr})$`;

/** A host that may be reached; `*` is all of them. */
export const allowedHostPattern = `^(?:\\*|${name}|${ipv4}|${ipv6}|${cidr})$`;

/** DNS names have at most 253 characters (RFC 1035). */
export const maxHostLength = 253;

/** What to do about a value that is no host, in a list of hosts. */
export function mendHost(path: ValuePath, value: Value): string | undefined {
  const list = path.at(-2);
  if ((list !== 'hosts' && list !== 'allowedHosts') || typeof value !== 'string') return undefined;
  const meant = meantHost(value);
  return meant && `A host stands alone, without scheme, port or path: write "${meant}".`;
}

/** The host that was probably meant by a text with a scheme, a port, a path or capitals; undefined where none is in it. */
export function meantHost(text: string): string | undefined {
  const host = text
    .trim()
    .replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:[0-9]*$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return host !== text && new RegExp(hostPattern).test(host) ? host : undefined;
}
