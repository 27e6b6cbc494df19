import { describe, expect, test } from 'vitest';
import { isScalarTag, readPlain, readTagged } from './scalar.js';

describe('a plain scalar means what it means to Helm', () => {
  test.each<[string, null | boolean | number | string]>([
    ['', null],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['yes', true],
    ['on', true],
    ['y', true],
    ['True', true],
    ['off', false],
    ['n', false],
    ['yEs', 'yEs'],
    ['0777', 511],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b11', 3],
    ['-0x10', -16],
    ['1_000', 1000],
    ['07_7', 63],
    ['08', 8],
    ['+1', 1],
    ['-0', 0],
    ['-0.0', -0],
    ['.5', 0.5],
    ['.5_0', 0.5],
    ['._5', '._5'],
    ['-._5', -0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['1_e3', 1000],
    ['0b+1', 1],
    ['0b-1', -1],
    ['1e400', '1e400'],
    ['-1e-400', -0],
    ['0x1G', '0x1G'],
    ['0xFFFFFFFFFFFFFFFF0', '0xFFFFFFFFFFFFFFFF0'],
    ['-0xFFFFFFFFFFFFFFFF', '-0xFFFFFFFFFFFFFFFF'],
    ['+0x8000000000000000', '+0x8000000000000000'],
    ['+9223372036854775808', 2 ** 63],
    ['2001-01-01', '2001-01-01'],
    ['12:30:45', '12:30:45'],
    ['0x', '0x'],
    ['_1', '_1'],
    ['1.2.3', '1.2.3'],
    ['NaN', 'NaN'],
    ['1e', '1e'],
    ['٣', '٣'],
  ])('%s', (text, value) => {
    expect(readPlain(text).value).toBe(value);
  });

  test('an octal too large for 64 bits is a decimal', () => {
    expect(readPlain('02000000000000000000000')).toEqual({ kind: 'fraction', value: 2e21 });
  });

  test.each(['.inf', '-.INF', '+.Inf', '.NaN'])('%s is a number that Helm cannot hold', (text) => {
    expect(readPlain(text).kind).toBe('infinite');
  });

  test.each([
    '9007199254740993',
    '-9007199254740993',
    '18446744073709551615',
    '0x20000000000001',
  ])('the integer %s is marked as rounded', (text) => {
    expect(readPlain(text).rounded).toBe(true);
  });

  test.each([
    '9007199254740992',
    '9223372036854775808',
    '1e22',
    '0.1',
    '123456789012345678901.5',
  ])('%s is not', (text) => {
    expect(readPlain(text).rounded).toBeUndefined();
  });

  test('a number of a million digits is read quickly', () => {
    expect(readPlain('9'.repeat(1_000_000)).kind).toBe('string');
    expect(readPlain('0'.repeat(1_000_000)).value).toBe(0);
    expect(readPlain(`0x${'f'.repeat(1_000_000)}`).kind).toBe('string');
  });
});

describe('a tag', () => {
  const read = (name: string, text: string) => {
    const tag = `tag:yaml.org,2002:${name}`;
    return isScalarTag(tag) ? readTagged(tag, text)?.value : 'no such tag';
  };

  test.each<[string, string, null | boolean | number | string | undefined]>([
    ['str', '12', '12'],
    ['str', '', ''],
    ['int', '0x1F', 31],
    ['int', '1.0', undefined],
    ['int', '', undefined],
    ['float', '1', 1],
    ['float', '1.5', 1.5],
    ['float', '9223372036854775808', undefined],
    ['bool', 'off', false],
    ['bool', '1', undefined],
    ['null', '~', null],
    ['null', 'x', undefined],
    ['binary', 'aGk=', 'no such tag'],
    ['toString', '', 'no such tag'],
  ])('!!%s on "%s"', (name, text, value) => {
    expect(read(name, text)).toBe(value);
  });
});
