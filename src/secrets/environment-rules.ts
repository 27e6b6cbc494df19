/**
 * In the mode `env`, a reference is a key of the infra Secret and a variable of iron-proxy. These rules say which keys
 * a tool may name.
 */
import {
  byteLength,
  concat,
  constant,
  contains,
  type Expr,
  each,
  eq,
  gt,
  hasPrefix,
  ifElse,
  includes,
  type Member,
  or,
  type Symbolic,
  str,
  trunc,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import { endsAsOneOf, given } from './conditions.js';
import { referencesOf, type Secret, type Secrets, type SecretsValues } from './declared-secrets.js';

export interface EnvironmentOptions {
  /**
   * Keys of the infra Secret that belong to the services: tools must not name them if a reference is a key of that
   * Secret.
   */
  readonly infraKeys: Expr<readonly string[]>;
  /** The prefixes of that Secret's keys. */
  readonly envPrefix: Expr<string>;
  /** Keys that the services read without the prefix, from a Secret that may be the same. */
  readonly plainKeys: readonly Expr<string>[];
  /** The services' keys that fetch credentials: tools must not use a key that ends in one of them either. */
  readonly tokens: readonly string[];
}

/**
 * Variables that iron-proxy, its Go runtime and its shell read themselves: a credential with such a name would
 * configure them.
 */
const programVariables = [
  ...['ALL_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  ...['GODEBUG', 'GOGC', 'GOMAXPROCS', 'GOMEMLIMIT', 'GOTRACEBACK', 'ZONEINFO'],
  ...['HOME', 'IFS', 'PATH', 'SSL_CERT_DIR', 'SSL_CERT_FILE', 'TMPDIR', 'TZ'],
  // Defaults for what a DSN leaves open, as iron-proxy's Postgres client reads them: `parseEnvSettings` of pgx 5.10.0.
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

/** The maximum length of a Secret's key: https://kubernetes.io/docs/concepts/configuration/secret/ */
const maxKeyLength = 253;

/** In the mode `env`, a reference is a key of the infra Secret and a variable of iron-proxy. */
export function reservedKeys(
  { ironProxy }: SecretsValues,
  secrets: Secrets,
  { infraKeys, envPrefix, plainKeys, tokens }: EnvironmentOptions,
): Member<string> {
  const isToken = (key: Expr<string>) => endsAsOneOf(tokens, key);
  const isTaken = (reference: Expr<string>, key: Expr<string>, reserved: Expr<readonly string[]>) =>
    or(
      includes(reserved, reference),
      hasPrefix('IRON_', reference),
      hasPrefix('LD_', reference),
      hasPrefix('OTEL_', reference),
      ...plainKeys.map((plain) => eq(plain, key)),
    );
  const isNoKey = (reference: Expr<string>, key: Expr<string>) =>
    or(
      contains('/', reference),
      contains(' ', reference),
      includes(constant([...digits, '.']), trunc(1, reference)),
      gt(byteLength(key), maxKeyLength),
    );
  const problem = (
    { by, name }: Symbolic<Secret>,
    reference: Expr<string>,
    key: Expr<string>,
    taken: Expr<boolean>,
  ) =>
    when<string>(
      or(isToken(key), taken, isNoKey(reference, key)),
      ifElse(
        isToken(key),
        str`${by}: ${name} would be the key ${key} of the infra Secret, which is named like a token that fetches credentials, and tools must not use it: give ${name} another secret_ref`,
        ifElse(
          taken,
          str`${by}: ${reference} belongs to the services themselves, and tools must not use it; with ironProxy.secretSource env a reference is a key of the infra Secret: give ${name} another secret_ref`,
          str`${by}: a reference of ${name} can't be a key of the infra Secret, and with ironProxy.secretSource env each reference is one: give ${name} a secret_ref of letters, digits, _, - and . that begins with a letter, _ or -, and has ${maxKeyLength} characters at most with secretManager.envPrefix`,
        ),
      ),
    );
  return when(
    eq(ironProxy.secretSource, 'env'),
    given('reserved', reservedNames(infraKeys), (reserved) =>
      each(secrets, (secret) =>
        each(referencesOf({ secret }), (reference) =>
          given('key', str`${envPrefix}${reference}`, (key) =>
            given('taken', isTaken(reference, key, reserved), (taken) =>
              problem(secret, reference, key, taken),
            ),
          ),
        ),
      ),
    ),
  );
}

function reservedNames(infraKeys: Expr<readonly string[]>): Symbolic<readonly string[]> {
  return valueTemplate(
    'centaur.secrets.reservedNames',
    "Names that no credential of a tool may have: keys that are the services' own, and variables of programs.",
    concat(infraKeys, constant(programVariables)),
  );
}
