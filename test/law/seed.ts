/** How often and with which seed the law's tests run: `npm run test:law -- --runs 10000 --seed 7` sets both. */

/** Printed by every test that fails; LAW_SEED repeats a run. */
export const seed = Number(process.env.LAW_SEED ?? Date.now() % 2 ** 31);

/** As many as the long run asks for, or what a test does in every run. */
export function runs(usual: number): number {
  return Number(process.env.LAW_RUNS ?? usual);
}

/** Milliseconds that a test may take: a long run takes as long as it takes. */
export const patience = process.env.LAW_RUNS === undefined ? 600_000 : 24 * 3_600_000;
