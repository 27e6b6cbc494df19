/** Durations in Go's notation: `10m`, `1h30m`, `1.5s`. */

const whole = '[0-9]{1,6}';
const positiveWhole = '0{0,5}[1-9][0-9]{0,5}';
const number = `${whole}(?:\\.[0-9]{1,3})?`;
const positiveFraction = '(?:[1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])';
const positive = `(?:${positiveWhole}(?:\\.[0-9]{1,3})?|0{1,6}\\.${positiveFraction})`;

/**
 * A positive duration of hours, minutes, seconds and milliseconds, in this order. Go accepts more forms; these have
 * whole milliseconds and can't overflow.
 */
export const durationPattern = `^(?:${[
  `${positive}h(?:${number}m)?(?:${number}s)?(?:${whole}ms)?`,
  `${positive}m(?:${number}s)?(?:${whole}ms)?`,
  `${positive}s(?:${whole}ms)?`,
  `${positiveWhole}ms`,
].join('|')})$`;

export const millisecondsOf = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** The milliseconds of a duration that matches {@link durationPattern}. */
export function durationMilliseconds(duration: string): number {
  const amounts = Object.entries(millisecondsOf).map(([unit, milliseconds]) => {
    const [, whole = '0', fraction = ''] =
      new RegExp(`([0-9]+)(?:\\.([0-9]+))?${unit}(?![a-z])`).exec(duration) ?? [];
    return Number(whole) * milliseconds + (Number(fraction.padEnd(3, '0')) * milliseconds) / 1000;
  });
  return amounts.reduce((sum, amount) => sum + amount);
}

/** A whole number of seconds in Go's notation, without zero parts: 5400 is `1h30m`. */
export function goDuration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const written = parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount}${unit}`]));
  return written.length === 0 ? '0s' : written.join('');
}
