/** How a declaration puts a credential into requests, in one form for all spellings. */
import {
  and,
  canonicalHeader,
  constant,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  eq,
  get,
  hasPrefix,
  isString,
  type Leaf,
  listOf,
  type Member,
  not,
  omit,
  readAs,
  type Symbolic,
  sort,
  toJson,
  uniq,
  when,
} from '../helm/authoring.js';
import { type DeclaredSecret, jsonField, nameSchema, type OAuthField } from './declaration-schema.js';

/** The scopes of a Google token if a declaration names none. */
export const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** Whether an `http` secret replaces its placeholder or is injected. */
export function modeOf({ mode }: Symbolic<DeclaredSecret>): Expr<string> {
  return defaultIfEmpty(mode, 'replace');
}

export function isReplaced(secret: Symbolic<DeclaredSecret>): Expr<boolean> {
  return and(eq(secret.type, 'http'), eq(modeOf(secret), 'replace'));
}

/** The header names in which a placeholder is replaced, in Go's notation. */
export function namedHeaders({ match_headers }: Symbolic<DeclaredSecret>): Member<string> {
  return each(match_headers, (header) => when(not(hasPrefix('/', header)), canonicalHeader(header)));
}

/** The regular expressions over header names. */
export function headerPatterns({ match_headers }: Symbolic<DeclaredSecret>): Member<string> {
  return each(match_headers, (header) => when(hasPrefix('/', header), header));
}

/** A secret without its hosts, as a string that is equal for two secrets exactly if they mean the same. */
export function canonicalFormOf(secret: Symbolic<DeclaredSecret>, reference: Expr<string>): Expr<string> {
  const { replacer, match_path, match_query, inject_header, fields } = secret;
  const { scopes, allowed_services, allowed_regions } = secret;
  const defaultScopes: { readonly [type: string]: string[] } = { gcp_auth: [cloudPlatform] };
  const headers = listOf<string>([headerPatterns(secret), namedHeaders(secret)], 'headers');
  const places = [
    set(headers),
    canonicalHeader(defaultIfEmpty(inject_header, '')),
    toJson(defaultIfAbsent(match_path, false)),
    toJson(defaultIfAbsent(match_query, false)),
  ];
  const limits = [
    set(defaultIfAbsent(scopes, get(constant(defaultScopes), secret.type, []))),
    set(defaultIfAbsent(allowed_services, [])),
    set(defaultIfAbsent(allowed_regions, [])),
  ];
  const others = omit(
    secret,
    ...['hosts', 'secret_ref', 'mode', 'replacer', 'match_path', 'match_query', 'inject_header', 'fields'],
    ...['match_headers', 'scopes', 'allowed_services', 'allowed_regions'],
  );
  const isWhole = (field: Symbolic<OAuthField>) => isString(readAs(nameSchema, field));
  const sources = [
    each<OAuthField, string>(fields, (field, name) =>
      when(isWhole(field), exactly(name, readAs(nameSchema, field), '')),
    ),
    each<OAuthField, string>(fields, (field, name) => {
      const { secret_ref, json_key } = readAs(jsonField, field);
      return when(not(isWhole(field)), exactly(name, secret_ref, defaultIfEmpty(json_key, '')));
    }),
  ];
  return exactly(
    reference,
    modeOf(secret),
    defaultIfEmpty(replacer, secret.name),
    ...places,
    ...limits,
    set(listOf<string>(sources, 'sources')),
    toJson(others),
  );
}

/** Joins several strings into one; different strings never give the same result. */
function exactly(...strings: readonly Leaf<string>[]): Expr<string> {
  return toJson(listOf<string>(strings, 'strings'));
}

/** The members of a list whose order and repetitions have no meaning. */
function set(list: Expr<readonly string[]>): Expr<string> {
  return toJson(sort(uniq(list)));
}
