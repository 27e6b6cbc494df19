/** Values that may be secrets, each wrong in some way, with a marker that must never be printed. */

/** Each secret has one of them, and nothing else does. */
export const marks = ['SEcReTmaRkOfAPrivateKey', '918273645'] as const;
export const [mark, digits] = marks;

/** A PEM block with the marker. */
const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n${mark}==\n-----END ${label}-----\n`;
export const certificate = block('CERTIFICATE');
export const key = block('PRIVATE KEY');

const ca = (certPem: unknown, keyPem: unknown) => JSON.stringify({ firewall: { ca: { certPem, keyPem } } });
const both = (value: unknown) => ca(value, value);

export const wrong: readonly (readonly [string, string])[] = [
  ['a certificate and its key in one', ca(certificate + key, key)],
  ['swapped', ca(key, certificate)],
  ['encrypted', ca(certificate, block('ENCRYPTED PRIVATE KEY'))],
  ['of another kind', ca(block('X509 CRL'), block('OPENSSH PRIVATE KEY'))],
  ['half of it', ca(certificate, '')],
  ['another text', both(`{{ ${mark} }}`)],
  ['a long text', both(mark.repeat(5000))],
  ['a text that YAML has not', both(`${mark}\u0085`)],
  ['a number', `firewall: {ca: {certPem: ${digits}, keyPem: ${digits}.5}}`],
  ['a list', both([mark, [mark]])],
  ['a map', both({ value: mark, other: { value: mark } })],
  ['true', both(true)],
  ['a level too high', JSON.stringify({ firewall: { ca: key } })],
  ['two levels too high', JSON.stringify({ firewall: key })],
  ['a misspelt key', JSON.stringify({ firewall: { ca: { certPEM: certificate, keyPEM: key, key } } })],
  [
    'a key in another map',
    JSON.stringify({ firewall: { keyPem: key }, keyPem: key, 'firewall.ca.keyPem': key }),
  ],
  ['a key twice', `firewall: {ca: {keyPem: ${mark}, keyPem: ${mark}}}`],
  ['not indented', `firewall:\n  ca:\n    keyPem: |\n${key}`],
  ['not indented, without a bar', `firewall:\n  ca:\n    keyPem: ${key}`],
  ['an open quote', `firewall:\n  ca:\n    keyPem: "${mark}\n`],
  ['a colon', `firewall:\n  ca:\n    keyPem: ${mark}: ${mark}\n`],
  ['a tab', `firewall:\n  ca:\n\t keyPem: ${mark}\n`],
  ['an unclosed bracket', `firewall: {ca: {keyPem: [${mark}\n`],
];

/** Wrong expressions for `--set`. */
export const expressions: readonly string[] = [
  `firewall.ca.keyPem=${mark}`,
  `firewall.ca.certPem=${certificate}`,
  `firewall.ca.keyPem={${mark}}`,
  `firewall.ca.keyPem.value=${mark}`,
  `firewall.ca.keyPem=${digits}`,
];
