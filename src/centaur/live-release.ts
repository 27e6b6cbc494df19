/** What can be asked of a running release, by its values. */
import { type Expr, each, type HelmChart, listOf } from '../helm/authoring.js';
import { declared, type Secret } from '../secrets/declared-secrets.js';
import type { ValueMap } from '../text/json.js';
import type { valuesSchema } from './values/index.js';

export interface LiveRelease {
  /** Every credential that the values declare: the name of an item or a whole reference. */
  readonly references: readonly { readonly reference: string; readonly optional: boolean }[];
  /** The port of the release's own Connect server; undefined if there is none. */
  readonly connectPort: number | undefined;
  readonly proxy: {
    /** The port that clients use. */
    readonly port: number;
    /**
     * A host that may be reached, and to which iron-proxy adds no credential that the request does not ask for;
     * undefined if there is none.
     */
    readonly harmlessHost: string | undefined;
    /** Whether any host may be reached. */
    readonly isOpen: boolean;
  };
}

/** Reads complete, valid values. */
export function liveReleaseOf(chart: HelmChart<typeof valuesSchema>, values: ValueMap): LiveRelease {
  const { ironProxy, onepasswordConnect } = chart.values;
  const { connect } = onepasswordConnect;
  const read = <T>(expression: Expr<T>): T => chart.read(expression, values);
  const { credentialKeys, secrets } = declared(chart.values);
  const all: readonly Secret[] = read(listOf<Secret>([each(secrets, (secret) => secret)], 'secrets'));
  const allowed: readonly string[] = read(ironProxy.allowedHosts);
  const [replaced, added] = [all.filter(isReplaced), all.filter((secret) => !isReplaced(secret))];
  const unasked = added.flatMap(({ hosts }) => hosts);
  return {
    references: read(credentialKeys).map(({ key, optional }) => ({ reference: key, optional })),
    connectPort: read(connect.create) ? read(connect.api.httpPort) : undefined,
    proxy: {
      port: read(ironProxy.service.proxyPort),
      harmlessHost: [...replaced.flatMap(({ hosts }) => hosts), ...allowed].find(
        (host) => isName(host) && !unasked.some((other) => mayMatch(other, host)),
      ),
      isOpen: allowed.includes('*'),
    },
  };
}

/** Whether a credential takes the place of its placeholder, and is added to no other request. */
function isReplaced({ declared: { type, mode } }: Secret): boolean {
  return type === 'http' && mode !== 'inject';
}

function isName(host: string): boolean {
  return /^[a-z0-9.-]+\.[a-z-]+$/.test(host);
}

/** Whether a pattern may match a name; an address or a range might, whatever the name. */
function mayMatch(pattern: string, name: string): boolean {
  if (!isName(pattern.replaceAll('*', 'a'))) return true;
  const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('.*')}$`).test(name) || pattern === `*.${name}`;
}
