import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs, seed } from '../../test/law/seed.js';
import {
  allowedHostPattern,
  cidrPattern,
  endpointPattern,
  hostPattern,
  meantHosts,
  mendHost,
} from './host.js';

const host = new RegExp(hostPattern);

test(`a string counts as an IPv6 address exactly if it does in Node, seed ${seed}`, () => {
  const group = fc.oneof(fc.stringMatching(/^[0-9a-f]{1,4}$/), fc.constantFrom('', '0', 'fffff', 'g'));
  const addresses = fc.array(group, { maxLength: 9 }).map((groups) => groups.join(':'));
  const cut = fc.tuple(addresses, addresses).map((halves) => halves.join('::'));
  fc.assert(
    fc.property(fc.oneof(addresses, cut), (text) => {
      if (!text.includes(':')) return;
      expect(new RegExp(allowedHostPattern).test(text)).toBe(isIPv6(text));
      expect(new RegExp(cidrPattern).test(`${text}/64`)).toBe(isIPv6(text));
    }),
    { seed, numRuns: runs(5000) },
  );
});

/** The IPv6 ranges that contain the IPv4 addresses. */
const aroundIPv4 = new BlockList();
aroundIPv4.addSubnet('::', 8, 'ipv6');

test(`iron-proxy can't read an accepted IPv6 address as an IPv4 address, seed ${seed}`, () => {
  const zeroLed = fc
    .array(fc.stringMatching(/^0{0,3}[0-9a-f]$|^00[0-9a-f]{2}$|^[0-9a-f]{4}$/), {
      minLength: 1,
      maxLength: 6,
    })
    .map((groups) => `${groups.join(':')}::`);
  const addresses = fc.oneof(
    fc.ipV6().filter((address) => !address.includes('.')),
    zeroLed,
    fc.constantFrom(
      '::',
      '::1',
      '::ffff:a00:1',
      '0:0:0:0:0:ffff:a00:1',
      '64:ff9b::a00:1',
      '00ff::',
      '0100::',
    ),
  );
  fc.assert(
    fc.property(addresses, (address) => {
      expect(host.test(address)).toBe(!aroundIPv4.check(address, 'ipv6'));
      expect(new RegExp(allowedHostPattern).test(address)).toBe(true);
    }),
    { seed, numRuns: runs(5000) },
  );
});

test(`an accepted range contains at most one of 256 addresses, seed ${seed}`, () => {
  const addresses = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('::', '::ffff:0:0', '0:0:0:0:0:ffff:a00:0'),
  );
  fc.assert(
    fc.property(addresses, fc.integer({ min: 0, max: 128 }), (address, length) => {
      const range = `${address.toLowerCase()}/${length}`;
      if (!new RegExp(cidrPattern).test(range)) return;
      const mapped = isIPv6(address) && aroundIPv4.check(address, 'ipv6');
      expect(host.test(range)).toBe(length >= 8 && !mapped);
      expect(new RegExp(allowedHostPattern).test(range)).toBe(true);
    }),
    { seed, numRuns: runs(5000) },
  );
});

test.each([
  ['*.example.com', true],
  ['*.a.b.example.com', true],
  ['logs.*.example.com', true],
  ['a.*.*.example.com', true],
  ['*.example', false],
  ['logs.*.com', false],
  ['*.logs.*.example.com', false],
  ['*.*.example.com', false],
])('a * is where iron-proxy matches it, and has two labels behind it: %s', (name, taken) => {
  expect(host.test(name)).toBe(taken);
});

test(`an accepted token URL has the host that it seems to have, seed ${seed}`, () => {
  fc.assert(
    fc.property(fc.stringMatching(new RegExp(endpointPattern)), (text) => {
      // Node decodes punycode, and refuses invalid punycode.
      fc.pre(!/[/.]xn--/.test(text));
      const { protocol, hostname, username, search, hash } = new URL(text);
      expect({ protocol, username, search, hash }).toEqual({
        ...{ protocol: 'https:', username: '', search: '', hash: '' },
      });
      expect(text.slice('https://'.length).split(/[:/]/)[0]).toBe(hostname);
      expect(new RegExp(allowedHostPattern).test(hostname)).toBe(true);
    }),
    { seed, numRuns: runs(1000) },
  );
});

describe('the host that is meant by', () => {
  test.each([
    ['https://api.example.com', 'api.example.com'],
    ['https://API.example.com:443/v1?x#y', 'api.example.com'],
    ['//api.example.com', 'api.example.com'],
    ['api.example.com:8443', 'api.example.com'],
    ['api.example.com/v1', 'api.example.com'],
    ['http://user:secret@api.example.com', 'api.example.com'],
    [' api.example.com ', 'api.example.com'],
    ['api.example.com.', 'api.example.com'],
    ['API.EXAMPLE.COM', 'api.example.com'],
    ['warehouse:8080', 'warehouse'],
    ['https://*.example.com', '*.example.com'],
    ['10.1.2.3:443', '10.1.2.3'],
    ['http://10.1.2.3/v1', '10.1.2.3'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:DB8::1:2', '2001:db8::1:2'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['[fd00::1]:443', 'fd00::1'],
    ['https://[2001:db8::1]:8443/v1', '2001:db8::1'],
    ['schön.example.com', 'xn--schn-7qa.example.com'],
    ['https://*.SCHÖN.example.com:443/ä', '*.xn--schn-7qa.example.com'],
    ['scho\u0308n.example.com', 'xn--schn-7qa.example.com'],
  ])('%s is %s', (text, meant) => {
    expect(meantHosts(text, hostPattern)).toEqual([meant]);
    expect(meantHosts(text, allowedHostPattern)).toEqual([meant]);
  });

  test.each(['https://*', '*:443', ' * '])('%s is * where that is allowed', (text) => {
    expect(meantHosts(text, allowedHostPattern)).toEqual(['*']);
    expect(meantHosts(text, hostPattern)).toEqual([]);
  });

  test.each([
    ['https://10.0.0.0/8', '10.0.0.0/8', '10.0.0.0'],
    ['//10.1.2.3:443/24', '10.1.2.3/24', '10.1.2.3'],
    ['[fd00::1]/64', 'fd00::1/64', 'fd00::1'],
  ])('%s may be %s or %s', (text, ...meant) => {
    expect(meantHosts(text, hostPattern)).toEqual(meant);
  });

  test.each([
    ...['a b', '', 'api.example.com', 'https://', 'a..b', '*.', 'https://*.', '*.com', 'api.*.com'],
    // Which part is the host?
    ...['https/api.example.com', 'https//api.example.com', 'https:/api.example.com', 'op://vault/item/field'],
    ...[
      'api.example.com?to=me@other.example.com',
      'https://a:1/b@c.example.com',
      'https://a.example.com\\@b.example',
    ],
    ...['a.example.com, b.example.com', 'git@github.com:a/b'],
    // Is there a port, and is it one?
    ...[
      'https://2001:db8::1',
      '2001:db8:0:0:0:0:0:1:443',
      '2001:db8::1:443/v1',
      'a.example.com:https',
      '[api.example.com]',
    ],
    // One address, or a range, and of which size?
    ...[
      '10.0.0.0/33',
      '10.0.0.0/08',
      'https://10.0.0.0/33',
      '10.0.0.0/8/x',
      'fd00::/129',
      '[fd00::]/129',
      '0.0.0.0/0',
      'https://0.0.0.0/0',
    ],
    // Clients do not agree on its punycode, or another name has the same.
    ...['straße.example.com', 'ａpi.example.com', 'schön。example.com', 'schö\u00adn.example.com'],
  ])('%j is not clear', (text) => {
    expect(meantHosts(text, hostPattern)).toEqual([]);
  });

  test(`a host in a URL is suggested alone, seed ${seed}`, () => {
    const hosts = fc.oneof(
      fc.domain().map((name) => name.toLowerCase()),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    const url = fc.record({
      scheme: fc.constantFrom('https://', 'HTTP://', '//', 'wss://'),
      user: fc.constantFrom('', 'me@', 'me:1@', 'me:@'),
      host: hosts,
      port: fc.constantFrom('', ':1', ':443'),
      rest: fc.oneof(
        fc.webPath(),
        fc.webQueryParameters().map((query) => `?${query}`),
        fc.constantFrom('/8', '/a@b', '/64', '/'),
      ),
    });
    fc.assert(
      fc.property(url, ({ scheme, user, host, port, rest }) => {
        const meant = meantHosts(`${scheme}${user}${host}${port}${rest}`, hostPattern);
        const { hostname } = new URL(`http://${user}${host}${port}${rest}`);
        const canonical = (text: string) =>
          new URL(`http://${text.includes(':') ? `[${text}]` : text}`).hostname;
        expect([[], [hostname]]).toContainEqual(meant.slice(-1).map(canonical));
        expect(meant.length).toBeLessThanOrEqual(2);
      }),
      { seed, numRuns: runs(1000) },
    );
  });
});

describe('what to do about a host', () => {
  const secret = ['tools', 'a', 'secrets', 0, 'hosts', 1];
  const allowed = ['ironProxy', 'allowedHosts', 0];

  test('that is meant, in lists of hosts only', () => {
    const hint = 'A host stands alone, in lower-case ASCII, without scheme, port or path: write "a.example".';
    expect(mendHost(secret, 'https://a.example')).toBe(hint);
    expect(mendHost(allowed, 'a.example:443')).toBe(hint);
    expect(mendHost(allowed, '*:443')).toMatch(/: write "\*"\.$/);
    expect(mendHost(secret, 'https://10.0.0.0/8')).toMatch(/: write "10\.0\.0\.0\/8" or "10\.0\.0\.0"\.$/);
    expect(mendHost(['tools', 'a', 'secrets', 0, 'token_endpoint'], 'https://a.example')).toBeUndefined();
    expect(mendHost(['hosts', 0], 443)).toBeUndefined();
    expect(mendHost(['tools', 'hosts', 'description'], 'https://a.example')).toBeUndefined();
  });

  test.each([
    ['*', /^A credential must not be sent to every host/],
    ['https://*', /^A credential must not be sent to every host/],
    ['*.com', /^A \* is a label of its own, and two labels stand behind it/],
    ['api.*', /two labels stand behind it/],
    ['api*.example.com:443', /^A \* is a label of its own/],
    ['*.logs.*.example.com', /Where a name begins with one, it has no other\.$/],
    ['straße.example.com', /punycode/],
    ['op://vault/item/field', /secret_ref/],
    ['0.0.0.0/0', /a prefix of \/8 or longer/],
    ['https://0.0.0.0/0', /a prefix of \/8 or longer/],
    ['::/0', /a prefix of \/8 or longer/],
    ['::ffff:0:0/96', /none in ::\/8, where IPv4's addresses are too/],
    ['::ffff:a00:1', /none in ::\/8, where IPv4's addresses are too: write one of those as 10\.1\.2\.3\.$/],
    ['[::1]:443', /^An address that credentials are sent to is none in ::\/8/],
    ['10.0.0.0/33', /^The number behind an address is the length/],
    ['fd00::/129', /^The number behind an address is the length/],
    ['[fd00::]/129', /^The number behind an address is the length/],
  ])('%s that is not clear: why it is none', (text, why) => {
    expect(mendHost(secret, text)).toMatch(why);
  });

  test.each([
    ' api.example.com',
    'https://api.example.com',
    'HTTPS://API.example.com:443/V1',
    '//api.example.com',
  ])('that is written as a host is, with more around it: %j', (text) => {
    expect(mendHost(secret, text)).toMatch(/: write "api\.example\.com"\.$/);
  });

  test.each([
    'API.example.com',
    'SG.aBcD_e.FgHi-j',
    ' SG.aBcD_e.FgHi-j',
    '*.SG.Abc.Def',
    'sk_live_4eC39Hq',
  ])('that is a name but for its case, which a token may be too: %j is not repeated', (text) => {
    expect(mendHost(secret, text)).toBe('A host is written in lower case, with no space around it.');
  });

  test.each([
    ...['admin:P@ssw0rd', 'admin:p@ssw0rd', 'https://me:aBcD@API.example.com', 'https://me:p@ss.word'],
    ...[
      'SG.aBcD_e.FgHi-j.',
      'GlPaT.x.y:22',
      'GlPaT.x.y/z',
      'sk_live_4eC39Hq:1',
      'sk_live_4ec39hq:1',
      'sk_live_4ec39hq.',
      'https://sk_live_4eC39Hq',
    ],
    ...['me@10.1.2.3', 'Schön.example.com'],
  ])('that may be a credential with something around it, or its end: %j is not repeated', (text) => {
    expect(mendHost(secret, text)).toBe(
      'A host stands alone, in lower-case ASCII, without scheme, user, port or path.',
    );
  });

  test.each([
    ['2001:DB8::1', '"2001:db8::1"'],
    ['2001:DB8::/32', '"2001:db8::/32"'],
    ['[2001:DB8::1]:443', '"2001:db8::1"'],
    ['[FD00::1]/64', '"fd00::1/64" or "fd00::1"'],
  ])('that is an address, which no token is: %s', (text, written) => {
    expect(mendHost(secret, text)?.endsWith(`: write ${written}.`)).toBe(true);
  });

  test('describes the problem, if it is known', () => {
    expect(mendHost(secret, 'a..b')).toBeUndefined();
    expect(mendHost(secret, 'a/24')).toBeUndefined();
    expect(mendHost(allowed, '*/x')).not.toMatch('credential');
    expect(mendHost(allowed, '[::1]:443')).toMatch(/: write "::1"\.$/);
  });
});
