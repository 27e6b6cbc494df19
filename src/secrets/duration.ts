/** Durations as Go writes them: `10m`, `1h30m`, `1.5s`. */

const number = '[0-9]{1,6}(?:\\.[0-9]{1,6})?';
const positive = '(?:0{0,5}[1-9][0-9]{0,5}(?:\\.[0-9]{1,6})?|0{1,6}\\.0{0,5}[1-9][0-9]{0,5})';

/**
 * A positive duration of hours, minutes, seconds and milliseconds, in this order. Go takes more forms; these are the
 * ones that can neither round to zero nor overflow.
 */
export const durationPattern = `^(?:${[
  `${positive}h(?:${number}m)?(?:${number}s)?(?:${number}ms)?`,
  `${positive}m(?:${number}s)?(?:${number}ms)?`,
  `${positive}s(?:${number}ms)?`,
  `${positive}ms`,
].join('|')})$`;

const secondsOf: { readonly [unit: string]: number } = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** The seconds of a duration that {@link durationPattern} takes. */
export function durationSeconds(duration: string): number {
  return [...duration.matchAll(/([0-9.]+)(ms|[hms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (secondsOf[unit ?? ''] ?? Number.NaN),
    0,
  );
}

/** A whole number of seconds as Go writes it, without the parts that are zero: 5400 is `1h30m`. */
export function goDuration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const written = parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount}${unit}`]));
  return written.length === 0 ? '0s' : written.join('');
}
