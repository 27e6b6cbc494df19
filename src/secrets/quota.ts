/** An expression for whether the values alone lead to more reads than 1Password's smallest plan allows. */
import { add, and, div, type Expr, eq, gt, mul, toMilliseconds, valueTemplate } from '../helm/authoring.js';
import { memoize } from '../text/memoize.js';
import { declared, type SecretsValues } from './declared-secrets.js';
import { day, plans } from './read-budget.js';

/** The requests that the smallest plan allows in 24 hours. */
const smallestDaily = Math.min(...Object.values(plans).map(({ daily }) => daily));

/**
 * Whether this many proxies, each asking again when `secretTtl` is over, exceed the smallest plan; false if no service
 * account is used. {@link file://./read-budget.ts} computes the same.
 */
export function exceedsSmallestPlan(values: SecretsValues, proxies: Expr<number>): Expr<boolean> {
  const ttl = ttlMilliseconds(values);
  const readsOfValue = div(add(day - 1, ttl), ttl);
  return and(
    eq(values.ironProxy.secretSource, 'onepassword'),
    gt(mul(mul(proxies, declared(values).lookupCount), readsOfValue), smallestDaily),
  );
}

/** How long iron-proxy keeps a credential. */
export const ttlMilliseconds = memoize(({ ironProxy }: SecretsValues) =>
  valueTemplate(
    'centaur.ironProxy.secretTtlMilliseconds',
    'How long iron-proxy keeps a credential, in milliseconds.',
    toMilliseconds(ironProxy.secretTtl),
  ),
);
