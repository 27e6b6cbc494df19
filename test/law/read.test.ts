/**
 * The law begins at the values file: Helm 3 and Helm 4 read what our reader accepts as it does, and it refuses what
 * both of them refuse. It may refuse more, each kind of text only for a few named reasons.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Refusal, ValuesError } from '../../src/helm/values/error.js';
import { coalesce, mergeFiles } from '../../src/helm/values/merge.js';
import { readValuesFile } from '../../src/helm/values/read.js';
import { applySet, type SetOption, setOptions } from '../../src/helm/values/set.js';
import type { ValueMap } from '../../src/text/json.js';
import type { ReadValues, Verdicts } from '../judges/judge.js';
import { useJudge } from '../judges/use-judge.js';
import { families, one } from './generators/yaml-texts.js';
import { runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const judge = useJudge();
const folder = throwawayFolder();
/** Files for `--set-file`. */
const texts = mkdtempSync(path.join(tmpdir(), 'set-file-'));
afterAll(() => {
  folder.remove();
  rmSync(texts, { recursive: true });
});

type Ours = { values: ValueMap } | { refused: ValuesError };

function ours(read: () => ValueMap): Ours {
  try {
    return { values: read() };
  } catch (error) {
    if (error instanceof ValuesError) return { refused: error };
    throw error;
  }
}

/** Compares our result for values with those of the Helms; returns whether they were accepted. */
function agree(mine: Ours, helm: Verdicts<3 | 4, ReadValues>, mayRefuse: readonly Refusal[]): boolean {
  const [helm3, helm4] = [helm[3], helm[4]];
  if ('values' in mine) {
    const read = { ok: true, values: mine.values };
    expect({ helm3, helm4 }).toEqual({ helm3: read, helm4: read });
    return true;
  }
  // If a Helm refuses, or the two read differently, nothing can be accepted.
  if (helm3.ok && helm4.ok && isDeepStrictEqual(helm3.values, helm4.values)) {
    expect(mayRefuse, mine.refused.format()).toContain(mine.refused.problems[0]?.refusal);
  }
  return false;
}

/** Checks a property of random values, and that enough of them are accepted for the test to prove something. */
async function holds<T>(
  usual: number,
  drawn: fc.Arbitrary<T>,
  leastAccepted: number,
  check: (drawn: T) => Promise<boolean>,
): Promise<void> {
  let tried = 0;
  let accepted = 0;
  const property = fc.asyncProperty(drawn, async (value) => {
    tried += 1;
    if (await check(value)) accepted += 1;
  });
  await fc.assert(property, { seed, numRuns: runs(usual) });
  // A few cases give only a rough share: a quick run may miss it by four standard deviations.
  const deviation = tried < usual ? Math.sqrt((leastAccepted * (1 - leastAccepted)) / tried) : 0;
  const least = leastAccepted - 4 * deviation;
  expect(accepted / tried, `the share that was accepted, seed ${seed}`).toBeGreaterThanOrEqual(least);
}

describe('a values file', () => {
  test.each(Object.entries(families))('%s', async (_, { texts, mayRefuse, leastAccepted }) => {
    await holds(1000, texts, leastAccepted, async (text) => {
      const helm = await judge().read({ values: [text] });
      return agree(
        ours(() => readValuesFile(text, 'values.yaml').values),
        helm,
        mayRefuse,
      );
    });
  });
});

describe('layered files, --set and defaults', () => {
  test('give the values that the user meant', async () => {
    await holds(1000, fc.record({ files, set }), 0.3, async ({ files, set }) => {
      const helm = await judge().read({ values: files, set });
      return agree(
        ours(() => given(files, { '--set': set })),
        helm,
        ['set syntax'],
      );
    });
  });

  test.each(setOptions)('%s alone gives the values that the user meant', async (option) => {
    const drawn = fc.record({ files, expressions: settingsOf[option] });
    await holds(500, drawn, 0.2, async ({ files, expressions }) => {
      const helm = await judge().read({ values: files, [fieldOf[option]]: expressions });
      return agree(
        ours(() => given(files, { [option]: expressions })),
        helm,
        ['set syntax'],
      );
    });
  });

  test("all options together are applied in Helm's order", async () => {
    const drawn = fc.record({ files, ...simpleSettingsOf });
    await holds(500, drawn, 0.3, async ({ files, ...settings }) => {
      const fields = setOptions.map((option) => [fieldOf[option], settings[option]]);
      const helm = await judge().read({ values: files, ...Object.fromEntries(fields) });
      return agree(
        ours(() => given(files, settings)),
        helm,
        ['set syntax'],
      );
    });
  });

  test("give the values that the chart's templates see", async () => {
    await holds(300, fc.record({ defaults: layer, files, set }), 0.15, async ({ defaults, files, set }) => {
      const chart = folder.write(
        new Map([
          ['Chart.yaml', 'apiVersion: v2\nname: layers\nversion: 0.1.0\n'],
          ['values.yaml', defaults],
        ]),
      );
      const helm = await judge().coalesce({ chart, values: files, set });
      return agree(
        ours(() => coalesce(readValuesFile(defaults, 'values.yaml').values, given(files, { '--set': set }))),
        helm,
        ['set syntax', 'null default'],
      );
    });
  });
});

type Settings = { readonly [option in SetOption]?: readonly string[] };

function given(contents: readonly string[], settings: Settings): ValueMap {
  const files = contents.map((text, index) => readValuesFile(text, `values-${index}.yaml`).values);
  return setOptions
    .flatMap((option) => (settings[option] ?? []).map((expression) => ({ option, expression })))
    .reduce((values, setting) => applySet(values, setting, textFile), files.reduce(mergeFiles, {}));
}

function textFile(name: string): Uint8Array | undefined {
  try {
    return readFileSync(name);
  } catch {
    return undefined;
  }
}

/** What the judge calls the options. */
const fieldOf = {
  '--set-json': 'setJson',
  '--set': 'set',
  '--set-string': 'setString',
  '--set-file': 'setFile',
  '--set-literal': 'setLiteral',
} as const;

const { layer } = fc.letrec<{ layer: string; member: string }>((tie) => ({
  layer: fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('member')), {
      maxLength: 4,
      selector: ([key]) => key,
    })
    .map((members) => `{${members.map(([key, member]) => `${key}: ${member}`).join(', ')}}`),
  member: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom('1', 'x', 'true', '[]', '[1, {b: null}]', '{}', '1.5', '""', '[{a: 1}, [2]]'),
    fc.constantFrom('null', '1'),
    tie('layer'),
    tie('layer'),
  ),
}));
const files = fc.array(layer, { maxLength: 3 });

const names = one(
  'a¦b¦c¦a.b¦a.b.c¦b.c¦a[0]¦a[1]¦b[0].c¦b[1][0]¦c[0][1].d¦a\\.b¦x y¦é¦¦a[-1]¦a[x]¦a[70000]¦a[01]¦a[+1]¦b[2].d.e¦__proto__.x¦' +
    'constructor¦a.¦a[0¦a[]',
);
const plain = one(
  '1¦0¦-0¦+5¦-07¦07¦1.5¦1e3¦0x1F¦true¦TRUE¦False¦null¦Null¦¦x¦yes¦a\\,b¦{1,x}¦{}¦{a¦{1,2}z¦{a\\,b,c}¦9007199254740993¦' +
    '9223372036854775808¦x=y¦"q"¦a b¦😀¦\\¦\\\\¦tru\\e¦[1]¦{{1},2}¦fal\u017fe¦-¦1_000¦٣',
);
const signs = one('a¦b¦1¦=¦=¦.¦,¦[¦]¦[0]¦{¦}¦\\¦ ¦true¦é');
/** Expressions for an option: a key and a value, several of them, and mere signs. */
const settings = (values: fc.Arbitrary<string>, separators: readonly string[]) =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(names, values).map(([name, value]) => `${name}=${value}`) },
      {
        weight: 1,
        arbitrary: fc
          .array(
            fc.tuple(names, fc.constantFrom('=', '=', '', '.'), values, fc.constantFrom(...separators)),
            { maxLength: 3 },
          )
          .map((all) => all.map((parts) => parts.join('')).join('')),
      },
      { weight: 1, arbitrary: fc.array(signs, { maxLength: 8 }).map((all) => all.join('')) },
    ),
    { maxLength: 2 },
  );

const json = one(
  '1¦-5¦1.5¦1e3¦-0¦01¦1e400¦9007199254740993¦"x"¦"a,b"¦"x=y"¦""¦"é\\u00e9"¦"\\ud800"¦"\\ud83d\\ude00"¦"\\n"¦"a\nb"¦"\\x"¦"open¦true¦' +
    'True¦null¦nul¦¦ ¦ 1 ¦\u00a01\u00a0¦[]¦[1,{"b":null}]¦[1,]¦[[1],2¦{}¦{"b":{"c":1}}¦{"b":null}¦{"b":1,"b":2}¦{b:1}¦' +
    '{"__proto__":{"x":1}}¦{"b":1}}¦x¦\'x\'¦"x"y=1¦1 2¦"x" , b=2¦\\',
);
const filePaths = ['text', 'lines', 'empty'].map((name) => path.join(texts, name));
for (const [index, text] of ['x', 'a: 1\r\n\n\tb,{é}=\\😀\n', ''].entries())
  writeFileSync(filePaths[index] ?? '', text);
const fileNames = one(
  [...filePaths, path.join(texts, 'missing'), '', '{}', `{${filePaths.join(',')}}`, `{${filePaths[0]}`].join(
    '¦',
  ),
);

const settingsOf: { readonly [option in SetOption]: fc.Arbitrary<string[]> } = {
  '--set-json': settings(json, [',', ',', ', ', '']),
  '--set': settings(plain, [',', ',', '']),
  '--set-string': settings(plain, [',', ',', '']),
  '--set-file': settings(fileNames, [',', ',', '']),
  '--set-literal': settings(plain, [',', '']),
};
const set = settingsOf['--set'];

/** At most one valid expression for an option. */
const simple = (values: string) =>
  fc.array(
    fc.tuple(one('a¦b¦c¦a¦b¦d.e'), one(values)).map(([name, value]) => `${name}=${value}`),
    { maxLength: 1 },
  );
const simpleSettingsOf: typeof settingsOf = {
  '--set-json': simple('{"c":1}¦{"e":null}¦[1]¦"json"¦null'),
  '--set': simple('1¦null¦{1,x}¦set¦true'),
  '--set-string': simple('1¦null¦{1,x}¦string'),
  '--set-file': simple(filePaths.join('¦')),
  '--set-literal': simple('1¦{1,x}¦literal'),
};
