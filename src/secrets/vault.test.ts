import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { patience, seed } from '../../test/law/seed.js';
import { declaredBy } from '../../test/secrets/declaring-chart.js';
import { commandPath } from '../../test/system/commands.js';
import { execFile } from '../../test/system/processes.js';
import { vaultPlaceholder, vaultProblem, vaultScript } from './vault.js';

/** The commands that the script uses, each from busybox, as in the image. */
const applets = ['awk', 'mv', 'od', 'rm', 'sh'];

/** The user that the pod runs as, if the tests may switch users. */
const user = process.getuid?.() === 0 ? 65_532 : undefined;
const asPod = () => ({ env: { PATH: bin }, ...(user !== undefined && { uid: user, gid: user }) });

let folder: string;
let bin: string;
let template: string;
let target: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vault-'));
  await chmod(folder, 0o755);
  bin = path.join(folder, 'bin');
  await mkdir(bin);
  // A copy, since that user may not reach the project.
  const busybox = path.join(bin, 'busybox');
  await copyFile(commandPath('busybox'), busybox);
  await Promise.all(applets.map((applet) => symlink(busybox, path.join(bin, applet))));
});
beforeEach(async () => {
  const work = await mkdtemp(path.join(folder, 'work-'));
  if (user !== undefined) await chown(work, user, user);
  template = path.join(work, 'template.yaml');
  target = path.join(work, 'config.yaml');
});
afterAll(() => rm(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly said: string;
}

/** Runs the script as the init container does, with this OP_VAULT. */
async function runScript(vault: string | Uint8Array | undefined): Promise<Result> {
  // A kubelet passes bytes, Node only strings: printf produces bytes from them.
  const set =
    vault === undefined
      ? ''
      : `OP_VAULT=\`printf '%bx' '${escaped(vault)}'\`; export OP_VAULT=\${OP_VAULT%x};`;
  const args = ['-c', `${set} exec sh -c "$1" config "$2" "$3"`, 'sh', vaultScript, template, target];
  return execFile(path.join(bin, 'sh'), args, asPod()).then(
    () => ({ code: 0, said: '' }),
    (error: { code: number; stderr: string; stdout: string }) => ({
      code: error.code,
      said: error.stderr + error.stdout,
    }),
  );
}

/** A name in the notation of printf's %b. */
function escaped(vault: string | Uint8Array): string {
  return Array.from(Buffer.from(vault), (byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
}

const reference = (vault: string) =>
  `references:\n  - source:\n      secret_ref: "op://${vault}/ITEM/credential"\n`;

/** The vault in the first reference of a config, as a YAML reader sees it. */
async function vaultIn(file: string): Promise<string> {
  const { references } = parse(await readFile(file, 'utf8'));
  return references[0].source.secret_ref.replace(/^op:\/\//, '').replace(/\/ITEM\/credential$/, '');
}

/** What YAML interprets as a line break or does not allow, in addition to the control characters. */
const unprintable = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u;

describe('a name that a reference may contain', () => {
  test.each([
    'Engineering',
    'Engineering EU',
    ' a name with spaces around it ',
    'abcdefghijklmnopqrstuvwxyz',
    '"quoted" and \'quoted\'',
    'a: b # c',
    '$HOME $(id) `id` $1 $$',
    'back\\slash \\n \\" \\\\',
    'a & b && c %s %d %%',
    '- x',
    '{{ .Values }} [a, b] {c: d}',
    '* ? [a-z]',
    'Schlüssel 金庫 🔐',
    '~',
    'null',
    '$OP_VAULT',
    "'; rm -rf . #",
    'a'.repeat(4096),
  ])('%j is put into the references as it is', async (vault) => {
    await writeFile(template, reference(vaultPlaceholder));
    expect(await runScript(vault)).toEqual({ code: 0, said: '' });
    expect(await vaultIn(target)).toBe(vault);
  });

  test(`3,000 random names come out unchanged, seed ${seed}`, { timeout: patience }, async () => {
    const characters = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
      {
        weight: 3,
        arbitrary: fc.constantFrom(...'"\'\\:#$&%{}[]|>*!?@`~ -,=<^;()\t\n\r\0\u0085\u2028\ufeff/'),
      },
      { weight: 6, arbitrary: fc.constantFrom(...'abcXYZ019 ') },
    );
    const names = fc.sample(fc.array(characters, { minLength: 1, maxLength: 24 }), { numRuns: 3000, seed });
    const vaults = names.map((name) => name.join('').replaceAll('\0', ''));
    const results = await runForEach(vaults);
    const refused = (vault: string) => vault === '' || vault.includes('/') || unprintable.test(vault);
    expect(vaults.filter(refused).length).toBeGreaterThan(300);
    expect(vaults.filter((vault) => !refused(vault)).length).toBeGreaterThan(300);
    vaults.forEach((vault, index) => {
      const expected = refused(vault) ? undefined : vault;
      expect(results[index], `the vault ${JSON.stringify(vault)}`).toBe(expected);
      // What is refused before there is a pod is what the pod refuses.
      expect(vaultProblem(vault, 'onepassword-connect') === undefined).toBe(results[index] !== undefined);
    });
  });

  /** Runs the script for each name, in two shells; a name's result is what its config says, or undefined. */
  async function runForEach(vaults: readonly string[]): Promise<readonly (string | undefined)[]> {
    const work = path.dirname(template);
    await writeFile(template, reference(vaultPlaceholder));
    const loop = `
      while read -r index name; do (
        OP_VAULT=\`printf '%bx' "$name"\`
        export OP_VAULT=\${OP_VAULT%x}
        script=$1
        set -- "$2/template.yaml" "$2/config-$index.yaml"
        eval "$script"
      ) 2>>"$2/said"; done <"$3"`;
    const middle = Math.floor(vaults.length / 2);
    const lines = vaults.map((vault, index) => `${index} ${escaped(vault)}\n`);
    const halves = [lines.slice(0, middle), lines.slice(middle)];
    await Promise.all(
      halves.map(async (half, index) => {
        const names = path.join(work, `names-${index}`);
        await writeFile(names, half.join(''));
        await execFile(
          path.join(bin, 'sh'),
          ['-c', `${loop}\ntrue`, 'sh', vaultScript, work, names],
          asPod(),
        );
      }),
    );
    const files = new Set(await readdir(work));
    expect([...files].filter((file) => file.endsWith('.new'))).toEqual([]);
    return Promise.all(
      vaults.map(async (_, index) => {
        const file = `config-${index}.yaml`;
        return files.has(file) ? vaultIn(path.join(work, file)) : undefined;
      }),
    );
  }
});

describe('a name that a reference must not contain', () => {
  test.each<[string, string | Uint8Array | undefined, RegExp]>([
    ['an empty one', '', /OP_VAULT is empty: put .* into the infra Secret/],
    ['a missing one', undefined, /OP_VAULT is empty: put .* into the infra Secret/],
    ['one with a slash', 'Engineering/EU', /OP_VAULT has a \/ in it.*use the id of the vault/],
    ['one with a line break at its end', 'Engineering\n', /line break.*--from-literal/],
    ['one with a line break in it', 'Engi\nneering', /line break/],
    ['one with a carriage return', 'Engineering\r', /line break/],
    ['one with a tab', 'Engi\tneering', /another character that is no text/],
    ['one with an escape', 'Engi\u001b[31mneering', /another character that is no text/],
    ['one with a next-line character', 'Engi\u0085neering', /line break/],
    ['one with a line separator', 'Engi\u2028neering', /line break/],
    ['one that is no UTF-8', Uint8Array.of(0x45, 0xff, 0x45), /another character that is no text/],
    [
      'one with a surrogate in UTF-8',
      Uint8Array.of(0x45, 0xed, 0xa0, 0x80),
      /another character that is no text/,
    ],
    ['one with an overlong slash', Uint8Array.of(0x45, 0xc0, 0xaf), /another character that is no text/],
  ])('%s is refused: status 1, a message, nothing written, and the name not shown', async (_, vault, message) => {
    await writeFile(template, reference(vaultPlaceholder));
    const { code, said } = await runScript(vault);
    expect(code).toBe(1);
    expect(said).toMatch(message);
    expect(said).not.toContain('Engi');
    expect((await readdir(path.dirname(target))).filter((file) => file.startsWith('config'))).toEqual([]);
  });
});

describe('a name in the references of a service account', () => {
  const { configText } = declaredBy({ ironProxy: { secretSource: 'onepassword' } });

  test.each([
    'Engineering EU',
    ' a  b_c-d.9 ',
    'abcdefghijklmnopqrstuvwxyz',
    'AZaz09',
  ])('%j is put into them as it is', async (vault) => {
    await writeFile(template, configText);
    expect(await runScript(vault)).toEqual({ code: 0, said: '' });
    expect(vaultProblem(vault, 'onepassword')).toBeUndefined();
    expect(await readFile(target, 'utf8')).toContain(`secret_ref: "op://${vault}/OPENAI_API_KEY/credential"`);
  });

  test.each([
    "Engineer's",
    'Dev & Ops',
    'Schlüssel',
    '[x]',
    '`',
    '@',
    ',',
  ])('%j is refused, since the SDK refuses each reference that has it', async (vault) => {
    await writeFile(template, configText);
    const { code, said } = await runScript(vault);
    expect(code).toBe(1);
    expect(said).toMatch(/OP_VAULT has other characters.*use the id of the vault/);
    expect(said).toBe(`OP_VAULT ${vaultProblem(vault, 'onepassword')}.\n`);
    expect(vaultProblem(vault, 'onepassword-connect')).toBeUndefined();
  });
});

describe('the file', () => {
  test('is readable only by its owner', async () => {
    await writeFile(template, reference(vaultPlaceholder));
    await runScript('Engineering');
    expect((await stat(target)).mode & 0o777).toBe(0o400);
  });

  test('is rewritten when the init container runs again, even after an interrupted run', async () => {
    await writeFile(template, reference(vaultPlaceholder));
    await runScript('Engineering');
    await writeFile(`${target}.new`, 'half', { mode: 0o400 });
    if (user !== undefined) await chown(`${target}.new`, user, user);
    expect(await runScript('Another')).toEqual({ code: 0, said: '' });
    expect(await vaultIn(target)).toBe('Another');
  });

  test('does not exist if the template does not', async () => {
    expect((await runScript('Engineering')).code).toBe(1);
    expect((await readdir(path.dirname(target))).filter((file) => file.startsWith('config'))).toEqual([]);
  });

  test('differs from the template only in references to the vault', async () => {
    const others = [
      '# secret_ref: "op://$OP_VAULT/ITEM/credential"',
      'formatter: "secret_ref: \\"op://$OP_VAULT/ITEM/credential\\""',
      'domains: ["op://$OP_VAULT/"]',
      '- "secret_ref: op://$OP_VAULT/"',
      'secret_ref: "op://Other/$OP_VAULT/field"',
      'tabs:\t"\tand more"',
      '',
    ].join('\n');
    await writeFile(template, others);
    expect(await runScript('Engineering')).toEqual({ code: 0, said: '' });
    expect(await readFile(target, 'utf8')).toBe(others);
  });

  test('needs no OP_VAULT if no reference needs one', async () => {
    await writeFile(template, 'source:\n  type: env\n');
    expect(await runScript(undefined)).toEqual({ code: 0, said: '' });
    expect(await readFile(target, 'utf8')).toBe('source:\n  type: env\n');
  });
});

test('hostile strings in the values reach the configuration unchanged, and the vault only references', async () => {
  const hostile = 'secret_ref: "op://$OP_VAULT/x';
  const secret = {
    type: 'http',
    name: 'KEY',
    mode: 'inject',
    inject_header: 'X-Key',
    inject_formatter: `${hostile} {{ .Value }} ${hostile}`,
    hosts: ['a.example.com'],
  };
  const { configText, config } = declaredBy({
    tools: { tool: { secrets: [secret] } },
    ironProxy: { secretSource: 'onepassword-connect' },
  });
  await writeFile(template, configText);
  expect(await runScript('My "vault"')).toEqual({ code: 0, said: '' });
  const text = JSON.stringify(config).replaceAll(
    /"secret_ref":"op:\/\/\$OP_VAULT/g,
    '"secret_ref":"op://My \\"vault\\"',
  );
  expect(parse(await readFile(target, 'utf8'))).toEqual(JSON.parse(text));
});
