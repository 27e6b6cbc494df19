/** A string as it fits on one line, of a terminal or of a comment: what would break the line or can't be seen is a `?`. */
export function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?');
}
