/**
 * Declared secrets that would collide in one place of a request, or in one database. Messages repeat neither references
 * nor placeholders, which may be misplaced credentials.
 */

import Type from 'typebox';
import {
  and,
  canonicalHeader,
  constant,
  contains,
  count,
  defaultIfAbsent,
  type Expr,
  each,
  eq,
  first,
  groupBy,
  gt,
  ifElse,
  includes,
  isNonEmpty,
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
import { headerPatterns, isReplaced, namedHeaders } from './canonical-form.js';
import { given } from './conditions.js';
import { databaseForm } from './declaration-schema.js';
import { placeholderOf, referencesOf, type Secret, type Secrets } from './declared-secrets.js';
import { tokenHeader } from './header.js';
import { endOf, isRange, overlap } from './overlap.js';

/**
 * If two placeholders may be in one request, neither may be part of the other: replacing one would damage the other.
 */
export function placeholderInsideAnother(secrets: Secrets): Member<string> {
  const claims = each<Secret, Claim>(secrets, (secret) =>
    when(
      isReplaced(secret.declared),
      each(secret.hosts, (host) => claim(secret, { what: placeholderOf(secret), way: 'replaced', host })),
    ),
  );
  const clashes = eachHost<Clash>([claims], (rivals, at) => {
    const placeholders = listOf<string>([each(rivals, ({ what }) => what)], 'placeholders');
    return given('text', join('\n', placeholders), (text) =>
      each(
        rivals,
        (one) =>
          // The list contains it once as itself; only another placeholder that contains it counts.
          when(
            gt(count(split(one.what, text)), 2),
            each(
              rivals,
              (other) =>
                when(
                  and(
                    or(ne(one.name, other.name), ne(one.what, other.what)),
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
    ({ one, other }) => str`${one.name} ${one.what} ${other.name} ${other.what}`,
    'clashesByPair',
  );
  return each<readonly Clash[], string>(
    byPair,
    (clashes) => {
      const { one, other } = first(clashes);
      return str`${one.by}: the placeholder of ${one.name} is part of that of ${other.name}, by ${other.by}, and both go to one host, where replacing the first would damage the second: give one of them another replacer`;
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

/** A DSN names its database, so one can't serve two. */
export function severalDatabases(secrets: Secrets): Member<string> {
  const upstreams = each<Secret, Secret>(usedInSeveralWays(secrets), (secret) =>
    when(secret.declared.database, () => secret),
  );
  const byDsn = groupBy(
    listOf<Secret>([upstreams], 'upstreams'),
    ({ name, reference }) => str`${name} ${reference}`,
    'upstreamsByDsn',
  );
  return each<readonly Secret[], string>(
    byDsn,
    (rivals) => {
      const databases = listOf<string>(
        [each(rivals, ({ declared }) => readAs(databaseForm, declared).database, 'rival')],
        'databases',
      );
      const { name } = last(rivals);
      const by = last(sort(listOf<string>([each(rivals, ({ by }) => by, 'rival')], 'declarers')));
      return when(
        gt(count(uniq(databases)), 1),
        str`${by}: ${name} is declared for the databases ${join(', ', sort(uniq(databases)))}, and its DSN names one of them: give each database a name and an item of its own`,
      );
    },
    'rivals',
  );
}

/** At one host, a name stands for one credential. */
export function severalReferences(secrets: Secrets): Member<string> {
  const claims = each<Secret, Claim>(usedInSeveralWays(secrets), (secret) => {
    const references = join(' + ', referencesOf({ secret }));
    return each(secret.hosts, (host) => claim(secret, { what: 'reference', way: references, host }));
  });
  return eachConflict(
    [claims],
    ({ name }) => name,
    (rivals, at) =>
      str`${last(declarersOf(rivals))}: ${last(rivals).name} has more than one reference for ${at}, by ${join(', ', declarersOf(rivals))}: use one reference, give each declaration hosts of its own, or rename one of them`,
  );
}

/** One secret may be replaced in one place and set in another, but each place is written in one way. */
export function severalWays(secrets: Secrets): Member<string> {
  const claims = each<Secret, Claim>(usedInSeveralWays(secrets), (secret) => {
    const way = ifElse(
      isReplaced(secret.declared),
      str`in place of ${placeholderOf(secret)}`,
      'without a placeholder',
    );
    return each(placesWrittenBy(secret), (what) =>
      each(secret.hosts, (host) => claim(secret, { what, way, host }), 'host'),
    );
  });
  return eachConflict(
    [claims],
    ({ name, what }) => str`${name} ${what}`,
    (rivals, at) =>
      str`${last(declarersOf(rivals))}: ${last(rivals).name} is put into the ${last(rivals).what} to ${at} in more than one way, by ${join(', ', declarersOf(rivals))}: give all of them the same mode and replacer, or give each declaration hosts of its own`,
  );
}

/** If two credentials are set in the same place of a request, only one would arrive. */
export function samePlace(secrets: Secrets): Member<string> {
  const claims = each<Secret, Claim>(secrets, (secret) =>
    each(placesSetBy(secret), (what) =>
      each(secret.hosts, (host) => claim(secret, { what, way: secret.form, host }), 'host'),
    ),
  );
  return eachConflict(
    [claims],
    ({ what }) => what,
    (rivals, at) => {
      const names = listOf<string>([each(rivals, ({ name }) => name, 'rival')], 'names');
      const by = last(declarersOf(rivals));
      const { what } = last(rivals);
      return ifElse(
        gt(count(uniq(names)), 1),
        str`${by}: the ${what} to ${at} is set by ${join(', ', sort(uniq(names)))}, and only one value can arrive: give each its own hosts`,
        str`${by}: the ${what} to ${at} is set in more than one way, by ${join(', ', declarersOf(rivals))}, and only one value can arrive: make the declarations alike, or give each its own hosts`,
      );
    },
  );
}

/** The secrets whose names have more than one use. */
function usedInSeveralWays(secrets: Secrets): Secrets {
  const byName = groupBy(secrets, ({ name }) => name, 'usesByName');
  return listOf<Secret>(
    [
      each<readonly Secret[], Secret>(
        byName,
        (uses) =>
          when(
            gt(count(uses), 1),
            each(uses, (use) => use, 'use'),
          ),
        'uses',
      ),
    ],
    'severalUses',
  );
}

/** The places of a request that a secret sets, regardless of what the client sends. */
function placesSetBy({ declared }: Symbolic<Secret>): Symbolic<readonly string[]> {
  return listOf<string>(
    [
      when(
        includes<string>(constant(['gcp_auth', 'oauth_token', 'aws_auth']), declared.type),
        `header ${tokenHeader}`,
      ),
      when(declared.inject_header, (header) => str`header ${canonicalHeader(header)}`),
      when(declared.inject_query_param, (parameter) => str`parameter ${parameter}`),
    ],
    'places',
  );
}

/** The places in which a secret is replaced or set. The query contains all parameters. */
function placesWrittenBy(secret: Symbolic<Secret>): Symbolic<readonly string[]> {
  const { declared } = secret;
  return uniq(
    listOf<string>(
      [
        each(
          listOf<string>([namedHeaders(declared), headerPatterns(declared)], 'headers'),
          (header) => str`header ${header}`,
        ),
        when(defaultIfAbsent(declared.match_path, false), 'path'),
        when(
          or(defaultIfAbsent(declared.match_query, false), isNonEmpty(declared.inject_query_param)),
          'query',
        ),
        each(placesSetBy(secret), (place) => place, 'place'),
      ],
      'places',
    ),
  );
}

/** The effect of a secret at a host: the place that it writes, or the placeholder that it replaces. */
interface Claim {
  readonly name: string;
  readonly by: string;
  readonly what: string;
  /** How it does that: two claims with the same way are compatible. */
  readonly way: string;
  readonly host: string;
}

const claimSchema = Type.Object({
  name: Type.String(),
  by: Type.String(),
  what: Type.String(),
  way: Type.String(),
  host: Type.String(),
});

function claim(
  { name, by }: Symbolic<Secret>,
  fields: { readonly what: Leaf<string>; readonly way: Leaf<string>; readonly host: Expr<string> },
): Symbolic<Claim> {
  return readAs(claimSchema, mapOf<string>({ name, by, ...fields }, 'claim'));
}

function waysOf(claims: Symbolic<readonly Claim[]>): Expr<readonly string[]> {
  return sort(uniq(listOf<string>([each(claims, ({ way }) => way, 'rival')], 'ways')));
}

function declarersOf(claims: Symbolic<readonly Claim[]>): Expr<readonly string[]> {
  return sort(uniq(listOf<string>([each(claims, ({ by }) => by, 'rival')], 'declarers')));
}

/** A message for the claims with equal keys that differ in their ways, at each host where they meet. */
function eachConflict(
  claims: readonly Member<Claim>[],
  key: (claim: Symbolic<Claim>) => Expr<string>,
  message: (rivals: Symbolic<readonly Claim[]>, at: Symbolic<string>) => Expr<string>,
): Member<string> {
  return eachHost(claims, (rivals, at) =>
    each(
      groupBy(rivals, key, 'rivalsByKey'),
      (rivals) => {
        const hosts = listOf<string>([each(rivals, ({ host }) => host, 'rival')], 'hosts');
        return when(and(gt(count(waysOf(rivals)), 1), includes(hosts, at)), message(rivals, at));
      },
      'sharing',
    ),
  );
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
