/** Whether the values alone lead to more reads than the smallest plan of 1Password allows, as an expression. */
import {
  add,
  and,
  contains,
  type Expr,
  eq,
  first,
  gt,
  ifElse,
  last,
  mul,
  replace,
  split,
  toInteger,
  valueTemplate,
} from '../helm/authoring.js';
import { plans } from './budget.js';
import { declared, type SecretsValues } from './declared.js';
import { once } from './once.js';

/** The requests that the smallest plan allows in 24 hours. */
export const smallestDaily = Math.min(...Object.values(plans).map(({ daily }) => daily));

/**
 * Whether this many proxies, each asking again whenever `secretTtl` is over, exceed the smallest plan; false where no
 * service account is used.
 */
export function exceedsSmallestPlan(values: SecretsValues, proxies: Expr<number>): Expr<boolean> {
  const readsInTtl = mul(proxies, declared(values).lookupCount);
  return and(
    eq(values.ironProxy.secretSource, 'onepassword'),
    gt(mul(readsInTtl, 24 * 3600), mul(smallestDaily, ttlSeconds(values))),
  );
}

/** The whole seconds of `secretTtl`. */
const ttlSeconds = once(({ ironProxy }: SecretsValues): Expr<number> => {
  const ttl = replace('ms', ';', ironProxy.secretTtl);
  const belowHours = last(split('h', ttl));
  const belowMinutes = last(split('m', belowHours));
  return valueTemplate(
    'centaur.secretTtlSeconds',
    'How long iron-proxy keeps a credential, in seconds.',
    add(add(mul(3600, amount('h', ttl)), mul(60, amount('m', belowHours))), amount('s', belowMinutes)),
  );
});

/** The whole number before a unit, or 0 where a duration does not have the unit. */
function amount(unit: string, duration: Expr<string>): Expr<number> {
  return toInteger(ifElse(contains(unit, duration), first(split('.', first(split(unit, duration)))), '0'));
}
