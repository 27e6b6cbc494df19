/**
 * The hosts that a declaration may name, in the forms that iron-proxy matches: names, names with `*`, IPv4 and IPv6
 * addresses, and ranges of them (CIDR), which match addresses only. In iron-proxy a `*` matches any characters,
 * including dots, so two labels must follow it: `api.*.com` would send a credential to `api.attacker.com`. After a
 * leading `*`, iron-proxy compares the rest literally, so a second `*` would match nothing.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import {
  cidr,
  hostLabel,
  hostName,
  ipv4,
  ipv6,
  ipv6From,
  lastHostLabel,
  maxDnsNameLength,
  portNumber,
  prefixLength,
} from '../text/addresses.js';
import type { Value, ValuePath } from '../text/json.js';

// --------------------------------------------------------------------------------------------------------- patterns

const wide = `[*][.](${hostLabel}[.])+|${hostLabel}[.](([*]|${hostLabel})[.])*${hostLabel}[.]`;
const name = `(${wide}|${hostLabel}[.])?${lastHostLabel}`;

/**
 * IPv6 without ::/8, which contains the IPv4 addresses: iron-proxy places `::ffff:10.0.0.1` in 10.0.0.0/8, and reads
 * `::ffff:0:0/96` as 0.0.0.0/0.
 */
const ownIPv6 = ipv6From('([1-9a-f][0-9a-f]{2,3}|0[1-9a-f][0-9a-f]{2})');

/** The largest private ranges in use are 10.0.0.0/8 and fd00::/8. */
const narrow = { ipv4: '/(3[0-2]|[12][0-9]|[89])', ipv6: '/(12[0-8]|1[01][0-9]|[1-9][0-9]|[89])' };

/** An address range, such as `10.0.0.0/8`. */
export const cidrPattern = `^(${cidr})$`;

/** A host that a credential may be sent to: not `*`, not a range that contains almost any address, and not in ::/8. */
export const hostPattern = `^(${name}|${ipv4}(${narrow.ipv4})?|${ownIPv6}(${narrow.ipv6})?)$`;

/** A host that may be reached; `*` matches all. */
export const allowedHostPattern = `^([*]|${name}|${ipv4}(/${prefixLength.ipv4})?|(${ipv6})(/${prefixLength.ipv6})?)$`;

/** An https URL of one host, with an optional port and path. */
export const endpointPattern = `^https://(${hostName}|${ipv4})(:${portNumber})?(/[A-Za-z0-9._~/@:+,=-]*)?$`;

/**
 * The URL of a server, or an empty string. Its host is in lower case, as it is compared; a full name may end in a dot.
 */
export const serverPatternOrEmpty = `^(https?://(${hostName}[.]?|${ipv4})(:${portNumber})?(/[A-Za-z0-9._~/-]*)?)?$`;

// ----------------------------------------------------------------------------------------------------------- hints

const patterns = { hosts: hostPattern, allowedHosts: allowedHostPattern };

/** What to do about an invalid host in a list of hosts. */
export function mendHost(path: ValuePath, value: Value): string | undefined {
  const [list, index] = path.slice(-2);
  if ((list !== 'hosts' && list !== 'allowedHosts') || typeof index !== 'number') return undefined;
  if (typeof value !== 'string') return undefined;
  const meant = meantHosts(value, patterns[list]);
  if (meant.length === 0) return causeOf(value, list);
  if (mayBeRepeated(value, meant)) {
    const written = meant.map((host) => JSON.stringify(host)).join(' or ');
    return `A host stands alone, in lower-case ASCII, without scheme, port or path: write ${written}.`;
  }
  return meant.includes(value.trim().toLowerCase())
    ? 'A host is written in lower case, with no space around it.'
    : 'A host stands alone, in lower-case ASCII, without scheme, user, port or path.';
}

/**
 * Whether the intended host can't be a misplaced credential. A token looks like a name of one label or, apart from its
 * case, of three, unless it is in a URL; and the text after an `@` may be the rest of a password.
 */
function mayBeRepeated(text: string, meant: readonly string[]): boolean {
  const { scheme, user, host = '' } = around.exec(text.trim())?.groups ?? {};
  if (user !== undefined) return false;
  if (meant.every(isAddress)) return true;
  const isLabel = meant.every((name) => !/[.*]/.test(name));
  return !isLabel && (scheme !== undefined || !/\p{Lu}/u.test(host));
}

/** An address, or a range of them. */
function isAddress(host: string): boolean {
  return address.test(host.replace(/\/[0-9]+$/, ''));
}

/** A host, and what may surround it: a scheme, a user, a port and a path. An IPv6 address then has brackets. */
const around =
  /^(?<scheme>(?!op:)(?:[a-z][a-z0-9+.-]*:)?\/\/)?(?<user>[^@/?#\\]*@)?(?<host>\[[0-9a-f]*:[0-9a-f:]*\]|[^:@/?#\\[\]]+)(?::[0-9]+)?(?<rest>[/?#][^@]*)?$/i;

const address = new RegExp(`^(?:${ipv4}|${ipv6})$`);

/**
 * The hosts that an invalid one was meant to be: none if that is not certain, and two if an address in a URL is
 * followed by either a path or the prefix length of a range.
 */
export function meantHosts(text: string, pattern: string): readonly string[] {
  const isHost = (host: string) => host.length <= maxDnsNameLength && new RegExp(pattern).test(host);
  const lower = text.trim().toLowerCase();
  if (isHost(text)) return [];
  if (isHost(lower)) return [lower];
  const { scheme, host = '', rest } = around.exec(lower)?.groups ?? {};
  const bare = host.replace(/^\[|\]$/g, '').replace(/(?<=[a-z0-9])\.$/, '');
  if (rest !== undefined && address.test(bare) && /^\/[0-9]/.test(rest)) {
    return isHost(`${bare}${rest}`) ? [`${bare}${rest}`, bare] : [];
  }
  // The part before the first slash of a string such as https/api.example.com is not a host.
  if (rest !== undefined && scheme === undefined && !/[.:]/.test(bare)) return [];
  const ascii = isASCII(bare) ? bare : punycodeOf(bare);
  return isHost(ascii) ? [ascii] : [];
}

function isASCII(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/**
 * A name's punycode; empty if clients do not agree on it, as for these four characters
 * (https://www.unicode.org/reports/tr46/#Deviations), or if it would equal that of another name.
 */
function punycodeOf(name: string): string {
  const ascii = domainToASCII(name);
  return domainToUnicode(ascii) === name.normalize() && !/[ßς\u200c\u200d]/.test(name) ? ascii : '';
}

/** Why a string is not a host, if that is known but the intended host is not. */
function causeOf(text: string, list: keyof typeof patterns): string | undefined {
  const lower = text.trim().toLowerCase();
  if (lower.startsWith('op://')) return 'An op:// reference names an item: it is for secret_ref.';
  if (!isASCII(lower))
    return 'A host is written in ASCII: give its punycode, which for bücher.example is xn--bcher-kva.example.';
  const { host = lower, rest = '' } = around.exec(lower)?.groups ?? {};
  if (host === '*' && list === 'hosts')
    return 'A credential must not be sent to every host: name those that need it.';
  if (host.includes('*')) {
    return 'A * is a label of its own, and two labels stand behind it, as in *.example.com: it matches any text, so that *.com would be hosts of anyone. Where a name begins with one, it has no other.';
  }
  const [, first = '', length] = /^\[?([^\]/]*)\]?(?:\/([0-9]+))?$/.exec(`${host}${rest}`) ?? [];
  if (!address.test(first)) return undefined;
  if (length === undefined) {
    return "An address that credentials are sent to is none in ::/8, where IPv4's addresses are too: write one of those as 10.1.2.3.";
  }
  return new RegExp(cidrPattern).test(`${first}/${length}`)
    ? "A range that credentials are sent to has a prefix of /8 or longer, and none in ::/8, where IPv4's addresses are too: a larger one holds hosts of anyone. Name the hosts, or a smaller range."
    : 'The number behind an address is the length of the prefix of a range: 0 to 32, or for IPv6 0 to 128, and at least 8 where credentials are sent to it.';
}
