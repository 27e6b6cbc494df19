/**
 * The hosts that a declaration may name, in the forms that iron-proxy matches: names, names with `*`, IPv4 and IPv6
 * addresses, and ranges of them (CIDR), which match addresses only. To iron-proxy a `*` matches any text, dots
 * included, so two labels stand behind it: `api.*.com` would send a credential to `api.attacker.com`. Where it comes
 * first, iron-proxy takes all that follows as text, so a second one would match nothing.
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
} from '../text/addresses.js';
import type { Value, ValuePath } from '../text/json.js';

// --------------------------------------------------------------------------------------------------------- patterns

const wide = `[*][.](${hostLabel}[.])+|${hostLabel}[.](([*]|${hostLabel})[.])*${hostLabel}[.]`;
const name = `(${wide}|${hostLabel}[.])?${lastHostLabel}`;

/**
 * IPv6 without ::/8, in which are IPv4's addresses once more: as iron-proxy reads them, `::ffff:10.0.0.1` lies in
 * 10.0.0.0/8, and `::ffff:0:0/96` is 0.0.0.0/0.
 */
const ownIPv6 = ipv6From('([1-9a-f][0-9a-f]{2,3}|0[1-9a-f][0-9a-f]{2})');

/** The largest private ranges in use are 10.0.0.0/8 and fd00::/8. */
const narrowCidr = `${ipv4}/(3[0-2]|[12][0-9]|[89])|(${ownIPv6})/(12[0-8]|1[01][0-9]|[1-9][0-9]|[89])`;

/** An address range, such as `10.0.0.0/8`. */
export const cidrPattern = `^(${cidr})$`;

/** A host that a credential may be sent to: neither `*`, nor a range that holds almost any address, nor in ::/8. */
export const hostPattern = `^(${name}|${ipv4}|${ownIPv6}|${narrowCidr})$`;

/** A host that may be reached; `*` is all of them. */
export const allowedHostPattern = `^([*]|${name}|${ipv4}|${ipv6}|${cidr})$`;

/** An https URL of one host, with a port and a path or without. */
export const endpointPattern = `^https://(${hostName}|${ipv4})(:${portNumber})?(/[A-Za-z0-9._~/@:+,=-]*)?$`;

/** The URL of a server, or nothing. Its host is written in lower case, as it is compared; a whole name may end in a dot. */
export const serverPatternOrEmpty = `^(https?://(${hostName}[.]?|${ipv4})(:${portNumber})?(/[A-Za-z0-9._~/-]*)?)?$`;

// ----------------------------------------------------------------------------------------------------------- hints

const patterns = { hosts: hostPattern, allowedHosts: allowedHostPattern };

/** What to do about a value that is no host, in a list of hosts. */
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
 * Whether what was meant can't be a credential in the wrong place. A token is a name of one label, or of three but for
 * its case, unless it is in a URL; and behind an `@` may be the rest of a password.
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

/** A host, and what may stand around it: a scheme, a user, a port and a path. An IPv6 address has its brackets then. */
const around =
  /^(?<scheme>(?!op:)(?:[a-z][a-z0-9+.-]*:)?\/\/)?(?<user>[^@/?#\\]*@)?(?<host>\[[0-9a-f]*:[0-9a-f:]*\]|[^:@/?#\\[\]]+)(?::[0-9]+)?(?<rest>[/?#][^@]*)?$/i;

const address = new RegExp(`^(?:${ipv4}|${ipv6})$`);

/**
 * The hosts that a text which is none was meant to be: none where that is not sure, and two where an address in a URL is
 * followed by what may be a path or the length of a range's prefix.
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
  // What stands before the first slash of a text such as https/api.example.com is no host.
  if (rest !== undefined && scheme === undefined && !/[.:]/.test(bare)) return [];
  const ascii = isASCII(bare) ? bare : punycodeOf(bare);
  return isHost(ascii) ? [ascii] : [];
}

function isASCII(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/**
 * A name's punycode; empty where clients do not agree on it, as on these four characters
 * (https://www.unicode.org/reports/tr46/#Deviations), or where it would be that of another name too.
 */
function punycodeOf(name: string): string {
  const ascii = domainToASCII(name);
  return domainToUnicode(ascii) === name.normalize() && !/[ßς\u200c\u200d]/.test(name) ? ascii : '';
}

/** Why a text is no host, where that can be told and what was meant can't. */
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
