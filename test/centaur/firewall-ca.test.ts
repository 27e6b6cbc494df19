/** A CA in the values: the API and sandboxes mount its supposed certificate, so nothing else is accepted there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificatesPattern, privateKeyPattern } from '../../src/centaur/firewall-ca-rules.js';
import { certificateAuthority, type KeyPair } from '../proxy/certificates.js';
import { execFile } from '../system/processes.js';
import { refusal, render } from './release.js';

let folder: string;
let pair: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'firewall-ca-'));
  [pair, other] = await Promise.all([certificateAuthority('first'), certificateAuthority('second')]);
});
afterAll(() => rm(folder, { recursive: true }));

const values = (certPem: string, keyPem: string) => JSON.stringify({ firewall: { ca: { certPem, keyPem } } });

/** The files of the two Secrets. */
function secretsOf(certPem: string, keyPem: string) {
  const rendered = render(values(certPem, keyPem));
  const file = (secret: string, key: string) =>
    Buffer.from(String(rendered.get('Secret', secret).at('data', key)), 'base64').toString();
  return {
    forClients: file('centaur-firewall-ca', 'ca-cert.pem'),
    forProxy: file('centaur-firewall-ca-key', 'ca-cert.pem'),
    key: file('centaur-firewall-ca-key', 'ca-key.pem'),
  };
}

/** The output of openssl for the CA's key or certificate. */
async function written(pem: string, ...command: readonly string[]): Promise<string> {
  const file = path.join(folder, 'in.pem');
  const out = path.join(folder, 'out.pem');
  await writeFile(file, pem);
  await execFile('openssl', [...command, '-in', file, '-out', out]);
  return readFile(out, 'utf8');
}

const withCRLF = (pem: string) => pem.replaceAll('\n', '\r\n');

describe('certificates are accepted unchanged', () => {
  test.each<readonly [string, () => string]>([
    ['one', () => pair.cert],
    ['one without a line break at its end', () => pair.cert.trimEnd()],
    ['with the line ends of Windows', () => withCRLF(pair.cert)],
    ['two', () => pair.cert + other.cert],
    ['two with an empty line between them', () => `${pair.cert}\n${other.cert}\n`],
    ['with blanks at the ends of lines', () => pair.cert.replaceAll('\n', ' \t\n')],
  ])('%s', (_, certificates) => {
    const { forClients, forProxy } = secretsOf(certificates(), pair.key);
    expect([forClients, forProxy]).toEqual([certificates(), certificates()]);
  });
});

describe('a key is accepted in each form that iron-proxy reads', () => {
  test.each<readonly [string, () => Promise<string>]>([
    ['as bootstrap makes it', async () => pair.key],
    ['of an elliptic curve', async () => written(pair.key, 'ec')],
    ['of RSA', async () => (await execFile('openssl', ['genrsa', '-traditional', '2048'])).stdout],
    ['with the line ends of Windows', async () => withCRLF(pair.key)],
  ])('%s', async (_, key) => {
    const text = await key();
    expect(secretsOf(pair.cert, text).key).toBe(text);
  });
});

const combined = 'firewall.ca.certPem: holds a private key, which the API and sandboxes would read';
const noCertificate = 'firewall.ca.certPem: must be certificates in PEM and nothing else';

describe('anything else than certificates is refused', () => {
  test.each<readonly [string, () => string | Promise<string>, string]>([
    ['a certificate and its key', () => pair.cert + pair.key, combined],
    ['a key and its certificate', () => pair.key + pair.cert, combined],
    ['with the line ends of Windows', () => withCRLF(pair.cert + pair.key), combined],
    ['the key alone', () => pair.key, combined],
    ['a key of an elliptic curve', async () => pair.cert + (await written(pair.key, 'ec')), combined],
    ['an encrypted key', async () => pair.cert + (await encrypted(pair.key)), combined],
    ['a key of OpenSSH', () => pair.cert + block('OPENSSH PRIVATE KEY'), combined],
    ['a key with blanks before it', () => `${pair.cert}  ${pair.key}`, combined],
    ['a key within the certificate', () => pair.cert.replace('\n', `\n${pair.key}`), combined],
    ['a key without its first line', () => pair.cert + pair.key.split('\n').slice(1).join('\n'), combined],
    [
      'a key without its lines around it',
      () => pair.cert + pair.key.split('\n').slice(1, -2).join('\n'),
      noCertificate,
    ],
    ['a key under a name in small letters', () => pair.cert + block('private key'), noCertificate],
    ['the text of openssl', async () => written(pair.cert, 'x509', '-text'), noCertificate],
    ['a comment', () => `# the CA\n${pair.cert}`, noCertificate],
    ['blanks before it', () => ` ${pair.cert}`, noCertificate],
    ['an empty line before it', () => `\n${pair.cert}`, noCertificate],
    ['folded into one line', () => pair.cert.replaceAll('\n', ' '), noCertificate],
    ['two without a line break between them', () => pair.cert.trimEnd() + other.cert, noCertificate],
    ['half of one', () => pair.cert.slice(0, 200), noCertificate],
    ['nothing in it', () => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', noCertificate],
    ['its base64 alone', () => pair.cert.split('\n').slice(1, -2).join('\n'), noCertificate],
    ['base64 of it', () => Buffer.from(pair.cert).toString('base64'), noCertificate],
    ['blanks', () => '  \n', noCertificate],
  ])('%s', async (_, certificates, said) => {
    expect(refusal(values(await certificates(), pair.key))).toContain(said);
  });
});

describe('anything else than a key is refused', () => {
  const noKey = 'firewall.ca.keyPem: must be one private key in PEM and nothing else';
  test.each<readonly [string, () => string | Promise<string>, string]>([
    ['with its certificate', () => pair.key + pair.cert, 'firewall.ca.keyPem: holds a certificate'],
    ['the certificate', () => pair.cert, 'put the certificate into certPem'],
    ['encrypted', () => encrypted(pair.key), 'firewall.ca.keyPem: is encrypted'],
    [
      'encrypted as of old',
      () => pair.key.replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n'),
      'is encrypted',
    ],
    ['of OpenSSH', () => block('OPENSSH PRIVATE KEY'), noKey],
    ['two', () => pair.key + other.key, noKey],
    ['with the parameters of its curve', () => block('EC PARAMETERS') + pair.key, noKey],
    ['with another last line', () => pair.key.replace('END PRIVATE', 'END RSA PRIVATE'), noKey],
    ['a public key', () => block('PUBLIC KEY'), noKey],
    ['folded into one line', () => pair.key.replaceAll('\n', ' '), noKey],
  ])('%s', async (_, key, said) => {
    expect(refusal(values(pair.cert, await key()))).toContain(said);
  });

  test('swapped with the certificate: the message says where each belongs', () => {
    const told = refusal(values(pair.key, pair.cert));
    expect(told).toContain('put the key into keyPem');
    expect(told).toContain('put the certificate into certPem');
  });
});

function block(label: string): string {
  return `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
}

function encrypted(key: string): Promise<string> {
  return written(key, 'pkcs8', '-topk8', '-passout', 'pass:secret');
}

/** Parts of certificates, of keys, and of neither. */
const lines = [
  ...['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', 'AAAA', 'QUJDRA==', '/+/+'],
  ...['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', '-----BEGIN EC PRIVATE KEY-----'],
  ...['', ' ', '-----', 'PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED', '\0', '\u2028'],
];
const ends = fc.constantFrom('\n', '\n', '\n', '\r\n', ' \n', '\t\r\n', '\r', '', '\v\n');
const pieces = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(block('CERTIFICATE'), withCRLF(block('CERTIFICATE')), '\n') },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...lines), ends).map((parts) => parts.join('')) },
);
const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));

/** The same grammar, read line by line. */
function areCertificates(text: string): boolean {
  let state: 'outside' | 'first' | 'inside' = 'outside';
  let count = 0;
  for (const line of text.split('\n')) {
    const content = line.replace(/[ \t]*\r?$/, '');
    if (state === 'outside' && content === '-----BEGIN CERTIFICATE-----') state = 'first';
    else if (state === 'outside' && content === '' && count > 0) continue;
    else if (state !== 'outside' && /^[A-Za-z0-9+/=]+$/.test(content)) state = 'inside';
    else if (state === 'inside' && content === '-----END CERTIFICATE-----') {
      state = 'outside';
      count += 1;
    } else return false;
  }
  return state === 'outside' && count > 0;
}

test('only certificates get into the Secret that clients mount, regardless of the input', () => {
  let passed = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const matched = new RegExp(certificatesPattern, 'u').test(text);
      // After the last line break there is no further line.
      expect(matched).toBe(areCertificates(text) && !/[ \t\r]$/.test(text));
      if (!matched) return;
      passed += 1;
      expect(secretsOf(text, pair.key).forClients).not.toMatch(/PRIVATE|KEY/);
    }),
    { numRuns: 2000 },
  );
  expect(passed).toBeGreaterThan(50);
});

test.each([
  ['base64 in one line', 'A'.repeat(200_000)],
  ['base64 in many lines', 'AAAA\n'.repeat(40_000)],
  ['empty lines', '\n'.repeat(200_000)],
  ['blanks', ' '.repeat(200_000)],
  ['blanks and line breaks', ' \t\r\n'.repeat(50_000)],
  ['hyphens', '-'.repeat(200_000)],
])('200 kB of %s are read in a moment', (_, filling) => {
  const [head = '', foot = ''] = block('CERTIFICATE').split('AAAA\n');
  const certificates = block('CERTIFICATE').repeat(3);
  for (const text of [
    head + filling,
    head + filling + foot,
    certificates + filling,
    `${certificates}${filling}x`,
  ]) {
    for (const pattern of [certificatesPattern, privateKeyPattern]) {
      const key = pattern === certificatesPattern ? text : text.replaceAll('CERTIFICATE', 'PRIVATE KEY');
      // With quadratic time it would take minutes.
      const started = performance.now();
      new RegExp(pattern, 'u').test(key);
      expect(performance.now() - started).toBeLessThan(5000);
    }
  }
});
