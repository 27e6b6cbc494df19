/**
 * How often and with which seed the law's tests run: `npm run test:law -- --runs 10000 --seed 7` sets both; `npm run
 * test:fast` runs a percentage of the usual number.
 */

/** Printed by every test that fails; LAW_SEED repeats a run. */
export const seed = wholeNumber('LAW_SEED') ?? Date.now() % 2 ** 31;

const longRun = wholeNumber('LAW_RUNS');

const share = (wholeNumber('LAW_PERCENT') ?? 100) / 100;

/**
 * The number of runs: that of a long run, the usual one, or a share of it for a quick one. It is at least the minimum
 * for tests that check what they drew.
 */
export function runs(usual: number, least = 1): number {
  return longRun ?? Math.max(least, Math.ceil(usual * share));
}

/** Whether a failure is reduced to the smallest one, which can take minutes and tells more only to people. */
export const shrinks = process.env.LAW_SHRINK !== 'no';

/** Milliseconds that a test may take: a long run has no limit. */
export const patience = longRun === undefined ? 600_000 : 24 * 3_600_000;

function wholeNumber(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text)) throw new Error(`${variable} is a whole number, not '${text}'`);
  return Number(text);
}
