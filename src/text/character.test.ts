import { describe, expect, test } from 'vitest';
import { characterInWords, firstForeign, placedCharacter } from './character.js';

test.each([
  [' ', 'a space (U+0020)'],
  ['\u200b', 'a zero-width space (U+200B)'],
  ['é', '"é" (U+00E9)'],
  ['A', 'an uppercase letter'],
  ['z', 'a lowercase letter'],
  ['7', 'a digit'],
  ['\u0007', 'the invisible character U+0007'],
  ['\u{e0001}', 'the invisible character U+E0001'],
  ['😀', '"😀" (U+1F600)'],
])('%j is shown as %s', (character, words) => {
  expect(characterInWords(character)).toBe(words);
});

test('a place counts characters, not the halves of surrogate pairs', () => {
  expect(placedCharacter('😀 a', 1)).toBe('character 2, a space (U+0020),');
});

describe('the first character that a pattern admits nowhere', () => {
  test.each([
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'a_b', 1],
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', '-ab-', -1],
    ['^sha256:[0-9a-f]{64}$', 'sha256:g', 7],
    ['^(?:[0-9]{1,6}(?:\\.[0-9]{1,3})?s)+$', '1,5s', 1],
    ['^\\{\\{ x \\}\\}$', '{{ y }}', 3],
    ['^[!-~](?:[ -~]*[!-~])?$', ' a', -1],
    ['^[-\\]a]+$', 'a]b', 2],
    ['^/[ -9;-~]*$', '/a:b', 2],
    ['^.*$', 'anything', -1],
    ['^a$', '', -1],
  ])('%s, %j: %i', (pattern, text, index) => {
    expect(firstForeign(text, pattern)).toBe(index);
  });
});
