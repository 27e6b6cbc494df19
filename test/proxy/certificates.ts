import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFile } from '../system/processes.js';

/** A certificate and its private key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority as the contract requires it: `CA:TRUE` critical, `keyCertSign`. */
export function certificateAuthority(name: string): Promise<KeyPair> {
  return issue([
    '-subj',
    `/CN=${name}`,
    ...extensions('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'),
  ]);
}

/** The same authority with a certificate that expired yesterday. */
export async function expired({ cert, key }: KeyPair): Promise<KeyPair> {
  const folder = await mkdtemp(path.join(tmpdir(), 'certificate-'));
  try {
    const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
    const { stdout } = await execFile('openssl', [
      'x509',
      '-in',
      certFile,
      '-signkey',
      keyFile,
      '-days',
      '-1',
    ]);
    return { cert: stdout, key };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A server's certificate for these names, which may be `*.` wildcards. */
export function serverCertificate(authority: KeyPair, names: readonly string[]): Promise<KeyPair> {
  const subjects = names.map((name) => `DNS:${name}`).join(',');
  return issue(['-subj', '/CN=upstream', ...extensions(`subjectAltName=${subjects}`)], authority);
}

function extensions(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => ['-addext', text]);
}

async function issue(args: readonly string[], authority?: KeyPair): Promise<KeyPair> {
  const folder = await mkdtemp(path.join(tmpdir(), 'certificate-'));
  const file = (name: string) => path.join(folder, name);
  try {
    if (authority) {
      await writeFile(file('ca.pem'), authority.cert);
      await writeFile(file('ca.key'), authority.key);
    }
    const signedBy = authority ? ['-CA', file('ca.pem'), '-CAkey', file('ca.key')] : [];
    const made = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      file('key.pem'),
    ];
    await execFile('openssl', [
      'req',
      '-x509',
      ...made,
      '-out',
      file('cert.pem'),
      '-days',
      '1',
      ...args,
      ...signedBy,
    ]);
    return { cert: await readFile(file('cert.pem'), 'utf8'), key: await readFile(file('key.pem'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
