import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { loadValues } from '../../src/helm/index.js';
import { project, type Ran, run } from '../cli/command.js';
import { type Block, blocksOf, withBlocks } from '../examples/blocks.js';
import { differences } from '../generated.js';
import { helmCommand } from '../judges/helm.js';
import { type Packed, pack, succeed } from './packed.js';

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
});
afterAll(() => packed?.remove());

describe('the tarball', () => {
  test('contains what users need, and nothing else', async () => {
    const files = (await succeed('tar', ['--list', '--file', packed.tarball], packed.workshop))
      .trimEnd()
      .split('\n')
      .map((file) => file.replace(/^package\//, ''));
    const toolkit = ['helm', 'text'].flatMap((folder) =>
      filesBelow(path.join(project, 'src', folder))
        .filter((file) => !file.endsWith('.test.ts'))
        .flatMap((file) => [
          `lib/${folder}/${file.replace(/ts$/, 'js')}`,
          `lib/${folder}/${file.replace(/ts$/, 'd.ts')}`,
        ]),
    );
    const shipped = ['charts', 'values'].flatMap((folder) =>
      filesBelow(path.join(project, folder)).map((file) => `${folder}/${file}`),
    );
    const isBundled = (file: string) => file.startsWith('lib/command/');
    expect(files.filter((file) => !isBundled(file)).sort()).toEqual(
      ['LICENSE', 'README.md', 'package.json', ...toolkit, ...shipped].sort(),
    );
    // The command reads the shell scripts of the chart when it renders.
    const scripts = filesBelow(path.join(project, 'src'))
      .filter((file) => file.endsWith('.sh'))
      .map((file) => `lib/command/${path.basename(file)}`);
    expect(scripts).not.toEqual([]);
    expect(
      files.filter((file) => isBundled(file) && !/^lib\/command\/[\w-]+\.js$/.test(file)).sort(),
    ).toEqual(['lib/command/LICENSES.txt', ...scripts].sort());
  });

  test('contains the notice of each package whose code is in the command', async () => {
    const text = (file: string) =>
      succeed('tar', ['-xOf', packed.tarball, `package/${file}`], packed.workshop);
    const notices = await text('lib/command/LICENSES.txt');
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(path.join(project, 'package.json'), 'utf8'),
    );
    const pinned: { readonly [name: string]: string } = { ...dependencies, ...devDependencies };
    const bundled = [
      ...['@kubernetes/client-node', '@peculiar/x509', 'ajv', 'commander', 'constructs', 'reflect-metadata'],
      ...['smol-toml', 'toml-eslint-parser', 'typebox', 'yaml'],
    ];
    expect(notices.match(/^[@\w/-]+ \d+\.\d+\.\d+$/gm)).toEqual(
      expect.arrayContaining(bundled.map((name) => `${name} ${pinned[name]}`)),
    );
    expect(notices.match(/^Copyright /gim)?.length).toBeGreaterThanOrEqual(bundled.length);
    // The program that this package contains.
    expect(notices).toContain(`@hpcc-js/wasm-graphviz ${pinned['@hpcc-js/wasm-graphviz']}`);
    expect(notices).toContain('Graphviz, under the Eclipse Public License');
    // What constructs has in addition to its licence.
    expect(notices).toContain('Amazon.com, Inc.');
  });
});

test('npm pack prints only the name of the package, which pre-commit installs', () => {
  expect(packed.printed).toBe(`${path.basename(packed.tarball)}\n`);
});

describe('the example, copied to a folder outside the project', () => {
  const example = path.join(project, 'examples/web-service');
  const theirs = () => path.join(packed.workshop, 'web-service');

  beforeAll(async () => {
    cpSync(example, theirs(), {
      recursive: true,
      filter: (file) => !['chart', 'lib', 'node_modules'].includes(path.relative(example, file)),
    });
    cpSync(packed.tarball, path.join(theirs(), path.basename(packed.tarball)));
    await succeed('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], theirs());
  });

  test('builds, and writes its chart', async () => {
    await succeed('npm', ['run', 'synth'], theirs());
    expect(differences(path.join(theirs(), 'chart'), webService().compile())).toEqual([]);
  });

  test('has no type errors in our declarations, however strict it is', async () => {
    const { stdout } = await run('npx', ['tsc', '--noEmit', '--skipLibCheck', 'false'], { cwd: theirs() });
    // The declarations of our dependencies may be less strict.
    const faults = stdout
      .split('\n')
      .filter((line) => /^\S/.test(line) && !/^node_modules\/(?!centaur-chart\/)/.test(line));
    expect(faults).toEqual([]);
  });

  test('prints the manifests of a values file in a form that kubectl accepts', async () => {
    const list: { kind: string; items: unknown } = JSON.parse(
      await succeed('node', ['lib/main.js', 'production.yaml'], theirs()),
    );
    const chart = webService();
    const file = { file: 'production.yaml', text: readFileSync(path.join(example, 'production.yaml')) };
    const loaded = loadValues(chart, { files: [file] });
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
    const { objects } = chart.evaluate(loaded.values, { name: 'web' });
    expect(list).toEqual({ apiVersion: 'v1', kind: 'List', items: objects.map(({ object }) => object) });
  });

  test('locates a problem in a values file', async () => {
    writeFileSync(path.join(theirs(), 'wrong.yaml'), 'service:\n  typ: NodePort\n');
    const { status, stdout, stderr } = await run('node', ['lib/main.js', 'wrong.yaml'], { cwd: theirs() });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^wrong\.yaml:2:3: service\.typ: .*type.*\n$/),
    });
  });

  test('includes the command centaur-chart', async () => {
    const command = path.join(theirs(), 'node_modules/.bin/centaur-chart');
    expect(await succeed(command, ['--help'], theirs())).toContain('Usage: centaur-chart');
    const values = 'node_modules/centaur-chart/values/env.yaml';
    expect(await succeed(command, ['render', '-f', values], theirs())).toMatch(/^kind: Deployment$/m);
    // What only this verb loads is in the package as well.
    const env = {
      ...{ PATH: process.env.PATH, DATABASE_URL: 'postgresql://u:p@db/ai', SLACKBOT_API_KEY: 'k' },
      ...{
        SLACK_SIGNING_SECRET: 's',
        SLACK_BOT_TOKEN: 'xoxb-t',
        OPENAI_API_KEY: 'o',
        WAREHOUSE_API_KEY: 'w',
      },
    };
    const bootstrap = (...argv: string[]) =>
      run(command, ['bootstrap', '-f', values, ...argv], { cwd: theirs(), env });
    const made = await bootstrap('--output', 'yaml');
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(made.stdout).toMatch(/^ {4}-----BEGIN CERTIFICATE-----$/m);
    expect((await bootstrap('--kubeconfig', 'package.json')).stderr).toContain('has no current context');
  });
});

describe('docs/toolkit.md, for its reader', () => {
  const pageFile = path.join(project, 'docs/toolkit.md');
  const page = readFileSync(pageFile, 'utf8');
  const [chapter = ''] = /^## Your first chart in ten minutes$.*?(?=^## )/ms.exec(page) ?? [];

  let shell: (script: string) => Promise<Ran>;
  const done = async (script: string) => {
    const { status, stdout, stderr } = await shell(script);
    expect(status, `${script}\n${stderr}`).toBe(0);
    return stdout;
  };
  beforeAll(async () => {
    const home = path.join(packed.workshop, 'reader');
    mkdirSync(path.join(home, 'bin'), { recursive: true });
    symlinkSync(await helmCommand(4), path.join(home, 'bin/helm'));
    // What `npm pack` has written into a clone.
    mkdirSync(path.join(home, 'centaur-chart'));
    cpSync(packed.tarball, path.join(home, 'centaur-chart', path.basename(packed.tarball)));
    let cwd = home;
    shell = async (script) => {
      const profile = `export PATH=${home}/bin:$PATH npm_config_prefer_offline=true`;
      const ran = await run('bash', ['-euc', `${profile}\n${script}\npwd > ${home}/.cwd`], { cwd });
      if (ran.status === 0) cwd = readFileSync(path.join(home, '.cwd'), 'utf8').trim();
      return ran;
    };
  });

  test('every command works, with the output that the page shows', async () => {
    let printed = '';
    const shown: string[] = [];
    for (const { language, purpose, text } of blocksOf(chapter)) {
      const [, file = ''] = /([^ ]+)$/.exec(purpose) ?? [];
      if (language === 'sh') {
        const { status, stdout, stderr } = await shell(text);
        printed = stdout + stderr;
        expect(status === 0 ? '' : 'fails', `${text}${printed}`).toBe(purpose);
      } else if (language === 'diff') {
        await done(`git apply <<'DIFF'\n${text}DIFF`);
      } else if (language === 'text') {
        expect(printed).toContain(text.trimEnd());
      } else if (purpose.startsWith('part of ')) {
        expect(await done(`cat ${file}`)).toContain(text);
      } else if (purpose.startsWith('shown ')) {
        shown.push(await done(`cat ${file}`));
      } else {
        await done(`cat > ${file} <<'FILE'\n${text}FILE`);
      }
    }
    // `npx vitest run --project proxy test/package --update` rewrites the page.
    const isShown = ({ purpose }: Block) => (purpose.startsWith('shown ') ? shown.shift() : undefined);
    await expect(withBlocks(page, isShown)).toMatchFileSnapshot(pageFile);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
