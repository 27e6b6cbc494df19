import { describe, expect, test } from 'vitest';
import { connectCredentialsProblem } from './connect-credentials.js';

const mark = 'c2FsdA-verifier-salt';
const credentials = JSON.stringify(
  { verifier: { salt: mark }, encCredentials: { kid: 'x' }, version: '2', uniqueKey: {}, deviceUuid: 'd' },
  null,
  2,
);

describe("Connect's credentials file", () => {
  test.each([
    ['as downloaded', JSON.stringify(JSON.parse(credentials))],
    ['indented, with line breaks of Windows', `${credentials.replaceAll('\n', '\r\n')}\r\n`],
  ])('is taken %s', (_, content) => {
    expect(connectCredentialsProblem(content)).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ['nothing', '', /^is empty$/],
    ['blanks', ' \n', /^is empty$/],
    [
      'base64 of it',
      Buffer.from(credentials).toString('base64'),
      /^is base64 of the JSON file, and not the file/,
    ],
    [
      'base64 in lines',
      Buffer.from(credentials).toString('base64').replace(/.{76}/g, '$&\n'),
      /^is base64 of the JSON file/,
    ],
    ['its first half', credentials.slice(0, credentials.length / 2), /^is not complete/],
    ['it without its last character', credentials.slice(0, -1), /^is not complete/],
    [
      'of version 1',
      credentials.replace('"2"', '"1"'),
      /^is not the JSON file that 1Password gives for a Connect/,
    ],
    ['with a number as version', credentials.replace('"2"', '2'), /^is not the JSON file/],
    ['another JSON', JSON.stringify({ uuid: mark }), /^is not the JSON file/],
    ['a list with it', `[${credentials}]`, /^is not the JSON file/],
    ['a JSON string', JSON.stringify(credentials), /^is not the JSON file/],
    ['null', 'null', /^is not the JSON file/],
    ['a token', `eyJhbGciOiJFUzI1NiJ9.${mark}.x`, /^is not JSON: download/],
    ['with a byte order mark', `\ufeff${credentials}`, /^is not complete|^is not JSON/],
  ])('is refused as %s, and not shown', (_, content, reason) => {
    const problem = connectCredentialsProblem(content);
    expect(problem).toMatch(reason);
    expect(problem).not.toContain(mark);
  });
});
