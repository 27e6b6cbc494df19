import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs, seed } from '../../test/law/seed.js';
import { declaredBy } from '../../test/secrets/declaring-chart.js';
import { durationMilliseconds, durationPattern } from '../text/duration.js';
import { budgetOf, planNames, plans, remedy, requestNote } from './read-budget.js';

const use = { proxies: 3, lookups: 4, ttlSeconds: 600 };

test('each proxy reads each value again when its TTL is over', () => {
  expect(budgetOf(use)).toMatchObject({ readsPerHour: 3 * 4 * 6, readsPerDay: 3 * 4 * 144 });
  expect(budgetOf({ ...use, ttlSeconds: 7 })).toMatchObject({
    readsPerHour: 12 * 515,
    readsPerDay: 12 * 12_343,
  });
  expect(budgetOf({ ...use, ttlSeconds: 7200 })).toMatchObject({ readsPerHour: 12, readsPerDay: 12 * 12 });
});

test('a read takes at most three requests, and a plan fits by its reads', () => {
  const budget = budgetOf({ proxies: 1, lookups: 1, ttlSeconds: 120 }, ['personal']);
  expect(budget).toMatchObject({ readsPerDay: 720, requestsPerHour: 90, requestsPerDay: 2160 });
  const fitting = (ttlSeconds: number) => {
    const counted = budgetOf({ proxies: 1, lookups: 1, ttlSeconds }, ['personal']);
    return counted.plans.map((verdict) => [verdict.fits, verdict.fitsByRequests, remedy(verdict, counted)]);
  };
  // 333 reads a day are 999 requests.
  expect([120, 259, 260].flatMap(fitting)).toEqual([
    [true, false, 'Individual and Families: fits by its reads, but not if 1Password counts each request'],
    [true, false, 'Individual and Families: fits by its reads, but not if 1Password counts each request'],
    [true, true, 'Individual and Families: fits'],
  ]);
  expect(requestNote(budget)).toBe(
    "a read is 3 requests of 1Password's SDK, 2 where OP_VAULT is an id: up to 90 an hour and 2,160 a day, should 1Password count each of them",
  );
});

test("the limits are 1Password's", () => {
  expect(plans).toEqual({
    business: { title: 'Business', hourly: 10_000, daily: 50_000 },
    teams: { title: 'Teams', hourly: 1_000, daily: 5_000 },
    personal: { title: 'Individual and Families', hourly: 1_000, daily: 1_000 },
  });
});

test.each(planNames)('the smallest TTL fits the plan %s, and one second less does not', (plan) => {
  for (const proxies of [1, 2, 7, 30, 90]) {
    for (const lookups of [1, 3, 10]) {
      const [verdict] = budgetOf({ proxies, lookups, ttlSeconds: 600 }, [plan]).plans;
      const smallest = verdict?.smallestTtlSeconds;
      const fits = (ttlSeconds: number) => budgetOf({ proxies, lookups, ttlSeconds }, [plan]).plans[0]?.fits;
      if (smallest === undefined) {
        expect(fits(24 * 3600)).toBe(false);
      } else {
        expect(fits(smallest), `${proxies} proxies, ${lookups} lookups, ${smallest} s`).toBe(true);
        expect(smallest === 1 ? false : fits(smallest - 1)).toBe(false);
      }
    }
  }
});

test('the hourly limit applies even if the daily one would not be reached', () => {
  const use = { proxies: 1500, lookups: 1, ttlSeconds: 24 * 3600 };
  const verdicts = budgetOf(use, ['business', 'teams']).plans;
  expect(verdicts.map(({ fits, smallestTtlSeconds }) => [fits, smallestTtlSeconds])).toEqual([
    [true, 2619],
    [false, undefined],
  ]);
});

test('a budget fits if it exceeds no limit', () => {
  expect(
    budgetOf({ proxies: 1, lookups: 1, ttlSeconds: 600 }).plans.map(({ plan, fits }) => [plan, fits]),
  ).toEqual([
    ['business', true],
    ['teams', true],
    ['personal', true],
  ]);
  expect(budgetOf({ proxies: 5, lookups: 0, ttlSeconds: 1 }).plans.every(({ fits }) => fits)).toBe(true);
});

test('the remedy is a TTL, or Connect', () => {
  const remedies = [
    budgetOf(use, ['business']),
    budgetOf(use, ['personal']),
    budgetOf({ proxies: 1, lookups: 1, ttlSeconds: 3 }, ['business']),
    budgetOf({ ...use, proxies: 500, ttlSeconds: 3600 }, ['personal']),
  ].flatMap((budget) => budget.plans.map((verdict) => remedy(verdict, budget)));
  expect(remedies).toEqual([
    'Business: fits',
    'Individual and Families: exceeds the daily limit; fits with secretTtl 17m21s',
    'Business: fits by its reads, but not if 1Password counts each request',
    'Individual and Families: exceeds the hourly and the daily limit with any secretTtl; use secretSource onepassword-connect, which has no limits',
  ]);
});

describe('values that alone exceed the smallest plan', () => {
  const secret = (index: number) => ({
    type: 'http',
    name: `KEY_${index}_`,
    match_headers: ['X-Key'],
    hosts: ['a.example.com'],
  });
  const exceeds = (lookups: number, proxies: number, secretTtl: string, secretSource = 'onepassword') =>
    declaredBy({
      proxies,
      harnesses: { codex: { enabled: false } },
      ironProxy: { secretTtl, secretSource },
      tools: { a: { secrets: Array.from({ length: lookups }, (_, index) => secret(index)) } },
    }).exceedsSmallestPlan;

  test.each([
    [6, 1, '10m', false],
    [7, 1, '10m', true],
    [1, 6, '10m', false],
    [1, 7, '10m', true],
    [1, 1, '1m26s400ms', false],
    [1, 1, '1m26s399ms', true],
    [84, 1, '2h5m', true],
    [84, 20, '48h', true],
    [50, 20, '48h', false],
    [1, 1, '1m27s', false],
    [41, 1, '1h', false],
    [42, 1, '1h', true],
    [62, 1, '1h30m', false],
    [63, 1, '1h30m', true],
    [62, 1, '1h30.9m', false],
    [1, 1, '500ms', true],
    [0, 1, '500ms', false],
  ])('%i lookups of %i proxies every %s: %s', (lookups, proxies, ttl, expected) => {
    expect(exceeds(lookups, proxies, ttl)).toBe(expected);
  });

  test('are those that do not fit it', () => {
    const ttls = fc.stringMatching(new RegExp(durationPattern));
    const few = fc.nat({ max: 60 });
    fc.assert(
      fc.property(few, few, ttls, (lookups, proxies, ttl) => {
        const use = { lookups, proxies, ttlSeconds: durationMilliseconds(ttl) / 1000 };
        const [personal] = budgetOf(use, ['personal']).plans;
        expect(exceeds(lookups, proxies, ttl)).toBe(personal?.fits === false);
      }),
      { seed, numRuns: runs(200) },
    );
  });

  test('count only where a service account is used', () => {
    expect(exceeds(50, 1, '10m', 'onepassword-connect')).toBe(false);
    expect(exceeds(50, 1, '10m', 'env')).toBe(false);
  });
});
