/** Where Secrets are kept, as far as `bootstrap` needs it. A writer learns whether another one was faster. */

export interface StoredSecret {
  /** Changes with each change of the Secret. */
  readonly version: string;
  /** Values in base64, as in an object of Kubernetes. */
  readonly data: { readonly [key: string]: string };
}

/** Plain values by key; null removes a key. */
export type Changes = { readonly [key: string]: string | null };

export interface SecretStore {
  read(name: string): Promise<StoredSecret | undefined>;
  /** False if the Secret exists by now. */
  create(name: string, changes: Changes): Promise<boolean>;
  /** Leaves other keys as they are. False if the Secret is not in this version any more. */
  change(name: string, version: string, changes: Changes): Promise<boolean>;
}

/** A store without Secrets, which accepts any. */
export const emptyStore: SecretStore = {
  read: async () => undefined,
  create: async () => true,
  change: async () => true,
};

/** What writes would leave behind in a store: they are remembered here, and the store only checks each of them. */
export function rehearsal(store: SecretStore): SecretStore {
  const secrets = new Map<string, StoredSecret | undefined>();
  const created = new Set<string>();
  return {
    async read(name) {
      if (!secrets.has(name)) secrets.set(name, await store.read(name));
      return secrets.get(name);
    },
    async create(name, changes) {
      const accepted = await store.create(name, changes);
      if (accepted) {
        created.add(name);
        secrets.set(name, { version: '', data: changed({}, changes) });
      } else {
        secrets.delete(name);
      }
      return accepted;
    },
    async change(name, version, changes) {
      // The store does not know a Secret that was created here.
      const accepted = created.has(name) || (await store.change(name, version, changes));
      const before = secrets.get(name);
      if (accepted) secrets.set(name, { version, data: changed(before?.data ?? {}, changes) });
      else secrets.delete(name);
      return accepted;
    },
  };
}

/** The data of a Secret after changes. */
export function changed(data: StoredSecret['data'], changes: Changes): StoredSecret['data'] {
  const after = new Map(Object.entries(data));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) after.delete(key);
    else after.set(key, encoded(value));
  }
  return Object.fromEntries(after);
}

export function encoded(value: string): string {
  return Buffer.from(value).toString('base64');
}

/** The plain value of a key; undefined if the Secret or the key does not exist. */
export function valueIn(secret: StoredSecret | undefined, key: string): string | undefined {
  const value = secret !== undefined && Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
}

export function plainValues(secret: StoredSecret | undefined): { readonly [key: string]: string } {
  const entries = Object.keys(secret?.data ?? {}).map((key) => [key, valueIn(secret, key) ?? '']);
  return Object.fromEntries(entries);
}
