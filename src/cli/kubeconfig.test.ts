import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isExcluded, loadAccess } from './kubeconfig.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
  mkdirSync(path.join(home, 'bare'));
});
afterAll(() => rmSync(home, { recursive: true }));

const token = 'a-token-that-nobody-may-see';

/** A kubeconfig with one context for each name, whose servers are `https://NAME.example.com:6443`. */
function kubeconfig(name: string, contexts: readonly string[], more: object = {}): string {
  const file = path.join(home, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({
      clusters: contexts.map((one) => ({
        name: one,
        cluster: { server: `https://${one}.example.com:6443` },
      })),
      users: contexts.map((one) => ({ name: one, user: { token: `${token}-${name}` } })),
      contexts: contexts.map((one) => ({
        name: one,
        context: { cluster: one, user: one, namespace: `of-${name}` },
      })),
      'current-context': contexts[0],
      ...more,
    }),
  );
  return file;
}

function seen(flags: Parameters<typeof loadAccess>[0], env: { [name: string]: string }) {
  const { context, namespace, cluster, config } = loadAccess(flags, { env });
  return {
    context,
    namespace,
    server: cluster.server,
    token: config.getCurrentUser()?.token,
  };
}

describe('the kubeconfig', () => {
  test('is that of --kubeconfig, or of KUBECONFIG, or of the home folder', () => {
    const [one, two] = [kubeconfig('one', ['a']), kubeconfig('two', ['b'])];
    kubeconfig('.kube/config', ['c']);
    expect(seen({ kubeconfig: one }, { KUBECONFIG: two, HOME: home }).context).toBe('a');
    expect(seen({}, { KUBECONFIG: two, HOME: home }).context).toBe('b');
    expect(seen({}, { HOME: home })).toEqual({
      context: 'c',
      namespace: 'of-.kube/config',
      server: 'https://c.example.com:6443',
      token: `${token}-.kube/config`,
    });
  });

  test('is put together from several files, of which the first counts', () => {
    const files = [path.join(home, 'nowhere'), kubeconfig('first', ['a']), kubeconfig('second', ['b', 'a'])];
    const env = { KUBECONFIG: files.join(path.delimiter) };
    expect(seen({}, env)).toMatchObject({ context: 'a', token: `${token}-first` });
    expect(seen({ context: 'b' }, env)).toMatchObject({ namespace: 'of-second', token: `${token}-second` });
  });

  test.each<
    [
      string,
      (file: (name: string, content: string) => string) => [object, { [name: string]: string }],
      string,
    ]
  >([
    [
      'none',
      () => [{}, { HOME: path.join(home, 'bare') }],
      'there is no kubeconfig: set KUBECONFIG, or name the file with --kubeconfig',
    ],
    [
      'none, without a home',
      () => [{}, {}],
      'there is no kubeconfig: set KUBECONFIG, or name the file with --kubeconfig',
    ],
    [
      'a missing one',
      () => [{ kubeconfig: '/nowhere/config' }, {}],
      '--kubeconfig: cannot read /nowhere/config: no such file or directory',
    ],
    ['a folder', () => [{ kubeconfig: '/tmp' }, {}], '--kubeconfig: cannot read /tmp: it is a directory'],
    [
      'a device without an end',
      () => [{ kubeconfig: '/dev/zero' }, {}],
      '--kubeconfig: /dev/zero is not a file',
    ],
    [
      'missing ones',
      () => [{}, { KUBECONFIG: '/nowhere/a:/nowhere/b' }],
      'KUBECONFIG: none of its files exists',
    ],
    [
      'one that is no YAML',
      (file) => [{ kubeconfig: file('broken', `users: [{token: ${token}\n- x`) }, {}],
      '--kubeconfig: HOME/broken is not a kubeconfig: `kubectl config view --kubeconfig=FILE` says why',
    ],
    [
      'one of another kind',
      (file) => [{ kubeconfig: file('other', `clusters: [{token: ${token}}]`) }, {}],
      '--kubeconfig: HOME/other is not a kubeconfig: `kubectl config view --kubeconfig=FILE` says why',
    ],
    [
      'a token file that is not there',
      (file) => [
        { kubeconfig: file('tokens', 'users: [{name: a, user: {token-file: /nowhere/token}}]') },
        {},
      ],
      '--kubeconfig: HOME/tokens names a file that cannot be read: no such file or directory',
    ],
    [
      'an empty one',
      () => [{ kubeconfig: '/dev/null' }, {}],
      'the kubeconfig has no current context: choose one with --context (the kubeconfig has no context)',
    ],
    [
      'no current context',
      () => [{ kubeconfig: kubeconfig('uncertain', ['a', 'b'], { 'current-context': '' }) }, {}],
      'the kubeconfig has no current context: choose one with --context (the kubeconfig has a, b)',
    ],
    [
      'another context',
      () => [{ kubeconfig: kubeconfig('x', ['a', 'b']), context: 'c' }, {}],
      '--context: there is no such context (the kubeconfig has a, b)',
    ],
    [
      'no cluster',
      () => [{ kubeconfig: kubeconfig('headless', ['a'], { clusters: [] }) }, {}],
      'the kubeconfig has no cluster for its context a',
    ],
    [
      'no user',
      () => [{ kubeconfig: kubeconfig('nobody', ['a'], { users: [] }) }, {}],
      'the kubeconfig has no user for its context a',
    ],
    [
      'an http address',
      () => [
        {
          kubeconfig: kubeconfig('plain', ['a'], {
            clusters: [{ name: 'a', cluster: { server: 'http://a:8080' } }],
          }),
        },
        {},
      ],
      'the cluster of the context a has an http address, and Secrets are only sent over https',
    ],
  ])('that is %s is refused in one line, which shows nothing of it', (_, prepare, message) => {
    const [flags, env] = prepare((name, content) => {
      writeFileSync(path.join(home, name), content);
      return path.join(home, name);
    });
    expect(() => loadAccess(flags, { env })).toThrow(
      expect.objectContaining({ name: 'Failure', status: 2, message: message.replace('HOME', home) }),
    );
  });
});

describe('the proxy', () => {
  test('is that of the kubeconfig, or of the environment', () => {
    const env = { KUBECONFIG: kubeconfig('proxied', ['a']), HTTPS_PROXY: 'proxy.example.com:3128' };
    expect(loadAccess({}, { env }).cluster.proxyUrl).toBe('http://proxy.example.com:3128');
    expect(loadAccess({}, { env: { ...env, NO_PROXY: '.example.com' } }).cluster.proxyUrl).toBeUndefined();
    const cluster = { server: 'https://a.example.com', 'proxy-url': 'socks5://own:1080' };
    const own = kubeconfig('own', ['a'], { clusters: [{ name: 'a', cluster }] });
    expect(loadAccess({}, { env: { ...env, KUBECONFIG: own } }).cluster.proxyUrl).toBe('socks5://own:1080');
  });

  // As httpproxy of golang.org/x/net documents and tests it.
  test.each([
    ['https://api.example.com:6443', '', false],
    ['https://api.example.com:6443', '*', true],
    ['https://api.example.com:6443', 'example.com', true],
    ['https://api.example.com:6443', 'ple.com', false],
    ['https://example.com', 'example.com', true],
    ['https://example.com', '.example.com', false],
    ['https://api.example.com', '*.example.com', true],
    ['https://api.example.com:6443', 'other, API.example.com:6443', true],
    ['https://api.example.com', 'api.example.com:443', true],
    ['https://api.example.com:6443', 'api.example.com:443', false],
    ['https://10.0.1.2:6443', '10.0.0.0/16', true],
    ['https://10.1.1.2:6443', '10.0.0.0/16', false],
    ['https://10.0.1.2:6443', '10.0.1.2', true],
    ['https://110.0.1.2:6443', '10.0.1.2', false],
    ['https://10.0.1.2:6443', '10.0.0.0/99', false],
    ['https://[fd00::1]:6443', 'fd00::/8', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://[fd00::1]:6443', 'fd00::1', true],
    ['https://localhost:6443', '', true],
    ['https://127.1.2.3:6443', '', true],
    ['https://[::1]:6443', '', true],
  ])('of %s is left out with NO_PROXY=%s: %s', (url, list, expected) => {
    expect(isExcluded(new URL(url), list)).toBe(expected);
  });
});
