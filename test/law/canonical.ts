/**
 * A string that is equal for two values exactly if they are the same to Kubernetes: keys in order, no -0, numbers as
 * float64.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  // A list of pairs: JSON.stringify would put keys like "10" before others, and treats `__proto__` specially.
  return {
    map: Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, ordered(member)]),
  };
}
