/**
 * Whether a regular expression means the same in Go (RE2) and in JavaScript: anchored at both ends, and built only from
 * characters, classes, groups, alternatives and `*`, `+` and `?`. Dots, escapes, lookarounds and counts are interpreted
 * differently, or not supported by RE2: https://github.com/google/re2/wiki/Syntax
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
