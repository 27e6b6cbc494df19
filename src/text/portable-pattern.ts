/**
 * Whether a regular expression means the same in Go (RE2) and in JavaScript: anchored at both ends, and made of characters,
 * classes, groups, alternatives and `*`, `+` and `?` alone. Dots, escapes, lookarounds and counts are what the two read
 * differently, or RE2 not at all: https://github.com/google/re2/wiki/Syntax
 */
export function isPortablePattern(pattern: string): boolean {
  return portable.test(pattern) && isRegularExpression(pattern);
}

const portable = /^\^(\[\^?[^\\[\]^][^\\[\]]*\]|\((?!\?)|[^\\.[\](){}^$]|\))*\$$/;

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
