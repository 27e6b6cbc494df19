/** `bootstrap` without a Kubernetes cluster: what it asks for, and what it prints. test/node has it on a real one. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { certificateAuthority, type KeyPair, serverCertificate } from '../proxy/certificates.js';
import { runHere, type Setting } from './in-process.js';
import { product } from './product.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bootstrap-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return place;
}

const connectValues =
  'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {create: true}}\n';
const credentials = JSON.stringify({ verifier: { salt: 'mark-salt' }, version: '2' });

/** Everything that a shell may have to give; each value contains `mark`. */
const shell = {
  DATABASE_URL: 'postgresql://tempo:mark@db.example.com:5432/ai_v2',
  SLACKBOT_API_KEY: 'mark-slackbot',
  SLACK_SIGNING_SECRET: 'mark-signing',
  SLACK_BOT_TOKEN: 'xoxb-mark',
  OP_VAULT: 'mark vault',
  OP_CONNECT_TOKEN: 'eyJmark.mark.mark',
  OP_SERVICE_ACCOUNT_TOKEN: 'ops_mark',
  OPENAI_API_KEY: 'mark-openai',
};

const bootstrap = (argv: readonly string[], setting: Setting = {}) =>
  runHere(product, ['bootstrap', ...argv], setting);

interface Manifest {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly stringData: { readonly [key: string]: string };
}

const manifests = (yaml: string): readonly Manifest[] =>
  parseAllDocuments(yaml).map((document) => document.toJS());

describe('--output yaml', () => {
  test.each<[string, string, readonly string[]]>([
    ['onepassword', '', ['OP_VAULT', 'OP_SERVICE_ACCOUNT_TOKEN']],
    ['onepassword-connect', connectValues, ['OP_VAULT', 'OP_CONNECT_TOKEN']],
    ['env', 'ironProxy: {secretSource: env}\n', ['OPENAI_API_KEY']],
  ])('prints the Secrets of the source %s', async (source, values, keys) => {
    const env = { ...shell, OP_CONNECT_CREDENTIALS_FILE: file('credentials.json', credentials) };
    const { status, stdout, stderr } = await bootstrap(['-f', file('v.yaml', values), '--output', 'yaml'], {
      env,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found = Object.fromEntries(
      manifests(stdout).map(({ metadata, stringData }) => [metadata.name, stringData]),
    );
    const { 'centaur-infra-env': infra = {}, ...others } = found;
    const common = ['DATABASE_URL', 'SLACKBOT_API_KEY', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'];
    const given = [...common, ...keys];
    for (const [key, value] of Object.entries(shell)) {
      expect([key, infra[key]]).toEqual([key, given.includes(key) ? value : undefined]);
    }
    const generated = Object.keys(infra).filter((key) => !given.includes(key));
    expect(generated.sort()).toEqual(['IRON_MANAGEMENT_API_KEY', 'PG_PROXY_PASSWORD', 'SANDBOX_SIGNING_KEY']);
    expect(new Set(generated.map((key) => infra[key])).size).toBe(3);
    for (const key of generated) expect(infra[key]).toMatch(/^[0-9a-f]{64}$/);
    const { 'centaur-firewall-ca': ca, 'centaur-firewall-ca-key': caKey, ...rest } = others;
    expect(caKey).toEqual({ ...ca, 'ca-key.pem': expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) });
    expect(rest).toEqual(
      source === 'onepassword-connect'
        ? { 'centaur-onepassword-connect-credentials': { '1password-credentials.json': credentials } }
        : {},
    );
  });

  test('puts the prefix before the keys of the Secret, and not before the variables of the shell', async () => {
    const values =
      'ironProxy: {secretSource: env}\nsecretManager: {existingSecretName: own, envPrefix: DEV_}\n';
    const { stdout } = await bootstrap(['-f', file('v.yaml', values), '--output', 'yaml', '-n', 'sea'], {
      env: shell,
    });
    const [own] = manifests(stdout);
    expect(own).toMatchObject({
      metadata: { name: 'own', namespace: 'sea' },
      stringData: { DEV_OPENAI_API_KEY: shell.OPENAI_API_KEY, DEV_DATABASE_URL: shell.DATABASE_URL },
    });
    expect(Object.keys(own?.stringData ?? {}).filter((key) => !key.startsWith('DEV_'))).toEqual([]);
  });

  test('writes a file that only its owner can read', async () => {
    const place = path.join(folder, 'new/secrets.yaml');
    const argv = ['--output', 'yaml', '--output-file', place];
    const umask = process.umask(0);
    try {
      expect(await bootstrap(argv, { env: shell })).toEqual({
        status: 0,
        stdout: `wrote 3 Secrets to ${place}, which only its owner can read\n`,
        stderr: '',
      });
    } finally {
      process.umask(umask);
    }
    expect(statSync(place).mode & 0o777).toBe(0o600);
    expect(manifests(readFileSync(place, 'utf8'))).toHaveLength(3);
    // The values in it may be in use, and are nowhere else.
    const before = readFileSync(place);
    const { status, stderr } = await bootstrap(argv, { env: shell });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `centaur-chart: --output-file: ${place} exists, and the secrets in it may be in use: give the name of a new file\n`,
    });
    expect(readFileSync(place)).toEqual(before);
  });

  test('follows no link to a file that others can read, and writes to no device', async () => {
    const target = file('public.yaml', '');
    const link = path.join(folder, 'link.yaml');
    symlinkSync(target, link);
    for (const place of [link, '/dev/stdout', folder]) {
      const { status, stderr } = await bootstrap(['--output', 'yaml', '--output-file', place], {
        env: shell,
      });
      expect(status).toBe(2);
      expect(stderr).toContain(`${place} is not a regular file: give the name of a new file`);
    }
    expect(readFileSync(target, 'utf8')).toBe('');
  });

  test('takes an empty file that exists, and then only its owner can read it', async () => {
    const place = file('empty.yaml', '');
    expect(await bootstrap(['--output', 'yaml', '--output-file', place], { env: shell })).toMatchObject({
      status: 0,
    });
    expect(statSync(place).mode & 0o777).toBe(0o600);
  });

  test.each<[readonly string[], Setting, string]>([
    [
      ['--output', 'yaml'],
      { terminal: true },
      '--output yaml prints secrets, and standard output is a terminal: use a pipe, or --output-file FILE',
    ],
    [
      ['--output', 'yaml', '--dry-run'],
      {},
      '--output yaml asks no cluster and prints every value: use it without --dry-run',
    ],
    [
      ['--output', 'yaml', '--force', 'centaur-infra-env'],
      {},
      '--output yaml asks no cluster and prints every value: use it without --force',
    ],
    [['--output-file', 'secrets.yaml'], {}, '--output-file needs --output yaml'],
    [
      ['--output', 'yaml', '-n', 'My'],
      {},
      '--namespace "My": a namespace is named with small letters, digits and -, at most 63 of them',
    ],
    [
      ['--force', 'ops_mark'],
      {},
      '--force: these values have no such Secret: name one of centaur-infra-env, centaur-firewall-ca, centaur-firewall-ca-key',
    ],
  ])('%j is refused', async (argv, setting, message) => {
    expect(await bootstrap(argv, { ...setting, env: shell })).toEqual({
      status: 2,
      stdout: '',
      stderr: `centaur-chart: ${message}\n`,
    });
  });
});

describe('what is missing', () => {
  const yaml = (values: string) => ['-f', file('v.yaml', values), '--output', 'yaml'];

  test('is listed completely, each with what it is and how it is set', async () => {
    const { status, stdout, stderr } = await bootstrap(yaml(connectValues), { env: { OP_VAULT: '' } });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`\
centaur-chart: nothing was written, because of what is missing or wrong:
centaur-chart:   DATABASE_URL is not set: the URL of the API's database: postgresql://user:password@host:5432/database
centaur-chart:   SLACKBOT_API_KEY is not set: the key that Slackbot shows to the API; for a new one, take the output of \`openssl rand -hex 32\`
centaur-chart:   SLACK_SIGNING_SECRET is not set: the signing secret of the Slack app, on its page Basic Information
centaur-chart:   SLACK_BOT_TOKEN is not set: the Slack app's bot token, on its page OAuth & Permissions: it begins with xoxb-
centaur-chart:   OP_VAULT is not set: the name or the id of the vault in 1Password
centaur-chart:   OP_CONNECT_TOKEN is not set: the access token of the Connect server, as 1Password shows it once: it begins with ey
centaur-chart:   OP_CONNECT_CREDENTIALS_FILE is not set: the path of 1password-credentials.json, the file of the Connect server, as 1Password gives it for download
centaur-chart: To set a variable without a trace in the shell's history: read -rs NAME && export NAME
`);
  });

  test('is a credential of a tool, unless it is optional', async () => {
    const values = `
ironProxy: {secretSource: env}
tools:
  search:
    hosts: [a.example.com]
    secrets: [SEARCH_API_KEY]
    optional_secrets: [EXTRA_KEY]
`;
    const { stderr } = await bootstrap(yaml(values), { env: { ...shell, OPENAI_API_KEY: 'mark\n' } });
    expect(stderr).toContain('  SEARCH_API_KEY is not set: a credential that a tool or a harness declares\n');
    expect(stderr).toContain('  OPENAI_API_KEY begins or ends with a space or a line break');
    expect(stderr).not.toContain('EXTRA_KEY');
    expect(stderr).not.toContain('mark');
    const env = { ...shell, SEARCH_API_KEY: 'a' };
    const [without] = manifests((await bootstrap(yaml(values), { env })).stdout);
    expect(without?.stringData.EXTRA_KEY).toBeUndefined();
    const [given] = manifests((await bootstrap(yaml(values), { env: { ...env, EXTRA_KEY: 'b' } })).stdout);
    expect(given?.stringData.EXTRA_KEY).toBe('b');
  });

  test('is also what is wrong, and no value is shown', async () => {
    const wrong = Object.fromEntries(Object.keys(shell).map((key) => [key, 'mark/\n']));
    for (const values of ['', connectValues]) {
      const { status, stdout, stderr } = await bootstrap(yaml(values), {
        env: {
          ...wrong,
          OP_CONNECT_CREDENTIALS_FILE: file('wrong.json', Buffer.from(credentials).toString('base64')),
        },
      });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr.match(/^centaur-chart: {3}[A-Z]/gm)).toHaveLength(values === '' ? 6 : 7);
      expect(stderr).not.toContain('mark');
      expect(stderr).not.toContain('bWFyay');
    }
  });

  test.each<[string, () => string, string]>([
    [
      'base64',
      () => file('c', Buffer.from(credentials).toString('base64')),
      'the file that it names is base64 of the JSON file',
    ],
    ['truncated', () => file('c', credentials.slice(0, -9)), 'the file that it names is not complete'],
    [
      'another JSON',
      () => file('c', '{}'),
      'the file that it names is not the JSON file that 1Password gives',
    ],
    ['empty', () => file('c', ''), 'the file that it names is empty'],
    ['a folder', () => folder, 'does not lead to the file: cannot read '],
    [
      'missing',
      () => '/nowhere/1password-credentials.json',
      'does not lead to the file: cannot read /nowhere/1password-credentials.json: no such file',
    ],
    [
      'the JSON itself',
      () => credentials,
      'does not lead to the file: there is no such file (its name is not shown, since it may be a secret)',
    ],
  ])('is a credentials file that is %s', async (_, name, message) => {
    const { status, stderr } = await bootstrap(yaml(connectValues), {
      env: { ...shell, OP_CONNECT_CREDENTIALS_FILE: name() },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`  OP_CONNECT_CREDENTIALS_FILE ${message}`);
    expect(stderr).not.toContain('mark');
  });
});

describe('a cluster', () => {
  let authority: KeyPair;
  let server: Server;
  let answer: { code: number; body: string };
  let requests: string[];

  beforeAll(async () => {
    authority = await certificateAuthority('cluster');
    const { cert, key } = await serverCertificate(authority, ['localhost']);
    server = createServer({ cert, key }, (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const isRead = request.method === 'GET' && answer.code !== 401;
      response.writeHead(isRead ? 404 : answer.code, { 'content-type': 'application/json' });
      response.end(isRead ? '{"kind":"Status","code":404}' : answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(() => server.close());

  /** A kubeconfig for the server. */
  function kubeconfig(more: object = {}, user: object = { token: 'mark-token' }): string {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const data = Buffer.from(authority.cert).toString('base64');
    const cluster = { server: `https://localhost:${port}`, 'certificate-authority-data': data, ...more };
    return file(
      'kubeconfig',
      JSON.stringify({
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'ctx', context: { cluster: 'c', user: 'u', namespace: 'sea' } }],
        'current-context': 'ctx',
      }),
    );
  }

  async function said(config: string, argv: readonly string[] = []): Promise<string> {
    const { status, stdout, stderr } = await bootstrap(argv, { env: { ...shell, KUBECONFIG: config } });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    for (const value of ['mark', Buffer.from('mark').toString('base64').slice(0, 5)])
      expect(stderr).not.toContain(value);
    return stderr.replaceAll(/localhost:\d+/g, 'localhost:PORT');
  }
  const status = (code: number, message: string, details: object = {}) => ({
    code,
    body: JSON.stringify({ kind: 'Status', status: 'Failure', message, code, details }),
  });

  test('that nobody serves', async () => {
    expect(await said(kubeconfig({ server: 'https://localhost:1' }))).toBe(
      'centaur-chart: cannot read the Secret centaur-infra-env: the API server https://localhost:PORT of the context ctx cannot be reached: nothing listens there\n',
    );
  });

  test('whose name is not known', async () => {
    expect(await said(kubeconfig({ server: 'https://nowhere.invalid:6443' }))).toMatch(
      /the API server https:\/\/nowhere\.invalid:6443 of the context ctx cannot be reached: its name (is not known|cannot be looked up)\n$/,
    );
  });

  test('whose certificate is from another authority', async () => {
    const other = Buffer.from((await certificateAuthority('other')).cert).toString('base64');
    expect(await said(kubeconfig({ 'certificate-authority-data': other }))).toMatch(
      /the certificate of the API server https:\/\/localhost:PORT of the context ctx is not accepted \([A-Z_]+\): check certificate-authority-data in the kubeconfig\n$/,
    );
    expect(requests).toEqual([]);
  });

  test('whose user has to sign in again', async () => {
    answer = status(401, 'Unauthorized');
    expect(await said(kubeconfig())).toBe(
      'centaur-chart: cannot read the Secret centaur-infra-env: the API server does not accept the credentials of the context ctx: sign in again; `kubectl auth whoami --context ctx` must succeed\n',
    );
  });

  test('whose user signs in by a program that fails, whose output is not shown', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', 'echo mark >&2; echo mark; exit 1'],
    };
    expect(await said(kubeconfig({}, { exec }))).toMatch(
      /the program that signs in for the context ctx, sh, fails: try `kubectl auth whoami --context ctx`\n$/,
    );
  });

  test('whose answer repeats a value, which is not shown', async () => {
    for (const value of [shell.DATABASE_URL, Buffer.from(shell.SLACK_BOT_TOKEN).toString('base64')]) {
      answer = status(422, `admission webhook denied the request: ${value} is not allowed`);
      expect(await said(kubeconfig())).toBe(
        'centaur-chart: cannot create the Secret centaur-infra-env: the API server refuses it; its answer is not shown, since it contains a value\n',
      );
    }
    expect(requests.every((request) => request.startsWith('GET') || request.includes('dryRun=All'))).toBe(
      true,
    );
  });

  test.each([
    [
      'User "bob" cannot create resource "secrets" in API group "" in the namespace "sea"',
      'bob has no right to create secrets in the namespace sea: ask for a Role that grants it',
    ],
    [
      'exceeded quota: q, used: count/secrets=1',
      'the API server says: exceeded quota: q, used: count/secrets=1',
    ],
  ])('that forbids a write: %s', async (message, words) => {
    answer = status(403, message);
    expect(await said(kubeconfig())).toBe(
      `centaur-chart: cannot create the Secret centaur-infra-env: ${words}\n`,
    );
  });

  test('with a webhook that cannot be asked beforehand is only asked when it is written', async () => {
    answer = status(400, 'admission webhook "w" does not support dry run');
    expect(await said(kubeconfig())).toContain(
      'the API server says: admission webhook "w" does not support dry run',
    );
    const writes = requests.filter((request) => request.startsWith('POST'));
    expect(writes.at(-1)).not.toContain('dryRun');
    expect(writes.slice(0, -1).every((request) => request.includes('dryRun=All'))).toBe(true);
  });

  test('gets nothing while something is missing, which is reported to programs as well', async () => {
    answer = status(404, 'namespaces "sea" not found', { kind: 'namespaces', name: 'sea' });
    const env = { ...shell, DATABASE_URL: '', OP_VAULT: 'mark/', KUBECONFIG: kubeconfig() };
    const { status: code, stdout, stderr } = await bootstrap(['--output', 'json'], { env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      secrets: [],
      problems: [
        { variable: 'DATABASE_URL', message: expect.stringContaining('is not set') },
        { variable: 'OP_VAULT', message: expect.stringContaining('has a / in it') },
        {
          message: expect.stringContaining(
            'there is no namespace sea in the cluster of the context ctx: create it',
          ),
        },
      ],
    });
    expect(requests.every((request) => request.startsWith('GET') || request.includes('dryRun=All'))).toBe(
      true,
    );
  });

  test('whose answer is no Status', async () => {
    answer = { code: 502, body: '<html>Bad Gateway</html>' };
    expect(await said(kubeconfig())).toBe(
      'centaur-chart: cannot create the Secret centaur-infra-env: the API server says: status 502\n',
    );
  });

  test('is asked through the proxy that the kubeconfig names, which sees no plain text', async () => {
    answer = status(403, 'exceeded quota');
    const seen: string[] = [];
    const proxy = createProxy().on('connect', (request, client: Socket, head) => {
      const [host = '', port = ''] = (request.url ?? '').split(':');
      seen.push(host);
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [upstream, client]) socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      expect(await said(kubeconfig({ 'proxy-url': `http://127.0.0.1:${port}` }))).toContain('exceeded quota');
      expect(new Set(seen)).toEqual(new Set(['localhost']));
      expect(requests).not.toEqual([]);
    } finally {
      proxy.close();
    }
  });

  test('is not asked through a proxy that is down without saying so', async () => {
    const config = kubeconfig({ 'proxy-url': 'http://user:mark@localhost:1' });
    expect(await said(config)).toMatch(
      /cannot be reached, through the proxy http:\/\/localhost:PORT: nothing listens there\n$/,
    );
  });
});

test('a folder for the home without a kubeconfig', async () => {
  const home = path.join(folder, 'home');
  mkdirSync(home);
  expect(await bootstrap([], { env: { ...shell, HOME: home } })).toEqual({
    status: 2,
    stdout: '',
    stderr: 'centaur-chart: there is no kubeconfig: set KUBECONFIG, or name the file with --kubeconfig\n',
  });
});
