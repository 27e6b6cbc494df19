import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsBelow, importsOf, packagesOf, violations } from './layout.js';

const source = importsBelow(path.join(import.meta.dirname, '../src'));

describe('the source', () => {
  test('imports only in the direction of its layout, and Kubernetes types only as types', () => {
    expect(violations(source)).toEqual([]);
  });

  test('loads only the parser of arguments before the command starts', () => {
    const loaded = packagesOf('cli/main.ts', source).filter((name) => !name.startsWith('node:'));
    expect(loaded).toEqual(['commander']);
  });

  test('loads no YAML parser with the chart or with declarations', () => {
    for (const entry of ['centaur/index.ts', 'secrets/tool-declarations.ts']) {
      const loaded = packagesOf(entry, source);
      expect(loaded).toContain('typebox');
      expect(loaded).not.toContain('yaml');
    }
  });

  test('was really examined', () => {
    expect(source.length).toBeGreaterThan(50);
    expect(source).toContainEqual(
      expect.objectContaining({
        file: 'helm/manifest/kubernetes-kinds.ts',
        target: 'cdk8s-plus-28',
        typeOnly: true,
      }),
    );
    expect(source).toContainEqual(
      expect.objectContaining({ file: 'cli/subject.ts', target: 'centaur/index.ts' }),
    );
  });
});

describe('an import', () => {
  test.each([
    ["import { a } from './b.js';", 'helm/b.ts', false],
    ["import type { A } from './b.js';", 'helm/b.ts', true],
    ["import {\n  a,\n  type B,\n} from '../secrets/c.js';", 'secrets/c.ts', false],
    ["import a, * as b from './b.js';", 'helm/b.ts', false],
    ["import './b.js';", 'helm/b.ts', false],
    ["export * from './inner/b.js';", 'helm/inner/b.ts', false],
    ["export { a } from './b.js';", 'helm/b.ts', false],
    ["export type { A } from './b.js';", 'helm/b.ts', true],
    ["const b = await import('../cli/b.js');", 'cli/b.ts', false],
    ["import { load } from 'yaml';", 'yaml', false],
    ["export const b: import('./b.js').B = 1;", 'helm/b.ts', true],
    ["import { type A } from './b.js';", 'helm/b.ts', false],
  ])('is found in %j', (text, target, typeOnly) => {
    expect(importsOf('helm/a.ts', `/** head */\n${text}\n`)).toEqual([
      { file: 'helm/a.ts', line: 2, target, typeOnly, lazy: text.includes('await') },
    ]);
  });

  test('in a comment, or in a string that only looks like one, is ignored', () => {
    const text =
      "// import './b.js';\n/*\nimport './b.js';\n*/\nexport const a = 'x from y';\nexport function b() {}\n";
    expect(importsOf('helm/a.ts', text)).toEqual([]);
  });

  test('is found after a string that looks like the start of a comment', () => {
    const text = "const files = 'values/*.yaml';\nawait import('./b.js');\n/* */\n";
    expect(importsOf('helm/a.ts', text)).toMatchObject([{ line: 2, target: 'helm/b.ts' }]);
  });
});

describe('the layout', () => {
  const judged = (file: string, text: string) => violations(importsOf(file, text));

  test.each([
    ['cli/a.ts', '../centaur/index.js'],
    ['cli/a.ts', '../helm/chart.js'],
    ['centaur/a.ts', '../secrets/b.js'],
    ['secrets/a.ts', '../helm/index.js'],
    ['secrets/a.ts', '../text/b.js'],
    ['main.ts', './cli/synth.js'],
    ['helm/a.ts', 'cdk8s'],
    ['helm/a.ts', './template/b.js'],
    ['helm/template/a.ts', '../layout/b.js'],
    ['helm/ir/a.ts', '../../text/b.js'],
  ])('lets src/%s import %s', (file, target) => {
    expect(judged(file, `import { b } from '${target}';`)).toEqual([]);
  });

  test.each([
    ['text/a.ts', '../helm/index.js', 'src/text may import only itself'],
    ['helm/ir/a.ts', '../values/b.js', 'src/helm/ir may import only itself, text'],
    ['helm/values/a.ts', '../chart.js', 'src/helm/values may import only itself, helm/ir, text'],
    ['helm/values/a.ts', '../../cli/b.js', 'src/helm/values may import only itself, helm/ir, text'],
    ['secrets/a.ts', '../centaur/b.js', 'src/secrets may import only itself, helm, text'],
    [
      'centaur/a.ts',
      '../cli/b.js',
      'src/centaur may import only itself, centaur/values, secrets, helm, text',
    ],
    ['centaur/a.ts', '../main.js', 'src/centaur may import only itself, centaur/values, secrets, helm, text'],
    ['cli/a.ts', '../main.js', 'src/cli may import only itself, centaur, secrets, helm, text'],
    ['cli/a.ts', '../../test/b.js', 'it is outside of src'],
    ['extra/a.ts', '../helm/b.js', 'src/extra has no place in the layout: give it one in test/layout.ts'],
    ['helm/a.ts', './extra/b.js', 'src/helm/extra has no place in the layout: give it one in test/layout.ts'],
    [
      'secrets/a.ts',
      '../helm/ir/b.js',
      'only src/helm itself imports its folders: import one of the files that stand in it',
    ],
    [
      'main.ts',
      './helm/ir/b.js',
      'only src/helm itself imports its folders: import one of the files that stand in it',
    ],
  ])('does not let src/%s import %s, not even as a type', (file, target, reason) => {
    for (const kind of ['import', 'import type', 'export']) {
      const [violation, ...others] = judged(file, `${kind} { b } from '${target}';`);
      expect(others).toEqual([]);
      expect(violation).toMatch(new RegExp(`^src/${file}:1: imports .*: ${reason}$`));
    }
  });

  test('imports Kubernetes types only as types', () => {
    expect(judged('helm/a.ts', "import type { k8s } from 'cdk8s-plus-28';")).toEqual([]);
    expect(judged('helm/a.ts', "import { k8s } from 'cdk8s-plus-28';")).toEqual([
      'src/helm/a.ts:1: imports cdk8s-plus-28: write "import type": loading cdk8s-plus-28 would slow down every start',
    ]);
  });
});

describe('what is loaded at startup', () => {
  test('includes indirect imports, but neither types nor what is loaded later', () => {
    const imports = [
      ...importsOf('a.ts', "import './b.js';\nimport type { C } from './c.js';\nawait import('./d.js');\n"),
      ...importsOf('b.ts', "export * from './a.js';\nimport 'early';\n"),
      ...importsOf('c.ts', "import 'typed';\n"),
      ...importsOf('d.ts', "import 'late';\n"),
    ];
    expect(packagesOf('a.ts', imports)).toEqual(['early']);
    expect(packagesOf('d.ts', imports)).toEqual(['late']);
  });
});
