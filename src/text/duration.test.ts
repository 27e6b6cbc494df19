import { describe, expect, test } from 'vitest';
import { durationMilliseconds, durationPattern, goDuration } from './duration.js';

const pattern = new RegExp(durationPattern);

describe('durations', () => {
  test.each([
    ['10m', 600],
    ['1h', 3600],
    ['1h30m', 5400],
    ['1h0m0s', 3600],
    ['10m0s', 600],
    ['90s', 90],
    ['1.5h', 5400],
    ['0.5s', 0.5],
    ['500ms', 0.5],
    ['1m20s500ms', 80.5],
    ['999999h', 3_599_996_400],
    ['0.001s', 0.001],
    ['1.001h', 3603.6],
  ])('%s is taken: %d seconds', (text, seconds) => {
    expect(text).toMatch(pattern);
    expect(durationMilliseconds(text)).toBe(seconds * 1000);
  });

  test.each([
    '',
    '0',
    '0s',
    '0h0m',
    '0.0s',
    '10',
    '-1m',
    '+1m',
    '1d',
    '1m1h',
    '10 m',
    '10M',
    '1e3s',
    '1m1m',
    'm',
    '1us',
    '1ns',
    '.5s',
    '1.s',
    '1000000h',
    '1.0001s',
    '1.5ms',
    '0ms',
  ])('%j is refused', (text) => {
    expect(text).not.toMatch(pattern);
  });

  test.each([
    [1, '1s'],
    [60, '1m'],
    [1041, '17m21s'],
    [3600, '1h'],
    [5400, '1h30m'],
    [86_400, '24h'],
  ])('%d seconds are written %s', (seconds, text) => {
    expect(goDuration(seconds)).toBe(text);
    expect(durationMilliseconds(text)).toBe(seconds * 1000);
  });
});
