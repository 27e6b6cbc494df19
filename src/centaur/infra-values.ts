/**
 * Where the values of the infra Secret come from before the first installation, and the form of each. A wrong value
 * would be found only when a pod starts, or when it serves: `bootstrap` refuses it. No message repeats a value.
 */
import type { SecretSource } from '../secrets/source.js';
import { vaultProblem } from '../secrets/vault.js';

interface GivenValue {
  readonly from: 'environment';
  /** What it is, for the person who has to set it. */
  readonly what: string;
  readonly pattern?: RegExp;
  /** What the pattern asks for: "it must …". */
  readonly form?: string;
}

type InfraValue = GivenValue | { readonly from: 'random' };

/** By key. The password of a Postgres is missing, since the chart has none yet. */
export const infraValues: { readonly [key: string]: InfraValue } = {
  DATABASE_URL: {
    from: 'environment',
    what: "the URL of the API's database: postgresql://user:password@host:5432/database",
    pattern: /^postgres(?:ql)?(?:\+\w+)?:\/\/(?:[^@/?#\s]+@)?[^@/?#\s]+(?:\/[^@/?#\s]*)?(?:\?[^#\s]*)?$/,
    form: 'be a URL such as postgresql://user:password@host:5432/database, with the special characters of the password percent-encoded (@ as %40, / as %2F)',
  },
  SLACKBOT_API_KEY: {
    from: 'environment',
    what: 'the key that Slackbot shows to the API; for a new one, take the output of `openssl rand -hex 32`',
  },
  SLACK_SIGNING_SECRET: {
    from: 'environment',
    what: 'the signing secret of the Slack app, on its page Basic Information',
    pattern: /^(?!xox|xapp-)/,
    form: 'be the signing secret of the Slack app, and not one of its tokens',
  },
  SLACK_BOT_TOKEN: {
    from: 'environment',
    what: "the Slack app's bot token, on its page OAuth & Permissions: it begins with xoxb-",
    pattern: /^(?:xoxe\.)?xoxb-/,
    form: 'begin with xoxb-, as the bot token of a Slack app does',
  },
  SANDBOX_SIGNING_KEY: { from: 'random' },
  IRON_MANAGEMENT_API_KEY: { from: 'random' },
  OP_VAULT: { from: 'environment', what: 'the name or the id of the vault in 1Password' },
  OP_CONNECT_TOKEN: {
    from: 'environment',
    what: 'the access token of the Connect server, as 1Password shows it once: it begins with ey',
    pattern: /^ey[\w-]+\.[\w-]+\.[\w-]+$/,
    form: 'be the access token of a Connect server: three parts with dots between them, of which the first begins with ey',
  },
  OP_SERVICE_ACCOUNT_TOKEN: {
    from: 'environment',
    what: 'the token of the service account, as 1Password shows it once: it begins with ops_',
    pattern: /^ops_[\w-]+$/,
    form: 'be the token of a service account, which begins with ops_',
  },
  // For a tool that declares a database later: until then, no container gets it.
  PG_PROXY_PASSWORD: { from: 'random' },
};

/** Undefined for a credential that a tool or a harness declares, whatever its name. */
export function infraValue(key: string): InfraValue | undefined {
  return Object.hasOwn(infraValues, key) ? infraValues[key] : undefined;
}

/** What is wrong with the value of an infra key or of a declared credential; undefined if nothing is. */
export function infraValueProblem(key: string, value: string, source: SecretSource): string | undefined {
  // Node.js decodes the environment, and replaces what it cannot decode.
  if (value.includes('\ufffd')) return 'is not UTF-8';
  if (key === 'OP_VAULT') return vaultProblem(value, source);
  if (value.trim() !== value) {
    return 'begins or ends with a space or a line break, which would become part of it: set it without, as "$(cat FILE)" does';
  }
  const row = infraValue(key);
  // The credential of a tool may be a file, such as the key of a service account in JSON.
  if (row === undefined) return undefined;
  if (/\p{Cc}/u.test(value)) return 'has a line break or another control character in it';
  if (row.from === 'random' || row.pattern === undefined || row.pattern.test(value)) return undefined;
  return `must ${row.form}`;
}
