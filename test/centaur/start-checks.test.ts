import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caScript, clientCaScript, credentialsScript } from '../../src/centaur/start-checks.js';
import { certificateAuthority, expired, type KeyPair } from '../proxy/certificates.js';
import { commandPath } from '../system/commands.js';
import { execFile } from '../system/processes.js';
import { render } from './release.js';

let folder: string;
let bin: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'start-checks-'));
  bin = path.join(folder, 'bin');
  await mkdir(bin);
  await symlink(commandPath('openssl'), path.join(bin, 'openssl'));
  for (const applet of ['base64', 'grep', 'head', 'sh', 'tr'])
    await symlink(commandPath('busybox'), path.join(bin, applet));
});
afterAll(() => rm(folder, { recursive: true }));

/** A script's output and exit status, with only the image's commands. */
async function outcome(script: string, args: readonly string[]): Promise<{ code: number; said: string }> {
  const env = { PATH: bin };
  return execFile(path.join(bin, 'sh'), ['-c', script, 'check', ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  );
}

describe('the CA of clients', () => {
  const file = () => path.join(folder, 'ca-cert.pem');
  const check = async (pem: string) => {
    await writeFile(file(), pem);
    return outcome(clientCaScript, ['ca-secret', file()]);
  };

  test('is accepted if it is certificates', async () => {
    const [one, other] = [await certificateAuthority('one'), await certificateAuthority('other')];
    expect(await check(one.cert)).toEqual({ code: 0, said: '' });
    expect(await check(`${one.cert}\n${other.cert}`)).toEqual({ code: 0, said: '' });
  });

  test('is refused with a private key in it, which is not repeated', async () => {
    const { cert, key } = await certificateAuthority('firewall');
    const said =
      'the Secret ca-secret: ca-cert.pem holds a private key, which the API and sandboxes would read. Make a new CA, ' +
      'keep only certificates here, and put the key into the Secret that iron-proxy alone mounts.\n';
    expect(await check(cert + key)).toEqual({ code: 1, said });
    expect(await check(key.replaceAll('PRIVATE', 'EC PRIVATE') + cert)).toEqual({ code: 1, said });
  });
});

describe('the CA of iron-proxy', () => {
  const check = async ({ cert, key }: KeyPair) => {
    await writeFile(path.join(folder, 'ca-cert.pem'), cert);
    await writeFile(path.join(folder, 'ca-key.pem'), key);
    return outcome(caScript, ['ca-key-secret', folder]);
  };

  test('is accepted as bootstrap creates it', async () => {
    expect(await check(await certificateAuthority('firewall'))).toEqual({ code: 0, said: '' });
  });

  test('is refused once it has expired, with a remedy', async () => {
    const { code, said } = await check(await expired(await certificateAuthority('firewall')));
    expect(code).toBe(1);
    expect(said).toMatch(
      /^the Secret ca-key-secret: ca-cert\.pem has expired, .* into both Secrets of the CA\.\n$/,
    );
  });

  test("is refused with another CA's key", async () => {
    const [first, second] = [await certificateAuthority('first'), await certificateAuthority('second')];
    expect(await check({ cert: first.cert, key: second.key })).toEqual({
      code: 1,
      said: 'the Secret ca-key-secret: ca-key.pem is not the key of ca-cert.pem.\n',
    });
  });

  test('is refused if one of its files is not PEM', async () => {
    const { cert, key } = await certificateAuthority('firewall');
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const { said: ofCertificate } = await check({ cert: base64(cert), key });
    expect(ofCertificate).toBe('the Secret ca-key-secret: ca-cert.pem is not a certificate in PEM.\n');
    const { code, said: ofKey } = await check({ cert, key: base64(key) });
    expect(code).toBe(1);
    expect(ofKey).toMatch(/ca-key\.pem is not a private key in PEM/);
    expect(ofKey).not.toContain(base64(key).slice(0, 16));
  });
});

describe("Connect's credentials file", () => {
  const credentials = JSON.stringify(
    { verifier: { salt: 'the salt' }, encCredentials: {}, version: '2', uniqueKey: {} },
    null,
    2,
  );
  const check = async (text: string) => {
    const file = path.join(folder, 'credentials.json');
    await writeFile(file, text);
    return outcome(credentialsScript, ['the-secret', 'the-key', file]);
  };

  test.each([
    ['as downloaded', JSON.stringify(JSON.parse(credentials))],
    ['indented, with line breaks of Windows', `${credentials.replaceAll('\n', '\r\n')}\r\n`],
  ])('is taken %s', async (_, text) => {
    expect(await check(text)).toEqual({ code: 0, said: '' });
  });

  test.each([
    ['base64 of it', Buffer.from(credentials).toString('base64'), /is base64 of the JSON file, and not the/],
    [
      'base64 in lines',
      Buffer.from(credentials).toString('base64').replace(/.{76}/g, '$&\n'),
      /is base64 of/,
    ],
    [
      'another JSON',
      JSON.stringify({ uuid: 'the salt', details: {} }),
      /is not the JSON file that 1Password gives/,
    ],
    [
      'a token',
      `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.the salt`,
      /is not the JSON file that 1Password gives/,
    ],
    ['nothing', '', /is not the JSON file that 1Password gives/],
  ])('is refused as %s, and not shown', async (_, text, reason) => {
    const { code, said } = await check(text);
    expect(code).toBe(1);
    expect(said).toMatch(/^the key the-key of the Secret the-secret .*\n$/);
    expect(said).toMatch(reason);
    expect(said).not.toContain('the salt');
  });
});

test('the last output of a container that refuses is in the status of its pod', () => {
  const objects = render('{}');
  const connect = render(
    'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {create: true}}\n',
  ).get('Deployment', 'onepassword-connect');
  const proxy = objects.get('Deployment', 'centaur-centaur-iron-proxy');
  for (const name of ['config', 'ca', 'iron-proxy']) {
    expect(proxy.container(name).at('terminationMessagePolicy')).toBe('FallbackToLogsOnError');
  }
  expect(connect.container('credentials').at('terminationMessagePolicy')).toBe('FallbackToLogsOnError');
  const clientCa = objects.get('Deployment', 'centaur-centaur-api').pod.list('initContainers')[0];
  expect(clientCa?.at('terminationMessagePolicy')).toBe('FallbackToLogsOnError');
  expect(clientCa?.at('command')).toEqual([
    ...['/bin/sh', '-c', clientCaScript],
    ...['ca', 'centaur-firewall-ca', '/firewall-certs/ca-cert.pem'],
  ]);
});
