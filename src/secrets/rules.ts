/** What no JSON schema can say about declared secrets: rules across them, each with a message that says what to do. */
import Type from 'typebox';
import {
  and,
  byteLength,
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
  hasPrefix,
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
  not,
  or,
  readAs,
  type Symbolic,
  sort,
  split,
  str,
  trunc,
  uniq,
  when,
} from '../helm/authoring.js';
import { endsAsOneOf, given } from './conditions.js';
import { type DeclaredSecret, databaseForm } from './declaration.js';
import {
  type Declaration,
  declared,
  modeOf,
  namedHeaders,
  placeholderOf,
  referencesOf,
  type Secret,
  type SecretsValues,
} from './declared.js';
import { definitionOf } from './definition.js';
import { connectionHeaders, tokenHeader } from './header.js';
import { endOf, isRange, overlap } from './overlap.js';
import { givenNamesOwn, type OwnHosts, ownHostsMeant, ownHostsNamed } from './own-host.js';
import { hostOf, proxyConfig } from './proxy-config.js';

/** A ConfigMap holds 1 MiB of data; the rest is room for what stands around the configuration. */
export const maxConfigBytes = 1024 * 1024 - 16 * 1024;

export interface RuleOptions {
  /**
   * Keys of the infra Secret that are the services' own: no tool may name them where a reference is a key of that
   * Secret.
   */
  readonly infraKeys: readonly string[];
  /** What the keys of that Secret begin with. */
  readonly envPrefix: Expr<string>;
  /** Keys that the services read without the prefix, from a Secret that may be the same. */
  readonly plainKeys: readonly Expr<string>[];
  /** Those of the services' keys that fetch credentials: no key that ends as one of them does is a tool's either. */
  readonly tokens: readonly string[];
  /** Hosts that no credential may be sent to. */
  readonly ownHosts: OwnHosts;
}

/** The messages of the rules that the values break, to be added to a chart. */
export function secretRules(values: SecretsValues, options: RuleOptions): readonly Member<string>[] {
  const declarations = listOf<Declaration>(
    [each(declared(values).declarations, (declaration) => declaration)],
    'declarations',
  );
  const secrets = listOf<Secret>([each(declared(values).secrets, (secret) => secret)], 'secrets');
  return [
    declaredDifferently(declarations),
    each(declarations, goesNowhere),
    goesHome(declarations, options.ownHosts),
    asksHome(declarations, options.ownHosts),
    each(declarations, matchesNowhere),
    each(declarations, injectedNowhere),
    each(declarations, staysBehind),
    placeholdersApart(secrets),
    oneUpstreamPerDatabase(secrets),
    oneSecretPerPlace(secrets),
    environmentKeys(values, secrets, options),
    configFits(values),
  ];
}

type Declarations = Symbolic<readonly Declaration[]>;
type Secrets = Symbolic<readonly Secret[]>;

// ------------------------------------------------------------------------------------------- each for itself

function declaredDifferently(declarations: Declarations): Member<string> {
  const byName = groupBy(declarations, ({ secret }) => secret.name, 'declarationsByName');
  return each(byName, (sameName, name) => {
    const definitions = listOf<string>([each(sameName, definitionOf)], 'definitions');
    const declarers = listOf<string>([each(sameName, ({ by }) => by)], 'declarers');
    return when(
      gt(count(sameName), 1),
      when(
        gt(count(uniq(definitions)), 1),
        str`${last(declarers)}: ${name} is declared in more than one way, by ${join(', ', declarers)}, and one secret has one definition, in which only the hosts differ: make the declarations alike, or give one of them another name (with a secret_ref, both can use one item)`,
      ),
    );
  });
}

function goesNowhere({ by, hosts, secret }: Symbolic<Declaration>): Member<string> {
  return when(
    and(ne(secret.type, 'pg_dsn'), not(isNonEmpty(hosts))),
    str`${by}: ${secret.name} goes to no host: give it hosts, or give the tool hosts that all its secrets go to`,
  );
}

function goesHome(declarations: Declarations, ownHosts: OwnHosts): Member<string> {
  const hosts = listOf<string>(
    [each(declarations, ({ hosts }) => each(hosts, (host) => host))],
    'declaredHosts',
  );
  return givenNamesOwn(ownHosts, hosts, (namesOwn, own) =>
    each(declarations, ({ by, hosts, secret }) =>
      each(hosts, (host) =>
        when(
          or(namesOwn, contains('*', host)),
          when(
            ownHostsMeant(own, host),
            (meant) =>
              str`${by}: ${secret.name} would be sent to ${first(meant).name}, ${first(meant).who}, which must not read it: give it other hosts than ${host}`,
          ),
        ),
      ),
    ),
  );
}

/** To the endpoint that gives its token, iron-proxy sends all credentials of a grant. */
function asksHome(declarations: Declarations, ownHosts: OwnHosts): Member<string> {
  const endpoints = listOf<string>(
    [each(declarations, ({ secret }) => when(secret.token_endpoint, hostOf))],
    'endpoints',
  );
  return givenNamesOwn(ownHosts, endpoints, (namesOwn, own) =>
    when(
      namesOwn,
      each(declarations, ({ by, secret }) =>
        when(secret.token_endpoint, (url) =>
          when(
            ownHostsNamed(own, hostOf(url)),
            (named) =>
              str`${by}: the credentials of ${secret.name} would be sent to ${first(named).name}, ${first(named).who}, which must not read them: give it another token_endpoint`,
          ),
        ),
      ),
    ),
  );
}

function isReplaced(secret: Symbolic<DeclaredSecret>): Expr<boolean> {
  return and(eq(secret.type, 'http'), eq(modeOf(secret), 'replace'));
}

function matchesNowhere({ by, secret }: Symbolic<Declaration>): Member<string> {
  const { match_headers, match_path, match_query } = secret;
  const matches = or(
    isNonEmpty(match_headers),
    defaultIfAbsent(match_path, false),
    defaultIfAbsent(match_query, false),
  );
  return when(
    and(isReplaced(secret), not(matches)),
    str`${by}: ${secret.name} is replaced nowhere: say where its placeholder stands, with match_headers (such as Authorization), match_path or match_query`,
  );
}

function injectedNowhere({ by, secret }: Symbolic<Declaration>): Member<string> {
  const header = isNonEmpty(secret.inject_header);
  const parameter = isNonEmpty(secret.inject_query_param);
  return when(
    and(eq(modeOf(secret), 'inject'), or(and(header, parameter), not(or(header, parameter)))),
    str`${by}: ${secret.name} is injected into one place: give exactly one of inject_header and inject_query_param`,
  );
}

/** A credential in a header that goes no further than iron-proxy would never arrive. */
function staysBehind({ by, secret }: Symbolic<Declaration>): Member<string> {
  const headers = listOf<string>(
    [namedHeaders(secret), when(secret.inject_header, canonicalHeader)],
    'headers',
  );
  return each(headers, (header) =>
    when(
      includes(constant([...connectionHeaders, 'Content-Length']), header),
      str`${by}: ${secret.name} would stand in ${header}, a header that iron-proxy does not pass on: name the one in which the host asks for it`,
    ),
  );
}

// ------------------------------------------------------------------------------------------------- side by side

/** Where two placeholders may be in one request, neither may be part of the other: replacing one would damage it. */
function placeholdersApart(secrets: Secrets): Member<string> {
  const claims = each<Secret, Claim>(secrets, (secret) =>
    when(
      isReplaced(secret.declared),
      each(secret.hosts, (host) => claim(secret, placeholderOf(secret), host)),
    ),
  );
  const clashes = eachHost<Clash>([claims], (rivals, at) => {
    const placeholders = listOf<string>([each(rivals, ({ what }) => what)], 'placeholders');
    return given('texts', join('\n', placeholders), (text) =>
      each(rivals, (one) =>
        // It stands once in the list as itself; only another one that has it too is looked for.
        when(
          gt(count(split(one.what, text)), 2),
          each(rivals, (other) =>
            when(
              and(
                ne(one.name, other.name),
                contains(one.what, other.what),
                or(eq(one.host, at), eq(other.host, at)),
              ),
              readAs(clashSchema, mapOf<Claim>({ one, other }, 'clash')),
            ),
          ),
        ),
      ),
    );
  });
  // Two secrets may meet at several hosts.
  const byPair = groupBy(
    listOf<Clash>([clashes], 'clashes'),
    ({ one, other }) => str`${one.name} ${other.name}`,
    'clashesByPair',
  );
  return each<readonly Clash[], string>(byPair, (clashes) => {
    const { one, other } = first(clashes);
    return str`${one.by}: the placeholder of ${one.name}, ${one.what}, is part of ${other.what}, that of ${other.name}, and both go to one host, where replacing the first would damage the second: give one of them another replacer`;
  });
}

function oneUpstreamPerDatabase(secrets: Secrets): Member<string> {
  const upstreams = listOf<Secret>(
    [each(secrets, (secret) => when(secret.declared.database, () => secret))],
    'upstreams',
  );
  const byDatabase = groupBy(
    upstreams,
    ({ declared }) => readAs(databaseForm, declared).database,
    'upstreamsByDatabase',
  );
  return each(byDatabase, (rivals, database) => {
    const names = listOf<string>([each(rivals, ({ name }) => name)], 'names');
    return when(
      gt(count(rivals), 1),
      str`${last(rivals).by}: the database ${database} is declared by ${join(', ', names)}, and clients ask for a database by its name alone: keep one of them, or name another database`,
    );
  });
}

/** Of two credentials that are set in one place of a request, only one would arrive. */
function oneSecretPerPlace(secrets: Secrets): Member<string> {
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
        const names = uniq(listOf<string>([each(rivals, ({ name }) => name)], 'names'));
        const hosts = listOf<string>([each(rivals, ({ host }) => host)], 'hosts');
        return when(
          and(gt(count(names), 1), includes(hosts, at)),
          str`${last(rivals).by}: the ${place} to ${at} is set by ${join(', ', sort(names))}, and only one value can arrive: give each of them hosts of its own`,
        );
      },
    ),
  );
}

/** What a secret does at a host: the place that it sets, or the placeholder that it replaces. */
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
 * What is found at each host that claims are made for. Rivals are the claims for that host, and where it is an address
 * range or has a `*`, those for all hosts that overlap it: so any two that meet are rivals at the host of one.
 */
function eachHost<T>(
  claims: readonly Member<Claim>[],
  find: (rivals: Symbolic<readonly Claim[]>, at: Symbolic<string>) => Member<T>,
): Member<T> {
  const byHost = groupBy(listOf<Claim>(claims, 'claims'), ({ host }) => host, 'claimsByHost');
  return given('lines', str`.${join('\n.', keys(byHost))}\n`, (lines) =>
    each<readonly Claim[], T>(byHost, (own, at) => {
      // Most hosts with a `*` have no other beside them that ends as they do, as one look at all of them shows.
      const isWide = or(isRange(at), and(contains('*', at), gt(count(split(str`${endOf(at)}\n`, lines)), 2)));
      const others = each<readonly Claim[], Claim>(byHost, (claims, host) =>
        when(
          and(ne(at, host), overlap({ one: at, other: host })),
          each(claims, (claim) => claim),
        ),
      );
      const rivals = listOf<Claim>([each(own, (claim) => claim), when(isWide, others)], 'rivals');
      return when<T>(gt(count(rivals), 1), find(rivals, at));
    }),
  );
}

// --------------------------------------------------------------------------------------------------- as a whole

/** Variables that iron-proxy, its Go runtime and its shell read for themselves: a credential of that name would configure them. */
const programVariables = [
  ...['ALL_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  ...['GODEBUG', 'GOGC', 'GOMAXPROCS', 'GOMEMLIMIT', 'GOTRACEBACK', 'ZONEINFO'],
  ...['HOME', 'IFS', 'PATH', 'SSL_CERT_DIR', 'SSL_CERT_FILE', 'TMPDIR', 'TZ'],
  // What a DSN leaves open, as iron-proxy's client of Postgres reads it: `parseEnvSettings` of pgx 5.10.0.
  ...['PGAPPNAME', 'PGCHANNELBINDING', 'PGCONNECT_TIMEOUT', 'PGDATABASE', 'PGHOST', 'PGMAXPROTOCOLVERSION'],
  ...[
    'PGMINPROTOCOLVERSION',
    'PGOPTIONS',
    'PGPASSFILE',
    'PGPASSWORD',
    'PGPORT',
    'PGREQUIREAUTH',
    'PGSERVICE',
  ],
  ...['PGSERVICEFILE', 'PGSSLCERT', 'PGSSLKEY', 'PGSSLMODE', 'PGSSLNEGOTIATION', 'PGSSLPASSWORD'],
  ...['PGSSLROOTCERT', 'PGSSLSNI', 'PGTARGETSESSIONATTRS', 'PGTZ', 'PGUSER'],
];

const digits = [...'0123456789'];

/** The longest key that a Secret has: https://kubernetes.io/docs/concepts/configuration/secret/ */
const maxKeyLength = 253;

/** In the mode `env`, a reference is a key of the infra Secret and a variable of iron-proxy. */
function environmentKeys(
  { ironProxy }: SecretsValues,
  secrets: Secrets,
  { infraKeys, envPrefix, plainKeys, tokens }: RuleOptions,
): Member<string> {
  const taken = constant([...infraKeys, ...programVariables]);
  const isToken = (key: Expr<string>) => endsAsOneOf(tokens, str`${envPrefix}${key}`);
  const isTaken = (key: Expr<string>) =>
    or(
      includes(taken, key),
      hasPrefix('IRON_', key),
      hasPrefix('LD_', key),
      hasPrefix('OTEL_', key),
      ...plainKeys.map((plain) => eq(plain, str`${envPrefix}${key}`)),
    );
  const isNoKey = (key: Expr<string>) =>
    or(
      contains('/', key),
      contains(' ', key),
      includes(constant([...digits, '.']), trunc(1, key)),
      gt(byteLength(str`${envPrefix}${key}`), maxKeyLength),
    );
  return when(
    eq(ironProxy.secretSource, 'env'),
    each(secrets, (secret) =>
      each(referencesOf(secret), (key) =>
        given('conflicts', isTaken(key), (taken) =>
          when(
            or(isToken(key), taken, isNoKey(key)),
            ifElse(
              isToken(key),
              str`${secret.by}: ${secret.name} would be the key ${envPrefix}${key} of the infra Secret, by its name a token that fetches credentials, and no tool may have one: give ${secret.name} another secret_ref`,
              ifElse(
                taken,
                str`${secret.by}: ${key} belongs to the services themselves, and no tool may have it; with ironProxy.secretSource env a reference is a key of the infra Secret: give ${secret.name} another secret_ref`,
                str`${secret.by}: ${key} can't be a key of the infra Secret, and with ironProxy.secretSource env each reference is one: give ${secret.name} a secret_ref of letters, digits, _, - and . that begins with a letter, _ or -, and has ${maxKeyLength} characters at most with secretManager.envPrefix`,
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function configFits(values: SecretsValues): Member<string> {
  return given('sizes', byteLength(proxyConfig(values)), (bytes) =>
    when(
      gt(bytes, maxConfigBytes),
      str`tools: the configuration of iron-proxy has ${bytes} bytes, and a ConfigMap holds ${maxConfigBytes}: name hosts together (*.example.com), leave out the tools that this release does not run, or run them in a release of their own`,
    ),
  );
}
