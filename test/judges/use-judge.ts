import { afterAll, beforeAll } from 'vitest';
import { type Judge, startJudge } from './judge.js';

/** A first build of both Helms takes minutes. */
const patience = 15 * 60_000;

/** A judge for the tests of a suite, started before the first and stopped after the last. */
export function useJudge(): () => Judge {
  let judge: Judge | undefined;
  beforeAll(async () => {
    judge = await startJudge();
  }, patience);
  afterAll(() => judge?.stop());
  return () => {
    if (judge === undefined)
      throw new Error('the judge is there for tests, and for what runs before them in its suite');
    return judge;
  };
}
