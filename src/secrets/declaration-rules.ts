/** What is wrong with one declaration alone. */
import {
  and,
  canonicalHeader,
  constant,
  contains,
  defaultIfAbsent,
  each,
  eq,
  first,
  includes,
  isNonEmpty,
  listOf,
  type Member,
  ne,
  not,
  or,
  type Symbolic,
  str,
  when,
} from '../helm/authoring.js';
import { isReplaced, modeOf, namedHeaders } from './canonical-form.js';
import type { Declaration, Declarations } from './declared-secrets.js';
import { hopByHopHeaders } from './header.js';
import { givenNamesOwn, type OwnHosts, ownHostsMeant, ownHostsNamed } from './own-host.js';
import { hostOf } from './proxy-transforms.js';

export function hasNoHosts({ by, hosts, secret }: Symbolic<Declaration>): Member<string> {
  return when(
    and(ne(secret.type, 'pg_dsn'), not(isNonEmpty(hosts))),
    str`${by}: ${secret.name} has no hosts: set hosts on it, or on the tool as a default for all its secrets`,
  );
}

export function targetsOwnHost(declarations: Declarations, ownHosts: OwnHosts): Member<string> {
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

/** iron-proxy sends all credentials of a grant to its token endpoint. */
export function tokenEndpointIsOwnHost(declarations: Declarations, ownHosts: OwnHosts): Member<string> {
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

export function hasNoPlace({ by, secret }: Symbolic<Declaration>): Member<string> {
  const { match_headers, match_path, match_query } = secret;
  const matches = or(
    isNonEmpty(match_headers),
    defaultIfAbsent(match_path, false),
    defaultIfAbsent(match_query, false),
  );
  return when(
    and(isReplaced(secret), not(matches)),
    str`${by}: ${secret.name} has no place to be replaced in: say where its placeholder appears, with match_headers (such as Authorization), match_path or match_query`,
  );
}

export function hasNoSingleTarget({ by, secret }: Symbolic<Declaration>): Member<string> {
  const header = isNonEmpty(secret.inject_header);
  const parameter = isNonEmpty(secret.inject_query_param);
  return when(
    and(eq(modeOf(secret), 'inject'), or(and(header, parameter), not(or(header, parameter)))),
    str`${by}: ${secret.name} must be injected into exactly one place: set one of inject_header and inject_query_param`,
  );
}

/** A credential in a header that iron-proxy does not pass on would never arrive. */
export function isInHopByHopHeader({ by, secret }: Symbolic<Declaration>): Member<string> {
  const headers = listOf<string>(
    [namedHeaders(secret), when(secret.inject_header, canonicalHeader)],
    'headers',
  );
  return each(headers, (header) =>
    when(
      includes(constant([...hopByHopHeaders, 'Content-Length']), header),
      str`${by}: ${secret.name} would be put into ${header}, which iron-proxy does not pass on: use the header in which the host expects it`,
    ),
  );
}
