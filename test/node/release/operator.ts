/** What an operator creates in a namespace before the first install of the chart: the Secrets of the contract. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readPyproject } from '../../../src/secrets/pyproject.js';
import { page } from '../../centaur/page.js';
import { certificateAuthority } from '../../proxy/certificates.js';
import type { VaultData } from '../../proxy/double.js';
import type { Node } from '../cluster/node.js';
import { type Asked, type Container, infraTable, keysOf } from './contract.js';

/** Named as on the page. */
export const pageNamespace = 'centaur-system';

/** The credential that a release resolves without declarations: that of the only enabled harness. */
export const harnessCredential = 'OPENAI_API_KEY';

/** The declaration of a tool with one secret of each form, from the documentation. */
const eachForm = declaration(
  readFileSync(new URL('../../../docs/secrets.md', import.meta.url), 'utf8').match(
    /^One of each:\n+```toml\n(.*?)^```$/ms,
  )?.[1] ?? '',
);

/** Values with the page's declaration, and with one of each form. */
export const declarations = JSON.stringify({
  tools: { warehouse: declaration(page.declaration), each: eachForm },
});

/** The credentials of {@link declarations}, with a harness's: the content of an item or a key of the infra Secret. */
const credentials = {
  [harnessCredential]: made(harnessCredential),
  WAREHOUSE_API_KEY: made('WAREHOUSE_API_KEY'),
  SEARCH_API_KEY: made('SEARCH_API_KEY'),
  BOT_TOKEN: made('BOT_TOKEN'),
  BIGQUERY_KEYFILE: JSON.stringify({ type: 'service_account', private_key: made('BIGQUERY_KEYFILE') }),
  LEDGER_CLIENT: JSON.stringify({ id: 'ledger', secret: made('LEDGER_CLIENT') }),
  BUCKET_KEY_ID: made('BUCKET_KEY_ID'),
  BUCKET_KEY: made('BUCKET_KEY'),
  REPORTS_DSN: `postgres://reporter:${made('REPORTS_DSN')}@reports.example.com:5432/reports`,
};

/** What determines who gets what, without declarations and with {@link declarations}. */
export const asked = {
  nothing: { credentials: [harnessCredential], databases: false },
  eachForm: { credentials: Object.keys(credentials), databases: true },
} as const satisfies { readonly [values: string]: Omit<Asked, 'mode'> };

/** The infra Secret, with the keys of all modes at once, so that a container could get one too many. */
export const infra: { readonly [key: string]: string } = {
  ...Object.fromEntries(infraTable.map(([key]) => [key, made(key)])),
  ...credentials,
  // A name that every mode accepts.
  OP_VAULT: 'Agents and Tools - EU_1.0',
};

/** The vault in Connect; its values differ from those of the infra Secret, so that the source of a value is visible. */
export const vault: VaultData = {
  token: infra.OP_CONNECT_TOKEN ?? '',
  vaults: [
    {
      name: infra.OP_VAULT ?? '',
      items: Object.keys(credentials).map((title) => ({
        title,
        fields: [{ label: 'credential', value: inVault(title) }],
      })),
    },
  ],
};

/** The value of a credential in the vault of 1Password; in the cluster it exists only where it is looked up. */
export function inVault(title: string): string {
  return made(`${title} in the vault`);
}

/** The file that 1Password offers for download for a Connect server, as far as its double reads it. */
export const connectCredentials = JSON.stringify({ version: '2', verifier: { salt: made('the verifier') } });

/** A unique part of each value of the infra Secret. */
const infraParts: { readonly [key: string]: string } = {
  ...Object.fromEntries(Object.keys(infra).map((key) => [key, made(key)])),
  OP_VAULT: infra.OP_VAULT ?? '',
};

/** A unique value, the same each time. */
function made(name: string): string {
  return `made-${createHash('sha256').update(name).digest('hex')}`;
}

function declaration(toml: string): object {
  const read = readPyproject(toml, 'pyproject.toml');
  if (read.problems.length > 0 || read.declaration === undefined) throw new Error(`no declaration: ${toml}`);
  return read.declaration;
}

/** The default names of the chart's Secrets. */
export const secretNames = {
  infra: 'centaur-infra-env',
  ca: 'centaur-firewall-ca',
  caKey: 'centaur-firewall-ca-key',
  connect: 'centaur-onepassword-connect-credentials',
} as const;

/** What the operator created. */
export interface Prepared {
  /** The CA: certificate and private key, as PEM. */
  readonly ca: { readonly cert: string; readonly key: string };
  /** What must appear only in the operator's Secrets and the containers: a unique part of each. */
  readonly confidential: { readonly [name: string]: string };
  /** The Secrets, to restore what a test removed or damaged. */
  readonly secrets: { readonly [secret in keyof typeof secretNames]: object };
}

/** Creates a namespace that accepts only restricted pods, and in it the Secrets of the contract. */
export async function prepareNamespace(node: Node, namespace = pageNamespace): Promise<Prepared> {
  const ca = await certificateAuthority('the firewall');
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const secrets = {
    infra: secret(namespace, secretNames.infra, infra),
    ca: secret(namespace, secretNames.ca, { 'ca-cert.pem': ca.cert }),
    caKey: secret(namespace, secretNames.caKey, { 'ca-cert.pem': ca.cert, 'ca-key.pem': ca.key }),
    connect: secret(namespace, secretNames.connect, { '1password-credentials.json': connectCredentials }),
  };
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    ...Object.values(secrets),
  ]);
  const [, keyLine = ''] = ca.key.split('\n');
  const confidential = {
    ...infraParts,
    'ca-key.pem': keyLine,
    '1password-credentials.json': made('the verifier'),
  };
  return { ca, confidential, secrets };
}

/** A Secret as a user writes it, with plain values. */
export function secret(
  namespace: string,
  name: string,
  stringData: Readonly<Record<string, string>>,
): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

/** Variables that contain anything of the infra Secret, regardless of their names. */
export function ofTheInfraSecret(environment: Environment): Environment {
  const held = Object.values(infraParts);
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => held.some((part) => value.includes(part))),
  );
}

/** The part of the infra Secret that the contract gives to a container. */
export function expectedOfTheInfraSecret(
  container: Container,
  mode: Asked['mode'],
  values: Omit<Asked, 'mode'> = asked.nothing,
): Environment {
  const keys = keysOf(container, { mode, ...values });
  return Object.fromEntries(keys.map((key) => [key, infra[key] ?? '']));
}

type Environment = { readonly [name: string]: string };
