import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Output } from '../../src/cli/io.js';
import { main } from '../../src/cli/program.js';
import { verbs } from '../../src/cli/verbs.js';
import { greeterChart } from './greeter.js';
import { runHere, type Setting } from './in-process.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'centaur-chart-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a file with this content, and returns its path. */
function file(name: string, text: string | Uint8Array): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

/** Runs the command on the small chart, in this process. */
function run(argv: readonly string[], setting: Setting = {}) {
  const product = {
    version: '1.2.3',
    load: async () => ({
      chart: greeterChart(),
      hints: { retired: { speech: 'Set text instead.' } },
      lookups: () =>
        ({ source: 'onepassword', limited: true, proxies: 1, lookups: 2, ttlSeconds: 600 }) as const,
    }),
  };
  return runHere(product, argv, setting);
}

describe('render', () => {
  test('prints every object, in the order in which Helm prints them, each with its template', async () => {
    const { status, stdout, stderr } = await run(['render', '-f', file('a.yaml', 'text: hi\n')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`\
---
# Source: greeter/templates/text.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: greeter
  namespace: default
data:
  text: hi
---
# Source: greeter/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: greeter
  namespace: default
  labels: {}
spec:
  ports:
    - port: 8080
---
# Source: greeter/templates/tests/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: greeter-test
  namespace: default
  annotations:
    helm.sh/hook: test
spec:
  containers:
    - name: test
      image: "busybox:1"
`);
  });

  test('takes values from several files and from --set, where later ones win', async () => {
    const { stdout, stderr } = await run([
      'render',
      '-f',
      file('a.yaml', 'text: one\nport: 1\nlabels: {a: x}\n'),
      file('b.yaml', 'text: two\nlabels: {b: v}\n'),
      '--set',
      'text=three',
      '--set',
      'labels.c=z',
    ]);
    expect(stderr).toBe('');
    const [map, service] = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(map.data).toEqual({ text: 'three' });
    expect(service.metadata.labels).toEqual({ a: 'x', b: 'v', c: 'z' });
    expect(service.spec.ports).toEqual([{ port: 1 }]);
  });

  test('renders for a release and a namespace', async () => {
    const { stdout } = await run([
      'render',
      ...['-f', file('a.yaml', ''), '--release', 'blue', '--namespace', 'sea'],
    ]);
    expect(parseAllDocuments(stdout)[0]?.toJS().metadata).toEqual({ name: 'blue', namespace: 'sea' });
  });

  test('reads standard input if the file is -', async () => {
    const { stdout } = await run(['render', '-f', '-'], { stdin: 'text: from a pipe\n' });
    expect(stdout).toContain('text: "from a pipe"\n');
  });

  test('writes a file for each object, and removes those of an earlier run', async () => {
    const out = path.join(folder, 'out');
    const withService = await run(['render', '-f', file('a.yaml', ''), '--output-dir', out]);
    expect(withService.stdout).toBe(`wrote 3 files to ${out}\n`);
    expect(readdirSync(out, { recursive: true }).sort()).toEqual([
      'service.yaml',
      'tests',
      path.join('tests', 'pod.yaml'),
      'text.yaml',
    ]);
    expect(readFileSync(path.join(out, 'text.yaml'), 'utf8')).toMatch(
      /^# Source: greeter\/templates\/text\.yaml\napiVersion: v1\n/,
    );

    writeFileSync(path.join(out, 'kustomization.yaml'), 'resources: [text.yaml]\n');
    await run(['render', '-f', file('a.yaml', 'service: false\n'), '--output-dir', out]);
    expect(readdirSync(out).sort()).toEqual(['kustomization.yaml', 'tests', 'text.yaml']);
  });

  test('prints problems to standard error, no manifest at all, and ends with 1', async () => {
    const name = file('a.yaml', 'txet: hi\n');
    const out = path.join(folder, 'never');
    expect(await run(['render', '-f', name, '--output-dir', out])).toEqual({
      status: 1,
      stdout: '',
      stderr: `${name}:1:1: txet: this key is not known\n  Did you mean text?\n`,
    });
    expect(readdirSync(folder)).not.toContain('never');
  });

  test('reports a broken rule', async () => {
    const name = file('a.yaml', 'port: 1\ntext: ""\n');
    expect(await run(['render', '-f', name])).toEqual({
      status: 1,
      stdout: '',
      stderr: `${name}:2:1: text: a greeter says something: give it a text\n`,
    });
  });
});

describe.each(['render', 'validate'])('the release of %s', (verb) => {
  test.each([
    ['--release', 'Centaur'],
    ['--release', 'a'.repeat(54)],
    ['--release', ''],
    ['--namespace', 'my_space'],
    ['--namespace', 'a'.repeat(64)],
  ])('refuses %s %j', async (option, value) => {
    const { status, stdout, stderr } = await run([verb, '-f', file('a.yaml', ''), option, value]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^centaur-chart: ${option} "${value}": a \\w+ is named with .*\\n$`));
  });

  test('is what the rules see', async () => {
    const args = [verb, '-f', file('a.yaml', 'text: blue.sea\n')];
    expect(await run(args)).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = await run([...args, '--release', 'blue', '--namespace', 'sea']);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('text: a greeter does not say its own name');
    const unnamed = [verb, '-f', file('b.yaml', 'text: greeter.default\n')];
    expect(await run(unnamed)).toMatchObject({ status: 1 });
  });
});

describe('validate', () => {
  test('checks each file separately', async () => {
    const good = file('good.yaml', 'text: hi\n');
    const bad = file('bad.yaml', 'port: 0\nspeech: x\n');
    const worse = file('worse.yaml', '- a\n');
    expect(await run(['validate', '-f', bad, good, worse])).toEqual({
      status: 1,
      stdout: `\
${bad}:1:1: port: must be at least 1
  Where it is said.
${bad}:2:1: speech: this key of older values files means nothing here
  Set text instead.
${worse}:1:1: a values file holds a map, and this one holds a list
  Write "key: value" lines.
3 files checked: 3 problems in 2 of them
`,
      stderr: '',
    });
  });

  test('reports success if there is no problem, and ends with 0', async () => {
    const files = ['a.yaml', 'b.yaml'].map((name) => file(name, ''));
    expect(await run(['validate', '-f', ...files])).toEqual({
      status: 0,
      stdout: '2 files checked: no problems\n',
      stderr: '',
    });
  });

  test('checks files as one set of values with --layered', async () => {
    const base = file('base.yaml', 'text: ""\n');
    const more = file('more.yaml', 'text: hi\n');
    expect((await run(['validate', '-f', base, more])).status).toBe(1);
    expect((await run(['validate', '--layered', '-f', base, more])).status).toBe(0);
    expect((await run(['validate', '--layered', '-f', more, base])).stdout).toContain(`${base}:1:1: text:`);
  });

  test('warns about a key of global that may be a mistake, and accepts the file', async () => {
    const name = file('global.yaml', 'global: {voise: loud}\n');
    const said =
      `${name}:1:10: global.voise: warning: this chart does not read the key, which may be for another chart of the release\n` +
      '  Did you mean global.voice?\n';
    expect(await run(['validate', '-f', name])).toEqual({
      status: 0,
      stdout: `${said}1 file checked: no problems, 1 warning\n`,
      stderr: '',
    });
    const rendered = await run(['render', '-f', name]);
    expect([rendered.status, rendered.stderr]).toEqual([0, said]);
  });

  test('prints JSON for programs', async () => {
    const name = file('bad.yaml', 'txet: hi\n');
    const { status, stdout } = await run(['validate', '-f', name, '--output', 'json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      files: [name],
      problems: [
        {
          file: name,
          line: 1,
          column: 1,
          path: 'txet',
          message: 'this key is not known',
          hint: 'Did you mean text?',
        },
      ],
      warnings: [],
    });
    expect(
      JSON.parse((await run(['validate', '-f', file('good.yaml', ''), '--output', 'json'])).stdout),
    ).toEqual({ valid: true, files: [path.join(folder, 'good.yaml')], problems: [], warnings: [] });
  });

  test('shows the current file on a terminal, and removes that line again', async () => {
    const files = ['a.yaml', 'b.yaml'].map((name) => file(name, ''));
    const { stderr } = await run(['validate', '-f', ...files], { terminal: true });
    expect(stderr).toContain(`checking 2 of 2: ${files[1]}`.slice(0, 79));
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  });
});

describe('a file that cannot be values', () => {
  const bomb = [...'abcdefgh']
    .map(
      (key, index, keys) =>
        `${key}: &${key}1 [${Array(9).fill(index === 0 ? 'x' : `*${keys[index - 1]}1`)}]\n`,
    )
    .join('');

  test.each([
    ['no YAML', 'a: "b\n'],
    ['not UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff])],
    ['a list', '- a\n'],
    ['a text', 'hello\n'],
    ['a key twice', 'text: a\ntext: b\n'],
    ['two documents', 'text: a\n---\ntext: b\n'],
    ['an alias to itself', 'labels: &a {b: *a}\n'],
    ['an anchor bomb', bomb],
    ['5 MB', `text: a\n${'# nothing\n'.repeat(500_000)}`],
    ['nested too deep', `text: ${'['.repeat(5000)}${']'.repeat(5000)}\n`],
  ])('%s: one line says where and what, and nothing is written', async (_, text) => {
    const name = file('refused.yaml', text);
    const out = path.join(folder, 'never');
    const problem = /^\S*refused\.yaml:\d+:\d+: .{10,300}\n(?: {2}\S.{5,300}\n)?/;
    const validated = await run(['validate', '-f', name]);
    expect(validated).toMatchObject({ status: 1, stderr: '' });
    expect(validated.stdout.replace(problem, '')).toBe('1 file checked: 1 problem\n');
    for (const argv of [[], ['--output-dir', out]]) {
      const rendered = await run(['render', '-f', name, ...argv]);
      expect(rendered).toMatchObject({ status: 1, stdout: '' });
      expect(rendered.stderr).toMatch(problem);
      expect(rendered.stderr.replace(problem, '')).toBe('');
    }
    expect(readdirSync(folder)).not.toContain('never');
  });
});

describe('colours', () => {
  const faulty = () => ['validate', '-f', file('bad.yaml', 'txet: hi\n')];

  test('are for terminals only', async () => {
    expect((await run(faulty())).stdout).not.toContain('\u001b');
    expect((await run(faulty(), { terminal: true })).stdout).toContain('\u001b[1mtxet');
  });

  test('are omitted if NO_COLOR or a dumb terminal asks for it', async () => {
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect((await run(faulty(), { terminal: true, env })).stdout).not.toContain('\u001b');
    }
  });
});

describe('a usage error', () => {
  test.each([
    [[], `say what to do: ${verbs.map(({ name }) => name).join(', ')} (see centaur-chart --help)`],
    [['rendr'], "unknown command 'rendr' (Did you mean render?) (see centaur-chart --help)"],
    [['render'], "required option '-f, --values <file...>' not specified (see centaur-chart render --help)"],
    [['render', '-f', '-', '--nope'], "unknown option '--nope' (see centaur-chart render --help)"],
    [['validate', '-f', '-', '-'], '-f -: standard input can be read only once'],
    [['validate', '-f', '/nowhere/x.yaml'], 'cannot read /nowhere/x.yaml: no such file or directory'],
    [['validate', '-f', '/dev/null/x'], 'cannot read /dev/null/x: a part of its path is not a directory'],
    [['render', '-f', '/'], 'cannot read /: it is a directory; name the files in it'],
  ])('%j ends with 2 and one line that says what to do', async (argv, message) => {
    expect(await run(argv)).toEqual({ status: 2, stdout: '', stderr: `centaur-chart: ${message}\n` });
  });

  test('names every file that cannot be read', async () => {
    const { stderr } = await run(['validate', '-f', '/nowhere/a', file('good.yaml', ''), '/nowhere/b']);
    expect(stderr).toBe(`\
centaur-chart: cannot read /nowhere/a: no such file or directory
centaur-chart: cannot read /nowhere/b: no such file or directory
`);
  });
});

describe('--help', () => {
  test.each([[['--help']], [['render', '--help']], [['validate', '-h']]])('%j ends with 0', async (argv) => {
    const { status, stdout, stderr } = await run(argv);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: centaur-chart/);
  });

  test("shows a verb's examples, which parse", async () => {
    for (const verb of ['render', 'validate']) {
      const { stdout } = await run([verb, '--help']);
      const examples = [...stdout.matchAll(/^ {2}\$ centaur-chart (.*)$/gm)].map((match) => match[1] ?? '');
      expect(examples.length).toBeGreaterThan(2);
      for (const example of examples) {
        const [command = ''] = example.split(' |');
        const { stderr } = await run(command.replaceAll(/\S+\.yaml/g, '/nowhere').split(' '));
        expect(stderr).toMatch(/cannot read \/nowhere: no such file/);
      }
    }
  });

  test('--version prints the version', async () => {
    expect(await run(['--version'])).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('an external failure', () => {
  test('a reader that exits is one line', async () => {
    const stdoutError = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(await run(['render', '-f', file('a.yaml', '')], { stdoutError })).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'centaur-chart: cannot write to standard output: its reader closed it before everything was written\n',
    });
  });

  test('a defect is one line that asks for a report; the stack is shown on request', async () => {
    const broken = async (env: { readonly [name: string]: string }) => {
      const lines: string[] = [];
      const stderr: Output = new Writable({
        write(chunk, _, done) {
          lines.push(String(chunk));
          done();
        },
      });
      const load = async () => {
        throw new TypeError('a value is absent\nthat is needed');
      };
      const name = file('a.yaml', '');
      const io = { stdin: (async function* () {})(), stdout: stderr, stderr, env };
      expect(await main({ version: '', load }, ['validate', '-f', name], io)).toBe(1);
      return lines.join('');
    };
    expect(await broken({})).toMatch(
      /^centaur-chart: internal error: a value is absent that is needed\. .*please report it.*CENTAUR_CHART_DEBUG=1.*\n$/,
    );
    expect(await broken({ CENTAUR_CHART_DEBUG: '1' })).toMatch(/\n {4}at .*program\.test\.ts/);
  });
});
