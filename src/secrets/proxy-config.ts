/**
 * iron-proxy's configuration, derived from the declarations in the values. iron-proxy parses it strictly: an unknown
 * key stops it. It expands no variables; {@link file://./vault.ts} says how the vault's name gets in.
 */
import {
  and,
  contains,
  type Expr,
  each,
  isNonEmpty,
  join,
  or,
  readAs,
  str,
  textTemplate,
  when,
} from '../helm/authoring.js';
import { memoize } from '../text/memoize.js';
import { databaseForm } from './declaration-schema.js';
import type { SecretsValues } from './declared-secrets.js';
import { deniedUpstreams } from './denied-ranges.js';
import type { ProxyConfig } from './proxy-config-types.js';
import {
  addressWithZone,
  allowlist,
  awsAuth,
  declaredHeaders,
  gcpAuth,
  headerAllowlist,
  headersToSign,
  listsOf,
  oauthToken,
  secretEntry,
  sourceTemplate,
} from './proxy-transforms.js';

/** Where iron-proxy finds its signing CA: files `ca-cert.pem` and `ca-key.pem`. */
export const caFolder = '/etc/iron-proxy-ca';

/**
 * Ports of the listeners that iron-proxy opens in addition to the tunnel, which clients use. They can't be turned off,
 * so they are on loopback, and above 1024 because iron-proxy does not run as root.
 */
export const innerPorts = { http: 8081, https: 8443 };

/** The user name of clients of the Postgres listener, and the variable that holds the password. */
export const postgresClient = { user: 'app_user', passwordKey: 'PG_PROXY_PASSWORD' };

/**
 * iron-proxy's configuration as a named template, with {@link vaultPlaceholder} in place of the vault's name. It is
 * created once for the values of a chart.
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
