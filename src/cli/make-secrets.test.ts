/** Any number of runs, interrupted anywhere, leave complete Secrets: on a store that lets others in between any two requests. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type AuthorityPair, newAuthority } from './certificate-authority.js';
import { isTrustedBy } from './certificates.js';
import {
  authorityProblem,
  makeSecrets,
  namesOf,
  neededKeys,
  type Run,
  type SecretReport,
  type WantedKey,
} from './make-secrets.js';
import {
  type Changes,
  changed,
  plainValues,
  rehearsal,
  type SecretStore,
  type StoredSecret,
  valueIn,
} from './secret-store.js';

const authority = {
  certificateName: 'ca',
  keyName: 'ca-key',
  certificateKey: 'ca-cert.pem',
  privateKey: 'ca-key.pem',
};

const read = (key: string, optional = false): WantedKey => ({
  key,
  variable: key,
  origin: 'environment',
  optional,
});
const random = (key: string): WantedKey => ({ key, variable: key, origin: 'random', optional: false });
const wanted = {
  secrets: [
    { name: 'infra', keys: [read('URL'), random('SIGNING'), read('EXTRA', true)] },
    {
      name: 'connect',
      keys: [{ key: 'file.json', variable: 'FILE', origin: 'file', optional: false } as const],
    },
  ],
  authority,
};

let pairs: readonly AuthorityPair[];
beforeAll(async () => {
  pairs = await Promise.all(Array.from({ length: 4 }, () => newAuthority()));
});
const pair = (index: number): AuthorityPair => pairs[index] ?? { certificate: '', privateKey: '' };

interface FakeStore extends SecretStore {
  readonly secrets: Map<string, StoredSecret>;
  /** The number of writes. */
  writes: number;
  /** Called after each write. */
  written: () => void;
}

/** As the API server keeps them. `before` is called before each request, and may end the run. */
function store(before: () => Promise<void> = async () => {}): FakeStore {
  const secrets = new Map<string, StoredSecret>();
  let version = 0;
  const put = (name: string, data: StoredSecret['data']) => {
    version += 1;
    self.writes += 1;
    secrets.set(name, { version: String(version), data });
    self.written();
    return true;
  };
  const self: FakeStore = {
    secrets,
    writes: 0,
    written: () => {},
    async read(name) {
      await before();
      return secrets.get(name);
    },
    async create(name, changes) {
      await before();
      return secrets.has(name) ? false : put(name, changed({}, changes));
    },
    async change(name, version, changes) {
      await before();
      const secret = secrets.get(name);
      return secret?.version === version ? put(name, changed(secret.data, changes)) : false;
    },
  };
  return self;
}

function holds(filled: FakeStore, name: string, changes: Changes): void {
  filled.secrets.set(name, { version: `given-${name}`, data: changed({}, changes) });
}

/** A run with values of its own. */
function run(id: string, forced: readonly string[] = [], made: AuthorityPair = pair(0)): Run {
  return {
    wanted,
    forced: new Set(forced),
    valueOf: ({ key, optional }) => (optional ? undefined : `${key} of ${id}`),
    newAuthority: async () => made,
  };
}

async function reports(secrets: SecretStore, one: Run): Promise<readonly SecretReport[]> {
  const all: SecretReport[] = [];
  await makeSecrets(secrets, one, (report) => all.push(report));
  return all;
}

const text = (filled: FakeStore, name: string, key: string) => valueIn(filled.secrets.get(name), key);

function trustsItsAuthority(filled: FakeStore): boolean {
  return isTrustedBy(text(filled, 'ca-key', 'ca-cert.pem') ?? '', text(filled, 'ca', 'ca-cert.pem') ?? '');
}

function isComplete(filled: FakeStore): boolean {
  const certificate = text(filled, 'ca-key', 'ca-cert.pem') ?? '';
  const own = pairs.find((one) => one.certificate === certificate);
  return (
    Object.keys(filled.secrets.get('infra')?.data ?? {}).length >= 2 &&
    text(filled, 'connect', 'file.json') !== undefined &&
    own !== undefined &&
    text(filled, 'ca-key', 'ca-key.pem') === own.privateKey &&
    trustsItsAuthority(filled)
  );
}

describe('a run', () => {
  test('makes every Secret, and says where each value came from', async () => {
    const empty = store();
    expect(namesOf(wanted)).toEqual(['infra', 'connect', 'ca', 'ca-key']);
    expect(await reports(empty, run('a'))).toEqual([
      {
        name: 'infra',
        action: 'created',
        keys: [
          { key: 'URL', action: 'read', from: 'URL' },
          { key: 'SIGNING', action: 'generated' },
          { key: 'EXTRA', action: 'left out', from: 'EXTRA' },
        ],
      },
      { name: 'connect', action: 'created', keys: [{ key: 'file.json', action: 'read', from: 'FILE' }] },
      {
        name: 'ca-key',
        action: 'created',
        keys: [
          { key: 'ca-cert.pem', action: 'generated' },
          { key: 'ca-key.pem', action: 'generated' },
        ],
      },
      { name: 'ca', action: 'created', keys: [{ key: 'ca-cert.pem', action: 'copied', from: 'ca-key' }] },
    ]);
    expect(plainValues(empty.secrets.get('infra'))).toEqual({ URL: 'URL of a', SIGNING: 'SIGNING of a' });
    expect(plainValues(empty.secrets.get('ca'))).toEqual({ 'ca-cert.pem': pair(0).certificate });
    expect(isComplete(empty)).toBe(true);
  });

  test('changes nothing where all is there, and then needs no value', async () => {
    const filled = store();
    await makeSecrets(filled, run('a'));
    const before = new Map(filled.secrets);
    const second = { ...run('b'), valueOf: () => undefined };
    expect(await neededKeys(filled, second)).toEqual([read('EXTRA', true)]);
    expect((await reports(filled, second)).map(({ action }) => action)).toEqual([
      'kept',
      'kept',
      'kept',
      'kept',
    ]);
    expect(filled.secrets).toEqual(before);
  });

  test('adds the keys that a Secret lacks, and changes none, not even an empty one', async () => {
    const filled = store();
    holds(filled, 'infra', { URL: '', MINE: 'mine' });
    const [infra] = await reports(filled, run('b'));
    expect(infra).toMatchObject({
      action: 'changed',
      keys: [{ key: 'URL', action: 'kept', empty: true }, {}, {}],
    });
    expect(plainValues(filled.secrets.get('infra'))).toEqual({
      URL: '',
      MINE: 'mine',
      SIGNING: 'SIGNING of b',
    });
  });

  test('replaces a Secret as a whole where it is named, and no other', async () => {
    const filled = store();
    await makeSecrets(filled, run('a'));
    holds(filled, 'infra', { URL: 'old', EXTRA: 'old', MINE: 'mine' });
    const before = new Map(filled.secrets);
    const [infra, ...others] = await reports(filled, run('b', ['infra'], pair(1)));
    expect(infra).toEqual({
      name: 'infra',
      action: 'replaced',
      keys: [
        { key: 'URL', action: 'read', from: 'URL' },
        { key: 'SIGNING', action: 'generated' },
        { key: 'EXTRA', action: 'removed' },
        { key: 'MINE', action: 'removed' },
      ],
    });
    expect(others.map(({ action }) => action)).toEqual(['kept', 'kept', 'kept']);
    expect(plainValues(filled.secrets.get('infra'))).toEqual({ URL: 'URL of b', SIGNING: 'SIGNING of b' });
    for (const name of ['connect', 'ca', 'ca-key'])
      expect(filled.secrets.get(name)).toEqual(before.get(name));
  });

  test.each(['ca', 'ca-key'])('replaces both Secrets of the CA if %s is named', async (name) => {
    const filled = store();
    await makeSecrets(filled, run('a'));
    const made = await reports(filled, run('b', [name], pair(1)));
    expect(made.map(({ action }) => action)).toEqual(['kept', 'kept', 'replaced', 'replaced']);
    expect(plainValues(filled.secrets.get('ca'))).toEqual({ 'ca-cert.pem': pair(1).certificate });
    expect(plainValues(filled.secrets.get('ca-key'))).toEqual({
      'ca-cert.pem': pair(1).certificate,
      'ca-key.pem': pair(1).privateKey,
    });
  });

  test('keeps apart what shares a Secret', async () => {
    const shared = {
      ...run('a', ['infra'], pair(1)),
      wanted: { ...wanted, authority: { ...authority, keyName: 'infra' } },
    };
    const filled = store();
    await makeSecrets(filled, shared);
    const { URL, ...rest } = plainValues(filled.secrets.get('infra'));
    expect(URL).toBe('URL of a');
    expect(rest).toEqual({
      SIGNING: 'SIGNING of a',
      'ca-cert.pem': pair(1).certificate,
      'ca-key.pem': pair(1).privateKey,
    });
  });

  test('shows in a rehearsal what it would do, and writes nothing', async () => {
    const filled = store();
    holds(filled, 'infra', { URL: 'old' });
    for (const forced of [[], ['infra', 'ca']]) {
      const checked: Changes[] = [];
      const checking: SecretStore = {
        read: filled.read,
        create: async (_, changes) => checked.push(changes) > 0,
        change: async (_, version, changes) => version !== '' && checked.push(changes) > 0,
      };
      const rehearsed = await reports(rehearsal(checking), run('a', forced));
      expect(checked.length).toBeGreaterThan(3);
      expect(filled.writes).toBe(0);
      const real = store();
      holds(real, 'infra', { URL: 'old' });
      expect(rehearsed).toEqual(await reports(real, run('a', forced)));
    }
  });
});

describe('a CA that is there in part', () => {
  const cases: readonly (readonly [string, Changes | undefined, Changes | undefined, RegExp | undefined])[] =
    [
      ['nothing', undefined, undefined, undefined],
      ['Secrets with other keys', { other: 'x' }, { other: 'x' }, undefined],
      [
        'the certificate alone',
        { 'ca-cert.pem': '<cert>' },
        undefined,
        /^the Secret ca holds a CA whose private key is in no Secret: put ca-cert\.pem and ca-key\.pem into the Secret ca-key, or replace both Secrets of the CA with --force ca-key$/,
      ],
      [
        'a key without its certificate',
        undefined,
        { 'ca-key.pem': '<key>' },
        /^the Secret ca-key has ca-key\.pem without ca-cert\.pem: add it, or/,
      ],
      [
        'a certificate without its key',
        undefined,
        { 'ca-cert.pem': '<cert>' },
        /^the Secret ca-key has ca-cert\.pem without ca-key\.pem: add it, or/,
      ],
      [
        'no PEM',
        undefined,
        { 'ca-cert.pem': 'no PEM', 'ca-key.pem': '<key>' },
        /^ca-cert\.pem of the Secret ca-key is not a certificate/,
      ],
      [
        "another CA's certificate",
        { 'ca-cert.pem': '<other>' },
        { 'ca-cert.pem': '<cert>', 'ca-key.pem': '<key>' },
        /^ca-cert\.pem of the Secret ca is not the CA of the Secret ca-key/,
      ],
      [
        'both certificates for clients',
        { 'ca-cert.pem': '<other><cert>' },
        { 'ca-cert.pem': '<cert>', 'ca-key.pem': '<key>' },
        undefined,
      ],
      ['the key', undefined, { 'ca-cert.pem': '<cert>', 'ca-key.pem': '<key>' }, undefined],
      [
        'the key, with its key next to the certificate',
        undefined,
        { 'ca-cert.pem': '<key><cert>', 'ca-key.pem': '<key>' },
        undefined,
      ],
    ];
  const filledIn = (changes: Changes): Changes =>
    Object.fromEntries(
      Object.entries(changes).map(([key, value]) => [
        key,
        (value ?? '')
          .replace('<other>', pair(1).certificate)
          .replace('<cert>', pair(0).certificate)
          .replace('<key>', pair(0).privateKey),
      ]),
    );

  test.each(cases)('%s', async (_, certificate, key, problem) => {
    const filled = store();
    if (certificate !== undefined) holds(filled, 'ca', filledIn(certificate));
    if (key !== undefined) holds(filled, 'ca-key', filledIn(key));
    const found = await authorityProblem(filled, authority);
    if (problem === undefined) {
      expect(found).toBeUndefined();
      await makeSecrets(filled, run('a'));
      const trusted = text(filled, 'ca', 'ca-cert.pem') ?? '';
      expect(isTrustedBy(text(filled, 'ca-key', 'ca-cert.pem') ?? '', trusted)).toBe(true);
      expect(trusted).not.toContain('PRIVATE KEY');
    } else {
      expect(found).toMatch(problem);
      const before = new Map(filled.secrets);
      await expect(makeSecrets(filled, run('a'))).rejects.toThrow(found ?? '');
      expect(['ca', 'ca-key'].map((name) => filled.secrets.get(name))).toEqual(
        ['ca', 'ca-key'].map((name) => before.get(name)),
      );
      await makeSecrets(filled, run('b', ['ca'], pair(2)));
      expect(isComplete(filled)).toBe(true);
    }
  });
});

const forcing = ['', 'ca', 'infra,ca-key,connect'];
const named = (names: string) => names.split(',').filter((name) => name !== '');

describe('a run that is interrupted', () => {
  const starts = ['nothing', 'the key of a CA', 'a CA'];

  test.each(
    starts.flatMap((start) => forcing.map((names) => [start, names] as const)),
  )('is completed by the next one, wherever it ended: from %s, --force %j', async (start, names) => {
    const forced = named(names);
    for (let requests = 0; requests < 40; requests += 1) {
      let left = requests;
      const filled = store(async () => {
        left -= 1;
        if (left < 0) throw new Error('killed');
      });
      holds(filled, 'infra', { URL: 'old' });
      const { certificate, privateKey } = pair(3);
      if (start !== 'nothing')
        holds(filled, 'ca-key', { 'ca-cert.pem': certificate, 'ca-key.pem': privateKey });
      if (start === 'a CA') holds(filled, 'ca', { 'ca-cert.pem': certificate });
      const first = makeSecrets(filled, run('a', forced, pair(0)));
      const killed = await first.then(
        () => false,
        () => true,
      );
      // What is there is never a pair that does not fit, and the next run completes it without being asked to replace.
      expect(await authorityProblem(copyOf(filled), authority)).toBeUndefined();
      const next = copyOf(filled);
      await makeSecrets(next, run('b', [], pair(1)));
      expect(isComplete(next), `after ${requests} requests`).toBe(true);
      if (!killed) return;
    }
    throw new Error('no run came to its end');
  });
});

describe('runs at once', () => {
  // Each order in which two runs of a dozen requests can alternate is too many: these are drawn, the same each time.
  test.each([...forcing, 'infra,ca'])('leave complete Secrets: --force %j', async (names) => {
    const forced = named(names);
    for (let seed = 0; seed < 150; seed += 1) {
      const filled = store(takingTurns(seed));
      const replacesAuthority = forced.some((name) => name.startsWith('ca'));
      if (replacesAuthority) {
        holds(filled, 'ca', { 'ca-cert.pem': pair(3).certificate });
        holds(filled, 'ca-key', { 'ca-cert.pem': pair(3).certificate, 'ca-key.pem': pair(3).privateKey });
        filled.written = () => expect(trustsItsAuthority(filled), `seed ${seed}`).toBe(true);
      }
      await Promise.all([0, 1, 2].map((id) => makeSecrets(filled, run(String(id), forced, pair(id)))));
      expect(isComplete(filled), `seed ${seed}`).toBe(true);
      const infra = plainValues(filled.secrets.get('infra'));
      expect(infra.SIGNING?.replace('SIGNING', 'URL'), `seed ${seed}`).toBe(infra.URL);
      // Of the CAs that were replaced, or that lost the race, no client trusts one.
      expect(text(filled, 'ca', 'ca-cert.pem')).toBe(text(filled, 'ca-key', 'ca-cert.pem'));
    }
  });
});

/** Lets others go first, or not, by the digits of the seed. */
function takingTurns(seed: number): () => Promise<void> {
  let state = seed + 1;
  return async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let turns = (state >> 8) % 16; turns > 0; turns -= 1) await undefined;
  };
}

function copyOf({ secrets }: FakeStore): FakeStore {
  const copy = store();
  for (const [name, secret] of secrets) copy.secrets.set(name, secret);
  return copy;
}
