/** What values could say that would show a credential, or a token that fetches one, to the API or to a sandbox. */
import {
  and,
  defaultIfEmpty,
  type Expr,
  each,
  eq,
  hasKey,
  isNonEmpty,
  lookup,
  type Member,
  ne,
  or,
  str,
  when,
} from '../helm/authoring.js';
import { placeholderOf } from '../secrets/declared.js';
import { infraKeys } from './infra-secret.js';
import type { Platform } from './platform.js';

export function secrecyRules(platform: Platform): readonly Member<string>[] {
  return [
    ...volumeRules(platform),
    ...secretNameRules(platform),
    ...sandboxVariableRules(platform),
    ...environmentRules(platform),
  ];
}

/** Whether a Secret holds what iron-proxy or Connect alone may read. */
function isWithheld({ values }: Platform, name: Expr<string>): Expr<boolean> {
  return or(
    eq(name, values.secretManager.existingSecretName),
    eq(name, values.onepasswordConnect.connect.credentialsName),
    eq(name, values.firewall.existingCaKeySecretName),
  );
}

/** What the API must never read can't be mounted there either. */
function volumeRules(platform: Platform): readonly Member<string>[] {
  const { extraVolumes } = platform.values.api;
  const refused = (name: Expr<string>): Member<string> =>
    when(
      isWithheld(platform, name),
      str`api.extraVolumes: the Secret ${name} holds what the API must not read; mount another Secret, with the one key that is needed`,
    );
  return [
    each(extraVolumes, (volume) =>
      when(volume.secret, (secret) => refused(defaultIfEmpty(secret.secretName, ''))),
    ),
    each(extraVolumes, (volume) =>
      when(volume.projected, (projected) =>
        each(projected.sources, (source) =>
          when(source.secret, (secret) => refused(defaultIfEmpty(secret.name, ''))),
        ),
      ),
    ),
    each(extraVolumes, (volume) =>
      when(volume.csi, (csi) =>
        when(csi.nodePublishSecretRef, (secret) => refused(defaultIfEmpty(secret.name, ''))),
      ),
    ),
  ];
}

/** The API mounts these Secrets in sandboxes, or makes sandboxes of them. */
function secretNameRules(platform: Platform): readonly Member<string>[] {
  const { secretManager, onepasswordConnect, firewall, secrets } = platform.values;
  const { existingCaSecretName, existingCaKeySecretName, ca } = firewall;
  const { bootstrapSecretName } = secrets;
  return [
    when(
      isWithheld(platform, existingCaSecretName),
      str`firewall.existingCaSecretName: the API and sandboxes mount this Secret, and ${existingCaSecretName} holds what they must not read: put ca-cert.pem into a Secret of its own`,
    ),
    when(
      isWithheld(platform, bootstrapSecretName),
      str`secrets.bootstrapSecretName: sandboxes are made of this Secret, and ${bootstrapSecretName} holds what they must not read: put what they need into a Secret of its own`,
    ),
    when(
      and(
        isNonEmpty(ca.certPem),
        or(
          eq(existingCaKeySecretName, secretManager.existingSecretName),
          eq(existingCaKeySecretName, onepasswordConnect.connect.credentialsName),
        ),
      ),
      str`firewall.existingCaKeySecretName: the chart makes this Secret of firewall.ca, and ${existingCaKeySecretName} exists before the install: choose another name`,
    ),
  ];
}

/** Tokens with which credentials are fetched: of iron-proxy's keys those that the API does not get. */
const tokens = infraKeys
  .filter(({ readers }) => readers.includes('iron-proxy') && !readers.includes('api'))
  .map(({ key }) => key);

/** Variables that tell the API what to give to sandboxes: their own keys are held against what those must not read. */
const sandboxVariables = {
  KUBERNETES_BOOTSTRAP_SECRET_NAME: 'secrets.bootstrapSecretName',
  KUBERNETES_FIREWALL_CA_SECRET_NAME: 'firewall.existingCaSecretName',
  KUBERNETES_SANDBOX_EXTRA_ENV: 'sandbox.extraEnv',
};

function sandboxVariableRules({ values }: Platform): readonly Member<string>[] {
  return Object.entries(sandboxVariables).map(([variable, key]) =>
    when<string>(
      hasKey(values.api.extraEnv, variable),
      `api.extraEnv: ${variable} says what sandboxes get: set ${key} instead`,
    ),
  );
}

/** Where a person would write a credential that a tool asks for as a variable. */
function environmentRules({ values, secrets }: Platform): readonly Member<string>[] {
  const environments = { 'api.extraEnv': values.api.extraEnv, 'sandbox.extraEnv': values.sandbox.extraEnv };
  return Object.entries(environments).flatMap(([key, variables]) => [
    ...tokens.map((token) =>
      when<string>(
        hasKey(variables, token),
        `${key}: ${token} fetches credentials, and iron-proxy alone may hold it: remove it here, and put it into the infra Secret`,
      ),
    ),
    when<string>(
      isNonEmpty(variables),
      each(secrets.secrets, (secret) =>
        when<string>(
          and(
            eq(secret.declared.type, 'http'),
            ne(lookup(variables, secret.name, placeholderOf(secret)), placeholderOf(secret)),
          ),
          str`${key}: ${secret.name} is a declared credential, of which only iron-proxy holds the value: write its placeholder, ${placeholderOf(secret)}, and store the value where ironProxy.secretSource says`,
        ),
      ),
    ),
  ]);
}
