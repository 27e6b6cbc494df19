/**
 * iron-proxy's configuration, from what the values declare. iron-proxy reads it strictly: a key that it does not know
 * stops it. Nothing in it is expanded; {@link file://./vault.ts} says how the vault's name gets in.
 */
import Type from 'typebox';
import {
  type Authored,
  and,
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
  join,
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
  textTemplate,
  trimPrefix,
  uniq,
  when,
} from '../helm/authoring.js';
import { memoize } from '../text/memoize.js';
import {
  awsForm,
  databaseForm,
  jsonField,
  nameSchema,
  type OAuthField,
  oauthForm,
  type SecretType,
} from './declaration.js';
import { declared, modeOf, placeholderOf, type Secret, type SecretsValues } from './declared.js';
import { deniedUpstreams } from './denied-ranges.js';
import { awsHeaders, connectionHeaders, noHeader, passingHeaders, tokenHeader } from './header.js';
import { defaultField, secretSources } from './source.js';
import { vaultPlaceholder } from './vault.js';

// --------------------------------------------------------------------------------------------------- its shape

/** What iron-proxy 0.45.0 takes, as far as it is used here. */
export interface ProxyConfig {
  readonly dns: { readonly enabled: boolean };
  readonly proxy: {
    readonly http_listen: string;
    readonly https_listen: string;
    readonly tunnel_listen: string;
    readonly max_request_body_bytes: number;
    readonly upstream_response_header_timeout: string;
    /** Takes the place of its own list: loopback, and the metadata of AWS and of clouds that use its addresses. */
    readonly upstream_deny_cidrs: readonly string[];
  };
  readonly tls: { readonly mode: 'mitm'; readonly ca_cert: string; readonly ca_key: string };
  readonly metrics: { readonly listen: string };
  readonly management: { readonly listen: string };
  readonly log: { readonly level: string };
  /** In the order in which a request passes them. */
  readonly transforms: readonly Transform[];
  readonly postgres?: Postgres;
}

export type Transform =
  | {
      readonly name: 'allowlist';
      readonly config: {
        readonly domains?: readonly string[];
        readonly cidrs?: readonly string[];
        readonly rules?: readonly Rule[];
      };
    }
  | { readonly name: 'secrets'; readonly config: { readonly secrets: readonly SecretEntry[] } }
  | {
      readonly name: 'gcp_auth';
      readonly config: {
        readonly keyfile: SourceEntry;
        readonly scopes: readonly string[];
        readonly rules: readonly Rule[];
      };
    }
  | { readonly name: 'oauth_token'; readonly config: { readonly tokens: readonly OAuthToken[] } }
  | {
      readonly name: 'aws_auth';
      readonly config: {
        readonly access_key_id: SourceEntry;
        readonly secret_access_key: SourceEntry;
        readonly allowed_services?: readonly string[];
        readonly allowed_regions?: readonly string[];
        readonly rules: readonly Rule[];
      };
    }
  | {
      readonly name: 'header_allowlist';
      readonly config: { readonly headers: readonly string[]; readonly rules?: readonly Rule[] };
    };

/** A host or an address range, and what of it. */
export interface Rule {
  readonly host?: string;
  readonly cidr?: string;
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
}

/** `type`, and by the type `var` or `secret_ref` and `ttl`; `json_key` where the value is a member of JSON. */
export interface SourceEntry {
  readonly [key: string]: string;
}

export interface SecretEntry {
  readonly source: SourceEntry;
  readonly rules: readonly Rule[];
  readonly replace?: {
    readonly proxy_value: string;
    /** Names or /regular expressions/. An empty list means all headers. */
    readonly match_headers: readonly string[];
    readonly match_path?: boolean;
    readonly match_query?: boolean;
    /** Whether a request is refused in which nothing is replaced. */
    readonly require?: boolean;
  };
  readonly inject?: {
    readonly header?: string;
    readonly query_param?: string;
    readonly formatter?: string;
  };
}

/** Beside these, each credential of the grant under its own name, as a source. */
export interface OAuthToken {
  readonly grant: string;
  readonly token_endpoint: string;
  readonly audience?: string;
  readonly scopes?: readonly string[];
  readonly rules: readonly Rule[];
}

export interface Postgres {
  readonly listen: string;
  readonly client: { readonly user: string; readonly password_env: string };
  readonly upstreams: readonly { readonly database: string; readonly dsn: SourceEntry }[];
}

// ------------------------------------------------------------------------------------------------------- facts

/** Where iron-proxy finds the CA that it signs certificates with: files `ca-cert.pem` and `ca-key.pem`. */
export const caFolder = '/etc/iron-proxy-ca';

/**
 * Ports of the listeners that iron-proxy opens beside the tunnel, which is what clients use. They can't be turned
 * off, so they are on loopback, and above 1024 because iron-proxy is not root.
 */
export const innerPorts = { http: 8081, https: 8443 };

/** The user as whom clients connect to the Postgres listener, and the variable that holds the password. */
export const postgresClient = { user: 'app_user', passwordKey: 'PG_PROXY_PASSWORD' };

/** What a Google token is for where a declaration names no scopes. */
export const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** Where Google's clients ask for tokens; iron-proxy answers there itself. */
const googleTokenEndpoint = 'https://oauth2.googleapis.com/token';

// -------------------------------------------------------------------------------------------------- the config

/**
 * iron-proxy's configuration as a named template, {@link vaultPlaceholder} in place of the vault's name. It is made
 * once for the values of a chart.
 */
export const proxyConfig = memoize((values: SecretsValues): Expr<string> => {
  const { ironProxy } = values;
  const { service } = ironProxy;
  const lists = listsOf(values);
  const hasPatterns = contains('*', join(' ', lists.hosts));
  const source = sourceTemplate(values);
  const headers = declaredHeaders(values, lists);
  return textTemplate<ProxyConfig>('centaur.ironProxy.config', 'The configuration of iron-proxy.', {
    dns: { enabled: false },
    proxy: {
      http_listen: `127.0.0.1:${innerPorts.http}`,
      https_listen: `127.0.0.1:${innerPorts.https}`,
      tunnel_listen: str`:${service.proxyPort}`,
      max_request_body_bytes: ironProxy.maxRequestBodyBytes,
      upstream_response_header_timeout: ironProxy.upstreamResponseHeaderTimeout,
      upstream_deny_cidrs: [...deniedUpstreams, each(ironProxy.upstreamDenyCidrs, (cidr) => cidr)],
    },
    tls: { mode: 'mitm', ca_cert: `${caFolder}/ca-cert.pem`, ca_key: `${caFolder}/ca-key.pem` },
    metrics: { listen: str`:${service.healthPort}` },
    management: { listen: str`:${service.managementPort}` },
    log: { level: ironProxy.logLevel },
    transforms: [
      allowlist(lists),
      when(or(hasPatterns, isNonEmpty(lists.http)), {
        name: 'secrets',
        config: {
          secrets: [
            when(hasPatterns, addressWithZone),
            each(lists.http, (secret) => secretEntry(secret, source)),
          ],
        },
      }),
      each(lists.gcp, (secret) => gcpAuth(secret, source)),
      when(isNonEmpty(lists.oauth), {
        name: 'oauth_token',
        config: { tokens: [each(lists.oauth, (secret) => oauthToken(secret, source))] },
      }),
      when(and(ironProxy.headerAllowlist.enabled, isNonEmpty(lists.aws)), headersToSign(headers, lists)),
      each(lists.aws, (secret) => awsAuth(secret, source)),
      when(ironProxy.headerAllowlist.enabled, headerAllowlist(headers)),
    ],
    postgres: when(isNonEmpty(lists.databases), {
      listen: str`:${service.pgPortRangeStart}`,
      client: { user: postgresClient.user, password_env: postgresClient.passwordKey },
      upstreams: [
        each(lists.databases, ({ declared, reference }) => ({
          database: readAs(databaseForm, declared).database,
          dsn: source({ reference, jsonKey: '' }),
        })),
      ],
    }),
  });
});

type Secrets = Symbolic<readonly Secret[]>;
type Lists = Readonly<Record<'all' | 'http' | 'gcp' | 'oauth' | 'aws' | 'databases', Secrets>> & {
  /** Every host that may be reached, but for those of token endpoints, each once, in order. */
  readonly hosts: Expr<readonly string[]>;
};

/** All secrets, those of each type, and their hosts. */
function listsOf(values: SecretsValues): Lists {
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

// ------------------------------------------------------------------------------------------------------ sources

type SourceTemplate = (args: { reference: Leaf<string>; jsonKey: Leaf<string> }) => Fields<SourceEntry>;

function sourceTemplate({ ironProxy }: SecretsValues): SourceTemplate {
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
        // Without a TTL iron-proxy would keep the value for ever.
        ttl: secretTtl,
      }),
      json_key: when(jsonKey, (key) => key),
    }),
  );
}

// --------------------------------------------------------------------------------------------------- transforms

function rules(hosts: Expr<readonly string[]>): readonly Member<Rule>[] {
  return [each(hosts, (host) => when(contains('/', host), { cidr: host }, { host }))];
}

/**
 * The hosts that may be reached. Beside them, of a host that gives tokens, the path alone at which iron-proxy itself
 * answers with a placeholder, so that a client which asks for a token of its own goes on; a tunnel has no path yet.
 */
function allowlist({ hosts, gcp, oauth }: Lists): Fields<Transform> {
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

/** The part of an https URL before its path: a host, and maybe a port. */
function authorityOf(url: Expr<string>): Expr<string> {
  return first(split('/', trimPrefix('https://', url)));
}

/** The host of an https URL. */
export function hostOf(url: Expr<string>): Expr<string> {
  return first(split(':', authorityOf(url)));
}

function pathOf(url: Expr<string>): Expr<string> {
  return defaultIfEmpty(trimPrefix(authorityOf(url), trimPrefix('https://', url)), '/');
}

/**
 * Where hosts are patterns. A zone of an IPv6 address is any text behind a %, and patterns are compared with the text
 * of an address: to iron-proxy [::ffff:10.1.2.3%.example.com] is one of *.example.com, and no address of
 * upstream_deny_cidrs. A secret that is replaced nowhere, and must be, refuses all that is sent to such addresses,
 * before a credential is set in it.
 */
const addressWithZone: SecretEntry = {
  source: { type: 'env', var: 'ADDRESS_WITH_A_ZONE' },
  rules: [{ host: '*%*' }],
  replace: { proxy_value: 'ADDRESS_WITH_A_ZONE', match_headers: [noHeader], require: true },
};

function secretEntry(secret: Symbolic<Secret>, source: SourceTemplate): Fields<SecretEntry> {
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

/** Under a name that is not written as Go writes it, iron-proxy would hide the header from later secrets. */
function matchedHeaders(headers: Expr<readonly string[]>): readonly Member<string>[] {
  return [each(headers, (header) => when(hasPrefix('/', header), header, canonicalHeader(header)))];
}

function gcpAuth(
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

function oauthToken({ hosts, declared }: Symbolic<Secret>, source: SourceTemplate): Fields<OAuthToken> {
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

function awsAuth({ hosts, declared }: Symbolic<Secret>, source: SourceTemplate): Fields<Transform> {
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

/** The headers that pass for the sake of what is declared. */
function declaredHeaders(
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
  return sort(uniq(headers));
}

/** Comes last: it must let pass what the transforms before it have set. */
function headerAllowlist(headers: Expr<readonly string[]>): Fields<Transform> {
  return {
    name: 'header_allowlist',
    config: { headers: [...passingHeaders, each(headers, (header) => header)] },
  };
}

/** A header that is signed and taken off afterwards would make the signature wrong: for AWS it is taken off before. */
function headersToSign(headers: Expr<readonly string[]>, { aws }: Lists): Fields<Transform> {
  const signed = passingHeaders.filter((header) => !connectionHeaders.includes(header));
  const staying = constant([...connectionHeaders]);
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
