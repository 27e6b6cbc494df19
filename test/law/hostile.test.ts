/**
 * A string in a values file always stays that string: at each place of a schema that accepts a string, hostile strings
 * arrive unchanged, exactly where a harmless one does, or the schema refuses them in every Helm. The places come from
 * the schema, so a new key is included automatically.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { webService } from '../../examples/web-service/chart.js';
import { centaurChart } from '../../src/centaur/index.js';
import type { HelmChart } from '../../src/helm/index.js';
import { isForbidden } from '../../src/text/forbidden-text.js';
import type { Value } from '../../src/text/json.js';
import { withRunnablePods } from '../centaur/runnable-pods.js';
import { secretForms } from '../centaur/secret-forms.js';
import { helmMajors } from '../judges/helm.js';
import { useJudge } from '../judges/use-judge.js';
import { arrivals } from './arrivals.js';
import { hostileStrings, strings } from './generators/arbitrary-values.js';
import {
  type ChartKnowledge,
  choicesOf,
  isConcerned,
  pointersOf,
  pointersOfRule,
  Reader,
  replaced,
  type Scene,
  scenesOf,
} from './generators/scenes.js';
import type { TextPlace } from './generators/text-places.js';
import { valuesText } from './generators/values-text.js';
import { judged, type LawChart } from './law.js';
import { patience, runs, seed } from './seed.js';
import { throwawayFolder } from './throwaway-chart.js';

const long = [
  'x'.repeat(100_000),
  '{{ "'.repeat(25_000),
  '"\n---\n'.repeat(16_000),
  '😀: #'.repeat(20_000),
  '\\'.repeat(100_000),
];
const rounds = runs(4, 2);
const isWritable = (text: string) => !isForbidden(text) && text !== '<<';
const known = hostileStrings.filter(isWritable);
/** At least as many as there are rounds: the known ones, and in a long run random ones too. */
const writable = [
  ...known,
  ...fc.sample(strings.filter(isWritable), { seed, numRuns: Math.max(0, rounds - known.length) }),
];
const forbidden = hostileStrings.filter(isForbidden);

const judge = useJudge();

interface Tally {
  accepted: number;
  refused: number;
}

/** A chart, and what became of the strings at each of its places. */
class Trial {
  readonly tally = new Map<TextPlace, Tally>();
  readonly reader: Reader;
  private readonly known = new WeakMap<Scene, readonly object[]>();

  constructor(private readonly subject: LawChart) {
    this.reader = new Reader(subject.chart);
  }

  count(place: TextPlace, what: keyof Tally): void {
    const counts = this.tally.get(place) ?? { accepted: 0, refused: 0 };
    counts[what]++;
    this.tally.set(place, counts);
  }

  /** Every Helm refuses the strings that the schema refuses, each at its place; the others arrive. */
  async try(scene: Scene, texts: ReadonlyMap<TextPlace, string>): Promise<void> {
    const all = this.written(scene.document, scene.marks, texts);
    const faults = this.reader.refused(all.document);
    const refused = [...texts.keys()].filter((place) => isAt(faults, all.pointers.get(place)));
    const taken = new Map([...texts].filter(([place]) => !refused.includes(place)));
    if (refused.length > 0) await this.expectRefusal(all, refused);
    const arriving = this.withoutBroken(scene, taken);
    await this.expectAgreement(scene, arriving);
    // An empty string may mean "not set": whether it arrives depends on its place, in both targets alike.
    this.expectArrival(scene, new Map([...arriving].filter(([, text]) => text !== '')));
  }

  /** One string at a place: whether the chart accepts it, with one verdict from all; if so, it arrives. */
  async tryAlone(scene: Scene, place: TextPlace, text: string): Promise<boolean> {
    const texts = new Map([[place, text]]);
    const { document } = this.written(scene.document, scene.marks, texts);
    const { accepted, difference } = await judged(judge(), this.subject, { files: [valuesText(document)] });
    expect(difference, `${place.name} ${JSON.stringify(text).slice(0, 100)}`).toBeUndefined();
    if (accepted) this.expectArrival(scene, texts);
    else this.count(place, 'refused');
    return accepted;
  }

  private written(document: Value, marks: Scene['marks'], texts: ReadonlyMap<TextPlace, string>) {
    const byMark = new Map([...texts].map(([place, text]) => [marks.get(place) ?? '', text]));
    return {
      document: replaced(document, byMark),
      pointers: pointersOf(document, marks, byMark),
      byMark,
    };
  }

  private async expectRefusal(
    { document, pointers }: { document: Value; pointers: ReadonlyMap<TextPlace, string> },
    places: readonly TextPlace[],
  ): Promise<void> {
    const verdicts = await judge().render({ chart: this.subject.folder, values: [valuesText(document)] });
    for (const major of helmMajors) {
      const verdict = verdicts[major];
      const said = verdict.ok ? 'nothing' : verdict.error;
      const missing = places.filter((place) => !said.includes(`at '${quoted(pointers.get(place) ?? '')}'`));
      expect(
        missing.map(({ name }) => name),
        `what Helm ${major} does not refuse: ${said}`,
      ).toEqual([]);
    }
    for (const place of places) this.count(place, 'refused');
  }

  private async expectAgreement(scene: Scene, texts: ReadonlyMap<TextPlace, string>): Promise<void> {
    const { document } = this.written(scene.document, scene.marks, texts);
    const outcome = await judged(judge(), this.subject, { files: [valuesText(document)] });
    const said = [...texts].map(([place, text]) => `${place.name}: ${JSON.stringify(text).slice(0, 80)}`);
    expect(outcome, said.join('\n')).toEqual({ accepted: true });
  }

  private expectArrival(scene: Scene, texts: ReadonlyMap<TextPlace, string>): void {
    const { document, byMark } = this.written(scene.document, scene.marks, texts);
    const { objects } = this.reader.evaluated(document);
    expect(arrivals(this.harmless(scene), objects, byMark)).toEqual([]);
    for (const place of texts.keys()) this.count(place, 'accepted');
  }

  /** The objects of an unchanged scene. */
  private harmless(scene: Scene) {
    const objects = this.known.get(scene) ?? this.reader.evaluated(scene.document).objects;
    this.known.set(scene, objects);
    return objects;
  }

  /** The strings without those that break a rule across keys. */
  private withoutBroken({ document, marks }: Scene, texts: ReadonlyMap<TextPlace, string>) {
    let left = texts;
    for (;;) {
      const written = this.written(document, marks, left);
      const { problems } = this.reader.evaluated(written.document);
      if (problems.length === 0) return left;
      const rules = problems.flatMap((problem) => pointersOfRule(problem, written.document));
      const concerned = [...left.keys()].filter((place) =>
        isConcerned(place, written.pointers.get(place), rules),
      );
      // A string may break a rule about a key elsewhere.
      const gone = concerned.length > 0 ? concerned : [...left.keys()].slice(0, Math.ceil(left.size / 2));
      left = new Map([...left].filter(([place]) => !gone.includes(place)));
    }
  }
}

function isAt(faults: readonly string[], pointer: string | undefined): boolean {
  return faults.some((fault) => fault === pointer);
}

/** A place in Helm's notation. */
function quoted(pointer: string): string {
  return JSON.stringify(pointer).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
}

const knowledge: Readonly<Record<string, ChartKnowledge>> = {
  centaur: { forms: secretForms, completed: withRunnablePods },
  'web-service': { completed: withRunnablePods },
};

/** Places whose strings arrive in no object. */
const nowhere: Readonly<Record<string, readonly string[]>> = {
  // A tool's name occurs only in messages.
  centaur: ['tools.* key'],
  // One of ingress.hosts, which is a separate place.
  'web-service': ['ingress.tls[].hosts[]'],
};

describe.each<readonly [string, () => HelmChart]>([
  ['centaur', () => centaurChart()],
  ['web-service', () => webService()],
])(`hostile texts for %s, seed ${seed}`, { timeout: patience }, (name, build) => {
  const folder = throwawayFolder();
  const chart = build();
  const subject = { chart, folder: folder.write(chart.compile()) };
  const trial = new Trial(subject);
  let scenes: readonly Scene[];
  afterAll(() => folder.remove());

  test('a harmless string arrives from each place', () => {
    const found = scenesOf(chart, nowhere[name] ?? [], knowledge[name] ?? {});
    scenes = found.scenes;
    expect(found.lost.map((place) => place.name)).toEqual(nowhere[name]);
  });

  test('each arrives unchanged, or is refused by all', async () => {
    for (let round = 0; round < rounds; round++) {
      for (const scene of scenes) {
        const texts = [...scene.marks.keys()].map((place, index) => {
          const text = writable[(seed + index * 7 + round) % writable.length] ?? '';
          return [place, text] as const;
        });
        await trial.try(scene, new Map(texts));
      }
    }
    // What a rule kept out of every document because of other places.
    const alone = scenes.flatMap((scene) => [...scene.marks.keys()].map((place) => ({ scene, place })));
    for (const { scene, place } of alone.filter(({ place }) => !trial.tally.has(place))) {
      await trial.tryAlone(scene, place, '{{ fail "x" }}: #');
    }
    const tallies = [...trial.tally.values()];
    const sum = (what: keyof Tally) => tallies.reduce((total, tally) => total + tally[what], 0);
    console.log(`${name}: ${sum('accepted')} texts arrived, ${sum('refused')} were refused`);
    // The number depends on the seed, by a few for a chart with few places.
    expect(tallies.filter(({ accepted }) => accepted > 0).length).toBeGreaterThan(tallies.length / 3);
    expect(tallies.filter(({ refused }) => refused > 0).length).toBeGreaterThan(tallies.length / 8);
    expect(trial.tally.size).toBe(scenes.reduce((total, { marks }) => total + marks.size, 0));
  });

  test('those of which Helm would lose a part are refused with one message', async () => {
    const free = scenes.flatMap((scene) =>
      [...scene.marks.keys()]
        .filter(({ shape }) => shape.patterns === undefined && shape.maxLength === undefined)
        .map((place) => ({ scene, place })),
    );
    expect(free.length).toBeGreaterThan(0);
    for (let round = 0; round < runs(12); round++) {
      const { scene, place } = free[(seed + round * 5) % free.length] ?? {};
      const text = forbidden[(seed + round) % forbidden.length];
      if (scene && place && text) expect(await trial.tryAlone(scene, place, text)).toBe(false);
    }
  });

  test('of 100 kB, too', async () => {
    const [scene] = scenes;
    const places = [...(scene?.marks.keys() ?? [])].filter(({ shape }) => shape.patterns === undefined);
    for (const [index, text] of long.entries()) {
      const place = places[(seed + index) % places.length];
      if (scene && place) await trial.tryAlone(scene, place, text);
    }
  });

  // All other keys that users write, and all of web-service, have a form with a smaller maximum.
  const keyWithoutForm = name === 'centaur' ? ['csi.volumeAttributes.* key'] : [];
  describe.each(keyWithoutForm)('%s', (key) => {
    test.each([
      ['x', 499, true],
      ['x', 500, false],
      ['"', 499, true],
      ['"', 500, false],
      // In JSON as Go writes it this is an escape and four digits.
      ['<', 99, true],
      ['<', 100, false],
    ])('a key that toYaml would lose is refused, and no shorter one: %s, %i times', async (piece, times, arrives) => {
      const [found] = scenes.flatMap((scene) =>
        [...scene.marks.keys()]
          .filter((place) => place.name.endsWith(key))
          .map((place) => ({ scene, place })),
      );
      if (found === undefined) throw new Error(`no place ends in ${key}`);
      expect(await trial.tryAlone(found.scene, found.place, piece.repeat(times))).toBe(arrives);
    });
  });

  test('a choice accepts only its options', async () => {
    const scene = choicesOf(chart);
    const texts = [...scene.marks.keys()].map((place, index) => {
      // An empty string is an option at a few places.
      const others = writable.filter((text) => !place.choices?.includes(text));
      return [place, others[(seed + index) % others.length] ?? ''] as const;
    });
    const { document, marks } = scene;
    const byMark = new Map(texts.map(([place, text]) => [marks.get(place) ?? '', text]));
    const pointers = pointersOf(document, marks, byMark);
    const faults = trial.reader.refused(replaced(document, byMark));
    const verdicts = await judge().render({
      chart: subject.folder,
      values: [valuesText(replaced(document, byMark))],
    });
    for (const [place] of texts) {
      const pointer = pointers.get(place) ?? '';
      expect(faults, place.name).toContain(pointer);
      for (const major of helmMajors) {
        const verdict = verdicts[major];
        expect(verdict.ok ? '' : verdict.error, place.name).toContain(`at '${quoted(pointer)}'`);
      }
    }
  });
});
