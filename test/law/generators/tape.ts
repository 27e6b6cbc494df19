import fc from 'fast-check';

/**
 * Decisions, drawn from a list of numbers that fast-check shrinks: a shorter list, or smaller numbers, give a simpler
 * result, because every choice lists the simplest option first. When the list is used up, the simplest option is always
 * taken.
 */
export class Tape {
  private position = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** A number from 0, below the limit. */
  below(limit: number): number {
    return (this.numbers[this.position++] ?? 0) % limit;
  }

  chance(): boolean {
    return this.below(2) === 1;
  }

  of<T>(options: readonly [T, ...T[]]): T {
    return options[this.below(options.length)] ?? options[0];
  }

  /** One of several things to make. */
  make<T>(ways: readonly [() => T, ...(() => T)[]]): T {
    return this.of(ways)();
  }

  /** A drawn number of items, at most `most`. */
  many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}

export const tapes: fc.Arbitrary<readonly number[]> = fc.noBias(
  fc.array(fc.nat({ max: 2 ** 16 }), { maxLength: 800, size: 'max' }),
);
