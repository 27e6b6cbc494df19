/**
 * Patterns of addresses and DNS names, written in the syntax that every reader of JSON Schema supports: no escapes, and
 * plain groups. Each is a part of a pattern: anchor it, and group it if it has alternatives.
 */

/** A label of a DNS name in Kubernetes (RFC 1123). It has at most 63 characters, which the pattern does not check. */
export const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Labels joined by dots (RFC 1123), of at most {@link maxDnsNameLength} characters. */
export const dnsSubdomain = `${dnsLabel}([.]${dnsLabel})*`;

/** A label of a host as resolvers and proxies accept it, including its length; underscores are allowed. */
export const hostLabel = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?';

/** The last label of a host begins with a letter, since a label of digits alone belongs to an address. */
export const lastHostLabel = '[a-z]([a-z0-9_-]{0,61}[a-z0-9_])?';

/** A host's name without wildcards. */
export const hostName = `(${hostLabel}[.])*${lastHostLabel}`;

/** DNS names have at most 253 characters (RFC 1035). */
export const maxDnsNameLength = 253;

/** Valid port numbers, 1 to 65535. */
export const portNumber =
  '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
export const ipv4 = `(${octet}[.]){3}${octet}`;

/** 16 bits of an IPv6 address in lower case. */
const group = '[0-9a-f]{1,4}';

/**
 * RFC 4291's text forms without embedded IPv4, from a first group on: eight groups, of which one run may be written
 * `::`.
 */
export const ipv6From = (first: string, others = group) => {
  const next = `(:${others})`;
  const gaps = [1, 2, 3, 4, 5, 6].map((after) => `${next}{0,${6 - after}}:${next}{1,${after}}`);
  return `${first}(${[`${next}{7}`, `${next}{0,6}::`, ...gaps].join('|')})`;
};

const ipv6Of = (each: string) => `${ipv6From(each, each)}|::((${each}:){0,6}${each})?`;

/** An IPv6 address in lower case. */
export const ipv6 = ipv6Of(group);

/** The number behind an address in a range: bits. */
export const prefixLength = { ipv4: '(3[0-2]|[12]?[0-9])', ipv6: '(12[0-8]|1[01][0-9]|[1-9]?[0-9])' };

const cidrOf = (address: string) => `${ipv4}/${prefixLength.ipv4}|(${address})/${prefixLength.ipv6}`;

/** A range of addresses, such as 10.0.0.0/8 or fd00::/8, in lower case. */
export const cidr = cidrOf(ipv6);

/** An IPv6 address in either case. */
export const ipv6OfAnyCase = ipv6Of('[0-9A-Fa-f]{1,4}');

/** An address in either case, as Kubernetes accepts it. */
export const addressOfAnyCase = `${ipv4}|${ipv6OfAnyCase}`;

/** A range of addresses in either case, as Kubernetes accepts it. */
export const cidrOfAnyCase = cidrOf(ipv6OfAnyCase);
