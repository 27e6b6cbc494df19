import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReleaseDiff, releaseDiff } from '../../src/cli/diff-objects.js';
import { type Change, canonical, differences, type Step } from '../../src/cli/diff-trees.js';
import type { Value, ValueMap } from '../../src/text/json.js';
import { certificate, key, mark, marks } from '../centaur/wrong-secrets.js';
import { runHere, type Setting } from './in-process.js';
import { product } from './product.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'centaur-diff-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
}

/** Compares two values files. */
function compared(old: string, now: string, argv: readonly string[] = [], setting: Setting = {}) {
  const files = ['-f', file('old.yaml', old), '--to', file('new.yaml', now)];
  return runHere(product, ['diff', ...files, ...argv], setting);
}

async function report(old: string, now: string) {
  const { stdout } = await compared(old, now, ['--output', 'json']);
  return JSON.parse(stdout);
}

const production = path.join(import.meta.dirname, '../../values/onepassword-connect.yaml');
const environment = path.join(import.meta.dirname, '../../values/env.yaml');

describe('diff', () => {
  test.each([
    ['text', 'no differences\n'],
    ['json', expect.stringContaining('"same": true')],
  ])('of values with themselves is empty, as %s', async (output, stdout) => {
    const argv = ['diff', '-f', production, '--to', production, '--output', output];
    expect(await runHere(product, argv)).toEqual({ status: 0, stdout, stderr: '' });
  });

  test('ignores how values are written', async () => {
    const { status, stdout } = await compared(
      'api: {replicaCount: 3}\nironProxy: {replicas: 2}\n',
      '# other\nironProxy:\n  replicas: 2\napi:\n  "replicaCount": 3\n',
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'no differences\n' });
  });

  test('names the field, its old and its new value', async () => {
    expect(await compared('', 'api: {replicaCount: 3}')).toEqual({
      status: 1,
      stderr: '',
      stdout: `\
~ Deployment/default/centaur-centaur-api
    spec.replicas: 1 → 3

0 added, 0 removed, 1 changed
`,
    });
  });

  test('colours only a terminal, and not with NO_COLOR', async () => {
    const change = ['', 'api: {replicaCount: 3}'] as const;
    expect((await compared(...change, [], { terminal: true })).stdout).toContain('\u001b[32m3\u001b[39m');
    const env = { NO_COLOR: '1' };
    expect((await compared(...change, [], { terminal: true, env })).stdout).not.toContain('\u001b');
    expect((await compared(...change)).stdout).not.toContain('\u001b');
  });

  test("compares iron-proxy's configuration by its content, and says why its pods restart", async () => {
    const { stdout } = await compared('', 'ironProxy: {allowedHosts: [a.example.com]}');
    expect(stdout).toMatch(
      /~ ConfigMap\/default\/centaur-centaur-iron-proxy\n.*data\["iron-proxy.yaml"\]\.\w/,
    );
    expect(stdout).toContain('a.example.com');
    expect(stdout).toContain(
      '~ Deployment/default/centaur-centaur-iron-proxy\n    pods restart: the configuration changed\n',
    );
    expect(stdout).not.toContain('checksum');
  });

  test('--set applies to both sides', async () => {
    const { status } = await compared('', '', ['--set', 'api.replicaCount=4']);
    expect(status).toBe(0);
    const { stdout } = await compared('', 'nameOverride: other', ['--set', 'api.replicaCount=4']);
    expect(stdout).toContain('+ Deployment/default/centaur-other-api\n');
    expect(stdout).toContain('- Deployment/default/centaur-centaur-api\n');
  });

  test('reports problems like render, and prints no differences', async () => {
    const bad = file('bad.yaml', 'ironProxy: {secretSource: vault}\n');
    const refused = await runHere(product, ['render', '-f', bad]);
    for (const argv of [
      ['-f', bad, '--to', production],
      ['-f', production, '--to', bad],
    ]) {
      expect(await runHere(product, ['diff', ...argv])).toEqual(refused);
    }
    expect(refused).toMatchObject({ status: 1, stdout: '' });
  });

  test.each([
    [['-f', '-', '--to', '-'], 'standard input can be read only once'],
    [['-f', production], "required option '--to <file...>' not specified"],
  ])('%j is a wrong call', async (argv, message) => {
    const { status, stdout, stderr } = await runHere(product, ['diff', ...argv]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('takes one side from standard input', async () => {
    const setting = { stdin: 'api: {replicaCount: 3}' };
    const { stdout } = await runHere(product, ['diff', '--to', '-'], setting);
    expect(stdout).toContain('spec.replicas: 1 → 3');
  });

  const inSecret = JSON.stringify({ firewall: { ca: { certPem: certificate, keyPem: key } } });
  test.each([
    ['a Secret that is added', '', inSecret],
    ['a key of a Secret', inSecret, inSecret.replace(mark, mark.toLowerCase())],
    ['api.extraEnv', '', `api: {extraEnv: {TOKEN: ${mark}}}`],
    ['api.extraEnv, changed', `api: {extraEnv: {TOKEN: ${mark}}}`, 'api: {extraEnv: {TOKEN: other}}'],
    [
      'api.extraEnv with JSON',
      `api: {extraEnv: {TOKEN: '{"a": "${mark}"}'}}`,
      `api: {extraEnv: {TOKEN: '{"a": 1}'}}`,
    ],
    ['sandbox.extraEnv', '', `sandbox: {extraEnv: {TOKEN: ${mark}}}`],
    [
      'sandbox.extraEnv, changed',
      `sandbox: {extraEnv: {TOKEN: ${mark}}}`,
      'sandbox: {extraEnv: {TOKEN: other}}',
    ],
  ])('shows no value of %s', async (_, old, now) => {
    for (const [left, right] of [
      [old, now],
      [now, old],
    ] as const) {
      for (const output of ['text', 'json']) {
        const { status, stdout, stderr } = await compared(left, right, ['--output', output]);
        expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
        for (const one of marks) expect(stdout.toLowerCase()).not.toContain(one.toLowerCase());
        for (const one of marks)
          expect(stdout).not.toContain(Buffer.from(one).toString('base64').slice(2, -4));
      }
    }
  });

  test('gives programs what the text says', async () => {
    const found = await report('', 'api: {replicaCount: 3, extraEnv: {A: b}}');
    expect(found).toMatchObject({
      same: false,
      added: [],
      removed: [],
      changed: [
        {
          object: { kind: 'Deployment', namespace: 'default', name: 'centaur-centaur-api' },
          changes: [
            { path: 'spec.replicas', old: 1, new: 3 },
            {
              path: 'spec.template.spec.containers[api].env[A]',
              new: { name: 'A', value: '(hidden)' },
            },
          ],
        },
      ],
      restarts: [{ object: { name: 'centaur-centaur-api' }, configurationOnly: false }],
      refused: [],
    });
  });

  test('of two modes is mirrored if its sides are swapped', async () => {
    const there = await runHere(product, ['diff', '-f', environment, '--to', production, '--output', 'json']);
    const back = await runHere(product, ['diff', '-f', production, '--to', environment, '--output', 'json']);
    const [left, right] = [JSON.parse(there.stdout), JSON.parse(back.stdout)];
    expect(left.added.length + left.removed.length + left.changed.length).toBeGreaterThan(5);
    expect(right.added).toEqual(left.removed);
    expect(right.removed).toEqual(left.added);
    const names = (one: typeof left) => one.changed.map(({ object }: { object: object }) => object);
    expect(names(right)).toEqual(names(left));
  });
});

describe.each(['docs/operations.md', 'docs/gitops.md'])('the command in %s', (name) => {
  const page = readFileSync(path.join(import.meta.dirname, '../..', name), 'utf8');
  const commands = [...page.matchAll(/^.* \| centaur-chart (diff .*)$/gm)].map(([, command = '']) => command);

  // Helm prints null for a release without values.
  test.each([
    ['null\n', 'spec.replicas: 1 → 3', 1],
    ['api: {replicaCount: 3}\n', 'no differences', 0],
  ])('compares %j with a file', async (stdin, text, status) => {
    expect(commands).toHaveLength(1);
    const now = file('values.yaml', 'api: {replicaCount: 3}');
    const argv = commands[0]?.replace('values.yaml', now).split(' ') ?? [];
    const ran = await runHere(product, argv, { stdin });
    expect(ran).toMatchObject({ status, stderr: '' });
    expect(ran.stdout).toContain(text);
  });
});

test('what Kubernetes refuses is named, with what to do', async () => {
  const { stdout } = await compared('nameOverride: a', 'nameOverride: b', ['--set', 'fullnameOverride=same']);
  expect(stdout).toContain(
    '  Deployment/default/same-api spec.selector: delete the object, then upgrade: its pods stop until Helm has created it again\n',
  );
  expect(stdout).toMatch(/; Kubernetes refuses \d+ of the changes\n$/);
});

// ---------------------------------------------------------------------------------------------------- any trees

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ max: 3 }),
  fc.constantFrom('a', 'b', ''),
);
const { tree, named } = fc.letrec<{ tree: Value; list: Value; map: Value; named: readonly ValueMap[] }>(
  (tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, scalar, tie('map'), tie('list'), tie('named')),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'name', 'value'), tie('tree'), { maxKeys: 3 }),
    named: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y', 'z', '1'), value: tie('tree') }), {
      maxLength: 4,
      selector: ({ name }) => name,
    }),
  }),
);

/** Independent trees are seldom equal but for an order. */
const pair: fc.Arbitrary<readonly [Value, Value]> = fc.oneof(
  fc.tuple(tree, tree),
  fc
    .oneof(fc.array(tree, { maxLength: 4 }), named)
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length }))),
);

describe.each([{ orderless: false }, { orderless: true }])('differences, %j', (comparison) => {
  test('are none exactly for trees of the same meaning', () => {
    fc.assert(
      fc.property(pair, ([left, right]) => {
        expect(differences(left, left, comparison)).toEqual([]);
        const same = canonical(left, comparison) === canonical(right, comparison);
        expect(differences(left, right, comparison).length === 0).toBe(same);
      }),
      { numRuns: 3000 },
    );
  });

  test('are mirrored if the trees are swapped', () => {
    const turned = (step: Step): Step => {
      if (typeof step === 'string' || 'key' in step) return step;
      return {
        ...(step.new !== undefined && { old: step.new }),
        ...(step.old !== undefined && { new: step.old }),
      };
    };
    const mirrored = ({ path: steps, old, new: now, order }: Change): Change => ({
      path: steps.map(turned),
      ...(now !== undefined && { old: now }),
      ...(old !== undefined && { new: old }),
      ...(order && { order }),
    });
    const sorted = (changes: readonly Change[]) =>
      changes.map((one) => canonical(JSON.parse(JSON.stringify(one)), { orderless: false })).sort();
    fc.assert(
      fc.property(pair, ([left, right]) => {
        expect(sorted(differences(right, left, comparison))).toEqual(
          sorted(differences(left, right, comparison).map(mirrored)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

test('the order of a list is a difference, and its members are matched by name', () => {
  const [a, b] = [{ name: 'a', x: 1 }, { name: 'b' }];
  expect(differences([a, b], [b, { ...a, x: 2 }], { orderless: false })).toEqual([
    { path: [{ key: 'name', value: 'a' }, 'x'], old: 1, new: 2 },
    { path: [], order: true, old: ['a', 'b'], new: ['b', 'a'] },
  ]);
});

// ------------------------------------------------------------------------------------------------ objects of any kind

function of(kind: string, content: ValueMap, annotations: ValueMap = {}) {
  return {
    file: 'templates/a.yaml',
    object: { apiVersion: 'v1', kind, metadata: { name: 'a', annotations }, ...content },
  };
}

function between(left: ReturnType<typeof of>, right: ReturnType<typeof of>): ReleaseDiff {
  return releaseDiff({ objects: [left], values: {} }, { objects: [right], values: {} });
}

test.each<[string, ValueMap, ValueMap, readonly string[]]>([
  ['Deployment', { spec: { selector: { a: 'b' } } }, { spec: { selector: { a: 'c' } } }, ['spec.selector']],
  ['Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, []],
  ['StatefulSet', { spec: { serviceName: 'a' } }, { spec: { serviceName: 'b' } }, ['spec.serviceName']],
  ['StatefulSet', { spec: { volumeClaimTemplates: [] } }, { spec: {} }, ['spec.volumeClaimTemplates']],
  ['StatefulSet', { spec: { replicas: 1, template: {} } }, { spec: { replicas: 2 } }, []],
  ['Service', { spec: {} }, { spec: { clusterIP: 'None' } }, ['spec.clusterIP']],
  ['Service', { spec: { clusterIP: 'None' } }, { spec: {} }, []],
  ['RoleBinding', { roleRef: { name: 'a' } }, { roleRef: { name: 'b' } }, ['roleRef']],
  ['Job', { spec: { template: { a: 1 } } }, { spec: { template: { a: 2 } } }, ['spec.template']],
  ['ConfigMap', { immutable: true, data: { a: 'b' } }, { immutable: true, data: { a: 'c' } }, ['data']],
  ['ConfigMap', { data: { a: 'b' } }, { data: { a: 'c' } }, []],
  ['Secret', { type: 'Opaque' }, { type: 'kubernetes.io/tls' }, ['type']],
  [
    'PersistentVolumeClaim',
    { spec: { storageClassName: 'a', resources: { requests: { storage: '2Gi' } } } },
    { spec: { storageClassName: 'b', resources: { requests: { storage: '1Gi' } } } },
    ['spec.storageClassName', 'spec.resources.requests.storage'],
  ],
  [
    'PersistentVolumeClaim',
    { spec: { resources: { requests: { storage: '900Mi' } } } },
    { spec: { resources: { requests: { storage: '1Gi' } } } },
    [],
  ],
])('Kubernetes refuses some changes of a %s: %j to %j', (kind, old, now, fields) => {
  const { refused } = between(of(kind, old), of(kind, now));
  expect(refused.map(({ field }) => field)).toEqual(fields);
  const hook = { 'helm.sh/hook': 'test' };
  expect(between(of(kind, old, hook), of(kind, now, hook)).refused).toEqual([]);
});

test('a comment in an embedded document is a change of form', () => {
  const config = (text: string) => of('ConfigMap', { data: { 'a.yaml': text } });
  const { changed } = between(config('a: {b: 1}\n'), config('# why\na:\n  b: 1\n'));
  expect(changed.map(({ changes }) => changes)).toEqual([[{ path: ['data', 'a.yaml'], form: true }]]);
});

test('strings that look like credentials are not shown', () => {
  const config = (text: string) => of('ConfigMap', { data: { url: text } });
  expect(JSON.stringify(between(config('a'), config('https://user:word@example.com')))).not.toContain('word');
});

test('an object that Helm keeps is marked', () => {
  const kept = of('Namespace', {}, { 'helm.sh/resource-policy': 'keep' });
  const { removed } = releaseDiff({ objects: [kept], values: {} }, { objects: [], values: {} });
  expect(removed).toEqual([{ kind: 'Namespace', name: 'a', kept: true }]);
});
