import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtDouble, type Double as Name } from './doubles.js';
import { start } from './program.js';
import { ask } from './unix-http.js';

/** What a double of 1Password stores: the token that it accepts, and the vaults that the token may read. */
export interface VaultData {
  readonly token: string;
  readonly vaults: readonly Vault[];
}

/** A vault; without an id, one is derived from its name. */
export interface Vault {
  readonly id?: string;
  readonly name: string;
  /** It exists, but was not granted to the token. */
  readonly outOfScope?: boolean;
  readonly items?: readonly Item[];
}

/** An item; without an id, one is derived from its title. */
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

/** The fault of a host: it answers when it is healed, hangs up, or answers with one status. */
export type Fault =
  | { readonly kind: 'hold' }
  | { readonly kind: 'hangup' }
  | { readonly kind: 'status'; readonly status: number };

/** A received request; its status is 0 while it is delayed, and if the double hung up. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly filter?: string;
  readonly userAgent: string;
  readonly status: number;
}

/** A running double of 1Password. */
export interface Double {
  store(data: VaultData): Promise<void>;
  fail(fault: Fault): Promise<void>;
  heal(): Promise<void>;
  /** The requests since it was last told to forget, as soon as there are that many. */
  requests(atLeast?: number): Promise<readonly SeenRequest[]>;
  forget(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** How the program of a double is started. */
export interface Command {
  readonly name: Name;
  /** A command that runs another in some network namespace; if omitted, this one. */
  readonly within?: readonly string[];
  /** Its arguments, which may name files in its own folder, in addition to the address of its control API. */
  readonly args: (folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line that it prints as soon as it listens. */
  readonly listening: RegExp;
}

/** Starts a double and waits until it listens; `line` is the line that reports it. */
export async function startDouble(command: Command): Promise<Double & { folder: string; line: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), `${command.name}-`));
  const remove = () => rm(folder, { recursive: true, force: true });
  const socket = path.join(folder, 'control.sock');
  const [program = '', ...args] = [
    ...(command.within ?? []),
    await builtDouble(command.name),
    ...['-control', `unix:${socket}`],
    ...command.args(folder),
  ];
  const running = start(program, args, { env: { ...command.env } });
  const line = await running.line(command.listening).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const control = async (method: string, target: string, body?: unknown) => {
    const answer = await ask(socket, target, { method, body });
    if (answer.status >= 300) throw new Error(`the double ${command.name} refused ${target}: ${answer.body}`);
    return answer.body;
  };
  return {
    folder,
    line,
    store: async (data) => void (await control('PUT', '/data', data)),
    fail: async (fault) => void (await control('PUT', '/fault', fault)),
    heal: async () => void (await control('DELETE', '/fault')),
    requests: async (atLeast = 0) => JSON.parse(await control('GET', `/requests?atLeast=${atLeast}`)),
    forget: async () => void (await control('DELETE', '/requests')),
    log: running.output,
    stop: async () => {
      await running.stop();
      await remove();
    },
  };
}
