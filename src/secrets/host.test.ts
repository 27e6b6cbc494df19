import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seed } from '../../test/law/seed.js';
import { cidrPattern, hostPattern, meantHost, mendHost } from './host.js';

const host = new RegExp(hostPattern);

test(`an IPv6 address is one for us where it is one for Node, seed ${seed}`, () => {
  const group = fc.oneof(fc.stringMatching(/^[0-9a-f]{1,4}$/), fc.constantFrom('', '0', 'fffff', 'g'));
  const addresses = fc.array(group, { maxLength: 9 }).map((groups) => groups.join(':'));
  const cut = fc.tuple(addresses, addresses).map((halves) => halves.join('::'));
  fc.assert(
    fc.property(fc.oneof(addresses, cut), (text) => {
      if (!text.includes(':')) return;
      expect(host.test(text)).toBe(isIPv6(text));
      expect(new RegExp(cidrPattern).test(`${text}/64`)).toBe(isIPv6(text));
    }),
    { seed, numRuns: 5000 },
  );
});

describe('the host that is meant by', () => {
  test.each([
    ['https://api.example.com', 'api.example.com'],
    ['https://API.example.com:443/v1?x#y', 'api.example.com'],
    ['api.example.com:8443', 'api.example.com'],
    ['api.example.com/v1', 'api.example.com'],
    ['http://user:secret@api.example.com', 'api.example.com'],
    [' api.example.com ', 'api.example.com'],
    ['api.example.com.', 'api.example.com'],
    ['API.EXAMPLE.COM', 'api.example.com'],
    ['https://*.example.com', '*.example.com'],
  ])('%s is %s', (text, meant) => {
    expect(meantHost(text)).toBe(meant);
  });

  test('is what to write in a list of hosts, and nowhere else', () => {
    const hint = 'A host stands alone, without scheme, port or path: write "a.example".';
    expect(mendHost(['tools', 'a', 'secrets', 0, 'hosts', 1], 'https://a.example')).toBe(hint);
    expect(mendHost(['ironProxy', 'allowedHosts', 0], 'a.example:443')).toBe(hint);
    expect(mendHost(['tools', 'a', 'secrets', 0, 'token_endpoint'], 'https://a.example')).toBeUndefined();
    expect(mendHost(['hosts', 0], 443)).toBeUndefined();
  });

  test.each(['a b', '*', '', 'api.example.com', 'https://', 'a..b'])('%j is nothing else', (text) => {
    expect(meantHost(text)).toBeUndefined();
  });
});
