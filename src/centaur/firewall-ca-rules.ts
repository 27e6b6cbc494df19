/**
 * The required form of a CA in the values. The API and sandboxes mount the certificate, so it must contain only
 * certificates. Rules check this instead of the schema, since Helm prints values that a schema refuses; the rules do
 * not repeat any part of the value.
 */
import { and, contains, isNonEmpty, type Member, matches, not, or, when } from '../helm/authoring.js';
import type { Platform } from './platform.js';

const lineEnd = '[ \t]*\r?\n';

/** A PEM block that both OpenSSL and Go accept: https://www.rfc-editor.org/rfc/rfc7468#section-3 */
function block(label: string): string {
  return `-----BEGIN ${label}-----${lineEnd}([A-Za-z0-9+/=]+${lineEnd})+-----END ${label}-----`;
}

const certificate = block('CERTIFICATE');

/** The labels of the keys that iron-proxy reads. */
const keys = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'].map(block);

export const certificatesPattern = `^${certificate}((${lineEnd})+${certificate})*(${lineEnd})*$`;
export const privateKeyPattern = `^(${keys.join('|')})(${lineEnd})*$`;

export function firewallCaRules({ values }: Platform): readonly Member<string>[] {
  const { certPem, keyPem } = values.firewall.ca;
  const certHasKey = contains('PRIVATE KEY-----', certPem);
  const keyHasCert = contains('-----BEGIN CERTIFICATE', keyPem);
  const keyIsEncrypted = or(contains('BEGIN ENCRYPTED PRIVATE KEY', keyPem), contains(',ENCRYPTED', keyPem));
  return [
    when(
      and(isNonEmpty(certPem), not(isNonEmpty(keyPem))),
      'firewall.ca.keyPem: the certificate is set without its key: set both or neither',
    ),
    when(
      and(isNonEmpty(keyPem), not(isNonEmpty(certPem))),
      'firewall.ca.certPem: the key is set without its certificate: set both or neither',
    ),
    when(
      certHasKey,
      'firewall.ca.certPem: holds a private key, which the API and sandboxes would read: keep only certificates here, and put the key into keyPem',
    ),
    when(
      and(isNonEmpty(certPem), not(certHasKey), not(matches(certificatesPattern, certPem))),
      'firewall.ca.certPem: must be certificates in PEM and nothing else, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----: remove all other text, and write it as a block below "certPem: |"',
    ),
    when(
      keyHasCert,
      'firewall.ca.keyPem: holds a certificate: keep only the private key here, and put the certificate into certPem',
    ),
    when(
      keyIsEncrypted,
      'firewall.ca.keyPem: is encrypted, and iron-proxy cannot be given the passphrase: decrypt it with "openssl pkey -in ca-key.pem -out plain-key.pem"',
    ),
    when(
      and(isNonEmpty(keyPem), not(or(keyHasCert, keyIsEncrypted)), not(matches(privateKeyPattern, keyPem))),
      'firewall.ca.keyPem: must be one private key in PEM and nothing else, from -----BEGIN PRIVATE KEY----- (or RSA PRIVATE KEY, or EC PRIVATE KEY) to its END line: remove all other text, and write it as a block below "keyPem: |"',
    ),
  ];
}
