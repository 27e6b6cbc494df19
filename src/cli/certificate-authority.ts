/** Makes the CA with which iron-proxy signs. */
// The library below needs this before it is loaded.
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** In PEM. */
export interface AuthorityPair {
  readonly certificate: string;
  readonly privateKey: string;
}

const years = 10;

/** So that clients whose clocks are slow accept it. */
const backdatedMinutes = 60;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A new CA that is valid for ten years. Its name differs from that of any other, so that clients can hold two. */
export async function newAuthority(now = new Date()): Promise<AuthorityPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notBefore = new Date(now.getTime() - backdatedMinutes * 60_000);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=Centaur firewall CA ${randomBytes(4).toString('hex')}`,
      keys,
      notBefore,
      notAfter,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  const privateKey = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { certificate: `${certificate.toString('pem').trim()}\n`, privateKey: String(privateKey) };
}
