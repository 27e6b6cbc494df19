import { type Double, startDouble, type VaultData } from './double.js';

/** A running Connect double. */
export interface ConnectDouble extends Double {
  /** HOST:PORT that it listens on. */
  readonly address: string;
}

/** How a Connect double is started. */
export interface ConnectOptions {
  readonly data?: VaultData;
  /** A command that runs another in some network namespace; if omitted, this one, on loopback. */
  readonly within?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a Connect double and waits until it listens. */
export async function startConnect(options: ConnectOptions = {}): Promise<ConnectDouble> {
  const { line, ...double } = await startDouble({
    name: 'connect',
    ...(options.within && { within: options.within }),
    args: () => (options.within ? [] : ['-host', '127.0.0.1']),
    env: { OP_HTTP_PORT: String(options.port ?? 0), ...options.env },
    listening: /starting 1Password Connect .* on /,
  });
  if (options.data) await double.store(options.data);
  return { ...double, address: /on ([^"]+)"/.exec(line)?.[1] ?? '' };
}
