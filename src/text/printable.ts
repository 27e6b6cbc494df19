/**
 * A string that fits on one line of a terminal or of a comment: characters that would break the line or are invisible
 * become `?`.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?');
}
