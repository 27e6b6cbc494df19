import { describe, expect, test } from 'vitest';
import { ValuesError } from './error.js';
import { maxBytes, readText } from './text.js';

const refusal = (content: string | Uint8Array) => {
  try {
    readText(content, 'v.yaml');
  } catch (error) {
    if (error instanceof ValuesError) return error;
    throw error;
  }
  return undefined;
};

describe('the content of a values file', () => {
  test('comes from bytes, without a byte order mark', () => {
    expect(readText(Buffer.from('\uFEFFa: é😀\r\n'), 'v.yaml')).toBe('a: é😀\r\n');
  });

  test('may be as large as a release, but not larger', () => {
    expect(readText('#'.repeat(maxBytes), 'v.yaml')).toHaveLength(maxBytes);
    expect(refusal('é'.repeat(maxBytes / 2 + 1))?.format()).toMatch(
      /^v\.yaml:1:1: the file has 1048578 bytes, and Helm can store a release of at most 1048576\n/,
    );
    expect(refusal(new Uint8Array(5_000_000))?.problems[0]?.refusal).toBe('size');
  });

  test('is refused at the place where it stops being UTF-8', () => {
    expect(refusal(Buffer.from('a: 1\nb: \xe9t\xe9\n', 'latin1'))?.problems).toMatchObject([
      { refusal: 'encoding', line: 2, column: 4, message: 'the file is not UTF-8 from here on' },
    ]);
    expect(refusal(Buffer.from('a: \uFFFD\nb: \xff\n', 'latin1'))?.problems[0]).toMatchObject({ line: 1 });
    expect(refusal(Buffer.from('\uFEFFa: 1\n', 'utf16le'))?.format()).toContain('the file is UTF-16');
  });

  test.each([
    ['NUL', '\0', 'character'],
    ['a bell', '\x07', 'character'],
    ['DEL', '\x7F', 'character'],
    ['a C1 control', '\x9B', 'character'],
    ['a non-character', '\uFFFE', 'character'],
    ['a byte order mark in the middle', '\uFEFF', 'character'],
    ['half of a surrogate pair', '\uD83D', 'encoding'],
    ['a carriage return alone', '\r', 'line break'],
    ['NEL', '\x85', 'line break'],
    ['a line separator', '\u2028', 'line break'],
    ['a paragraph separator', '\u2029', 'line break'],
  ])('%s is refused where it stands', (_, character, expected) => {
    expect(refusal(`a: 1\nb: "x${character}y"\n`)?.problems).toMatchObject([
      { refusal: expected, line: 2, column: 6 },
    ]);
  });
});
