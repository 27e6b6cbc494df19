/** Checks the Secrets that a release refers to: whether they exist, and what is in them. No finding contains a value. */
import { createPrivateKey, type X509Certificate } from 'node:crypto';
import type { AuthoritySecrets, ExistingSecrets } from '../centaur/existing-secrets.js';
import { infraValueProblem } from '../centaur/infra-values.js';
import { counted } from '../text/counted.js';
import { wantedOf } from './bootstrap-inputs.js';
import { firstCertificateIn, isTrustedBy } from './certificates.js';
import { connectCredentialsProblem } from './connect-credentials.js';
import { namesOf } from './make-secrets.js';
import { type SecretStore, type StoredSecret, valueIn } from './secret-store.js';
import { type Finding, finding, type Outcome } from './verify-findings.js';

/** A CA that expires sooner is reported: sandboxes that run by then lose every connection. */
const warnedDays = 30;

const bootstrap =
  'Run centaur-chart bootstrap with the same -f and -n: it adds what is missing, and keeps what exists.';

/** The Secrets, by name, as they are now. */
export async function readAll(
  store: SecretStore,
  existing: ExistingSecrets,
): Promise<ReadonlyMap<string, StoredSecret | undefined>> {
  const stored = new Map<string, StoredSecret | undefined>();
  for (const name of namesOf(wantedOf(existing))) stored.set(name, await store.read(name));
  return stored;
}

export function secretFindings(
  secrets: ExistingSecrets,
  stored: ReadonlyMap<string, StoredSecret | undefined>,
  now = new Date(),
): readonly Finding[] {
  const { infra, authority, connectCredentials } = secrets;
  const named = (name: string, check: (secret: StoredSecret) => Outcome) => {
    const secret = stored.get(name);
    const outcome = secret === undefined ? missing(name) : check(secret);
    return finding(`Secret ${name}`, outcome);
  };
  return [
    named(infra.name, (secret) => infraOutcome(secrets, secret)),
    ...(connectCredentials === undefined
      ? []
      : [named(connectCredentials.name, (secret) => credentialsOutcome(connectCredentials.key, secret))]),
    ...(authority === undefined
      ? []
      : [
          named(authority.keyName, (secret) => authorityOutcome(authority, secret, now)),
          named(authority.certificateName, (secret) =>
            certificateOutcome(authority, secret, stored.get(authority.keyName)),
          ),
        ]),
  ];
}

function missing(name: string): Outcome {
  return {
    failed: `there is no Secret ${name} in the namespace, and pods that need it do not start`,
    fix: bootstrap,
  };
}

function infraOutcome({ infra, source }: ExistingSecrets, secret: StoredSecret): Outcome {
  const required = infra.keys.filter(({ optional }) => !optional);
  const absent = required.filter(({ key }) => !Object.hasOwn(secret.data, key)).map(({ key }) => key);
  if (absent.length > 0)
    return {
      failed: `it lacks ${absent.join(', ')}: pods that need a missing key do not start`,
      fix: bootstrap,
    };
  const empty = required.filter(({ key }) => valueIn(secret, key) === '').map(({ key }) => key);
  if (empty.length > 0)
    return {
      failed: `${empty.join(', ')} ${empty.length === 1 ? 'is' : 'are'} empty`,
      fix: 'Set a value, and restart the pods that read it.',
    };
  const wrong = infra.keys.flatMap(({ key, variable }) => {
    const value = valueIn(secret, key);
    const problem = value === undefined ? undefined : formProblem(variable, value, source);
    return problem === undefined ? [] : [`${key} ${problem}`];
  });
  if (wrong.length > 0)
    return {
      failed: wrong.join('; '),
      fix: 'Correct the value in the Secret, and restart the pods that read it.',
    };
  const unset = infra.keys
    .filter(({ key, optional }) => optional && !valueIn(secret, key))
    .map(({ key }) => key);
  const also = unset.length === 0 ? '' : `; not configured, and optional: ${unset.join(', ')}`;
  return { passed: `it has ${counted(required.length, 'key')} that pods need${also}` };
}

/** What is wrong with a value whatever it is for: whether a token is the right one, 1Password says. */
function formProblem(variable: string, value: string, source: ExistingSecrets['source']): string | undefined {
  if (variable === 'OP_VAULT') return infraValueProblem(variable, value, source);
  return value.trim() === value
    ? undefined
    : 'begins or ends with a space or a line break, which is part of it';
}

function credentialsOutcome(key: string, secret: StoredSecret): Outcome {
  const content = valueIn(secret, key);
  if (content === undefined)
    return { failed: `it lacks the key ${key}, and Connect does not start`, fix: bootstrap };
  const problem = connectCredentialsProblem(content);
  if (problem === undefined) return { passed: `${key} is a credentials file of a Connect server` };
  return {
    failed: `${key} ${problem}`,
    fix: 'Replace the Secret: set OP_CONNECT_CREDENTIALS_FILE, and run centaur-chart bootstrap with --force and its name.',
  };
}

function authorityOutcome(authority: AuthoritySecrets, secret: StoredSecret, now: Date): Outcome {
  const { certificateKey, privateKey } = authority;
  const renew = replaceAuthority(authority);
  const pem = valueIn(secret, certificateKey);
  const key = valueIn(secret, privateKey);
  const absent = [...(pem ? [] : [certificateKey]), ...(key ? [] : [privateKey])];
  if (!pem || !key)
    return {
      failed: `it lacks ${absent.join(' and ')}, and iron-proxy does not start`,
      fix: renew,
    };
  const certificate = firstCertificateIn(pem);
  if (certificate === undefined)
    return { failed: `${certificateKey} is not a certificate in PEM`, fix: renew };
  if (!isPair(certificate, key))
    return {
      failed: `${privateKey} is not the key of ${certificateKey}, and iron-proxy does not start`,
      fix: renew,
    };
  if (!certificate.ca)
    return {
      failed: `${certificateKey} is not a certificate authority, and clients accept nothing that it signs`,
      fix: renew,
    };
  const days = Math.floor((Date.parse(certificate.validTo) - now.getTime()) / 86_400_000);
  if (days < 0)
    return {
      failed: `${certificateKey} has expired, and no client accepts what it signs`,
      fix: renew,
    };
  if (days < warnedDays)
    return { failed: `${certificateKey} expires in ${counted(days, 'day')}`, fix: renew };
  return { passed: `the CA and its key match; it is valid for ${counted(days, 'day')}` };
}

function replaceAuthority({ keyName }: AuthoritySecrets): string {
  return `Make a new CA for both Secrets with centaur-chart bootstrap --force ${keyName}, and restart iron-proxy: see "Rotate a Secret" in docs/operations.md.`;
}

function certificateOutcome(
  authority: AuthoritySecrets,
  secret: StoredSecret,
  keySecret: StoredSecret | undefined,
): Outcome {
  const { certificateKey, keyName } = authority;
  const renew = replaceAuthority(authority);
  const pem = valueIn(secret, certificateKey);
  if (!pem) return { failed: `it lacks ${certificateKey}, and the API does not start`, fix: bootstrap };
  if (Object.keys(secret.data).some((key) => /PRIVATE KEY/.test(valueIn(secret, key) ?? '')))
    return {
      failed: 'it holds a private key, which sandboxes and the API could read',
      fix: 'Make a new CA, since this key may be known. Put only its certificate into this Secret.',
    };
  if (firstCertificateIn(pem) === undefined)
    return { failed: `${certificateKey} is not a certificate in PEM`, fix: renew };
  const signing = keySecret === undefined ? undefined : valueIn(keySecret, certificateKey);
  if (signing === undefined) return { passed: `${certificateKey} is a certificate` };
  if (!isTrustedBy(signing, pem))
    return {
      failed: `clients that trust it refuse what iron-proxy signs: the Secret ${keyName} has another CA`,
      fix: renew,
    };
  return { passed: 'clients that trust it accept what iron-proxy signs' };
}

function isPair(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
