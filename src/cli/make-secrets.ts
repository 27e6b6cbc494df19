/**
 * Makes the Secrets of a release in a store: what exists is kept, what is missing is added. Any number of runs can do
 * this at once, and a run can be interrupted at any point: another one completes what it left.
 */
import type { AuthoritySecrets } from '../centaur/existing-secrets.js';
import type { AuthorityPair } from './certificate-authority.js';
import { certificatesIn, isTrustedBy } from './certificates.js';
import { Failure } from './failure.js';
import { type Changes, type SecretStore, type StoredSecret, valueIn } from './secret-store.js';

/** A key, and where its value comes from. */
export interface WantedKey {
  readonly key: string;
  readonly origin: 'environment' | 'random' | 'file';
  /** The variable of the shell's environment, or the name of what is generated. */
  readonly variable: string;
  readonly optional: boolean;
}

export interface WantedSecret {
  readonly name: string;
  readonly keys: readonly WantedKey[];
}

export interface Wanted {
  /** Each has a name of its own. */
  readonly secrets: readonly WantedSecret[];
  readonly authority: AuthoritySecrets | undefined;
}

export interface Run {
  readonly wanted: Wanted;
  /** The names of Secrets that are replaced. */
  readonly forced: ReadonlySet<string>;
  /** The same at each call; undefined if there is none. */
  readonly valueOf: (key: WantedKey) => string | undefined;
  /** The same at each call. */
  readonly newAuthority: () => Promise<AuthorityPair>;
}

export type KeyAction = 'kept' | 'read' | 'generated' | 'copied' | 'removed' | 'left out';

export interface KeyReport {
  readonly key: string;
  readonly action: KeyAction;
  /** The variable that it was read from, or the Secret that it was copied from. */
  readonly from?: string;
  /** Kept, but without content. */
  readonly empty?: true;
}

export interface SecretReport {
  readonly name: string;
  readonly action: 'created' | 'changed' | 'replaced' | 'kept';
  readonly keys: readonly KeyReport[];
}

/** The names of all Secrets, each once. */
export function namesOf({ secrets, authority }: Wanted): readonly string[] {
  const names = secrets.map(({ name }) => name);
  return [...new Set([...names, ...(authority === undefined ? [] : pairNames(authority))])];
}

/** Whether the CA is replaced: naming one of its Secrets is enough. */
export function isAuthorityForced(authority: AuthoritySecrets, forced: ReadonlySet<string>): boolean {
  return pairNames(authority).some((name) => forced.has(name));
}

function pairNames({ certificateName, keyName }: AuthoritySecrets): readonly [string, string] {
  return [certificateName, keyName];
}

/** The keys whose values are needed: those that do not exist, or are replaced. */
export async function neededKeys(
  store: SecretStore,
  { wanted, forced }: Pick<Run, 'wanted' | 'forced'>,
): Promise<readonly WantedKey[]> {
  const needed: WantedKey[] = [];
  // One after the other, so that the same Secret is named each time if none can be read.
  for (const { name, keys } of wanted.secrets) {
    const stored = await store.read(name);
    needed.push(...keys.filter(({ key }) => forced.has(name) || valueIn(stored, key) === undefined));
  }
  return needed;
}

/** @throws {Failure} if a Secret cannot be made; those before it are made */
export async function makeSecrets(
  store: SecretStore,
  run: Run,
  made: (report: SecretReport) => void = () => {},
): Promise<void> {
  for (const secret of run.wanted.secrets) made(await fill(store, secret, run));
  const { authority } = run.wanted;
  if (authority === undefined) return;
  const reports = isAuthorityForced(authority, run.forced)
    ? await replaceAuthority(store, authority, run)
    : await fillAuthority(store, authority, run);
  for (const report of reports) made(report);
}

/** @throws {Failure} if others change the Secret again and again */
async function untilDone<T>(name: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let attempts = 0; attempts < 20; attempts += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new Failure(1, `the Secret ${name} is changed by others all the time: run the command again`);
}

/** Adds what a Secret lacks, or replaces it. */
function fill(store: SecretStore, { name, keys }: WantedSecret, run: Run): Promise<SecretReport> {
  const isReplaced = run.forced.has(name);
  return untilDone(name, async () => {
    const stored = await store.read(name);
    const changes: { [key: string]: string | null } = {};
    const reports = keys.map((wanted): KeyReport => {
      const { key, origin, variable, optional } = wanted;
      const existing = valueIn(stored, key);
      if (existing !== undefined && !isReplaced)
        return { key, action: 'kept', ...(existing === '' && { empty: true }) };
      const value = run.valueOf(wanted);
      if (value !== undefined) {
        changes[key] = value;
        return origin === 'random' ? { key, action: 'generated' } : { key, action: 'read', from: variable };
      }
      if (!optional)
        throw new Failure(1, `the Secret ${name} lost its key ${key} meanwhile: run the command again`);
      return { key, action: 'left out', from: variable };
    });
    const removed = isReplaced
      ? otherKeys(name, stored, run).filter((key) => changes[key] === undefined)
      : [];
    for (const key of removed) changes[key] = null;
    const report = [
      ...reports.filter(({ key }) => !removed.includes(key)),
      ...removed.map((key): KeyReport => ({ key, action: 'removed' })),
    ];
    const action = await write(store, name, stored, changes);
    if (action === undefined) return undefined;
    return { name, action: action === 'changed' && isReplaced ? 'replaced' : action, keys: report };
  });
}

/** The keys of a Secret that no part of the run makes by itself. */
function otherKeys(name: string, stored: StoredSecret | undefined, { wanted }: Run): readonly string[] {
  const { authority } = wanted;
  const ofPair =
    authority === undefined || !pairNames(authority).includes(name)
      ? []
      : [authority.certificateKey, authority.privateKey];
  return Object.keys(stored?.data ?? {}).filter((key) => !ofPair.includes(key));
}

/** What was done; undefined if another writer was faster. */
async function write(
  store: SecretStore,
  name: string,
  stored: StoredSecret | undefined,
  changes: Changes,
): Promise<'created' | 'changed' | 'kept' | undefined> {
  if (stored === undefined) return (await store.create(name, changes)) ? 'created' : undefined;
  if (Object.keys(changes).length === 0) return 'kept';
  return (await store.change(name, stored.version, changes)) ? 'changed' : undefined;
}

// ------------------------------------------------------------------------------------------------------------ the CA

/** The Secrets of a CA, as one looks at them. */
interface AuthorityState {
  readonly certificateSecret: StoredSecret | undefined;
  readonly keySecret: StoredSecret | undefined;
  /** What clients trust. */
  readonly trusted: string | undefined;
  readonly certificate: string | undefined;
  readonly privateKey: string | undefined;
}

/**
 * The Secret for clients is read first. Another run makes the Secret with the key first, so that the key is there
 * whenever the certificate is.
 */
async function authorityIn(store: SecretStore, authority: AuthoritySecrets): Promise<AuthorityState> {
  const certificateSecret = await store.read(authority.certificateName);
  const keySecret = await store.read(authority.keyName);
  return {
    certificateSecret,
    keySecret,
    trusted: valueIn(certificateSecret, authority.certificateKey),
    certificate: valueIn(keySecret, authority.certificateKey),
    privateKey: valueIn(keySecret, authority.privateKey),
  };
}

/** Why the CA can be neither kept nor completed, and what to do; undefined if it can. */
export async function authorityProblem(
  store: SecretStore,
  authority: AuthoritySecrets,
): Promise<string | undefined> {
  return problemOf(await authorityIn(store, authority), authority);
}

function problemOf(
  { trusted, certificate, privateKey }: AuthorityState,
  { certificateName, keyName, certificateKey, privateKey: key }: AuthoritySecrets,
): string | undefined {
  const renew = `replace both Secrets of the CA with --force ${keyName}`;
  if (certificate === undefined && privateKey === undefined) {
    if (trusted === undefined) return undefined;
    return `the Secret ${certificateName} holds a CA whose private key is in no Secret: put ${certificateKey} and ${key} into the Secret ${keyName}, or ${renew}`;
  }
  if (certificate === undefined || privateKey === undefined) {
    const [present, absent] = certificate === undefined ? [key, certificateKey] : [certificateKey, key];
    return `the Secret ${keyName} has ${present} without ${absent}: add it, or ${renew}`;
  }
  if (certificatesIn(certificate).length === 0) {
    return `${certificateKey} of the Secret ${keyName} is not a certificate in PEM: correct it, or ${renew}`;
  }
  if (trusted === undefined || isTrustedBy(certificate, trusted)) return undefined;
  return `${certificateKey} of the Secret ${certificateName} is not the CA of the Secret ${keyName}, so clients refuse what iron-proxy signs: copy it from there, or ${renew}`;
}

async function fillAuthority(
  store: SecretStore,
  authority: AuthoritySecrets,
  { newAuthority }: Run,
): Promise<readonly SecretReport[]> {
  const { certificateName, keyName, certificateKey, privateKey } = authority;
  const ofKey = await untilDone(keyName, async (): Promise<SecretReport | undefined> => {
    const state = await authorityIn(store, authority);
    const problem = problemOf(state, authority);
    if (problem !== undefined) throw new Failure(1, problem);
    if (state.certificate !== undefined) return keptPair(authority);
    const made = await newAuthority();
    const changes = { [certificateKey]: made.certificate, [privateKey]: made.privateKey };
    const action = await write(store, keyName, state.keySecret, changes);
    return action && { name: keyName, action, keys: generated([certificateKey, privateKey]) };
  });
  const ofCertificate = await untilDone(certificateName, async (): Promise<SecretReport | undefined> => {
    const { certificateSecret, trusted, certificate = '' } = await authorityIn(store, authority);
    if (trusted !== undefined) {
      return { name: certificateName, action: 'kept', keys: [{ key: certificateKey, action: 'kept' }] };
    }
    // Certificates alone: a private key that stands there, too, is not for clients.
    const changes = { [certificateKey]: certificatesIn(certificate).join('') };
    const action = await write(store, certificateName, certificateSecret, changes);
    return action && { name: certificateName, action, keys: [copied(authority)] };
  });
  return [ofKey, ofCertificate];
}

/**
 * Replaces a CA in three steps, between which clients trust the CA that iron-proxy signs with: they get the new
 * certificate in addition to the old ones, then iron-proxy gets the new CA, then clients lose the old ones. If two runs
 * replace it, the one that is later at the second step leaves the other's CA.
 */
async function replaceAuthority(
  store: SecretStore,
  authority: AuthoritySecrets,
  { newAuthority }: Run,
): Promise<readonly SecretReport[]> {
  const { certificateName, keyName, certificateKey, privateKey } = authority;
  const made = await newAuthority();
  const start = await authorityIn(store, authority);
  const old = [start.trusted, start.certificate].flatMap((pem) => certificatesIn(pem ?? ''));

  if (start.trusted !== undefined || start.certificate !== undefined) {
    await untilDone(certificateName, async () => {
      const { certificateSecret, trusted = '', certificate = '' } = await authorityIn(store, authority);
      const both = new Set([made.certificate, ...certificatesIn(trusted), ...certificatesIn(certificate)]);
      return write(store, certificateName, certificateSecret, { [certificateKey]: [...both].join('') });
    });
  }
  await untilDone(keyName, async () => {
    const stored = await store.read(keyName);
    if (valueIn(stored, certificateKey) !== start.certificate) return 'kept';
    const changes = { [certificateKey]: made.certificate, [privateKey]: made.privateKey };
    return write(store, keyName, stored, changes);
  });
  await untilDone(certificateName, async () => {
    const { certificateSecret, trusted = '', certificate = '' } = await authorityIn(store, authority);
    const signing = certificatesIn(certificate);
    const dropped = [...old, made.certificate];
    const others = certificatesIn(trusted).filter((one) => !dropped.includes(one) && !signing.includes(one));
    return write(store, certificateName, certificateSecret, {
      [certificateKey]: [...signing, ...others].join(''),
    });
  });

  const action = (secret: StoredSecret | undefined) => (secret === undefined ? 'created' : 'replaced');
  return [
    { name: keyName, action: action(start.keySecret), keys: generated([certificateKey, privateKey]) },
    { name: certificateName, action: action(start.certificateSecret), keys: [copied(authority)] },
  ];
}

function keptPair({ keyName, certificateKey, privateKey }: AuthoritySecrets): SecretReport {
  const keys = [certificateKey, privateKey].map((key): KeyReport => ({ key, action: 'kept' }));
  return { name: keyName, action: 'kept', keys };
}

function generated(keys: readonly string[]): readonly KeyReport[] {
  return keys.map((key) => ({ key, action: 'generated' }));
}

function copied({ keyName, certificateKey }: AuthoritySecrets): KeyReport {
  return { key: certificateKey, action: 'copied', from: keyName };
}
