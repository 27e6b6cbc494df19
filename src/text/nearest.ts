/** Finds the word that was probably meant. Names are compared word by word: `minAvailable` is not `maxUnavailable`. */

/**
 * The known name that a misspelt one probably stands for: the one with the fewest inserted, deleted, changed or swapped letters.
 *
 * A hint must never reverse what its reader means, or name a key of another meaning. So each word of the name must be a
 * misspelling of the same word of the other: a name with more or fewer words is not, nor one with a known word or an opposite
 * in the other's place. Capitals and separators don't matter.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const vocabulary = new Set(known.flatMap(wordsOf));
  const [best] = known
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate, vocabulary) }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort((left, right) => left.distance - right.distance);
  return best?.candidate;
}

function wordsOf(name: string): readonly string[] {
  return name
    .split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

function distanceOf(name: string, candidate: string, vocabulary: ReadonlySet<string>): number {
  const [left, right] = [wordsOf(name), wordsOf(candidate)];
  if (left.join('') === right.join('')) return 0;
  // A name whose words were run together, such as networkpolcy.
  if (left.length !== right.length) {
    const together = left.length === 1 ? editDistance(left.join(''), right.join('')) : far;
    return together <= 1 ? together : far;
  }
  return left.reduce((sum, word, index) => sum + misspelling(word, right[index] ?? '', vocabulary), 0);
}

const far = Number.POSITIVE_INFINITY;

/** How far a word is from another one; infinitely if it is a different word, and not the same one misspelt. */
function misspelling(word: string, other: string, vocabulary: ReadonlySet<string>): number {
  if (word === other) return 0;
  const distance = editDistance(word, other);
  if (distance > Math.max(1, Math.floor(Math.max(word.length, other.length) / 4))) return far;
  const isPlural = word === `${other}s` || other === `${word}s`;
  if (isPlural) return distance;
  return vocabulary.has(word) || areOpposite(word, other) ? far : distance;
}

const opposites: readonly (readonly [string, string])[] = [
  ['allow', 'deny'],
  ['allowed', 'denied'],
  ['egress', 'ingress'],
  ['enable', 'disable'],
  ['enabled', 'disabled'],
  ['internal', 'external'],
  ['include', 'exclude'],
  ['included', 'excluded'],
  ['max', 'min'],
  ['private', 'public'],
];

function areOpposite(word: string, other: string): boolean {
  const isNegated = (plain: string, negated: string) =>
    ['un', 'in', 'non', 'dis', 'de', 'no'].some((prefix) => negated === `${prefix}${plain}`);
  const isPair = opposites.some((pair) => pair.includes(word) && pair.includes(other));
  return isPair || isNegated(word, other) || isNegated(other, word);
}

/** The minimum number of letters to insert, delete, change or swap with their neighbour (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + same,
          swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? 0;
}
