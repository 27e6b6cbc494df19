import { generateKeyPairSync } from 'node:crypto';
import type { VaultData } from './double.js';

/** The host of the database that `REPORTS_DSN` names. */
export const databaseHost = 'reports.db.example.com';

/**
 * The real value of each credential that testdata/tools.yaml declares, by its reference. `UNKNOWN_ITEM` is declared but
 * has no value.
 */
export const credentials = {
  WAREHOUSE_API_KEY: 'wh-2c7f51d0e9a84b36',
  SEARCH_API_KEY: 'se-90b1a4477f3d4c6e',
  MAPS_API_KEY: 'ma-5de8c03f11b94a72',
  BOT_TOKEN: '110201543:bo-AAHdqTcvCH1vGWJx',
  FEED_TOKEN: 'fe-7a60cc1b8842d9f3',
  OPENAI_API_KEY: 'sk-proj-4f8e12ab90cd',
  EMPTY_FIELD: '',
  LEDGER_CLIENT: JSON.stringify({ id: 'le-client-61f0', secret: 'le-secret-b2a9e7' }),
  BUCKET_ACCESS_KEY_ID: 'AKIA7BUCKETREAL0001',
  BUCKET_SECRET_ACCESS_KEY: 'bu-wJalrXUtnFEMI/K7MDENG',
  REPORTS_DSN: `postgres://reporter:db-f3a1c955@${databaseHost}:5432/reports?sslmode=disable`,
  BIGQUERY_KEYFILE: keyFile('bq-key-id'),
} as const;

/** A key of a Google service account, in Google's file format. */
export function keyFile(private_key_id: string): string {
  return JSON.stringify({
    type: 'service_account',
    client_email: 'robot@project.iam.gserviceaccount.com',
    private_key_id,
    private_key: generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey,
    token_uri: 'https://oauth2.googleapis.com/token',
  });
}

/** The address at which the service account signs in. */
export const signInAddress = 'engineering.1password.com';

/** What the infra Secret contains in addition to the credentials of the env mode. */
export const infraSecret = {
  IRON_MANAGEMENT_API_KEY: 'mgmt-1f6d3b7c52e8',
  PG_PROXY_PASSWORD: 'pgproxy-8c40d21e',
  OP_VAULT: 'Engineering EU',
  OP_CONNECT_TOKEN: 'connect-token-3e9b7d',
  OP_SERVICE_ACCOUNT_TOKEN: serviceAccountToken(),
} as const;

/** The names in a config of the two sources that use 1Password, and what they need in the environment. */
export const vaultSources = {
  'onepassword-connect': {
    type: '1password_connect',
    token: infraSecret.OP_CONNECT_TOKEN,
    env: {
      OP_CONNECT_HOST: 'http://onepassword-connect:8080',
      OP_CONNECT_TOKEN: infraSecret.OP_CONNECT_TOKEN,
    },
  },
  onepassword: {
    type: '1password',
    token: infraSecret.OP_SERVICE_ACCOUNT_TOKEN,
    env: { OP_SERVICE_ACCOUNT_TOKEN: infraSecret.OP_SERVICE_ACCOUNT_TOKEN },
  },
} as const;

/** The vault that a 1Password mode reads: one item a credential, its value in the field `credential`. */
export function vaultOf(values: Readonly<Record<string, string>>, token: string): VaultData {
  const items = Object.entries(values).map(([title, value]) => ({
    title,
    fields: [{ label: 'credential', value }],
  }));
  return { token, vaults: [{ name: infraSecret.OP_VAULT, items }] };
}

/** Every string that must never be in a log: the credentials, their parts, and the tokens that fetch them. */
export const secretTexts: readonly string[] = [
  ...Object.values(credentials).filter((value) => value !== ''),
  'le-client-61f0',
  'le-secret-b2a9e7',
  'db-f3a1c955',
  'PRIVATE KEY',
  infraSecret.IRON_MANAGEMENT_API_KEY,
  infraSecret.PG_PROXY_PASSWORD,
  infraSecret.OP_CONNECT_TOKEN,
  infraSecret.OP_SERVICE_ACCOUNT_TOKEN,
];

// Only valid for the double: 1Password's SDK parses it and signs in at signInAddress.
function serviceAccountToken(): string {
  const hex = (length: number) => 'ab12'.repeat(length / 4);
  const document = {
    signInAddress,
    userAuth: {
      method: 'SRPg-4096',
      alg: 'PBES2g-HS256',
      iterations: 650000,
      salt: 'c2FsdHNhbHRzYWx0c2FsdA',
    },
    email: 'robot@1passwordserviceaccounts.com',
    srpX: hex(64),
    muk: {
      alg: 'A256GCM',
      ext: true,
      k: 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY',
      key_ops: ['encrypt', 'decrypt'],
      kty: 'oct',
      kid: 'mp',
    },
    secretKey: 'A3-ABCDEF-GHJKLM-NPQRS-TVWXY-Z2345-6789A',
    throttleSecret: { seed: hex(64), uuid: 'THROTTLETHROTTLETHROTTLETH' },
    deviceUuid: 'devicedevicedevicedevicede',
  };
  return `ops_${Buffer.from(JSON.stringify(document)).toString('base64url')}`;
}
