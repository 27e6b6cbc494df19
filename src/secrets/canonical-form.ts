/** What a declaration says about a secret, apart from its hosts. */
import {
  canonicalHeader,
  constant,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  get,
  hasPrefix,
  isString,
  type Leaf,
  listOf,
  not,
  omit,
  readAs,
  type Symbolic,
  sort,
  toJson,
  uniq,
  when,
} from '../helm/authoring.js';
import { jsonField, nameSchema, type OAuthField } from './declaration-schema.js';
import { type Declaration, modeOf, namedHeaders } from './declared-secrets.js';
import { cloudPlatform } from './proxy-transforms.js';

/** A declaration without its hosts, as a string that is equal for two declarations exactly if they mean the same. */
export function canonicalFormOf({ secret, reference }: Symbolic<Declaration>): Expr<string> {
  const { replacer, match_path, match_query, inject_header, fields } = secret;
  const { match_headers, scopes, allowed_services, allowed_regions } = secret;
  const defaultScopes: { readonly [type: string]: string[] } = { gcp_auth: [cloudPlatform] };
  const headers = listOf<string>(
    [each(match_headers, (header) => when(hasPrefix('/', header), header)), namedHeaders(secret)],
    'headers',
  );
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
function exactly(...texts: readonly Leaf<string>[]): Expr<string> {
  return toJson(listOf<string>(texts, 'texts'));
}

/** The members of a list whose order and repetitions have no meaning. */
function set(list: Expr<readonly string[]>): Expr<string> {
  return toJson(sort(uniq(list)));
}
