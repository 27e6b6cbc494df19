import type { Expr, HelmChart } from '../helm/authoring.js';
import { declared } from '../secrets/declared-secrets.js';
import type { SecretSource } from '../secrets/source.js';
import type { ValueMap } from '../text/json.js';
import { caKeys } from './firewall-ca.js';
import { infraKeys } from './infra-secret.js';
import { infraValue } from './infra-values.js';
import type { valuesSchema } from './values/index.js';

/** The Secrets that must exist before a release is installed, by the values of the release. */
export interface ExistingSecrets {
  readonly source: SecretSource;
  readonly infra: { readonly name: string; readonly keys: readonly ExistingInfraKey[] };
  /** Undefined if the values contain the CA: the chart then makes these Secrets. */
  readonly authority: AuthoritySecrets | undefined;
  /** Undefined if the release has no Connect server. */
  readonly connectCredentials: { readonly name: string; readonly key: string } | undefined;
}

export interface ExistingInfraKey {
  /** In the Secret: with `secretManager.envPrefix`. */
  readonly key: string;
  /** The name without the prefix, which is that of the variable in containers. */
  readonly variable: string;
  /** Whether pods start without it. */
  readonly optional: boolean;
}

export interface AuthoritySecrets {
  /** The Secret with the certificate alone. */
  readonly certificateName: string;
  /** The Secret with the certificate and its private key. */
  readonly keyName: string;
  readonly certificateKey: string;
  readonly privateKey: string;
}

/** Reads complete, valid values. */
export function existingSecretsOf(chart: HelmChart<typeof valuesSchema>, values: ValueMap): ExistingSecrets {
  const { ironProxy, secretManager, firewall, onepasswordConnect } = chart.values;
  const read = <T>(expression: Expr<T>): T => chart.read(expression, values);
  const source = read(ironProxy.secretSource);
  const prefix = read(secretManager.envPrefix);
  const own = infraKeys.filter(
    ({ key, modes }) => infraValue(key) !== undefined && (modes?.includes(source) ?? true),
  );
  const credentials = source === 'env' ? read(declared(chart.values).credentialKeys) : [];
  const keys = [...own.map(({ key }) => ({ key, optional: false })), ...credentials];
  const { connect } = onepasswordConnect;
  return {
    source,
    infra: {
      name: read(secretManager.existingSecretName),
      keys: keys.map(({ key, optional }) => ({ key: `${prefix}${key}`, variable: key, optional })),
    },
    authority:
      read(firewall.ca.certPem) !== ''
        ? undefined
        : {
            certificateName: read(firewall.existingCaSecretName),
            keyName: read(firewall.existingCaKeySecretName),
            certificateKey: caKeys.certificate,
            privateKey: caKeys.privateKey,
          },
    connectCredentials: read(connect.create)
      ? { name: read(connect.credentialsName), key: read(connect.credentialsKey) }
      : undefined,
  };
}
