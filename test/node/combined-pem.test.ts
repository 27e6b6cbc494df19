/** Who reads the CA's private key if it is below the certificate in `firewall.ca.certPem`. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { helmCommand } from '../judges/helm.js';
import { certificateAuthority, type KeyPair } from '../proxy/certificates.js';
import { useNode } from './cluster/fixture.js';
import { pageNamespace, prepareNamespace, secret, secretNames } from './release/operator.js';
import { chartFolder, importImages, releaseOn } from './release/release.js';
import { sees } from './release/seen.js';

describe('a certificate and its key in one PEM', () => {
  const node = useNode(async (node) => {
    await helmCommand(4);
    await importImages(node);
    await prepareNamespace(node);
  });
  let ca: KeyPair;
  beforeAll(async () => {
    ca = await certificateAuthority('a CA in the values');
  });

  const values = (certPem: string) =>
    JSON.stringify({
      ironProxy: { secretSource: 'env' },
      firewall: {
        existingCaSecretName: 'made-ca',
        existingCaKeySecretName: 'made-ca-key',
        ca: { certPem, keyPem: ca.key },
      },
    });
  const combined = () => values(ca.cert + ca.key);
  const inTheApi = (release = releaseOn(node(), { major: 4 })) =>
    release.exec('api', 'cat', '/firewall-certs/ca-cert.pem');

  test('reaches the API of a chart without its rules and checks', async () => {
    const chart = path.join(node().folder, 'without-rules');
    await cp(chartFolder, chart, { recursive: true });
    await rm(path.join(chart, 'templates/rules.yaml'));
    const deployment = path.join(chart, 'templates/api-deployment.yaml');
    const text = await readFile(deployment, 'utf8');
    const unchecked = text.replace(/^ +initContainers:\n.*?(?=^ +containers:\n)/ms, '');
    expect(unchecked).not.toBe(text);
    await writeFile(deployment, unchecked);
    const release = releaseOn(node(), { major: 4, chart });
    await release.install(combined());
    expect(await inTheApi(release)).toBe(ca.cert + ca.key);
    await release.helm('uninstall', '--wait');
  });

  test('is refused by the chart, without repeating the key, and nothing is installed', async () => {
    const release = releaseOn(node(), { major: 4 });
    const { code, stdout, stderr } = await release.tried('install', [], combined());
    expect(code).not.toBe(0);
    expect(stderr).toContain('firewall.ca.certPem: holds a private key');
    const [, line = ''] = ca.key.split('\n');
    expect(stdout + stderr).not.toContain(line);
    expect(await release.pods()).toEqual([]);
  });

  test('is detected in a Secret that was created by hand: the API does not start, and gives the reason', async () => {
    const by = secretNames.ca;
    await node().apply([secret(pageNamespace, by, { 'ca-cert.pem': ca.cert + ca.key })]);
    const release = releaseOn(node(), { major: 4 });
    const { code } = await release.tried('install', [], 'ironProxy: {secretSource: env}');
    expect(code).toBe(0);
    await sees(
      node(),
      pageNamespace,
      /^api ca: Error: the Secret centaur-firewall-ca: ca-cert\.pem holds a private key, which the API/,
    );
    const [api] = (await release.pods()).filter(({ component }) => component === 'api');
    expect(api?.ready).toBe(false);
    await release.helm('uninstall', '--wait');
  });

  test('gives the API only the certificate once they are separate', async () => {
    await releaseOn(node(), { major: 4 }).install(values(ca.cert));
    expect(await inTheApi()).toBe(ca.cert);
  });
});
