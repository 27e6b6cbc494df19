/** Certificates in PEM. */
import { X509Certificate } from 'node:crypto';

const certificateBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates in a PEM text, and nothing else that is in it, each with a line break at its end. */
export function certificatesIn(pem: string): readonly string[] {
  return (pem.match(certificateBlock) ?? []).map((block) => `${block}\n`);
}

/** Whether clients that trust the certificates in one PEM text accept what a CA signs. */
export function isTrustedBy(certificate: string, trusted: string): boolean {
  const [authority] = parsed(certificate);
  if (authority === undefined) return false;
  return parsed(trusted).some(
    (one) => one.raw.equals(authority.raw) || (authority.checkIssued(one) && authority.verify(one.publicKey)),
  );
}

function parsed(pem: string): readonly X509Certificate[] {
  return certificatesIn(pem).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}
