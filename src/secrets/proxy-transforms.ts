/** The transforms of iron-proxy's configuration, and the sources of the credentials in them. */

import Type from 'typebox';
import {
  type Authored,
  canonicalHeader,
  constant,
  contains,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  entries,
  eq,
  type Fields,
  fields,
  fieldsTemplate,
  first,
  get,
  groupBy,
  hasPrefix,
  ifElse,
  includes,
  isNonEmpty,
  isString,
  type Leaf,
  listOf,
  type Member,
  ne,
  not,
  or,
  readAs,
  type Symbolic,
  sort,
  split,
  str,
  stringTemplateOf,
  trimPrefix,
  uniq,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import { cloudPlatform, modeOf } from './canonical-form.js';
import {
  awsForm,
  jsonField,
  nameSchema,
  type OAuthField,
  oauthForm,
  type SecretType,
} from './declaration-schema.js';
import {
  declared,
  placeholderOf,
  type Secret,
  type Secrets,
  type SecretsValues,
} from './declared-secrets.js';
import { awsHeaders, hopByHopHeaders, noHeader, passingHeaders, tokenHeader } from './header.js';
import type { OAuthToken, Rule, SecretEntry, SourceEntry, Transform } from './proxy-config-types.js';
import { defaultField, secretSources } from './source.js';
import { vaultPlaceholder } from './vault.js';

/** Where Google's clients request tokens; iron-proxy itself answers there. */
const googleTokenEndpoint = 'https://oauth2.googleapis.com/token';

export type Lists = Readonly<Record<'all' | 'http' | 'gcp' | 'oauth' | 'aws' | 'databases', Secrets>> & {
  /** Every host that may be reached except those of token endpoints, without duplicates and sorted. */
  readonly hosts: Expr<readonly string[]>;
};

/** All secrets, those of each type, and their hosts. */
export function listsOf(values: SecretsValues): Lists {
  const all = listOf<Secret>([each(declared(values).secrets, (secret) => secret)], 'secrets');
  const byType = groupBy(all, ({ declared }) => declared.type, 'secretsByType');
  const ofType = (type: SecretType, name: string) =>
    listOf<Secret>([each(get(byType, type, constant([])), (secret) => secret)], name);
  const hosts = listOf<string>(
    [
      each(values.ironProxy.allowedHosts, (host) => host),
      each(values.tools, (tool) => each(tool.hosts, (host) => host)),
      each(all, (secret) => each(secret.hosts, (host) => host)),
    ],
    'hosts',
  );
  return {
    all,
    hosts: sort(uniq(hosts)),
    http: ofType('http', 'httpSecrets'),
    gcp: ofType('gcp_auth', 'gcpSecrets'),
    oauth: ofType('oauth_token', 'oauthSecrets'),
    aws: ofType('aws_auth', 'awsSecrets'),
    databases: ofType('pg_dsn', 'databases'),
  };
}

export type SourceTemplate = (args: {
  reference: Leaf<string>;
  jsonKey: Leaf<string>;
}) => Fields<SourceEntry>;

export function sourceTemplate({ ironProxy }: SecretsValues): SourceTemplate {
  const { secretSource, secretTtl } = ironProxy;
  const types = Object.fromEntries(Object.entries(secretSources).map(([mode, { type }]) => [mode, type]));
  return fieldsTemplate(
    'centaur.ironProxy.source',
    'Where iron-proxy takes a credential from, by its reference; jsonKey is empty, or the member to take of JSON.',
    { reference: Type.String(), jsonKey: Type.String() },
    ({ reference, jsonKey }) => ({
      type: get(constant(types), secretSource, 'env'),
      var: when(eq(secretSource, 'env'), reference),
      ...fields(ne(secretSource, 'env'), {
        secret_ref: ifElse(
          hasPrefix('op://', reference),
          reference,
          str`op://${vaultPlaceholder}/${reference}/${defaultField}`,
        ),
        // Without a TTL iron-proxy would keep the value forever.
        ttl: secretTtl,
      }),
      json_key: when(jsonKey, (key) => key),
    }),
  );
}

function rules(hosts: Expr<readonly string[]>): readonly Member<Rule>[] {
  return [each(hosts, (host) => when(contains('/', host), { cidr: host }, { host }))];
}

/**
 * The hosts that may be reached. On the host of a token endpoint, only that path may be reached: iron-proxy itself
 * answers there with a placeholder, so that a client which requests its own token can go on. A tunnel has no path yet.
 */
export function allowlist({ hosts, gcp, oauth }: Lists): Fields<Transform> {
  const domains = listOf<string>([each(hosts, (host) => when(not(contains('/', host)), host))], 'domains');
  const cidrs = listOf<string>([each(hosts, (host) => when(contains('/', host), host))], 'cidrs');
  const urls = listOf<string>(
    [
      when(isNonEmpty(gcp), googleTokenEndpoint),
      each(oauth, ({ declared }) => when(declared.token_endpoint, (url) => url)),
    ],
    'urls',
  );
  const endpoints = listOf<string>([each(sort(uniq(urls)), (url) => url)], 'tokenEndpoints');
  return {
    name: 'allowlist',
    config: {
      domains: when(isNonEmpty(domains), [each(domains, (domain) => domain)], []),
      cidrs: [each(cidrs, (cidr) => cidr)],
      rules: [
        each(endpoints, (url) => ({ host: hostOf(url), methods: ['CONNECT'] })),
        each(endpoints, (url) => ({ host: hostOf(url), paths: [pathOf(url)] })),
      ],
    },
  };
}

/** The part of an https URL before its path: a host and an optional port. */
function authorityOf(url: Expr<string>): Expr<string> {
  return first(split('/', trimPrefix('https://', url)));
}

const hostTemplate = stringTemplateOf(
  'centaur.secrets.hostOf',
  'The host of an https URL.',
  { url: Type.String() },
  ({ url }) => first(split(':', authorityOf(url))),
);

/** The host of an https URL. */
export function hostOf(url: Expr<string>): Expr<string> {
  return hostTemplate({ url });
}

function pathOf(url: Expr<string>): Expr<string> {
  return defaultIfEmpty(trimPrefix(authorityOf(url), trimPrefix('https://', url)), '/');
}

/**
 * Needed if any hosts are patterns. The zone of an IPv6 address is any text after a %, and patterns are compared with
 * the text of an address: to iron-proxy [::ffff:10.1.2.3%.example.com] matches *.example.com, and is not in
 * upstream_deny_cidrs. A secret that is required but never replaced refuses all requests to such addresses before a
 * credential is set in them.
 */
export const addressWithZone: SecretEntry = {
  source: { type: 'env', var: 'ADDRESS_WITH_A_ZONE' },
  rules: [{ host: '*%*' }],
  replace: { proxy_value: 'ADDRESS_WITH_A_ZONE', match_headers: [noHeader], require: true },
};

export function secretEntry(secret: Symbolic<Secret>, source: SourceTemplate): Fields<SecretEntry> {
  const { hosts, reference, declared } = secret;
  const injected = eq(modeOf(declared), 'inject');
  return {
    source: source({ reference, jsonKey: '' }),
    rules: rules(hosts),
    replace: when(not(injected), {
      proxy_value: placeholderOf(secret),
      match_headers: when(declared.match_headers, matchedHeaders, [noHeader]),
      match_path: when(defaultIfAbsent(declared.match_path, false), true),
      match_query: when(defaultIfAbsent(declared.match_query, false), true),
    }),
    inject: when(injected, {
      header: when(declared.inject_header, (header) => header),
      query_param: when(declared.inject_query_param, (parameter) => parameter),
      formatter: when(declared.inject_formatter, (formatter) => formatter),
    }),
  };
}

/** If the name is not in Go's notation, iron-proxy would hide the header from later secrets. */
function matchedHeaders(headers: Expr<readonly string[]>): readonly Member<string>[] {
  return [each(headers, (header) => when(hasPrefix('/', header), header, canonicalHeader(header)))];
}

export function gcpAuth(
  { hosts, reference, declared }: Symbolic<Secret>,
  source: SourceTemplate,
): Fields<Transform> {
  return {
    name: 'gcp_auth',
    config: {
      keyfile: source({ reference, jsonKey: '' }),
      scopes: when(declared.scopes, (scopes) => [each(scopes, (scope) => scope)], [cloudPlatform]),
      rules: rules(hosts),
    },
  };
}

export function oauthToken(
  { hosts, declared }: Symbolic<Secret>,
  source: SourceTemplate,
): Fields<OAuthToken> {
  const { grant, fields, token_endpoint } = readAs(oauthForm, declared);
  return {
    grant,
    ...entries<OAuthField, SourceEntry>(fields, (field) => oauthSource(field, source)),
    token_endpoint,
    audience: when(declared.audience, (audience) => audience),
    scopes: when(declared.scopes, (scopes) => [each(scopes, (scope) => scope)]),
    rules: rules(hosts),
  };
}

function oauthSource(field: Symbolic<OAuthField>, source: SourceTemplate): Authored<SourceEntry> {
  const reference = readAs(nameSchema, field);
  const { secret_ref, json_key } = readAs(jsonField, field);
  return when<SourceEntry>(
    isString(reference),
    source({ reference, jsonKey: '' }),
    source({ reference: secret_ref, jsonKey: defaultIfEmpty(json_key, '') }),
  );
}

export function awsAuth({ hosts, declared }: Symbolic<Secret>, source: SourceTemplate): Fields<Transform> {
  const { access_key_id, secret_access_key } = readAs(awsForm, declared);
  return {
    name: 'aws_auth',
    config: {
      access_key_id: source({ reference: access_key_id, jsonKey: '' }),
      secret_access_key: source({ reference: secret_access_key, jsonKey: '' }),
      allowed_services: when(declared.allowed_services, (services) => [each(services, (name) => name)]),
      allowed_regions: when(declared.allowed_regions, (regions) => [each(regions, (name) => name)]),
      rules: rules(hosts),
    },
  };
}

/** The headers that pass because declarations need them. */
export function declaredHeaders(
  { ironProxy }: SecretsValues,
  { http, gcp, oauth, aws }: Lists,
): Expr<readonly string[]> {
  const headers = listOf<string>(
    [
      each(ironProxy.headerAllowlist.extra, (header) => header),
      each(http, ({ declared }) => each(declared.match_headers, (header) => header)),
      each(http, ({ declared }) => when(declared.inject_header, (header) => header)),
      when(or(isNonEmpty(gcp), isNonEmpty(oauth)), tokenHeader),
      ...awsHeaders.map((header): Member<string> => when(isNonEmpty(aws), header)),
    ],
    'headers',
  );
  return valueTemplate(
    'centaur.ironProxy.declaredHeaders',
    'The headers that pass for the sake of what is declared.',
    sort(uniq(headers)),
  );
}

/** Comes last: it must let pass everything that earlier transforms have set. */
export function headerAllowlist(headers: Expr<readonly string[]>): Fields<Transform> {
  return {
    name: 'header_allowlist',
    config: { headers: [...passingHeaders, each(headers, (header) => header)] },
  };
}

/** Removing a signed header would invalidate the signature: for AWS it is removed before signing. */
export function headersToSign(headers: Expr<readonly string[]>, { aws }: Lists): Fields<Transform> {
  const signed = passingHeaders.filter((header) => !hopByHopHeaders.includes(header));
  const staying = constant([...hopByHopHeaders]);
  const hosts = listOf<string>([each(aws, ({ hosts }) => each(hosts, (host) => host))], 'awsHosts');
  return {
    name: 'header_allowlist',
    config: {
      headers: [
        ...signed,
        each(headers, (header) =>
          when(or(hasPrefix('/', header), not(includes(staying, canonicalHeader(header)))), header),
        ),
      ],
      rules: rules(sort(uniq(hosts))),
    },
  };
}
