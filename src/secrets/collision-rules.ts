/** Declared secrets that would collide in one place of a request, or in one database. */

import Type from 'typebox';
import {
  and,
  canonicalHeader,
  constant,
  contains,
  count,
  type Expr,
  each,
  eq,
  first,
  groupBy,
  gt,
  includes,
  join,
  keys,
  type Leaf,
  last,
  listOf,
  type Member,
  mapOf,
  ne,
  or,
  readAs,
  type Symbolic,
  sort,
  split,
  str,
  uniq,
  when,
} from '../helm/authoring.js';
import { given } from './conditions.js';
import { isReplaced } from './declaration-rules.js';
import { databaseForm } from './declaration-schema.js';
import { placeholderOf, type Secret, type Secrets } from './declared-secrets.js';
import { tokenHeader } from './header.js';
import { endOf, isRange, overlap } from './overlap.js';

/**
 * If two placeholders may be in one request, neither may be part of the other: replacing one would damage the other.
 */
export function placeholderInsideAnother(secrets: Secrets): Member<string> {
  const claims = each<Secret, Claim>(secrets, (secret) =>
    when(
      isReplaced(secret.declared),
      each(secret.hosts, (host) => claim(secret, placeholderOf(secret), host)),
    ),
  );
  const clashes = eachHost<Clash>([claims], (rivals, at) => {
    const placeholders = listOf<string>([each(rivals, ({ what }) => what)], 'placeholders');
    return given('text', join('\n', placeholders), (text) =>
      each(
        rivals,
        (one) =>
          // The list contains it once as itself; only another secret that contains it counts.
          when(
            gt(count(split(one.what, text)), 2),
            each(
              rivals,
              (other) =>
                when(
                  and(
                    ne(one.name, other.name),
                    contains(one.what, other.what),
                    or(eq(one.host, at), eq(other.host, at)),
                  ),
                  readAs(clashSchema, mapOf<Claim>({ one, other }, 'clash')),
                ),
              'other',
            ),
          ),
        'one',
      ),
    );
  });
  // Two secrets may meet at several hosts.
  const byPair = groupBy(
    listOf<Clash>([clashes], 'clashes'),
    ({ one, other }) => str`${one.name} ${other.name}`,
    'clashesByPair',
  );
  return each<readonly Clash[], string>(
    byPair,
    (clashes) => {
      const { one, other } = first(clashes);
      return str`${one.by}: the placeholder of ${one.name}, ${one.what}, is part of ${other.what}, that of ${other.name}, and both go to one host, where replacing the first would damage the second: give one of them another replacer`;
    },
    'ofPair',
  );
}

export function sameDatabase(secrets: Secrets): Member<string> {
  const upstreams = listOf<Secret>(
    [each(secrets, (secret) => when(secret.declared.database, () => secret))],
    'upstreams',
  );
  const byDatabase = groupBy(
    upstreams,
    ({ declared }) => readAs(databaseForm, declared).database,
    'upstreamsByDatabase',
  );
  return each(
    byDatabase,
    (rivals, database) => {
      const names = listOf<string>([each(rivals, ({ name }) => name)], 'names');
      return when(
        gt(count(rivals), 1),
        str`${last(rivals).by}: the database ${database} is declared by ${join(', ', names)}, and clients select a database by its name alone: keep one of them, or use another database name`,
      );
    },
    'rivals',
  );
}

/** If two credentials are set in the same place of a request, only one would arrive. */
export function samePlace(secrets: Secrets): Member<string> {
  const claims = [
    each<Secret, Claim>(secrets, (secret) =>
      when(
        includes<string>(constant(['gcp_auth', 'oauth_token', 'aws_auth']), secret.declared.type),
        each(secret.hosts, (host) => claim(secret, `header ${tokenHeader}`, host)),
      ),
    ),
    each<Secret, Claim>(secrets, (secret) =>
      when(secret.declared.inject_header, (header) =>
        each(secret.hosts, (host) => claim(secret, str`header ${canonicalHeader(header)}`, host)),
      ),
    ),
    each<Secret, Claim>(secrets, (secret) =>
      when(secret.declared.inject_query_param, (parameter) =>
        each(secret.hosts, (host) => claim(secret, str`parameter ${parameter}`, host)),
      ),
    ),
  ];
  return eachHost(claims, (rivals, at) =>
    each(
      groupBy(rivals, ({ what }) => what, 'rivalsByPlace'),
      (rivals, place) => {
        const names = uniq(listOf<string>([each(rivals, ({ name }) => name, 'rival')], 'names'));
        const hosts = listOf<string>([each(rivals, ({ host }) => host, 'rival')], 'hosts');
        return when(
          and(gt(count(names), 1), includes(hosts, at)),
          str`${last(rivals).by}: the ${place} to ${at} is set by ${join(', ', sort(names))}, and only one value can arrive: give each its own hosts`,
        );
      },
      'sharing',
    ),
  );
}

/** The effect of a secret at a host: the place that it sets, or the placeholder that it replaces. */
interface Claim {
  readonly name: string;
  readonly by: string;
  readonly what: string;
  readonly host: string;
}

const claimSchema = Type.Object({
  name: Type.String(),
  by: Type.String(),
  what: Type.String(),
  host: Type.String(),
});

function claim({ name, by }: Symbolic<Secret>, what: Leaf<string>, host: Expr<string>): Symbolic<Claim> {
  return readAs(claimSchema, mapOf<string>({ name, by, what, host }, 'claim'));
}

/** A placeholder that is part of another one. */
interface Clash {
  readonly one: Claim;
  readonly other: Claim;
}

const clashSchema = Type.Object({ one: claimSchema, other: claimSchema });

/**
 * The collisions at each host that claims are made for. Rivals are the claims for that host and, if it is an address
 * range or has a `*`, those for all hosts that overlap it: so any two that meet are rivals at the host of one.
 */
function eachHost<T>(
  claims: readonly Member<Claim>[],
  find: (rivals: Symbolic<readonly Claim[]>, at: Symbolic<string>) => Member<T>,
): Member<T> {
  const byHost = groupBy(listOf<Claim>(claims, 'claims'), ({ host }) => host, 'claimsByHost');
  return given('lines', str`.${join('\n.', keys(byHost))}\n`, (lines) =>
    each<readonly Claim[], T>(
      byHost,
      (own, at) => {
        // Most hosts with a `*` share their ending with no other host, which one pass over all of them shows.
        const isWide = or(
          isRange(at),
          and(contains('*', at), gt(count(split(str`${endOf(at)}\n`, lines)), 2)),
        );
        const others = each<readonly Claim[], Claim>(
          byHost,
          (claims, host) =>
            when(
              and(ne(at, host), overlap({ one: at, other: host })),
              each(claims, (claim) => claim, 'claim'),
            ),
          'others',
        );
        const rivals = listOf<Claim>([each(own, (claim) => claim, 'claim'), when(isWide, others)], 'rivals');
        return when<T>(gt(count(rivals), 1), find(rivals, at));
      },
      'own',
    ),
  );
}
