import path from 'node:path';
import type { KeyPair } from './certificates.js';
import { type Double, startDouble, type VaultData } from './double.js';

/** A running double of the servers that service accounts sign in to. */
export interface OnePasswordDouble extends Double {
  /** The Unix socket on which it speaks TLS. */
  readonly socket: string;
}

/** Starts a double of 1Password with this certificate, which accepts the token of `data`. */
export async function startOnePassword(certificate: KeyPair, data: VaultData): Promise<OnePasswordDouble> {
  const double = await startDouble({
    name: 'onepassword',
    args: (folder) => ['-listen', `unix:${path.join(folder, 'tls.sock')}`],
    env: { CERTIFICATE: certificate.cert, PRIVATE_KEY: certificate.key },
    listening: /^listening on /,
  });
  await double.store(data);
  return { ...double, socket: path.join(double.folder, 'tls.sock') };
}
