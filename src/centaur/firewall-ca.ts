import { Construct } from 'constructs';
import { base64, isNonEmpty, KubeSecret } from '../helm/authoring.js';
import type { Platform } from './platform.js';

/** The keys of the two CA Secrets. */
export const caKeys = { certificate: 'ca-cert.pem', privateKey: 'ca-key.pem' } as const;

/** The two CA Secrets, created only if the CA is given in the values; otherwise they must exist before the install. */
export class CertificateAuthority extends Construct {
  constructor(scope: Construct, id: string, { values, names }: Platform) {
    super(scope, id);
    const { ca, existingCaSecretName, existingCaKeySecretName } = values.firewall;
    const given = isNonEmpty(ca.certPem);
    const labels = { ...names.labels('firewall') };

    new KubeSecret(this, 'certificate', {
      comment: 'What clients of iron-proxy trust.',
      when: given,
      metadata: { name: existingCaSecretName, labels },
      data: { [caKeys.certificate]: base64(ca.certPem) },
    });

    new KubeSecret(this, 'key', {
      comment: 'What iron-proxy alone reads.',
      when: given,
      metadata: { name: existingCaKeySecretName, labels },
      data: { [caKeys.certificate]: base64(ca.certPem), [caKeys.privateKey]: base64(ca.keyPem) },
    });
  }
}
