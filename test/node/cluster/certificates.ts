import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output } from './command.js';

/**
 * Writes a certificate authority (`ca`), the API server's certificate for these addresses (`server`) and the one that
 * it shows to the kubelet (`client`) into a folder, each as `.crt` and `.key` in PEM.
 */
export async function writeCertificates(folder: string, addresses: readonly string[]): Promise<void> {
  // Its own config keeps the extensions of the machine's openssl.cnf out of the certificates.
  await writeFile(path.join(folder, 'openssl.conf'), '[req]\ndistinguished_name = name\n[name]\n');
  const names = addresses.map((address) => `IP:${address}`).join(',');
  await certify(folder, 'ca', '/CN=node-ca', [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign',
  ]);
  await certify(folder, 'server', '/CN=kube-apiserver', [`subjectAltName=${names}`], 'ca');
  await certify(
    folder,
    'client',
    '/O=system:masters/CN=kube-apiserver',
    ['extendedKeyUsage=clientAuth'],
    'ca',
  );
}

/** Creates a key and its certificate, signed by `signer` or by itself. */
async function certify(
  folder: string,
  name: string,
  subject: string,
  extensions: readonly string[],
  signer?: string,
): Promise<void> {
  const signing = signer ? ['-CA', `${signer}.crt`, '-CAkey', `${signer}.key`] : [];
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-noenc',
    '-keyout',
    `${name}.key`,
  ];
  const asked = ['-config', 'openssl.conf', '-days', '365', '-subj', subject, '-out', `${name}.crt`];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  await output('openssl', ['req', '-x509', ...asked, ...key, ...signing, ...added], { cwd: folder });
}
