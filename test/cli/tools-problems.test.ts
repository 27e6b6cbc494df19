/** What `tools` says about real trees, and the file that it keeps up to date. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runHere, type Setting } from './in-process.js';
import { product } from './product.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tools-problems-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (file: string) => path.join(folder, file);

function write(file: string, text: string | Uint8Array): void {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
}

/** A tool that declares one secret, replaced in this header. */
function declare(name: string, secret: string, header = 'Authorization'): void {
  const fields = `type = "http", name = "${secret}", match_headers = ["${header}"], hosts = ["a.example.com"]`;
  write(`tools/${name}/pyproject.toml`, `[tool.centaur]\nsecrets = [{${fields}}]\n`);
}

/** Runs the command; in the output, paths are relative to the folder. */
async function command(argv: readonly string[], setting: Setting = {}) {
  const { status, stdout, stderr } = await runHere(product, argv, setting);
  const here = path.relative('', folder);
  const relative = (text: string) => text.replaceAll(`${folder}/`, '').replaceAll(`${here}/`, '');
  return { status, stdout: relative(stdout), stderr: relative(stderr) };
}

const tools = (argv: readonly string[], setting?: Setting) => command(['tools', ...argv], setting);

describe('problems', () => {
  test('of all files and all kinds are reported in one run, each with its place', async () => {
    declare('ant', 'KEY');
    write(
      'tools/bee/pyproject.toml',
      '[tool.centaur]\nhosts = ["a.example.com"]\nsecrets = ["a b", {type = "http", name = "KEY", match_query = true, secret_ref = "ELSE"}]\n',
    );
    write('tools/cow/pyproject.toml', '[tool.centaur\n');
    write('tools/dog/pyproject.toml', Buffer.from('# caf\u00e9', 'latin1'));
    write('tools/eel/pyproject.toml', '[tools.centaur]\nsecrets = ["EEL"]\n');
    mkdirSync(at('tools/fox'));
    symlinkSync('pyproject.toml', at('tools/fox/pyproject.toml'));
    write('more/ant/pyproject.toml', '[tool.centaur]\nsecrets = ["ANT"]\nhosts = ["b.example.com"]\n');
    const { status, stdout, stderr } = await tools([at('tools'), at('more')]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.match(/^[\w/.]+pyproject\.toml.*/gm)).toEqual([
      expect.stringMatching(
        /^tools\/ant\/pyproject\.toml:1:7: a second tool is called ant: the first is more\/ant/,
      ),
      expect.stringMatching(
        /^tools\/bee\/pyproject\.toml:3:12: tool\.centaur\.secrets\[0\]: must consist of letters/,
      ),
      expect.stringMatching(
        /^tools\/bee\/pyproject\.toml:3:19: tool\.centaur\.secrets\[1\]: KEY has more than one reference for a\.example\.com, by secrets\[0\] of tools\/ant\/pyproject\.toml:2:12, /,
      ),
      expect.stringMatching(/^tools\/cow\/pyproject\.toml:1:14: /),
      expect.stringMatching(/^tools\/dog\/pyproject\.toml:1:6: the file is not UTF-8 from here on \(byte 6 /),
      expect.stringMatching(/^tools\/eel\/pyproject\.toml:1:8: tools\.centaur: nothing reads this table/),
      'tools/fox/pyproject.toml: cannot be read: its symbolic links lead back to themselves',
    ]);
    expect(stderr).toContain(
      'The declarations differ in match_headers (tools/bee/pyproject.toml:3:19, tools/ant/pyproject.toml:2:42), match_query (',
    );
    expect(stderr).toMatch(/\n6 pyproject\.toml files read: 7 problems in 6 files\n$/);
  });

  test('are data with --output json, with counts', async () => {
    declare('ant', 'KEY');
    write('tools/bee/pyproject.toml', '[tool.centaur]\nhosts = 5\n');
    const { status, stdout, stderr } = await tools([at('tools'), '--output', 'json']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      counts: { files: 2, tools: 1, secrets: 1, problems: 1 },
      problems: [
        {
          file: 'tools/bee/pyproject.toml',
          line: 2,
          column: 1,
          path: 'tool.centaur.hosts',
          message: 'must be a list, but is a number',
          hint: 'Write its members in brackets, with commas between them.',
        },
      ],
      warnings: [],
    });
    rmSync(at('tools/bee'), { recursive: true });
    const fine = await tools([at('tools'), '--output', 'json']);
    expect({ ...fine, stdout: JSON.parse(fine.stdout) }).toEqual({
      status: 0,
      stderr: '',
      stdout: {
        valid: true,
        counts: { files: 1, tools: 1, secrets: 1, problems: 0 },
        problems: [],
        warnings: [],
      },
    });
  });

  test('have no colours, except on a terminal', async () => {
    write('tools/bee/pyproject.toml', '[tool.centaur]\nhosts = 5\n');
    expect((await tools([at('tools')])).stderr).not.toContain('\u001b');
  });
});

describe('a declaration that a source of secrets refuses', () => {
  const place = 'tools/bee/pyproject.toml:3:5';
  const told = `tool.centaur.secrets[0]: a reference of BEE can't be a key of the infra Secret`;
  const validated = () =>
    command(['validate', '--layered', '-f', at('env.yaml'), '-f', at('deploy/tools.yaml')]);

  beforeEach(async () => {
    declare('ant', 'ANT');
    const bee =
      '{type = "http", name = "BEE", secret_ref = "an item", match_path = true, hosts = ["b.example.com"]}';
    write('tools/bee/pyproject.toml', `[tool.centaur]\nsecrets = [\n    ${bee},\n]\n`);
    write('env.yaml', 'ironProxy: {secretSource: env}\n');
    mkdirSync(at('deploy'));
    expect((await tools([at('tools'), '--output-file', at('deploy/tools.yaml')])).status).toBe(0);
  });

  test('is mentioned with its place, and with the reason in JSON', async () => {
    const { status, stderr } = await tools([at('tools')]);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      `with ironProxy.secretSource env, 1 declaration would be refused: ${place}\n` +
        '  For the reasons, give the values of such a release with -f, or --output json.\n' +
        '2 pyproject.toml files read: 2 tools, 2 secrets\n',
    );
    expect(JSON.parse((await tools([at('tools'), '--output', 'json'])).stdout)).toMatchObject({
      valid: true,
      counts: { problems: 0 },
      problems: [],
      warnings: [
        {
          file: 'tools/bee/pyproject.toml',
          line: 3,
          column: 5,
          path: 'tool.centaur.secrets[0]',
          message: expect.stringMatching(/^with ironProxy\.secretSource env: a reference of BEE can't be/),
        },
      ],
    });
  });

  test('is mentioned with others in one line', async () => {
    for (const name of ['c', 'd', 'e', 'f', 'g', 'h']) {
      const secret = `{type = "http", name = "${name}", secret_ref = "an item", match_path = true}`;
      write(
        `tools/${name}/pyproject.toml`,
        `[tool.centaur]\nhosts = ["${name}.example.com"]\nsecrets = [${secret}]\n`,
      );
    }
    expect((await tools([at('tools')])).stderr).toMatch(
      /^with ironProxy\.secretSource env, 7 declarations would be refused: tools\/bee\S+, tools\/c\S+, \S+, \S+, \S+ and 2 more\n/,
    );
  });

  test('is a problem with the values of such a release', async () => {
    const { status, stdout, stderr } = await tools([at('tools'), '-f', at('env.yaml')]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(`${place}: ${told}`);
    expect(stderr).toMatch(/\n2 pyproject\.toml files read: 1 problem in 1 file\n$/);
    write('other.yaml', 'ironProxy: {secretSource: onepassword}\n');
    expect((await tools([at('tools'), '-f', at('env.yaml'), '-f', at('other.yaml')])).status).toBe(0);
  });

  test('does not hide what is wrong with these values, or with the release', async () => {
    write('env.yaml', 'ironProxy: {secretSorce: env}\n');
    expect((await tools([at('tools'), '-f', at('env.yaml')])).stderr).toMatch(
      /^env\.yaml:1:13: ironProxy\.secretSorce: this key is not known\n/,
    );
    write('env.yaml', '{}\n');
    write('tools/cow/pyproject.toml', '[tool.centaur]\nhosts = ["mine-centaur-api"]\nsecrets = ["COW"]\n');
    expect((await tools([at('tools'), '-f', at('env.yaml')])).status).toBe(0);
    expect((await tools([at('tools'), '-f', at('env.yaml'), '--release', 'mine'])).stderr).toMatch(
      /^tools\/cow\/pyproject\.toml:3:12: tool\.centaur\.secrets\[0\]: COW would be sent to mine-centaur-api/,
    );
  });

  test('is placed in its pyproject.toml by the verbs that read values', async () => {
    const { status, stdout } = await validated();
    expect(status).toBe(1);
    expect(stdout).toMatch(`${place}: ${told}`);
    expect(stdout).toMatch(
      '\n  deploy/tools.yaml is generated from this file: run `centaur-chart tools` again after the change.\n' +
        '2 files checked: 1 problem in 1 of them\n',
    );
    const rendered = await command(['render', '-f', at('env.yaml'), at('deploy/tools.yaml')]);
    expect(rendered).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining(`${place}: ${told}`),
    });
  });

  test('stays in the generated file, with the name of its pyproject.toml, if that has changed or is missing', async () => {
    const generated = {
      status: 1,
      stdout: expect.stringMatching(
        /^deploy\/tools\.yaml:\d+:9: tools\.bee\.secrets\[0\]: a reference of BEE .*\n {2}This is generated from tools\/bee\/pyproject\.toml: change it there, and run `centaur-chart tools` again\.\n/,
      ),
    };
    declare('bee', 'BEE');
    expect(await validated()).toMatchObject(generated);
    rmSync(at('tools/bee'), { recursive: true });
    expect(await validated()).toMatchObject(generated);
    mkdirSync(at('tools/bee/pyproject.toml'), { recursive: true });
    expect(await validated()).toMatchObject(generated);
  });

  test('stays where it is in a file that was written by hand', async () => {
    const text = readFileSync(at('deploy/tools.yaml'), 'utf8').replace(/^#.*\n/, '');
    writeFileSync(at('deploy/tools.yaml'), text);
    expect((await validated()).stdout).toMatch(
      /^deploy\/tools\.yaml:\d+:9: tools\.bee\.secrets\[0\]: .*\n2 files checked/,
    );
  });
});

describe('what is named', () => {
  test('may be a file', async () => {
    declare('ant', 'ANT');
    declare('bee', 'BEE');
    const { status, stdout } = await tools([at('tools/bee/pyproject.toml')]);
    expect(status).toBe(0);
    expect(Object.keys(parse(stdout).tools)).toEqual(['bee']);
    const both = await tools([at('tools/bee/pyproject.toml'), at('tools')]);
    expect(Object.keys(parse(both.stdout).tools)).toEqual(['ant', 'bee']);
  });

  test('and cannot be read is a wrong call, with all names', async () => {
    symlinkSync('loop', at('loop'));
    const { status, stderr } = await tools([at('loop'), at('none'), '/dev/null']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'centaur-chart: cannot read loop: its symbolic links lead back to themselves\n' +
        'centaur-chart: cannot read none: no such file or directory\n' +
        'centaur-chart: cannot read /dev/null: it is neither a folder nor a file\n',
    );
  });

  test('is counted, also if it contains nothing', async () => {
    mkdirSync(at('tools'));
    expect(await tools([at('tools')])).toMatchObject({
      status: 0,
      stderr:
        "0 pyproject.toml files read: 0 tools, 0 secrets. Name the folder that contains the tools' folders\n",
    });
    write('tools/ant/pyproject.toml', '[project]\nname = "ant"\n');
    expect(await tools([at('tools')])).toMatchObject({
      status: 0,
      stderr:
        '1 pyproject.toml file read: 0 tools, 0 secrets. None declares credentials in a table [tool.centaur]\n',
    });
    declare('bee', 'BEE');
    expect(await tools([at('tools')])).toMatchObject({
      status: 0,
      stderr: '2 pyproject.toml files read: 1 tool, 1 secret\n',
    });
  });
});

describe('--output-file', () => {
  const written = () => tools([at('tools'), '--output-file', at('out.yaml')]);
  const check = (...more: readonly string[]) =>
    tools([at('tools'), '--output-file', at('out.yaml'), '--check', ...more]);

  test('contains what is printed otherwise, and nothing is left next to it', async () => {
    declare('ant', 'ANT');
    const printed = await tools([at('tools')]);
    expect(await written()).toEqual({ ...printed, stdout: '' });
    expect(readFileSync(at('out.yaml'), 'utf8')).toBe(printed.stdout);
    expect(readdirSync(folder).sort()).toEqual(['out.yaml', 'tools']);
  });

  test('stays as it is if there are problems', async () => {
    declare('ant', 'ANT');
    await written();
    const before = readFileSync(at('out.yaml'), 'utf8');
    write('tools/bee/pyproject.toml', '[tool.centaur]\nhosts = 5\n');
    expect((await written()).status).toBe(1);
    expect(readFileSync(at('out.yaml'), 'utf8')).toBe(before);
    rmSync(at('out.yaml'));
    expect((await written()).status).toBe(1);
    expect(existsSync(at('out.yaml'))).toBe(false);
  });

  test('is not written again if it is up to date, and is written through a link', async () => {
    declare('ant', 'ANT');
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere/real.yaml'), '');
    symlinkSync('elsewhere/real.yaml', at('out.yaml'));
    await written();
    utimesSync(at('elsewhere/real.yaml'), 1, 1);
    await written();
    expect(statSync(at('elsewhere/real.yaml')).mtimeMs).toBe(1000);
    expect(Object.keys(parse(readFileSync(at('elsewhere/real.yaml'), 'utf8')).tools)).toEqual(['ant']);
  });

  test("is refused if it has other content than this command's", async () => {
    declare('ant', 'ANT');
    write('out.yaml', 'ironProxy: {}\n');
    expect(await written()).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'centaur-chart: out.yaml was not written by this command, and stays as it is: give another --output-file, or remove this one\n',
    });
    expect(readFileSync(at('out.yaml'), 'utf8')).toBe('ironProxy: {}\n');
    expect((await check()).stderr).toMatch(/^out\.yaml: was not written by this command\n/);
  });

  test('in a folder that cannot be read or written is refused with the reason', async () => {
    declare('ant', 'ANT');
    const { status, stderr } = await tools([at('tools'), '--output-file', at('tools')]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `centaur-chart: cannot read ${at('tools')}: it is a directory\n`.replace(`${folder}/`, ''),
    });
  });

  test('--check is silent about a file that is up to date, and writes nothing', async () => {
    declare('ant', 'ANT');
    expect(await check()).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'out.yaml: is missing\n  Run: centaur-chart tools tools --output-file out.yaml\n' +
        '1 pyproject.toml file read: 1 tool, 1 secret\n',
    });
    expect(existsSync(at('out.yaml'))).toBe(false);
    await written();
    expect(await check()).toMatchObject({
      status: 0,
      stderr: '1 pyproject.toml file read: 1 tool, 1 secret\n',
    });
  });

  test('--check says what differs, without values, and how to write it', async () => {
    declare('ant', 'ANT');
    declare('bee', 'BEE');
    declare('cow', 'COW');
    await written();
    rmSync(at('tools/ant'), { recursive: true });
    declare('bee', 'BEE', 'X-Bee');
    declare('dog', 'DOG');
    const { status, stderr } = await check();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^out\.yaml: is not up to date: it lacks dog; no file declares ant; bee differs in secrets\[0\]\n {2}Run: centaur-chart tools tools --output-file out\.yaml\n/,
    );
    const { stdout } = await check('--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      problems: [{ file: 'out.yaml', message: expect.stringContaining('it lacks dog') }],
    });
    await written();
    writeFileSync(at('out.yaml'), `${readFileSync(at('out.yaml'), 'utf8')}# more\n`);
    expect((await check()).stderr).toMatch(
      /^out\.yaml: is not up to date: its comments or its layout differ\n/,
    );
  });

  test('--check needs it', async () => {
    expect(await tools([at('tools'), '--check'])).toMatchObject({
      status: 2,
      stderr: 'centaur-chart: --check needs --output-file FILE, the file to check\n',
    });
  });
});
