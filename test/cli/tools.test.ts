import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { page } from '../centaur/page.js';
import { render } from '../centaur/release.js';
import { execFileSync } from '../system/processes.js';
import { builtCommand, run } from './command.js';

const command = builtCommand();
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tools-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function tree(files: { readonly [file: string]: string }): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
}

const tools = (...folders: readonly string[]) =>
  run(process.execPath, [command, 'tools', ...folders], { cwd: folder });

/** A tool for each of this many declarations. */
const declarations = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `tools/t${index}/pyproject.toml`,
      `[tool.centaur]\nsecrets = [{type="http", name="KEY_${index}", match_headers=["A"], hosts=["h${index}.example.com"]}]`,
    ]),
  );

describe('centaur-chart tools', () => {
  it("turns the page's declaration into values that render accepts", async () => {
    await tree({ 'tools/warehouse/pyproject.toml': page.declaration });
    const { status, stdout, stderr } = await tools('tools');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: '1 pyproject.toml file read: 1 tool, 1 secret\n',
    });
    expect(stdout).toContain('# tools/warehouse/pyproject.toml\n');
    const config = render(stdout)
      .get('ConfigMap', 'centaur-centaur-iron-proxy')
      .at('data', 'iron-proxy.yaml');
    expect(config).toContain('op://$OP_VAULT/WAREHOUSE_API_KEY/credential');
  });

  it('is the same regardless of the order of the files', async () => {
    await tree({
      'b/x/pyproject.toml': page.declaration,
      'a/y/pyproject.toml': '[tool.centaur]\nsecrets = ["LEGACY"]\nhosts = ["a.example.com"]',
    });
    expect((await tools('a', 'b')).stdout).toBe((await tools('b', 'a')).stdout);
  });

  it('is an empty map if no tool declares anything', async () => {
    await tree({ 'a/pyproject.toml': '[project]\nname = "a"\n' });
    const { status, stdout } = await tools('a');
    expect(status).toBe(0);
    expect(parse(stdout)).toEqual({ tools: {} });
  });

  it.each([
    ['no TOML', '[tool.centaur', /pyproject.toml:1:\d+: /],
    [
      'a host with a scheme',
      '[tool.centaur]\nsecrets = [{type="http", name="K", match_headers=["A"], hosts=["https://x.example/y"]}]',
      /hosts\[0\].*\n.*write "x.example"/,
    ],
    ['an unknown type', '[tool.centaur]\nsecrets = [{type="ftp", name="K"}]', /tool.centaur.secrets\[0\]/],
  ])('refuses %s, and names the file, the table and the key', async (_, toml, message) => {
    await tree({ 'bad/pyproject.toml': toml });
    const { status, stdout, stderr } = await tools('bad');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^bad\/pyproject\.toml/);
    expect(stderr).toMatch(message);
  });

  it('refuses two tools that declare one secret differently', async () => {
    const declaration = (reference: string) =>
      `[tool.centaur]\nsecrets = [{type="http", name="KEY", secret_ref="${reference}", match_path=true, hosts=["a.example.com"]}]`;
    await tree({ 'a/pyproject.toml': declaration('ONE'), 'b/pyproject.toml': declaration('TWO') });
    const { status, stdout, stderr } = await tools('a', 'b');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^b\/pyproject\.toml:2:12: tool\.centaur\.secrets\[0\]: KEY has more than one reference for a\.example\.com, by secrets\[0\] of a\/pyproject\.toml:2:12, /,
    );
  });

  it('accepts a declaration that conflicts only with a harness of some releases', async () => {
    await tree({
      'a/pyproject.toml':
        '[tool.centaur]\nsecrets = [{type="http", name="OPENAI_API_KEY", mode="inject", inject_header="X-Key", hosts=["a.example.com"]}]',
    });
    expect(await tools('a')).toMatchObject({ status: 0 });
  });

  it('is the same from any working directory, and names each file from the folder around the named ones', async () => {
    await tree({
      'tools/warehouse/pyproject.toml': page.declaration,
      'more/search/pyproject.toml': '[tool.centaur]\nsecrets = ["SEARCH"]\nhosts = ["a.example.com"]',
    });
    const output = async (cwd: string, ...names: readonly string[]) =>
      (await run(process.execPath, [command, 'tools', ...names], { cwd: path.join(folder, cwd) })).stdout;
    const one = await output('.', 'tools');
    expect(one).toContain('  # tools/warehouse/pyproject.toml\n  warehouse:');
    for (const [cwd, name] of [
      ['.', path.join(folder, 'tools')],
      ['.', './tools/'],
      ['tools', '.'],
      ['tools/warehouse', '..'],
      ['more/search', '../../tools'],
    ] as const) {
      expect(await output(cwd, name)).toBe(one);
    }
    const both = await output('.', 'tools', 'more/search/pyproject.toml');
    expect(both).toContain('  # more/search/pyproject.toml\n  search:');
    expect(both).toContain('  # tools/warehouse/pyproject.toml\n  warehouse:');
    expect(await output('tools/warehouse', path.join(folder, 'more/search/pyproject.toml'), '..')).toBe(both);
  });

  it('reads a file once, however often it is named', async () => {
    await tree({ 'dup/a/pyproject.toml': page.declaration });
    const { status, stdout } = await tools('dup', 'dup/a', './dup/a/', path.join(folder, 'dup'));
    expect(status).toBe(0);
    expect(Object.keys(parse(stdout).tools)).toEqual(['a']);
  });

  const link = async (target: string, at: string) => {
    await mkdir(path.join(folder, path.dirname(at)), { recursive: true });
    await symlink(target, path.join(folder, at));
  };
  /** The files with declarations, and the lines on standard error. */
  const found = async (...folders: readonly string[]) => {
    const { status, stdout, stderr } = await tools(...folders);
    expect(status, stderr).toBe(0);
    const [, ...notes] = (stderr.match(/.+/g) ?? []).reverse();
    return { files: stdout.match(/(?<=^ {2}# ).*/gm) ?? [], notes: notes.reverse() };
  };

  describe('skips installed packages', () => {
    const stranger = '[tool.centaur]\nsecrets = ["WAREHOUSE_API_KEY"]\nhosts = ["stranger.example.com"]';

    it.each([
      ['venv/pyvenv.cfg', 'venv/lib/python3.12/x/pyproject.toml', '1 with pyvenv.cfg, a/venv'],
      ['env of ours/pyvenv.cfg', 'env of ours/x/pyproject.toml', '1 with pyvenv.cfg, a/env of ours'],
      ['conda/conda-meta/history', 'conda/x/pyproject.toml', '1 with conda-meta, a/conda'],
      ['lib/x-1.0.dist-info/METADATA', 'lib/x/pyproject.toml', '1 with *.dist-info, a/lib'],
      [
        '',
        'lib/python3.12/site-packages/x/pyproject.toml',
        '1 called site-packages, a/lib/python3.12/site-packages',
      ],
      ['', 'dist-packages/x/pyproject.toml', '1 called dist-packages, a/dist-packages'],
      ['', '__pypackages__/3.12/lib/x/pyproject.toml', '1 called __pypackages__, a/__pypackages__'],
      ['', '__pycache__/pyproject.toml', '1 called __pycache__, a/__pycache__'],
      ['', 'node_modules/x/pyproject.toml', '1 called node_modules, a/node_modules'],
      ['', 'x.egg-info/pyproject.toml', '1 called *.egg-info, a/x.egg-info'],
      ['', 'x-1.0-py3.12.egg/x/pyproject.toml', '1 called *.egg, a/x-1.0-py3.12.egg'],
    ])('%s %s', async (mark, file, skipped) => {
      await tree({
        'a/pyproject.toml': '[project]\nname = "a"',
        'a/warehouse/pyproject.toml': page.declaration,
        [`a/${file}`]: stranger,
        ...(mark !== '' && { [`a/${mark}`]: '' }),
      });
      expect(await found('a')).toEqual({
        files: ['a/warehouse/pyproject.toml'],
        notes: [`skipped installed packages in 1 place: ${skipped}`],
      });
    });

    it('in many places, with their number and one example of each kind', async () => {
      await tree({
        ...Object.fromEntries(['b', 'a', 'c'].map((name) => [`tools/${name}/__pycache__/x.pyc`, ''])),
        'tools/b/venv/pyvenv.cfg': '',
        'tools/b/pyproject.toml': page.declaration,
      });
      expect(await found('tools')).toEqual({
        files: ['tools/b/pyproject.toml'],
        notes: [
          'skipped installed packages in 4 places: 3 called __pycache__, such as tools/a/__pycache__; 1 with pyvenv.cfg, tools/b/venv',
        ],
      });
    });

    it('if a folder of them is named', async () => {
      await tree({ 'venv/pyvenv.cfg': '', 'venv/x/pyproject.toml': stranger });
      const notes = ['skipped installed packages in 1 place: 1 with pyvenv.cfg, venv'];
      expect(await found('venv')).toEqual({ files: [], notes });
      await tree({ 'venv/lib/site-packages/x/pyproject.toml': stranger });
      expect(await found('venv/lib/site-packages/x')).toEqual({
        files: ['x/pyproject.toml'],
        notes: [],
      });
    });

    it('that links lead to or into', async () => {
      await tree({
        'venv/pyvenv.cfg': '',
        'venv/share/x/pyproject.toml': stranger,
        'lib/site-packages/y/pyproject.toml': stranger,
        'tools/warehouse/pyproject.toml': page.declaration,
      });
      await link('../venv', 'tools/a');
      await link('../venv/share/x', 'tools/b');
      await link('../lib/site-packages/y', 'tools/c');
      await link('../../lib/site-packages/y/pyproject.toml', 'tools/d/pyproject.toml');
      expect(await found('tools')).toEqual({
        files: ['tools/warehouse/pyproject.toml'],
        notes: [
          'skipped installed packages in 4 places: 2 with pyvenv.cfg, such as tools/b; 2 called site-packages, such as tools/c',
        ],
      });
    });

    it('but not everything in an environment that contains the tools', async () => {
      await tree({ 'venv/pyvenv.cfg': '', 'venv/src/one/warehouse/pyproject.toml': page.declaration });
      await link('../one/warehouse', 'venv/src/two/warehouse');
      expect((await found('venv/src/two')).files).toEqual(['two/warehouse/pyproject.toml']);
    });
  });

  it('refuses a declaration below another tool, with both files and what to do', async () => {
    await tree({
      'tools/warehouse/pyproject.toml': page.declaration,
      'tools/warehouse/vendor/x/pyproject.toml':
        '[tool.centaur]\nsecrets = ["WAREHOUSE_API_KEY"]\nhosts = ["stranger.example.com"]',
    });
    expect(await tools('tools')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^tools\/warehouse\/vendor\/x\/pyproject\.toml:1:7: tool\.centaur: stands below another tool: tools\/warehouse\/pyproject\.toml .*\n {2}.*remove its table/,
      ),
    });
  });

  describe('follows links', () => {
    const named = async (...folders: readonly string[]) => {
      const { files, notes } = await found(...folders);
      expect(notes).toEqual([]);
      return files;
    };

    it('to folders and files outside the named ones, and says so', async () => {
      await tree({
        'elsewhere/tool/pyproject.toml': page.declaration,
        'elsewhere/other.toml': '[tool.centaur]\nsecrets = ["OTHER"]\nhosts = ["other.example.com"]',
      });
      await link('../elsewhere/tool', 'tools/link');
      await link('../../elsewhere/other.toml', 'tools/other/pyproject.toml');
      const real = await realpath(folder);
      expect(await found('tools')).toEqual({
        files: ['tools/link/pyproject.toml', 'tools/other/pyproject.toml'],
        notes: [
          `tools/other/pyproject.toml: leads out of the given folders, to ${real}/elsewhere/other.toml`,
          `tools/link: leads out of the given folders, to ${real}/elsewhere/tool`,
        ],
      });
      expect(await named('tools', 'elsewhere')).toContain('elsewhere/tool/pyproject.toml');
    });

    it('and names a tool after its own folder if both are found', async () => {
      await tree({ 'tools/z/pyproject.toml': page.declaration });
      await link('z', 'tools/a');
      expect(await named('tools')).toEqual(['tools/z/pyproject.toml']);
      expect(await named('tools/a', 'tools')).toEqual(['tools/z/pyproject.toml']);
    });

    it('except one that leads to a folder around it', async () => {
      await tree({ 'tools/a/pyproject.toml': page.declaration, 'other/pyproject.toml': page.declaration });
      await link('.', 'tools/here');
      await link('../..', 'tools/a/up');
      expect(await named('tools')).toEqual(['tools/a/pyproject.toml']);
    });

    it('only once around a cycle', async () => {
      await tree({ 'one/a/pyproject.toml': page.declaration });
      await link('../two', 'one/two');
      await link('../one', 'two/one');
      expect(await named('one', 'two')).toEqual(['one/a/pyproject.toml']);
      expect((await found('one')).files).toEqual(['one/a/pyproject.toml']);
      expect((await found('two')).files).toEqual(['two/one/a/pyproject.toml']);
    });

    it('with other names than those that it skips', async () => {
      await tree({ 'elsewhere/pyproject.toml': page.declaration });
      await link('../elsewhere', 'tools/.hidden');
      await link('../elsewhere', 'tools/node_modules');
      expect(await found('tools')).toEqual({
        files: [],
        notes: ['skipped installed packages in 1 place: 1 called node_modules, tools/node_modules'],
      });
    });

    it('and names a tool after its own folder if another link leads to a parent folder', async () => {
      await tree({ 'elsewhere/x/pyproject.toml': page.declaration });
      await link('../elsewhere/x', 'tools/a');
      await link('../elsewhere', 'tools/b');
      expect((await found('tools')).files).toEqual(['tools/b/x/pyproject.toml']);
    });

    it('and names a tool after its own folder if links to links lead to a parent folder', async () => {
      await tree({ 'elsewhere/x/pyproject.toml': page.declaration });
      await link('../elsewhere/x', 'tools/a');
      await link('../further', 'tools/b');
      await link('../elsewhere', 'further/c');
      expect((await found('tools')).files).toEqual(['tools/b/c/x/pyproject.toml']);
    });

    it('and treats a file that is a link as its target', async () => {
      await tree({ 'tools/b/pyproject.toml': page.declaration });
      await link('../b/pyproject.toml', 'tools/a/pyproject.toml');
      await link('../b/pyproject.toml', 'tools/c/pyproject.toml');
      expect(await named('tools')).toEqual(['tools/b/pyproject.toml']);
      expect((await found('tools/c')).files).toEqual(['c/pyproject.toml']);
    });

    it('and skips broken ones', async () => {
      await tree({ 'tools/a/pyproject.toml': page.declaration });
      await link('gone', 'tools/README.md');
      await link('itself', 'tools/itself');
      await link('a/pyproject.toml/b', 'tools/below-a-file');
      expect(await named('tools')).toEqual(['tools/a/pyproject.toml']);
    });
  });

  it('prints the name of a folder on one line', async () => {
    await tree({ 'a\nb/c/pyproject.toml': '[tool.centaur]\nsecrets = [5]' });
    expect((await tools('a\nb')).stderr).toBe(
      'a?b/c/pyproject.toml:2:12: tool.centaur.secrets[0]: must be a string or a map, but is a number\n' +
        '  Write a secret as {type = "http", name = "WAREHOUSE_API_KEY", match_headers = ["Authorization"]}.\n' +
        '1 pyproject.toml file read: 1 problem in 1 file\n',
    );
    expect((await tools('a\nd')).stderr).toBe(
      'centaur-chart: cannot read an argument of several lines: no such file or directory\n',
    );
  });

  it('refuses what is larger than a ConfigMap, with its size and what to do', async () => {
    const secrets = Array.from(
      { length: 6000 },
      (_, index) =>
        `{type="http", name="KEY_${index}_${'X'.repeat(40)}", match_headers=["A"], hosts=["h${index}.example.com"]}`,
    );
    await tree({ 'big/pyproject.toml': `[tool.centaur]\nsecrets = [${secrets.join(',\n')}]` });
    const { status, stderr } = await tools('big');
    expect(status).toBe(1);
    expect(stderr).toMatch(/ConfigMap/);
    expect(stderr).toMatch(/\d{7}/);
  });

  it('reads 3,000 declarations in little memory', async () => {
    await tree(declarations(3000));
    const { status, stdout, stderr } = await run(
      process.execPath,
      ['--max-old-space-size=48', command, 'tools', 'tools'],
      { cwd: folder },
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: '3000 pyproject.toml files read: 3000 tools, 3000 secrets\n',
    });
    expect(Object.keys(parse(stdout).tools)).toHaveLength(3000);
  });

  it('names a folder that does not exist', async () => {
    expect(await tools('nowhere')).toMatchObject({
      status: 2,
      stderr: 'centaur-chart: cannot read nowhere: no such file or directory\n',
    });
  });

  it('says which file cannot be read', async () => {
    await mkdir(path.join(folder, 'tools/a'), { recursive: true });
    await symlink('/nowhere/pyproject.toml', path.join(folder, 'tools/a/pyproject.toml'));
    expect(await tools('tools')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^tools\/a\/pyproject\.toml: cannot be read: no such file or directory\n0 pyproject\.toml files read: 1 problem /,
      ),
    });
  });

  it('skips a pipe with the name of a file', async () => {
    await mkdir(path.join(folder, 'tools/a'), { recursive: true });
    execFileSync('mkfifo', [path.join(folder, 'tools/a/pyproject.toml')]);
    expect(await tools('tools')).toMatchObject({ status: 0, stdout: expect.stringContaining('tools: {}') });
  });
});
