/**
 * The law begins at the values file: Helm 3 and Helm 4 read what our reader accepts as it does, and it refuses what
 * both of them refuse. It may refuse more, each kind of text only for a few named reasons.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Refusal, ValuesError } from '../../src/helm/values/error.js';
import { coalesce, mergeFiles } from '../../src/helm/values/merge.js';
import { readValuesFile } from '../../src/helm/values/read.js';
import { applySet } from '../../src/helm/values/set.js';
import type { ValueMap } from '../../src/text/json.js';
import type { ReadValues, Verdicts } from '../judges/judge.js';
import { useJudge } from '../judges/use-judge.js';
import { families, one } from './generators/yaml-texts.js';
import { runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const judge = useJudge();
const folder = throwawayFolder();
afterAll(() => folder.remove());

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
        ours(() => given(files, set)),
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
        ours(() => coalesce(readValuesFile(defaults, 'values.yaml').values, given(files, set))),
        helm,
        ['set syntax', 'null default'],
      );
    });
  });
});

function given(texts: readonly string[], expressions: readonly string[]): ValueMap {
  const files = texts.map((text, index) => readValuesFile(text, `values-${index}.yaml`).values);
  return expressions.reduce(applySet, files.reduce(mergeFiles, {}));
}

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
const settings = one(
  '1¦0¦-0¦+5¦-07¦07¦1.5¦1e3¦0x1F¦true¦TRUE¦False¦null¦Null¦¦x¦yes¦a\\,b¦{1,x}¦{}¦{a¦{1,2}z¦{a\\,b,c}¦9007199254740993¦' +
    '9223372036854775808¦x=y¦"q"¦a b¦😀¦\\¦\\\\¦tru\\e¦[1]¦{{1},2}¦fal\u017fe¦-¦1_000¦٣',
);
const signs = one('a¦b¦1¦=¦=¦.¦,¦[¦]¦[0]¦{¦}¦\\¦ ¦true¦é');
const set = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(names, settings).map(([name, value]) => `${name}=${value}`) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(names, fc.constantFrom('=', '=', '', '.'), settings), { maxLength: 3 })
        .map((all) => all.map((parts) => parts.join('')).join(',')),
    },
    { weight: 1, arbitrary: fc.array(signs, { maxLength: 8 }).map((all) => all.join('')) },
  ),
  { maxLength: 2 },
);
