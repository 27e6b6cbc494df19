import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { helmCommand, helmMajors, helmVersion, pinned } from './helm.js';
import {
  connectJudge,
  helmTemplate,
  type Judge,
  type Parsed,
  type PlainMap,
  type PlainValue,
  type ReadValues,
  type Refused,
  type RenderRequest,
  startJudge,
} from './judge.js';

const chart = fileURLToPath(new URL('./testdata/greeter', import.meta.url));
const minutesToBuild = 15 * 60_000;

let judge: Judge;
let scratch: string;
beforeAll(async () => {
  judge = await startJudge();
  await Promise.all(helmMajors.map(helmCommand));
  scratch = await mkdtemp(path.join(tmpdir(), 'judges-'));
}, minutesToBuild);
afterAll(async () => {
  await judge.stop();
  await rm(scratch, { recursive: true });
});

type Asked = Omit<RenderRequest, 'chart'>;

const accepted: Record<string, Asked> = {
  defaults: {},
  'a values file': { values: ['greeting: "good: morning"\nport: 1000000\n'] },
  'layered files and --set': {
    values: ['labels: {team: red}\nextra: {a: [1, 2]}\n', 'labels: {tier: null}\nextra: {a: [3]}\n'],
    set: ['extra.b[1].c=x', 'extra.n=1', 'extra.big=9007199254740993'],
  },
  'a default taken away': { values: ['labels:\n  team: null\n'] },
  'an empty file and one of comments': { values: ['', '# nothing\n'] },
  'hostile strings': {
    values: [JSON.stringify({ greeting: 'a: b\n---\n{{ x }}\t\u2028😀"\\', labels: { y: 'no' } })],
  },
  'a subchart that is enabled': { values: ['echo: {enabled: true, word: again}'] },
  'a subchart that --set enables': { set: ['echo.enabled=true'] },
  'an upgrade of a named release': { release: { name: 'prod', namespace: 'apps', isUpgrade: true } },
  'a Kubernetes version': { kubeVersion: '1.29.4' },
  'a key twice in a map': { values: ['raw: "greeting: again"'] },
  'a document more than the template has': { values: ['raw: "x: y\\n---\\napiVersion: v1\\nkind: Secret"'] },
};

const refused: Record<string, Asked & { says: string }> = {
  'a value that the schema rules out': { values: ['replicas: 0'], says: 'replicas' },
  'a value of the wrong type by --set': { set: ['greeting=1'], says: 'greeting' },
  'fail in a template': { set: ['refuse=not today'], says: 'refused: not today' },
  'a template that does not execute': { values: ['owner: {age: 3}'], says: 'nil pointer evaluating' },
  'text that is not YAML any more': { values: ['raw: "a: b: c"'], says: 'YAML parse error on greeter' },
  'a values file that is not YAML': { values: ['a: 1', 'a: [1'], says: 'failed to parse' },
  'a values file that is a list': { values: ['- a'], says: 'cannot unmarshal array' },
  'a --set that is none': { set: ['a[x]=1'], says: 'failed parsing --set data' },
  'a Kubernetes version that is too old': { kubeVersion: '1.24', says: 'chart requires kubeVersion' },
};

describe.each(helmMajors)('Helm %d', (major) => {
  // Another Helm of the same major version may be built with another version of Kubernetes, so one is given.
  const bothAsked = async (asked: Asked) => {
    const request = { chart, kubeVersion: '1.33', ...asked };
    const [verdicts, command] = await Promise.all([
      judge.render({ ...request, majors: [major] }),
      helmTemplate(major, request),
    ]);
    return { engine: verdicts[major], command };
  };

  test.each(Object.entries(accepted))('the judge and the command render alike: %s', async (_, asked) => {
    const { engine, command } = await bothAsked(asked);
    expect(parsed(engine)).toEqual(parsed(command));
    expect(parsed(engine).objects.length).toBeGreaterThan(0);
  });

  test.each(Object.entries(refused))('the judge and the command refuse alike: %s', async (_, {
    says,
    ...asked
  }) => {
    const { engine, command } = await bothAsked(asked);
    expect(refusal(engine)).toContain(says);
    expect(refusal(command)).toContain(says);
    if ((await helmVersion(await helmCommand(major))) !== pinned(`helm.sh/helm/v${major}`)) return;
    // The command names a values file by its path, and ends with a hint at its own flags.
    expect(refusal(command).replace(/\S+values-(\d+)\.yaml/, 'request:$1')).toContain(refusal(engine).trim());
  });

  test('a duplicate key is accepted and reported', async () => {
    const { [major]: verdict } = await judge.render({
      chart,
      values: ['raw: "greeting: again"'],
      majors: [major],
    });
    expect(parsed(verdict).warnings).toEqual([
      expect.stringMatching(/greeter\/templates\/configmap.yaml.*key "greeting" already set in map/s),
    ]);
  });

  test('objects come in the order of installation, hooks last, and notes apart', async () => {
    const { [major]: verdict } = await judge.render({ chart, set: ['greeting=hi'], majors: [major] });
    expect(parsed(verdict).objects.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'Service',
      'Deployment',
      'Pod',
      'Job',
    ]);
    expect(verdict).toMatchObject({ notes: 'hi from release-name\n' });
    expect(Object.keys(parsed(verdict).manifests)).toEqual([
      'greeter/templates/configmap.yaml',
      'greeter/templates/deployment.yaml',
      'greeter/templates/migration.yaml',
      'greeter/templates/tests/connection.yaml',
    ]);
  });

  test('.Capabilities has the Kubernetes version that this Helm was built with', async () => {
    const { [major]: verdict } = await judge.render({ chart, majors: [major] });
    const [, minor] = pinned('k8s.io/client-go').split('.');
    expect(parsed(verdict).objects[0]).toMatchObject({ data: { kubernetes: `v1.${minor}.0` } });
  });

  test.each(Object.entries(accepted))('.Values are what a template sees: %s', async (_, {
    values,
    set,
    ...how
  }) => {
    const asked = { chart, values: values ?? [], set: set ?? [], majors: [major] };
    const [final, rendered] = await Promise.all([judge.coalesce(asked), judge.render({ ...asked, ...how })]);
    const seen = parsed(await judge.parse(dataOf(parsed(rendered[major]).objects, 'values'))).objects;
    expect(seen).toEqual([valuesOf(final[major])]);
  });

  test('.Values have the defaults, the layers and no key that null took away', async () => {
    const values = ['labels: {team: red}\nport: null\nextra: {kept: null}', 'labels: {tier: null}'];
    const { [major]: verdict } = await judge.coalesce({ chart, values, majors: [major] });
    const final = valuesOf(verdict);
    expect(final).toMatchObject({ replicas: 2, greeting: 'hello' });
    expect(final.labels).toEqual({ team: 'red' });
    expect(final.extra).toEqual({ kept: null });
    expect(final).not.toHaveProperty('port');
  });

  test('the schema checks .Values on request', async () => {
    const asked = { chart, set: ['replicas=0'], majors: [major] };
    expect((await judge.coalesce(asked))[major]).toMatchObject({ ok: true, values: { replicas: 0 } });
    expect(refusal((await judge.coalesce({ ...asked, schema: true }))[major])).toContain('/replicas');
  });
});

// Helm's own mix of YAML 1.1 and 1.2, against which our own reader is tested.
const readings: [text: string, values: Record<string, PlainValue>][] = [
  ['a: [yes, on, y, True, off, n, No]', { a: [true, true, true, true, false, false, false] }],
  ['n: 1\ny: 2', { false: 1, true: 2 }],
  ['a: [0777, 0o17, 0x1F, 0b11, 07_7, 08, +1]', { a: [511, 15, 31, 3, 63, 8, 1] }],
  ['a: [1_000, .5, 1e3, 1000000, -0.0]', { a: [1000, 0.5, 1000, 1000000, -0] }],
  [
    'a: [2001-01-01, 2001-12-14t21:59:43Z, 12:30:45]',
    { a: ['2001-01-01', '2001-12-14t21:59:43Z', '12:30:45'] },
  ],
  ['a: [1e400, 0x1G, "1", !!str 12]', { a: ['1e400', '0x1G', '1', '12'] }],
  ['a: 9007199254740993', { a: 2 ** 53 }],
  ['a: ~\nb: null\nc:', { a: null, b: null, c: null }],
  ['a: 1\na: 2', { a: 2 }],
  ['x: &x {b: 1}\na: {<<: *x, c: 2}', { x: { b: 1 }, a: { b: 1, c: 2 } }],
  ['\uFEFFa: 1', { a: 1 }],
];

describe('a values file', () => {
  test.each(readings)('%j', async (text, values) => {
    const read = { ok: true, values };
    expect(await judge.read({ values: [text] })).toEqual({ 3: read, 4: read });
  });

  test('null in a later file is kept until a chart is merged', async () => {
    const read = { ok: true, values: { a: { b: null, c: 1 } } };
    expect(await judge.read({ values: ['a: {b: 1, c: 1}', 'a: {b: null}'] })).toEqual({ 3: read, 4: read });
  });

  test('of two documents Helm 3 reads the first, Helm 4 merges them', async () => {
    expect(await judge.read({ values: ['a: {b: 1}\n---\na: {c: 2}\n'] })).toEqual({
      3: { ok: true, values: { a: { b: 1 } } },
      4: { ok: true, values: { a: { b: 1, c: 2 } } },
    });
  });

  test.each(['a: .inf', 'a: &a [*a]', '? [1]\n: 2'])('%j is refused', async (text) => {
    for (const verdict of Object.values(await judge.read({ values: [text] }))) expect(verdict.ok).toBe(false);
  });

  test('every number in it is a float64', async () => {
    const { 3: verdict } = await judge.read({ values: ['a: 1\nb: 1.5'], typed: true, majors: [3] });
    expect(verdict).toEqual({ ok: true, values: { a: 1, b: 1.5 } });
  });
});

describe('--set', () => {
  const settings: [set: string, values: Record<string, PlainValue>][] = [
    ['a=1', { a: 1n }],
    ['a=07', { a: '07' }],
    ['a=1.5', { a: '1.5' }],
    ['a=1e3', { a: '1e3' }],
    ['a=0x1F', { a: '0x1F' }],
    ['a=9007199254740993', { a: 9007199254740993n }],
    ['a=9223372036854775808', { a: '9223372036854775808' }],
    ['a=true,b=null,c=yes', { a: true, b: null, c: 'yes' }],
    ['a={1,x}', { a: [1n, 'x'] }],
    ['a[1].b=q', { a: [null, { b: 'q' }] }],
    ['a=', { a: '' }],
    ['a\\.b=1\\,2', { 'a.b': '1,2' }],
  ];
  test.each(settings)('%j', async (set, values) => {
    const read = { ok: true, values };
    expect(await judge.read({ set: [set], typed: true })).toEqual({ 3: read, 4: read });
  });
});

describe('numbers', () => {
  test('an integer that JavaScript would round arrives whole in an object', async () => {
    expect(
      await judge.parse('a: [9007199254740992, 9007199254740993, -9223372036854775808, "9007199254740993"]'),
    ).toMatchObject({
      objects: [{ a: [2 ** 53, 9007199254740993n, -(2 ** 63), '9007199254740993'] }],
    });
  });

  test('beyond int64 an object has a float64, as in Kubernetes', async () => {
    expect(await judge.parse('a: [18446744073709551616, 1e21, 1.0]')).toMatchObject({
      objects: [{ a: [2 ** 64, 1e21, 1] }],
    });
  });
});

describe('the process', () => {
  test('answers many requests in flight, each independently', async () => {
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    const verdicts = await Promise.all(
      numbers.map((number) =>
        judge.render({ chart, values: number % 3 === 0 ? [] : [`greeting: "g${number}"`] }),
      ),
    );
    verdicts.forEach((verdict, number) => {
      const greeting = number % 3 === 0 ? 'hello' : `g${number}`;
      for (const major of helmMajors) {
        expect(parsed(verdict[major]).objects[0]).toMatchObject({ data: { greeting } });
      }
    });
  });

  test('sees that a chart has changed', async () => {
    const copy = path.join(scratch, 'greeter');
    await cp(chart, copy, { recursive: true });
    const configMap = path.join(copy, 'templates/configmap.yaml');
    for (const kind of ['Alpha', 'Bravo']) {
      await writeFile(configMap, `apiVersion: v1\nkind: ${kind}\n`);
      const verdicts = await judge.render({ chart: copy });
      for (const major of helmMajors)
        expect(parsed(verdicts[major]).objects).toContainEqual({ apiVersion: 'v1', kind });
    }
  });

  test('refuses a folder that is not a chart', async () => {
    const verdicts = await judge.render({ chart: scratch });
    for (const major of helmMajors) expect(refusal(verdicts[major])).toMatch(/Chart.yaml/);
  });

  test('reports why it ended, to pending and later requests', async () => {
    const program = path.join(scratch, 'dying-judge');
    await writeFile(program, '#!/bin/sh\nread line\necho "out of memory" >&2\nexit 3\n', { mode: 0o755 });
    const dying = connectJudge(program);
    const waiting = [dying.read({}), dying.read({})];
    for (const answer of waiting) await expect(answer).rejects.toThrow(/ended with code 3.*out of memory/s);
    await expect(dying.read({})).rejects.toThrow('out of memory');
    await dying.stop();
  });

  test('reports that it does not start', async () => {
    await expect(connectJudge(path.join(scratch, 'nothing')).read({})).rejects.toThrow('did not start');
  });
});

function parsed<Accepted extends Parsed>(verdict: Accepted | Refused): Parsed {
  if (!verdict.ok) throw new Error(`refused: ${verdict.error}`);
  const { objects, warnings, manifests } = verdict;
  return { ok: true, objects, warnings, manifests };
}

function valuesOf(verdict: ReadValues | Refused): PlainMap {
  if (!verdict.ok) throw new Error(`refused: ${verdict.error}`);
  return verdict.values;
}

/** The string under a key of one of the ConfigMaps. */
function dataOf(objects: PlainMap[], key: string): string {
  for (const { data } of objects) {
    const text = data && typeof data === 'object' && !Array.isArray(data) ? data[key] : undefined;
    if (typeof text === 'string') return text;
  }
  throw new Error(`no ConfigMap has ${key}`);
}

function refusal(verdict: { ok: true } | Refused): string {
  if (verdict.ok) throw new Error('this was to be refused');
  return verdict.error;
}
