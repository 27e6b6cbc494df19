/** What an operator makes in a namespace before the first install of the chart: the Secrets of the contract. */
import { createHash } from 'node:crypto';
import { type Container, infraKeys } from '../../src/centaur/infra-secret.js';
import type { SecretSource } from '../../src/secrets/source.js';
import { certificateAuthority } from '../proxy/certificates.js';
import type { Node } from './node.js';

/** As the page names it. */
export const pageNamespace = 'centaur-system';

/** The credential that a release resolves where nothing is declared: that of the one harness that is on. */
export const harnessCredential = 'OPENAI_API_KEY';

/** The infra Secret, with the keys of all modes at once, so that a container can get one too many. */
export const infra: { readonly [key: string]: string } = {
  ...Object.fromEntries(
    [...infraKeys.map(({ key }) => key), harnessCredential].map((key) => [key, made(key)]),
  ),
  OP_VAULT: 'Agents & "Tools"',
};

/** What 1Password gives to download for a Connect server, as far as its double reads it. */
export const connectCredentials = JSON.stringify({ version: '2', verifier: { salt: made('the verifier') } });

/** A value that is nowhere else, the same each time. */
function made(name: string): string {
  return `made-${createHash('sha256').update(name).digest('hex')}`;
}

/** The names under which the chart looks for its Secrets when not told otherwise. */
export const secretNames = {
  infra: 'centaur-infra-env',
  ca: 'centaur-firewall-ca',
  caKey: 'centaur-firewall-ca-key',
  connect: 'centaur-onepassword-connect-credentials',
} as const;

/** What the operator made. */
export interface Prepared {
  /** The private key of the CA, as PEM. */
  readonly caKey: string;
  /** What must appear nowhere but in the operator's Secrets and the containers: an unmistakable part of each. */
  readonly confidential: { readonly [name: string]: string };
  /** The Secrets, to apply once more what a test took away or spoiled. */
  readonly secrets: { readonly [secret in keyof typeof secretNames]: object };
}

/** Makes a namespace that takes restricted pods alone, and in it the Secrets of the contract. */
export async function prepareNamespace(node: Node, namespace = pageNamespace): Promise<Prepared> {
  const { cert, key } = await certificateAuthority('the firewall');
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const secrets = {
    infra: secret(namespace, secretNames.infra, infra),
    ca: secret(namespace, secretNames.ca, { 'ca-cert.pem': cert }),
    caKey: secret(namespace, secretNames.caKey, { 'ca-cert.pem': cert, 'ca-key.pem': key }),
    connect: secret(namespace, secretNames.connect, { '1password-credentials.json': connectCredentials }),
  };
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    ...Object.values(secrets),
  ]);
  const [, keyLine = ''] = key.split('\n');
  const confidential = {
    ...infra,
    'ca-key.pem': keyLine,
    '1password-credentials.json': made('the verifier'),
  };
  return { caKey: key, confidential, secrets };
}

/** A Secret as a person writes it, its values as they are. */
export function secret(
  namespace: string,
  name: string,
  stringData: Readonly<Record<string, string>>,
): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

/** Variables that hold anything of the infra Secret, whatever they are called. */
export function ofTheInfraSecret(environment: Environment): Environment {
  const held = Object.values(infra);
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => held.some((part) => value.includes(part))),
  );
}

/** What the table of keys gives a container, without declared databases. */
export function expectedOfTheInfraSecret(container: Container, mode: SecretSource): Environment {
  const keys = infraKeys
    .filter(({ readers, modes, forDatabases }) => {
      return readers.includes(container) && !forDatabases && (modes?.includes(mode) ?? true);
    })
    .map(({ key }) => key);
  const credentials = container === 'iron-proxy' && mode === 'env' ? [harnessCredential] : [];
  return Object.fromEntries([...keys, ...credentials].map((key) => [key, infra[key] ?? '']));
}

type Environment = { readonly [name: string]: string };
