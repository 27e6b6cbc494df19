import { setTimeout as delay } from 'node:timers/promises';

/** Most attempts start kubectl, which takes a processor for about as long. */
const pause = 200;

/**
 * Waits until a condition holds, checking it repeatedly.
 *
 * @param what the condition in words that follow "until".
 * @param seconds the timeout; 60 by default.
 * @throws Error that names the condition and the result of the last attempt, after the timeout.
 */
export async function until<Value>(
  what: string,
  attempt: () => Promise<Value> | Value,
  seconds = 60,
): Promise<Exclude<Value, false | undefined>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    let refused = '';
    try {
      const value = await attempt();
      if (isGiven(value)) return value;
    } catch (error) {
      refused = error instanceof Error ? `: ${error.message}` : `: ${error}`;
    }
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}${refused}`);
    await delay(pause);
  }
}

function isGiven<Value>(value: Value): value is Exclude<Value, false | undefined> {
  return value !== false && value !== undefined;
}
