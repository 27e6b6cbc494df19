/** The Connect server that iron-proxy uses: the release's own, or an existing one. */
import {
  contains,
  defaultIfEmpty,
  type Expr,
  first,
  hasPrefix,
  ifElse,
  last,
  split,
  str,
  stringTemplate,
  toInteger,
  trimPrefix,
  trimSuffix,
  valueTemplate,
} from '../helm/authoring.js';
import type { Values } from './values/index.js';

export interface ConnectServer {
  readonly url: Expr<string>;
  /** The URL's host, without the dot that a full name may end in. */
  readonly host: Expr<string>;
  /** The URL's port; 443 or 80 if omitted. */
  readonly port: Expr<number>;
}

export function connectServerOf({ onepasswordConnect: { connect } }: Values): ConnectServer {
  const url = stringTemplate(
    'centaur.connect.url',
    "Where the Connect server answers: one that exists already, or the release's own.",
    defaultIfEmpty(connect.url, str`http://${connect.applicationName}:${connect.api.httpPort}`),
  );
  const authority = stringTemplate(
    'centaur.connect.authority',
    "The host and port of the Connect server's URL.",
    first(split('/', trimPrefix('http://', trimPrefix('https://', url)))),
  );
  const host = stringTemplate(
    'centaur.connect.host',
    "The host of the Connect server's URL, without the dot that a whole name may end in.",
    trimSuffix('.', first(split(':', authority))),
  );
  const usual = ifElse(hasPrefix('https://', url), '443', '80');
  const port = valueTemplate(
    'centaur.connect.port',
    "The port of the Connect server's URL.",
    toInteger(ifElse(contains(':', authority), last(split(':', authority)), usual)),
  );
  return { url, host, port };
}
