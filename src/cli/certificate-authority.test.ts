import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverCertificate } from '../../test/proxy/certificates.js';
import { execFile } from '../../test/system/processes.js';
import { certificatesPattern, privateKeyPattern } from '../centaur/firewall-ca-rules.js';
import { caScript } from '../centaur/start-checks.js';
import { newAuthority } from './certificate-authority.js';
import { certificatesIn, isTrustedBy } from './certificates.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'authority-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text, { mode: 0o600 });
  return place;
}

/** What openssl prints of a certificate. */
async function shown(certificate: string, ...what: readonly string[]): Promise<string> {
  const { stdout } = await execFile('openssl', [
    'x509',
    '-noout',
    '-in',
    file('shown.pem', certificate),
    ...what,
  ]);
  return stdout;
}

describe('a new CA', () => {
  test('is one to openssl: for ten years, critically a CA, and only for signing certificates', async () => {
    const now = new Date('2026-12-01T10:00:00Z');
    const { certificate } = await newAuthority(now);
    expect(await shown(certificate, '-startdate', '-enddate')).toBe(
      'notBefore=Dec  1 09:00:00 2026 GMT\nnotAfter=Dec  1 10:00:00 2036 GMT\n',
    );
    const extensions = await shown(
      certificate,
      '-ext',
      'basicConstraints,keyUsage,extendedKeyUsage,subjectKeyIdentifier',
    );
    expect(extensions).toMatch(/Basic Constraints: critical\s+CA:TRUE\n/);
    expect(extensions).toMatch(/Key Usage: critical\s+Certificate Sign\n/);
    expect(extensions).toMatch(/Subject Key Identifier:/);
    expect(extensions).not.toMatch(/Extended Key Usage/);
    expect(await shown(certificate, '-subject', '-issuer')).toMatch(
      /^subject=CN\s?=\s?(.*)\nissuer=CN\s?=\s?\1\n$/,
    );
  });

  test('signs what clients accept, and it alone', async () => {
    const [authority, other] = [await newAuthority(), await newAuthority()];
    const server = await serverCertificate({ cert: authority.certificate, key: authority.privateKey }, [
      'api.example.com',
    ]);
    const verify = (trusted: string) =>
      execFile('openssl', [
        'verify',
        '-CAfile',
        file('trusted.pem', trusted),
        file('server.pem', server.cert),
      ]);
    expect((await verify(other.certificate + authority.certificate)).stdout).toMatch(/: OK\n$/);
    await expect(verify(other.certificate)).rejects.toThrow();
    const place = file('itself.pem', authority.certificate);
    const strictly = await execFile('openssl', ['verify', '-x509_strict', '-CAfile', place, place]);
    expect(strictly.stdout).toMatch(/: OK\n$/);
  });

  test("passes the chart's own check of the CA, and has the form that the chart asks of one in the values", async () => {
    const { certificate, privateKey } = await newAuthority();
    file('ca-cert.pem', certificate);
    file('ca-key.pem', privateKey);
    const { stdout, stderr } = await execFile('sh', ['-c', caScript, 'check', 'the-secret', folder]);
    expect(stdout + stderr).toBe('');
    expect(certificate).toMatch(new RegExp(certificatesPattern));
    expect(privateKey).toMatch(new RegExp(privateKeyPattern));
  });
});

describe('certificates in PEM', () => {
  test('are found between other text, which is left out', async () => {
    const [one, other] = [await newAuthority(), await newAuthority()];
    const text = `# a comment\n${one.certificate}${one.privateKey}\r\n${other.certificate}`;
    expect(certificatesIn(text)).toEqual([one.certificate, other.certificate]);
    expect(certificatesIn(one.privateKey)).toEqual([]);
  });

  test('trust a CA that is among them, or whose issuer is', async () => {
    const [one, other] = [await newAuthority(), await newAuthority()];
    const below = await serverCertificate({ cert: one.certificate, key: one.privateKey }, ['a.example.com']);
    expect(isTrustedBy(one.certificate, `${other.certificate}\n${one.certificate}`)).toBe(true);
    expect(isTrustedBy(below.cert, one.certificate)).toBe(true);
    expect(isTrustedBy(one.certificate, other.certificate)).toBe(false);
    expect(isTrustedBy(below.cert, other.certificate)).toBe(false);
    expect(isTrustedBy(one.certificate, '')).toBe(false);
    expect(isTrustedBy('', one.certificate)).toBe(false);
    expect(isTrustedBy('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', one.certificate)).toBe(
      false,
    );
  });
});
