/** Asks the Connect server of a release for the vault and for each declared item, as iron-proxy does. */
import { request as httpRequest } from 'node:http';
import OnePasswordConnect, { type FullItem, type IRequestClient, type OPConnect } from '@1password/connect';
import { defaultField } from '../secrets/source.js';
import { counted } from '../text/counted.js';
import { Failure } from './failure.js';
import { type Finding, finding } from './verify-findings.js';

/** A credential that the values declare. */
export interface DeclaredReference {
  /** The name of an item, or a whole reference: `op://vault/item/[section/]field`. */
  readonly reference: string;
  /** Whether it may be missing. */
  readonly optional: boolean;
}

export interface ConnectQuestion {
  /** Where Connect answers on this machine: `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly token: string;
  readonly vault: string;
  readonly references: readonly DeclaredReference[];
}

const connectCheck = 'Connect';
const itemsCheck = '1Password items';

/** @throws {Failure} if Connect does not answer */
export async function connectFindings({
  url,
  token,
  vault,
  references,
}: ConnectQuestion): Promise<readonly Finding[]> {
  const client = OnePasswordConnect.OnePasswordConnect({ serverURL: url, token, httpClient });
  const vaults = await vaultsOf(client);
  if (vaults === undefined) {
    return [
      finding(connectCheck, {
        failed: 'it does not accept OP_CONNECT_TOKEN (status 401 or 403)',
        fix: 'Put a token of this Connect server into the infra Secret, and restart iron-proxy.',
      }),
    ];
  }
  const idOf = (wanted: string) => vaults.find(({ id, name }) => id === wanted || name === wanted)?.id;
  const id = idOf(vault);
  if (id === undefined) {
    return [
      finding(connectCheck, {
        failed: `it finds no vault of the name in OP_VAULT among the ${vaults.length} that the token may read`,
        fix: 'Correct OP_VAULT (case matters), or let the token read the vault in 1Password.',
      }),
    ];
  }
  const answers = finding(connectCheck, { passed: 'it accepts the token, and finds the vault OP_VAULT' });
  const missing: string[] = [];
  const unset: string[] = [];
  for (const { reference, optional } of references) {
    const { vaultId, item, field } = placeOf(reference, id, idOf);
    const problem =
      vaultId === undefined ? 'no vault of this name' : await itemProblem(client, vaultId, item, field);
    if (problem !== undefined) (optional ? unset : missing).push(`${nameOf(reference)}: ${problem}`);
  }
  const also = unset.length === 0 ? '' : `; not configured, and optional: ${unset.join('; ')}`;
  return [
    answers,
    finding(
      itemsCheck,
      missing.length === 0
        ? {
            passed: `${counted(references.length - unset.length, 'declared item')} found, with a value in its field${also}`,
          }
        : {
            failed: missing.join('; '),
            fix: `Create the item in the vault, with the value in its field ${defaultField}, or correct secret_ref.`,
          },
    ),
  ];
}

async function vaultsOf(
  client: OPConnect,
): Promise<readonly { readonly id?: string; readonly name?: string }[] | undefined> {
  try {
    return await client.listVaults();
  } catch (error) {
    if ([401, 403].includes(statusOf(error))) return undefined;
    throw error;
  }
}

interface Place {
  readonly vaultId: string | undefined;
  readonly item: string;
  readonly field: readonly string[];
}

function placeOf(reference: string, own: string, idOf: (vault: string) => string | undefined): Place {
  if (!reference.startsWith('op://')) return { vaultId: own, item: reference, field: [defaultField] };
  const [vault = '', item = '', ...field] = reference.slice('op://'.length).split('/');
  return { vaultId: idOf(vault), item, field };
}

/** Of a whole reference only the item: a credential may have been pasted into it by mistake. */
function nameOf(reference: string): string {
  return reference.startsWith('op://')
    ? `the item of a reference op://…/${reference.split('/')[3]}`
    : reference;
}

async function itemProblem(
  client: OPConnect,
  vault: string,
  name: string,
  field: readonly string[],
): Promise<string | undefined> {
  let item: FullItem;
  try {
    item = await client.getItem(vault, name);
  } catch (error) {
    if (statusOf(error) === 404) return 'no item of this name';
    if (/multiple/i.test(messageOf(error))) return 'several items of this name';
    throw error;
  }
  const [label = '', section] = field.toReversed();
  const found = item.fields?.find(
    (one) =>
      (one.label === label || one.id === label) &&
      (section === undefined || one.section?.id === section || hasSection(item, one.section?.id, section)),
  );
  if (found === undefined) return `the item has no field ${label}`;
  return found.value ? undefined : `its field ${label} is empty`;
}

function hasSection(item: FullItem, id: string | undefined, label: string): boolean {
  return item.sections?.some((section) => section.id === id && section.label === label) ?? false;
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 0;
  return Number(error.status);
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}

const timeout = 20_000;

/**
 * Sends the token to this machine's own port, and nowhere else: the package's own client would send it to the proxy that
 * the shell's environment names.
 */
const httpClient: IRequestClient = {
  defaultTimeout: timeout,
  request(method, url, { authToken, params, data }) {
    const target = new URL(url);
    for (const [name, value] of Object.entries(params ?? {})) target.searchParams.set(name, String(value));
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${authToken}`, 'content-type': 'application/json' };
      const sent = httpRequest(target, { method, headers, timeout }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        answer.on('error', reject).on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 300) reject({ status, message: parsed(text) });
          else resolve({ status, data: parsed(text) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Failure(1, 'Connect does not answer in time')));
      sent.on('error', reject);
      sent.end(data === undefined ? undefined : JSON.stringify(data));
    });
  },
};

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
