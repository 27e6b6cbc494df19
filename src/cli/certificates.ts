/** Certificates in PEM. */
import { X509Certificate } from 'node:crypto';

const certificateBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates in a PEM text, and nothing else that is in it, each with a line break at its end. */
export function certificatesIn(pem: string): readonly string[] {
  return (pem.match(certificateBlock) ?? []).map((block) => `${block}\n`);
}

/** Whether clients that trust the certificates in one PEM text accept what a CA signs. */
export function isTrustedBy(certificate: string, trusted: string): boolean {
  const [authority] = parsedIn(certificate);
  if (authority === undefined) return false;
  return parsedIn(trusted).some(
    (one) => one.raw.equals(authority.raw) || (authority.checkIssued(one) && authority.verify(one.publicKey)),
  );
}

/** The first certificate in a PEM text; undefined if there is none, or if it cannot be read. */
export function firstCertificateIn(pem: string): X509Certificate | undefined {
  const [block] = certificatesIn(pem);
  return block === undefined ? undefined : parsed(block);
}

function parsedIn(pem: string): readonly X509Certificate[] {
  return certificatesIn(pem).flatMap((block) => parsed(block) ?? []);
}

function parsed(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}
