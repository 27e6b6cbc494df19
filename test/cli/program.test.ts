import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
      graph: () => {
        throw new Error('the greeter has no graph');
      },
      secrets: () => {
        throw new Error('the greeter needs no Secrets');
      },
      live: () => {
        throw new Error('the greeter needs no Secrets');
      },
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

  test('reports warnings of the chart, which are problems only with --strict', async () => {
    const name = file('short.yaml', 'text: yo\n');
    expect(await run(['validate', name])).toMatchObject({
      status: 0,
      stdout: `${name}:1:1: text: warning: yo is short: say hello\n1 file checked: no problems, 1 warning\n`,
    });
    expect(await run(['validate', name, '--strict'])).toMatchObject({
      status: 1,
      stdout: `${name}:1:1: text: yo is short: say hello\n1 file checked: 1 problem\n`,
    });
    const json = await run(['validate', name, '--strict', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      problems: [{ path: 'text' }],
      warnings: [],
    });
    expect(await run(['render', '-f', name])).toMatchObject({ status: 0, stderr: '' });
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

describe("Helm's options for values", () => {
  const text = async (argv: readonly string[], setting: Setting = {}) => {
    const { stdout, stderr } = await run(['render', ...argv], setting);
    expect(stderr).toBe('');
    return parseAllDocuments(stdout)[0]?.toJS().data.text;
  };

  test('without files, the defaults are taken', async () => {
    expect(await text([])).toBe('hello');
    expect(await text(['--set', 'text=set'])).toBe('set');
    expect((await run(['validate'])).stdout).toBe("the chart's defaults checked: no problems\n");
    expect((await run(['budget', '--output', 'json'])).status).toBe(0);
  });

  test('-f takes several names, one with a comma in quotes', async () => {
    const [a, b] = [file('a.yaml', 'text: a\n'), file('b,c.yaml', 'text: b\n')];
    expect(await text(['-f', `"${b}",${a}`])).toBe('a');
    expect(await text(['-f', `${a},"${b}"`])).toBe('b');
    expect(await text(['-f', a, '-f', `"${b}"`])).toBe('b');
    expect(await text([a, b])).toBe('b');
    expect((await run(['validate', '-f', `${a},"${b}"`])).stdout).toBe('2 files checked: no problems\n');
  });

  test("override each other in Helm's order, whatever their own", async () => {
    const from = file('text.txt', 'from a file\n');
    const all = [
      ['--set-literal', 'text=a,b={c}'],
      ['--set-file', `text=${from}`],
      ['--set-string', 'text=1'],
      ['--set', 'text=set'],
      ['--set-json', 'text="json"'],
    ];
    const expected = ['a,b={c}', 'from a file\n', '1', 'set', 'json'];
    for (const [index, one] of expected.entries()) expect(await text(all.slice(index).flat())).toBe(one);
    expect(await text(['--set-file', 'text=-'], { stdin: 'piped' })).toBe('piped');
    expect(await text(['--set', 'text=a', '--set', 'text=b'])).toBe('b');
  });

  test('-n is the namespace', async () => {
    const { stdout } = await run(['render', '-n', 'sea']);
    expect(parseAllDocuments(stdout)[0]?.toJS().metadata.namespace).toBe('sea');
  });

  test.each([
    ['--set', 'port=0', '--set port:1:1: port: must be at least 1\n  Where it is said.\n'],
    [
      '--set-string',
      'labels.a=x,port=123456',
      /^--set-string port:1:12: port: must be a whole number, but is a string\n/,
    ],
    [
      '--set-json',
      'labels={"a":[1]}',
      /^--set-json labels:1:1: labels\.a: must be a string, but is a list\n/,
    ],
    ['--set-literal', 'speech=ssw0rd', /^--set-literal speech:1:1: speech: this key of older values files/],
  ])('a problem of %s %s is named by its option and key', async (option, expression, said) => {
    const { status, stderr } = await run(['render', option, expression]);
    expect(status).toBe(1);
    if (typeof said === 'string') expect(stderr).toBe(said);
    else expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/ssw0rd|123456/);
  });

  test('a problem of --set-file names the file', async () => {
    const from = file('port.txt', '123456');
    const { status, stderr } = await run(['render', '--set-file', `port=${from}`]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^--set-file port=${from}:1:1: port: must be a whole number, but is a string\n`),
    );
    expect(stderr).not.toContain('123456');
  });

  test('validate puts them on top of each file, and reports their problems once', async () => {
    const [a, b] = [file('a.yaml', 'port: 0\n'), file('b.yaml', 'port: 0\n')];
    expect((await run(['validate', a, b, '--set', 'port=1'])).stdout).toBe('2 files checked: no problems\n');
    const { stdout } = await run(['validate', a, b, '--set', 'port=70000']);
    expect(stdout.match(/must be at most 65535/g)).toHaveLength(1);
    expect((await run(['validate', '--layered', a, b, '--set', 'port=1'])).status).toBe(0);
  });
});

describe('reports for programs', () => {
  const sarif = async (...argv: readonly string[]) =>
    JSON.parse((await run(['validate', ...argv, '--output', 'sarif'])).stdout);

  test('--output sarif is a log of SARIF 2.1.0', async () => {
    const bad = file('bad values.yaml', 'text: hi\n\n  # a comment\nport: 0\n');
    const doubtful = file('doubtful.yaml', 'global: {voise: loud}\n');
    const log = await sarif(bad, doubtful, '--set-string', 'labels.a=x,speech=1');
    expect(Object.keys(log)).toEqual(['$schema', 'version', 'runs']);
    expect(log).toMatchObject({ version: '2.1.0', runs: [{ columnKind: 'utf16CodeUnits' }] });
    expect(log.runs).toHaveLength(1);
    const [{ tool, results }] = log.runs;
    expect(tool.driver).toMatchObject({ name: 'centaur-chart', version: '1.2.3' });
    const rules = tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(rules).toEqual(['invalid-values', 'doubtful-values']);
    expect(results).toEqual([
      {
        ruleId: 'invalid-values',
        level: 'error',
        message: { text: 'port: must be at least 1\nWhere it is said.' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: expect.stringMatching(/^file:\/\/\/.*\/bad%20values\.yaml$/) },
              region: { startLine: 4, startColumn: 1 },
            },
          },
        ],
      },
      {
        ruleId: 'invalid-values',
        level: 'error',
        message: {
          text: '--set-string speech: speech: this key of older values files means nothing here\nSet text instead.',
        },
        locations: [],
      },
    ]);
    const { level, message } = (await sarif(doubtful)).runs[0].results[0];
    expect([level, message.text]).toEqual(['warning', expect.stringContaining('Did you mean global.voice?')]);
    expect((await sarif()).runs[0].results).toEqual([]);
  });

  test('names a file of the repository relative to the working directory', async () => {
    const log = await sarif('values/onepassword.yaml');
    expect(log.runs[0].results[0].locations[0].physicalLocation.artifactLocation).toEqual({
      uri: 'values/onepassword.yaml',
    });
  });

  test("--output github are annotations of a workflow, with GitHub's escapes", async () => {
    const bad = file('100%, a:b.yaml', 'port: 0\n"x%\\n": 1\n');
    const { status, stdout } = await run([
      'validate',
      ...['-f', `"${bad}"`, '--set', 'labels.a=1'],
      ...['--output', 'github'],
    ]);
    expect(status).toBe(1);
    const escaped = bad.replace('%', '%25').replace(':', '%3A').replace(',', '%2C');
    expect(stdout).toContain(
      `::error file=${escaped},line=1,col=1::port: must be at least 1%0AWhere it is said.\n`,
    );
    expect(stdout).toContain(`::error file=${escaped},line=2,col=1::["x%25\\n"]: this key is not known`);
    expect(stdout).toMatch(/^::error::--set labels\.a: labels\.a: must be a string, but is a number%0A.*$/m);
    expect(stdout).toMatch(/\n1 file checked: 3 problems\n$/);
    const warned = await run(['validate', file('w.yaml', 'global: {voise: x}\n'), '--output', 'github']);
    expect(warned.status).toBe(0);
    expect(warned.stdout).toMatch(
      /^::warning file=.*w\.yaml,line=1,col=10::global\.voise: .*%0ADid you mean global\.voice\?\n/,
    );
  });
});

describe('files of validate', () => {
  const names = (stdout: string) =>
    JSON.parse(stdout).files.map((name: string) => path.relative(folder, name));
  const checked = async (...argv: readonly string[]) =>
    names((await run(['validate', ...argv, '--output', 'json'])).stdout);
  let values: string;
  beforeAll(() => {
    values = path.join(folder, 'some values');
    for (const inner of ['deep', 'empty', '[a]']) mkdirSync(path.join(values, inner), { recursive: true });
    for (const name of ['b.yaml', 'a.yml', 'README.md', '.hidden.yaml', 'deep/c.yaml', '[a]/x.yaml']) {
      writeFileSync(path.join(values, name), '');
    }
  });

  test('may be folders and patterns', async () => {
    expect(await checked(values)).toEqual(['some values/a.yml', 'some values/b.yaml']);
    expect(await checked(path.join(values, '[a]'))).toEqual(['some values/[a]/x.yaml']);
    expect(await checked(path.join(values, '[a]/x.yaml'))).toEqual(['some values/[a]/x.yaml']);
    expect(await checked(`${values}/*.yaml`)).toEqual(['some values/b.yaml']);
    expect(await checked(`${values}/{b,deep/*}.yaml`, '-f', `${values}/a.yml`)).toEqual([
      'some values/a.yml',
      'some values/b.yaml',
      'some values/deep/c.yaml',
    ]);
    const relative = path.relative(process.cwd(), values);
    const { stdout } = await run(['validate', `${relative}/**/c.yaml`, '--output', 'json']);
    expect(JSON.parse(stdout).files).toEqual([`${relative}/deep/c.yaml`]);
  });

  test.each([
    ['empty', 'the folder has no *.yaml or *.yml files'],
    ['*.toml', 'no file matches the pattern'],
  ])('%s: must exist', async (name, message) => {
    expect(await run(['validate', path.join(values, name)])).toEqual({
      status: 2,
      stdout: '',
      stderr: `centaur-chart: ${path.join(values, name)}: ${message}\n`,
    });
  });
});

describe('validate --watch', () => {
  test('checks again when a file changes, until it is interrupted', async () => {
    const watched = path.join(folder, 'watched');
    mkdirSync(watched);
    const name = path.join(watched, 'a.yaml');
    writeFileSync(name, 'port: 0\n');
    const stop = new AbortController();
    const reports: string[] = [];
    const reported = async (count: number) => {
      while (reports.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
      return reports[count - 1];
    };
    const ended = run(['validate', watched, '--watch'], {
      interruption: stop.signal,
      printed: (chunk) => reports.push(chunk),
    });
    expect(await reported(1)).toMatch(
      /a\.yaml:1:1: port: must be at least 1\n(?:.*\n)*1 file checked: 1 problem\n$/,
    );
    writeFileSync(name, 'port: 8080\n');
    expect(await reported(2)).toBe('1 file checked: no problems\n');
    writeFileSync(path.join(watched, 'b.yaml'), 'text: hi\n');
    expect(await reported(3)).toBe('2 files checked: no problems\n');
    rmSync(path.join(watched, 'b.yaml'));
    rmSync(name);
    expect(await reported(4)).toContain('the folder has no *.yaml or *.yml files');
    writeFileSync(name, 'prot: 1\n');
    expect(await reported(5)).toContain('Did you mean port?');
    stop.abort();
    expect((await ended).status).toBe(1);
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
    [
      [],
      `say what to do: ${[...verbs.map(({ name }) => name), 'version', 'completion', 'help'].join(', ')} (see centaur-chart --help)`,
    ],
    [
      ['completion', 'tcsh'],
      "command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish. (see centaur-chart completion --help)",
    ],
    [['rendr'], "unknown command 'rendr' (Did you mean render?) (see centaur-chart --help)"],
    [['render', '-f', '-', '--nope'], "unknown option '--nope' (see centaur-chart render --help)"],
    [['validate', '-f', '-', '-'], '-: standard input can be read only once'],
    [['render', '-f', '-', '--set-file', 'text= - '], '-: standard input can be read only once'],
    [['validate', '--watch', '-'], '--watch: standard input cannot be watched'],
    [
      ['render', 'a.yaml', '-f', 'b.yaml'],
      'name all files with -f, or all without it: later files override earlier ones',
    ],
    [
      ['render', '-f', 'a.yaml,,b.yaml'],
      "-f: a file's name is missing; write -f a.yaml,b.yaml, and a name with a comma in double quotes",
    ],
    [
      ['render', '-f', ''],
      "-f: a file's name is missing; write -f a.yaml,b.yaml, and a name with a comma in double quotes",
    ],
    [
      ['render', '-f', 'https://me:word@a.example/x.yaml'],
      'a URL is not read: download the file, and give its name',
    ],
    [['render', '/nowhere/x.yaml'], 'argument 1: cannot read /nowhere/x.yaml: no such file or directory'],
    [['render', 'values'], 'argument 1: cannot read values: it is a directory; name the files in it'],
    [
      ['render', '--set-file', 'a.b=/nowhere/x.pem'],
      '--set-file a.b: cannot read /nowhere/x.pem: no such file or directory',
    ],
    [
      ['render', '--set-file', 'a.b=SG.secret.value-that-is-long'],
      '--set-file a.b: there is no such file (its name is not shown, since it may be a secret)',
    ],
    [
      ['render', '--set', 'a=b', '-n', 'My'],
      `--namespace "My": a namespace is named with small letters, digits and -, at most 63 of them`,
    ],

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
    for (const verb of ['render', 'validate', 'bootstrap']) {
      const { stdout } = await run([verb, '--help']);
      const examples = [...stdout.matchAll(/^ {2}\$ centaur-chart (.*)$/gm)].map((match) => match[1] ?? '');
      expect(examples.length).toBeGreaterThan(2);
      for (const example of examples) {
        const [command = ''] = example.split(' |');
        const argv = command.replaceAll(/\S+\.yaml'?|values\//g, '/nowhere').split(' ');
        const { stderr } = await run(argv, { interruption: AbortSignal.abort() });
        expect(stderr).toMatch(/cannot read \/nowhere: no such file/);
      }
    }
  });

  test('--version prints the version', async () => {
    expect(await run(['--version'])).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('help and version', () => {
  test.each([
    [['help'], ['--help']],
    [
      ['help', 'render'],
      ['render', '--help'],
    ],
    [['version'], ['--version']],
  ])('%j is %j', async (argv, option) => {
    const ran = await run(argv);
    expect(ran).toEqual(await run(option));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });

  test('help refuses an unknown verb', async () => {
    expect(await run(['help', 'rendr'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^centaur-chart: say what to do: render, validate, /),
    });
  });
});

describe('completion', () => {
  const words = async (...typed: readonly string[]) =>
    (await run(['complete', '--', ...typed])).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0]);

  test.each<[readonly string[], readonly string[]]>([
    [[''], [...verbs.map(({ name }) => name), 'version', 'completion', 'help']],
    [['v'], ['validate', 'verify', 'version']],
    [['--v'], ['--version']],
    [
      ['help', 'b'],
      ['budget', 'bootstrap'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['validate', '--l'], ['--layered']],
    [
      ['validate', '-f', 'a.yaml', '--set-'],
      ['--set-string', '--set-json', '--set-file', '--set-literal'],
    ],
    [
      ['validate', '--output', ''],
      ['text', 'json', 'sarif', 'github'],
    ],
    [['validate', '--output', 'js'], ['json']],
    [['validate', '--output=js'], ['json']],
    [['validate', '--output', '=', 'g'], ['github']],
    [
      ['validate', '--output', '='],
      ['text', 'json', 'sarif', 'github'],
    ],
    // Files.
    [['validate', ''], []],
    [['validate', '-f', ''], []],
    [['validate', '--', '--'], []],
    [['nope', ''], []],
  ])('of %j is %j', async (typed, expected) => {
    expect(await words(...typed)).toEqual(expected);
  });

  test('describes what it offers', async () => {
    expect((await run(['complete', '--', 'validate', '--layered'])).stdout).toBe(
      '--layered\tcheck the files as one set of values, the later files winning\n',
    );
  });

  test.each(['bash', 'zsh', 'fish'])('has a script for %s, and --help has its line', async (shell) => {
    const { status, stdout } = await run(['completion', shell]);
    expect(status).toBe(0);
    expect(stdout).toContain('centaur-chart complete -- ');
    expect((await run(['completion', '--help'])).stdout).toContain(`centaur-chart completion ${shell}`);
    expect((await run(['--help'])).stdout).not.toContain('complete [');
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
      const interruption = () => new AbortController().signal;
      const io = { stdin: (async function* () {})(), stdout: stderr, stderr, env, interruption };
      expect(await main({ version: '', load }, ['validate', '-f', name], io)).toBe(1);
      return lines.join('');
    };
    expect(await broken({})).toMatch(
      /^centaur-chart: internal error: a value is absent that is needed\. .*please report it.*CENTAUR_CHART_DEBUG=1.*\n$/,
    );
    expect(await broken({ CENTAUR_CHART_DEBUG: '1' })).toMatch(/\n {4}at .*program\.test\.ts/);
  });
});
