/** The values that `bootstrap` takes from the shell. */
import { randomBytes } from 'node:crypto';
import type { ExistingSecrets } from '../centaur/existing-secrets.js';
import { infraValue, infraValueProblem } from '../centaur/infra-values.js';
import type { SecretSource } from '../secrets/source.js';
import { connectCredentialsProblem } from './connect-credentials.js';
import { Failure } from './failure.js';
import type { Io } from './io.js';
import type { Wanted, WantedKey, WantedSecret } from './make-secrets.js';
import { readFiles } from './read-files.js';

/** The variable with the path of the file with which a Connect server signs in. */
const credentialsFile = 'OP_CONNECT_CREDENTIALS_FILE';

/** What is made for a release, and where each value comes from. */
export function wantedOf({ infra, authority, connectCredentials }: ExistingSecrets): Wanted {
  const ofInfra = infra.keys.map(
    ({ key, variable, optional }): WantedKey => ({
      key,
      variable,
      optional,
      origin: infraValue(variable)?.from === 'random' ? 'random' : 'environment',
    }),
  );
  const secrets: WantedSecret[] = [{ name: infra.name, keys: ofInfra }];
  if (connectCredentials !== undefined) {
    const { name, key } = connectCredentials;
    const wanted: WantedKey = { key, variable: credentialsFile, optional: false, origin: 'file' };
    if (name === infra.name) secrets[0] = { name, keys: [...ofInfra, wanted] };
    else secrets.push({ name, keys: [wanted] });
  }
  return { secrets, authority };
}

/** Something that has to be set, and what is wrong with it now. */
export interface InputProblem {
  readonly variable: string;
  readonly message: string;
}

export interface Inputs {
  readonly problems: readonly InputProblem[];
  readonly valueOf: (key: WantedKey) => string | undefined;
}

/** Reads and checks the values of these keys; an empty variable is one that is not set. */
export async function readInputs(keys: readonly WantedKey[], source: SecretSource, io: Io): Promise<Inputs> {
  const values = new Map<string, string>();
  const problems: InputProblem[] = [];
  for (const key of keys) {
    const input = await inputFor(key, source, io);
    if (input === undefined) continue;
    if ('problem' in input) problems.push({ variable: key.variable, message: input.problem });
    else values.set(key.variable, input.value);
  }
  return { problems, valueOf: ({ variable }) => values.get(variable) };
}

type Input = { readonly value: string } | { readonly problem: string };

/** Undefined for an optional one that is not set. */
async function inputFor(
  { variable, origin, optional }: WantedKey,
  source: SecretSource,
  io: Io,
): Promise<Input | undefined> {
  if (origin === 'random') return { value: randomBytes(32).toString('hex') };
  const given = io.env[variable] ?? '';
  if (given === '') return optional ? undefined : { problem: `is not set: ${whatIs(variable, origin)}` };
  if (origin === 'file') return credentialsIn(given, io);
  const problem = infraValueProblem(variable, given, source);
  return problem === undefined ? { value: given } : { problem };
}

function whatIs(variable: string, origin: WantedKey['origin']): string {
  if (origin === 'file') {
    return 'the path of 1password-credentials.json, the file of the Connect server, as 1Password gives it for download';
  }
  const row = infraValue(variable);
  return row?.from === 'environment' ? row.what : 'a credential that a tool or a harness declares';
}

async function credentialsIn(name: string, io: Io): Promise<Input> {
  try {
    const [file] = await readFiles([{ name, by: credentialsFile }], io);
    const value = Buffer.from(file?.text ?? []).toString();
    const problem = connectCredentialsProblem(value);
    return problem === undefined ? { value } : { problem: `the file that it names ${problem}` };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { problem: `does not lead to the file: ${error.message.replace(`${credentialsFile}: `, '')}` };
  }
}
