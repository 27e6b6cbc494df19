import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtDouble } from './doubles.js';
import { start } from './program.js';
import { ask } from './unix-http.js';

/** What the Connect double stores: the token that it takes, and the vaults that the token reads. */
export interface ConnectData {
  readonly token: string;
  readonly vaults: readonly Vault[];
}

/** A vault; without an id, one is made from its name. */
export interface Vault {
  readonly id?: string;
  readonly name: string;
  /** It exists, but was not granted to the token. */
  readonly outOfScope?: boolean;
  readonly items?: readonly Item[];
}

/** An item; without an id, one is made from its title. */
export interface Item {
  readonly id?: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly sections?: readonly { readonly id: string; readonly label: string }[];
  readonly fields?: readonly Field[];
}

/** A field; `section` is a section's id. */
export interface Field {
  readonly id?: string;
  readonly label: string;
  readonly value?: string;
  readonly section?: string;
}

/** What is wrong with Connect: it answers when it is healed, hangs up, or answers with one status. */
export type Fault =
  | { readonly kind: 'hold' }
  | { readonly kind: 'hangup' }
  | { readonly kind: 'status'; readonly status: number };

/** A request that Connect got; its status is 0 while it is held, and when it was hung up on. */
export interface ConnectRequest {
  readonly method: string;
  readonly path: string;
  readonly filter?: string;
  readonly userAgent: string;
  readonly status: number;
}

/** A running Connect double. */
export interface ConnectDouble {
  /** HOST:PORT that it listens on. */
  readonly address: string;
  store(data: ConnectData): Promise<void>;
  fail(fault: Fault): Promise<void>;
  heal(): Promise<void>;
  /** What it got since it was last told to forget, as soon as there are that many. */
  requests(atLeast?: number): Promise<readonly ConnectRequest[]>;
  forget(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** How a Connect double is started. */
export interface ConnectOptions {
  readonly data?: ConnectData;
  /** A command that runs another in some network namespace; none means this one, on loopback. */
  readonly within?: readonly string[];
  /** Default: one that is free. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a Connect double and waits until it listens. */
export async function startConnect(options: ConnectOptions = {}): Promise<ConnectDouble> {
  const folder = await mkdtemp(path.join(tmpdir(), 'connect-'));
  const socket = path.join(folder, 'control.sock');
  const [command = '', ...args] = [
    ...(options.within ?? []),
    await builtDouble('connect'),
    ...['-control', `unix:${socket}`],
    ...(options.within ? [] : ['-host', '127.0.0.1']),
  ];
  const program = start(command, args, {
    env: { OP_HTTP_PORT: String(options.port ?? 0), ...options.env },
  });
  const listening = await program.line(/starting 1Password Connect .* on /).catch(async (error: unknown) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  const control = async (method: string, target: string, body?: unknown) => {
    const answer = await ask(socket, target, { method, body });
    if (answer.status >= 300) throw new Error(`the Connect double refused ${target}: ${answer.body}`);
    return answer.body;
  };
  const double: ConnectDouble = {
    address: /on ([^"]+)"/.exec(listening)?.[1] ?? '',
    store: async (data) => void (await control('PUT', '/data', data)),
    fail: async (fault) => void (await control('PUT', '/fault', fault)),
    heal: async () => void (await control('DELETE', '/fault')),
    requests: async (atLeast = 0) => JSON.parse(await control('GET', `/requests?atLeast=${atLeast}`)),
    forget: async () => void (await control('DELETE', '/requests')),
    log: program.output,
    stop: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  if (options.data) await double.store(options.data);
  return double;
}
