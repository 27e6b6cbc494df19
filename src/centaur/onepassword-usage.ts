import type { Expr, HelmChart } from '../helm/authoring.js';
import { declared } from '../secrets/declared-secrets.js';
import { secretSources } from '../secrets/source.js';
import { durationMilliseconds } from '../text/duration.js';
import type { ValueMap } from '../text/json.js';
import type { valuesSchema } from './values/index.js';

/** What a release requests from 1Password. */
export interface Lookups {
  readonly source: string;
  /** Whether 1Password limits how often the source may ask. */
  readonly limited: boolean;
  /** The maximum number of the chart's own proxies; each sandbox has one more. */
  readonly proxies: number;
  /** Values that each proxy looks up. */
  readonly lookups: number;
  readonly ttlSeconds: number;
}

/** Reads complete, valid values. */
export function lookupsOf(chart: HelmChart<typeof valuesSchema>, values: ValueMap): Lookups {
  const { ironProxy } = chart.values;
  const read = <T>(expression: Expr<T>): T => chart.read(expression, values);
  const source = read(ironProxy.secretSource);
  return {
    source,
    limited: secretSources[source].limited,
    proxies: read(ironProxy.autoscaling.enabled)
      ? read(ironProxy.autoscaling.maxReplicas)
      : read(ironProxy.replicas),
    lookups: read(declared(chart.values).lookupCount),
    ttlSeconds: durationMilliseconds(read(ironProxy.secretTtl)) / 1000,
  };
}
