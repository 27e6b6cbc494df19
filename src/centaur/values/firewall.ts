import { kubernetes } from '../../helm/authoring.js';
import { closed, name } from './fields.js';

export const firewallSchema = closed(
  {
    existingCaSecretName: name(
      "The Secret with iron-proxy's CA certificate, under the key ca-cert.pem. It must not hold the private key: the API and sandboxes mount it.",
      'centaur-firewall-ca',
    ),
    existingCaKeySecretName: name(
      'The Secret with the CA certificate and its private key, under the keys ca-cert.pem and ca-key.pem. Only iron-proxy mounts it.',
      'centaur-firewall-ca-key',
    ),
    ca: closed(
      {
        certPem: kubernetes.secretValue({
          description:
            'The certificate in PEM, and below it others that clients are to trust; no key. The chart then makes both Secrets itself.',
        }),
        keyPem: kubernetes.secretValue({
          description:
            'Its private key in PEM, without a passphrase. It is readable in the release: prefer Secrets that exist.',
        }),
      },
      'A CA given in the values; both or neither.',
    ),
  },
  'The CA that iron-proxy terminates TLS with. Its Secrets must exist before the installation, unless `ca` is set.',
);
