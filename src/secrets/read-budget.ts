/**
 * How often 1Password is asked, and whether its limits allow that. The limits are those of service accounts:
 * https://developer.1password.com/docs/service-accounts/rate-limits/. A Connect server has none.
 */

import { goDuration, millisecondsOf } from '../text/duration.js';

export const planNames = ['business', 'teams', 'personal'] as const;

export type Plan = (typeof planNames)[number];

export interface PlanLimits {
  readonly title: string;
  /** Reads an hour, for each token. */
  readonly hourly: number;
  /** Requests in 24 hours, for all tokens of the account together. */
  readonly daily: number;
}

export const plans: { readonly [plan in Plan]: PlanLimits } = {
  business: { title: 'Business', hourly: 10_000, daily: 50_000 },
  teams: { title: 'Teams', hourly: 1_000, daily: 5_000 },
  personal: { title: 'Individual and Families', hourly: 1_000, daily: 1_000 },
};

/**
 * The requests that 1Password's SDK makes for one read: for the vaults, for the items of the vault and for the item.
 * With the vault's id it skips the first.
 */
export const requestsPerRead = { byName: 3, byId: 2 };

const hour = millisecondsOf.h;
export const day = 24 * hour;

export interface Use {
  /** Proxies that run at once: the chart's replicas, and one for each sandbox. */
  readonly proxies: number;
  /** Values that each proxy looks up. */
  readonly lookups: number;
  /** How long a proxy caches a value, in seconds, with whole milliseconds. */
  readonly ttlSeconds: number;
}

export interface PlanVerdict extends PlanLimits {
  readonly plan: Plan;
  readonly fits: boolean;
  /** Whether it fits even if 1Password counts each request of a read. */
  readonly fitsByRequests: boolean;
  /** The minimum TTL, in whole seconds; absent if no TTL up to a day is long enough. */
  readonly smallestTtlSeconds?: number;
}

export interface Budget extends Use {
  readonly readsPerHour: number;
  readonly readsPerDay: number;
  /** The maximum, for a vault that is given by its name. */
  readonly requestsPerHour: number;
  readonly requestsPerDay: number;
  readonly plans: readonly PlanVerdict[];
}

/**
 * The maximum number of reads by these proxies, when every credential is in use all the time: each proxy asks again for
 * each value when its TTL is over.
 */
export function budgetOf(use: Use, asked: readonly Plan[] = planNames): Budget {
  const { proxies, lookups, ttlSeconds } = use;
  const values = proxies * lookups;
  const ttl = Math.round(ttlSeconds * millisecondsOf.s);
  const readsPerHour = values * Math.ceil(hour / ttl);
  const readsPerDay = values * Math.ceil(day / ttl);
  const requestsPerHour = readsPerHour * requestsPerRead.byName;
  const requestsPerDay = readsPerDay * requestsPerRead.byName;
  return {
    ...use,
    readsPerHour,
    readsPerDay,
    requestsPerHour,
    requestsPerDay,
    plans: asked.map((plan) => {
      const limits = plans[plan];
      const smallest = smallestTtl(values, limits);
      return {
        plan,
        ...limits,
        fits: readsPerHour <= limits.hourly && readsPerDay <= limits.daily,
        fitsByRequests: requestsPerHour <= limits.hourly && requestsPerDay <= limits.daily,
        ...(smallest !== undefined && { smallestTtlSeconds: smallest }),
      };
    }),
  };
}

/** A value cached for a day is still read once that day. */
function smallestTtl(values: number, { hourly, daily }: PlanLimits): number | undefined {
  if (values === 0) return 1;
  const [perHour, perDay] = [Math.floor(hourly / values), Math.floor(daily / values)];
  if (perHour === 0 || perDay === 0) return undefined;
  return Math.max(1, ...[hour / perHour, day / perDay].map((ttl) => Math.ceil(ttl / millisecondsOf.s)));
}

/** Explains the number of reads: 1Password's page calls what it counts reads here and requests there. */
export function requestNote({ requestsPerHour, requestsPerDay }: Budget): string {
  const number = new Intl.NumberFormat('en-US');
  const { byName, byId } = requestsPerRead;
  return `a read is ${byName} requests of 1Password's SDK, ${byId} where OP_VAULT is an id: up to ${number.format(requestsPerHour)} an hour and ${number.format(requestsPerDay)} a day, should 1Password count each of them`;
}

/** Whether a plan fits, which of its limits is exceeded, and what to do: one line. */
export function remedy(verdict: PlanVerdict, { readsPerHour, readsPerDay }: Budget): string {
  const { fits, fitsByRequests, title, hourly, daily, smallestTtlSeconds } = verdict;
  if (fitsByRequests) return `${title}: fits`;
  if (fits) return `${title}: fits by its reads, but not if 1Password counts each request`;
  const exceeded = [...(readsPerHour > hourly ? ['hourly'] : []), ...(readsPerDay > daily ? ['daily'] : [])];
  const limits = `exceeds the ${exceeded.join(' and the ')} limit`;
  return smallestTtlSeconds === undefined
    ? `${title}: ${limits} with any secretTtl; use secretSource onepassword-connect, which has no limits`
    : `${title}: ${limits}; fits with secretTtl ${goDuration(smallestTtlSeconds)}`;
}
