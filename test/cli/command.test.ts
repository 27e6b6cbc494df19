import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { verbs } from '../../src/cli/verbs.js';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { spawn } from '../system/processes.js';
import { builtCommand, project, run } from './command.js';

let command: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'centaur-chart-'));
  command = builtCommand();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const centaurChart = (...argv: string[]) => run(process.execPath, [command, ...argv], { cwd: folder });

function file(name: string, text: string | Uint8Array): string {
  writeFileSync(path.join(folder, name), text);
  return name;
}

const shipped = readdirSync(path.join(project, 'values')).map((name) => path.join(project, 'values', name));

/** The documents of a rendered text, each with its template. */
function documents(text: string) {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => ({
    source: /# Source: (\S+)/.exec(document.commentBefore ?? '')?.[1],
    object: document.toJS(),
  }));
}

describe('the files in values/', () => {
  test('are valid', async () => {
    const { status, stdout, stderr } = await centaurChart('validate', '-f', ...shipped);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // The images are those of a local build.
    const lines = stdout
      .split('\n')
      .filter((line) => !/: (?:api|sandbox)\.image\.repository: warning: /.test(line));
    expect(lines).toEqual([
      `${shipped.length} files checked: no problems, ${2 * shipped.length} warnings`,
      '',
    ]);
  });

  /** Each file as it is, and one of them with each flag that leaves something out. */
  const cases = helmMajors.flatMap((major) => [
    ...shipped.map((name) => ({ major, name, file: path.basename(name), flags: [] })),
    ...['--skip-tests', '--no-hooks'].map((flag) => ({
      major,
      name: shipped[0] ?? '',
      file: path.basename(shipped[0] ?? ''),
      flags: [flag],
    })),
  ]);

  test.each(
    cases,
  )('$file renders as Helm $major does, with $flags: the same objects in the same order, from the same templates', async ({
    major,
    name,
    flags,
  }) => {
    const release = ['-f', name, '--namespace', 'centaur-system', ...flags];
    const ours = await centaurChart('render', ...release, '--release', 'blue');
    const helm = await run(await helmCommand(major), [
      ...['template', 'blue', path.join(project, 'charts/centaur')],
      ...release,
    ]);
    expect(ours.stderr).toBe('');
    expect(helm.stderr).toBe('');
    expect(documents(ours.stdout).length).toBeGreaterThan(10);
    expect(documents(ours.stdout)).toEqual(documents(helm.stdout));
    expect(ours.stdout.includes('helm.sh/hook:')).toBe(flags.length === 0);
  });
});

describe("Helm's options for values", () => {
  const given = () => {
    file('one.yaml', 'api: {extraEnv: {A: one, B: one}}\n');
    file('two,2.yaml', 'api: {extraEnv: {B: two}, replicaCount: 2}\n');
    file('lines.txt', 'a\r\n\tb, {c}=\\\n');
  };
  const tolerations = '[{"key":"a","operator":"Exists"},{"key":"b, c","value":"1e3"}]';

  test.each([
    ['files', ['-f', 'one.yaml,"two,2.yaml"', '--values', 'one.yaml']],
    ['a namespace', ['-n', 'sea', '-f', 'one.yaml']],
    ['no files', []],
    [
      '--set',
      ['--set', 'api.extraEnv.A=x\\,y,api.nodeSelector.example\\.com/a=b', '--set', 'api.replicaCount=3'],
    ],
    ['--set-string', ['--set-string', 'api.extraEnv.A=1,api.extraEnv.B=null,api.image.tag=1.10']],
    ['--set-json', ['--set-json', `api.tolerations=${tolerations},api.resources={"requests":{"cpu":"1"}}`]],
    ['--set-json over a map', ['-f', 'one.yaml', '--set-json', 'api.extraEnv={"C":"x"},nameOverride="n"']],
    ['--set-file', ['--set-file', 'api.extraEnv.A=lines.txt,api.extraEnv.B=lines.txt']],
    ['--set-literal', ['--set-literal', 'api.extraEnv.A=b,c={d}\\,=e']],
    [
      'all of them, in another order than theirs',
      [
        ...['--set-literal', 'api.extraEnv.A=literal', '--set-file', 'api.extraEnv.A=lines.txt'],
        ...['--set-file', 'api.extraEnv.B=lines.txt', '--set-string', 'api.extraEnv.B=s'],
        ...['--set-string', 'api.extraEnv.C=s', '--set', 'api.extraEnv.C=t,api.extraEnv.D=t'],
        ...['--set-json', 'api.extraEnv={"D":"json","E":"json"}', '-f', 'one.yaml'],
      ],
    ],
  ])('%s give what both Helms render', async (_, argv) => {
    given();
    const ours = await centaurChart('render', ...argv);
    expect(ours.stderr).toBe('');
    for (const major of helmMajors) {
      const chart = path.join(project, 'charts/centaur');
      const helm = await run(await helmCommand(major), ['template', 'centaur', chart, ...argv], {
        cwd: folder,
      });
      expect(helm.stderr).toBe('');
      expect(documents(ours.stdout)).toEqual(documents(helm.stdout));
    }
  });
});

describe('completion in bash', () => {
  const completed = async (...typed: readonly string[]) => {
    const script = `
      centaur-chart() { "$NODE" "$COMMAND" "$@"; }
      source <(centaur-chart completion bash)
      COMP_WORDS=(centaur-chart "$@"); COMP_CWORD=$#
      _centaur_chart
      printf '%s\\n' "\${COMPREPLY[@]}"
      complete -p centaur-chart`;
    const env = { ...process.env, NODE: process.execPath, COMMAND: command };
    const { stdout, stderr } = await run('bash', ['-euc', script, 'bash', ...typed], { env });
    expect(stderr).toBe('');
    return stdout.split('\n').slice(0, -1);
  };

  test('offers verbs, options and choices, and files otherwise', async () => {
    const registered = 'complete -o default -F _centaur_chart centaur-chart';
    expect(await completed('va')).toEqual(['validate', registered]);
    expect(await completed('render', '--output')).toEqual(['--output-dir', registered]);
    expect(await completed('budget', '--plan', '=', 'b')).toEqual(['business', registered]);
    expect(await completed('validate', '')).toEqual(['', registered]);
  });
});

test('validate --watch ends on Ctrl-C, with the exit status of its last check', async () => {
  const name = file('watched.yaml', 'prot: 1\n');
  const child = spawn(process.execPath, [command, 'validate', '--watch', name], { cwd: folder });
  child.stdout.once('data', () => child.kill('SIGINT'));
  const ended = await new Promise((resolve) => child.on('close', (...how) => resolve(how)));
  expect(ended).toEqual([1, null]);
});

describe("a user's mistakes in a values file", () => {
  test('are reported with file, line and column, what is wrong and what to do', async () => {
    const name = file(
      'mistakes.yaml',
      [
        'ironProxy:',
        '  secretSource: onepasword-connect # a letter is missing',
        '  secretTtl: 10 minutes',
        '  manager:',
        '    enabled: true',
        'secretManager:',
        '  backend: onepassword',
        'create: true',
        'api:',
        '  image:',
        '    tag: 1.10',
        'laminar: {}',
        'tools: {a: {hosts: ["https://api.example.com:443/v1"]}}',
        '',
      ].join('\n'),
    );
    const { status, stdout, stderr } = await centaurChart('validate', '-f', name);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "mistakes.yaml:2:3: ironProxy.secretSource: must be onepassword-connect, onepassword or env, but is "onepasword-connect"
        Did you mean onepassword-connect?
      mistakes.yaml:3:3: ironProxy.secretTtl: must be a duration such as 10m or 1h30m; character 3, a space (U+0020), is not allowed
        Write 10m.
      mistakes.yaml:4:3: ironProxy.manager: this key of older values files means nothing here
        Set ironProxy.secretSource and ironProxy.secretTtl instead: the API manages the proxies itself.
      mistakes.yaml:7:3: secretManager.backend: this key of older values files means nothing here
        Set ironProxy.secretSource instead, to onepassword-connect, onepassword or env: iron-proxy alone reads credentials.
      mistakes.yaml:8:1: create: this key is not known
        There is a key of this name elsewhere: onepasswordConnect.connect.create.
      mistakes.yaml:11:5: api.image.tag: must be a string, but is a number with a fraction
        In a values file, put it in quotes so that YAML reads a string: tag: "…"
      mistakes.yaml:12:1: laminar: this key of older values files means nothing here
        Install Laminar with its own chart, and remove this section.
      mistakes.yaml:13:21: tools.a.hosts[0]: must be a host such as api.example.com, *.example.com or 10.0.0.0/8
        A host stands alone, in lower-case ASCII, without scheme, port or path: write "api.example.com".
      1 file checked: 8 problems
      "
    `);
  });

  test('a typo in secretSource is refused by Helm too', async () => {
    const name = file('typo.yaml', 'ironProxy:\n  secretSource: onepasword\n');
    const { status, stderr } = await centaurChart('render', '-f', name);
    expect(status).toBe(1);
    expect(stderr).toContain('typo.yaml:2:3: ironProxy.secretSource: must be');
    for (const major of helmMajors) {
      const helm = await run(await helmCommand(major), [
        ...['template', 'x', path.join(project, 'charts/centaur'), '-f', path.join(folder, name)],
      ]);
      expect(helm.status).not.toBe(0);
      expect(helm.stderr).toContain('secretSource');
    }
  });
});

describe('what is not a values file', () => {
  test.each([
    ['is not there', 'missing.yaml', 'no such file or directory'],
    ['is a directory', '.', 'it is a directory; name the files in it'],
    ['leads through a file', 'plain/x.yaml', 'a part of its path is not a directory'],
  ])('%s: one line, and exit status 2', async (_, name, reason) => {
    file('plain', '');
    expect(await centaurChart('render', '-f', name)).toEqual({
      status: 2,
      stdout: '',
      stderr: `centaur-chart: cannot read ${name}: ${reason}\n`,
    });
  });

  test('even one that never ends is refused', async () => {
    const { status, stdout } = await centaurChart('validate', '-f', '/dev/zero');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^\/dev\/zero:1:1: the file has \d+ bytes/);
  });
});

describe('where the output goes', () => {
  const shell = (line: string) => run('bash', ['-c', line, command], { cwd: folder });

  test('a pipe whose reader has gone is one line, and exit status 1', async () => {
    const name = file('plain.yaml', '');
    const line = `{ "${process.execPath}" "$0" render -f ${name} || echo "status $?" >&2; } | true`;
    expect((await shell(line)).stderr).toBe(
      'centaur-chart: cannot write to standard output: its reader closed it before everything was written\nstatus 1\n',
    );
  });

  test('a disk that is full is one line, and exit status 1', async () => {
    const name = file('plain.yaml', '');
    for (const argv of [`render -f ${name}`, '--help']) {
      expect(await shell(`"${process.execPath}" "$0" ${argv} >/dev/full`)).toEqual({
        status: 1,
        stdout: '',
        stderr: 'centaur-chart: cannot write to standard output: no space is left on the disk\n',
      });
    }
  });

  test('a folder that is a file is one line, and stays a file', async () => {
    const name = file('plain.yaml', '');
    const { status, stderr } = await centaurChart('render', '-f', name, '--output-dir', name);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `centaur-chart: cannot write ${name}: something of this name exists already; nothing was changed\n`,
    );
  });

  test('a folder below an existing one is created', async () => {
    mkdirSync(path.join(folder, 'out'));
    const name = file('plain.yaml', '');
    const { stdout } = await centaurChart('render', '-f', name, '--output-dir', 'out/manifests');
    const files = readdirSync(path.join(folder, 'out/manifests'));
    expect(stdout).toMatch(/^wrote \d+ files to out\/manifests\n$/);
    expect(files).toContain('api-deployment.yaml');
    expect(files.filter((file) => file.startsWith('.'))).toEqual([]);
  });

  test('values come through a pipe, and through a shell’s <(…)', async () => {
    const argv = `"${process.execPath}" "$0" render`;
    const direct = await shell(`printf 'nameOverride: piped\\n' >piped.yaml; ${argv} -f piped.yaml`);
    expect(direct.stdout).toContain('piped');
    expect(await shell(`${argv} -f - <piped.yaml`)).toEqual(direct);
    expect(await shell(`${argv} -f <(cat piped.yaml)`)).toEqual(direct);
  });
});

describe('the README', () => {
  const page = readFileSync(path.join(project, 'README.md'), 'utf8');
  const lines = [...page.matchAll(/^node lib\/command\/main[.]js .*$/gm)].map(([line]) => line);

  const asksCluster = (line: string) => / (?:bootstrap|verify) /.test(line);

  test.each(lines.filter(asksCluster))('%s', async (line) => {
    // test/node has a cluster. Here the options are right, and nothing more is there.
    const env = { PATH: process.env.PATH };
    expect(await run('sh', ['-euc', line], { cwd: project, env })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'centaur-chart: there is no kubeconfig: set KUBECONFIG, or name the file with --kubeconfig\n',
    });
  });

  test.each(lines.filter((line) => !asksCluster(line)))('%s', async (line) => {
    // The folder of tools and the output file for declarations are the reader's.
    const script = line.replace('path/to/tools', folder).replace(/ > \S+$/, '');
    const { status, stdout, stderr } = await run('sh', ['-euc', script], { cwd: project });
    const noted = line.includes(' tools ')
      ? expect.stringMatching(/^0 pyproject.toml files read: .*\n$/)
      : '';
    expect({ status, stderr }).toEqual({ status: line.includes(' diff ') ? 1 : 0, stderr: noted });
    expect(stdout).not.toBe('');
  });

  test('has a line for each verb', () => {
    expect(lines.map((line) => line.split(' ')[2]).toSorted()).toEqual(
      verbs.map(({ name }) => name).toSorted(),
    );
  });
});
