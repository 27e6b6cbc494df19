/** Names characters in messages, the invisible ones too. */

const names: { readonly [character: string]: string } = {
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a carriage return',
  ' ': 'a space',
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u200b': 'a zero-width space',
  '\u200c': 'a zero-width non-joiner',
  '\u200d': 'a zero-width joiner',
  '\u200e': 'a left-to-right mark',
  '\u200f': 'a right-to-left mark',
  '\u2028': 'a line separator',
  '\u2029': 'a paragraph separator',
  '\u2060': 'a word joiner',
  '\ufeff': 'a byte order mark',
};

/**
 * A character by its name or, if it is visible, itself; and its code point, such as `a space (U+0020)`. Letters and digits of ASCII
 * are not repeated: they may be a part of a password.
 */
export function characterInWords(character: string): string {
  if (/^[A-Z]$/.test(character)) return 'an uppercase letter';
  if (/^[a-z]$/.test(character)) return 'a lowercase letter';
  if (/^[0-9]$/.test(character)) return 'a digit';
  const code = codePoint(character);
  const name = Object.hasOwn(names, character) ? names[character] : undefined;
  if (name !== undefined) return `${name} (${code})`;
  return isVisible(character) ? `"${character}" (${code})` : `the invisible character ${code}`;
}

/** A character's code point as Unicode writes it, such as `U+0020`. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function isVisible(character: string): boolean {
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character);
}

/** A character of a string and its place, such as `character 3, a space (U+0020),`; `index` counts code points from 0. */
export function placedCharacter(text: string, index: number): string {
  return `character ${index + 1}, ${characterInWords([...text][index] ?? '')},`;
}

/**
 * The index, in code points, of the first character that a pattern admits nowhere; -1 if there is none. It is derived from the
 * pattern: from its character classes and the characters that stand for themselves.
 */
export function firstForeign(text: string, pattern: string): number {
  const admitted = charactersOf(pattern);
  return [...text].findIndex((character) => !admitted.some((one) => one.test(character)));
}

const parts = /\[(?:\\.|[^\]\\])*\]|\(\?:|\{[0-9,]+\}|\\.|./gsu;

function charactersOf(pattern: string): readonly RegExp[] {
  return (pattern.match(parts) ?? [])
    .filter((part) => !/^(?:[()|?*+^$]|\(\?:|\{[0-9,]+\})$/.test(part))
    .map((part) => new RegExp(`^${part === '{' || part === '}' ? `\\${part}` : part}$`, 'u'));
}
