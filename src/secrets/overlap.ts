/** Which hosts of declarations may match the same host. */
import Type from 'typebox';
import {
  and,
  contains,
  type Expr,
  eq,
  first,
  hasPrefix,
  hasSuffix,
  last,
  or,
  split,
  str,
  trunc,
  valueTemplateOf,
} from '../helm/authoring.js';

/**
 * Whether two hosts may match the same one: the part before the first `*` of one begins the other, and the part after
 * its last `*` ends it. An address range matches only addresses; which ones can't be determined here, so it counts as
 * overlapping all addresses and ranges of its kind.
 */
export const overlap = valueTemplateOf(
  'centaur.secrets.hostsOverlap',
  'Whether two hosts of declarations may mean the same one: by their beginnings and ends where they have a *, and as address ranges.',
  { one: Type.String(), other: Type.String() },
  ({ one, other }) =>
    or(
      eq(one, other),
      and(
        or(hasPrefix(startOf(one), startOf(other)), hasPrefix(startOf(other), startOf(one))),
        or(hasSuffix(endOf(one), endOf(other)), hasSuffix(endOf(other), endOf(one))),
      ),
      and(or(isRange(one), isRange(other)), isAddress(one), isAddress(other), eq(isIPv6(one), isIPv6(other))),
    ),
);

/** A leading dot is added: `*.example.com` also matches example.com. */
function startOf(host: Expr<string>): Expr<string> {
  return first(split('*', str`.${host}`));
}

/** The part after the last `*`: all hosts that it matches end in it. */
export function endOf(host: Expr<string>): Expr<string> {
  return last(split('*', str`.${host}`));
}

export function isRange(host: Expr<string>): Expr<boolean> {
  return contains('/', host);
}

function isIPv6(host: Expr<string>): Expr<boolean> {
  return contains(':', host);
}

/** The last label of a name begins with a letter. */
function isAddress(host: Expr<string>): Expr<boolean> {
  return or(isIPv6(host), contains(trunc(1, last(split('.', host))), '0123456789'));
}
