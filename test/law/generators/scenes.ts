/** Documents with a string at every place of a schema that accepts one, so that the objects show where each arrives. */
import { Ajv } from 'ajv';
import fc from 'fast-check';
import type { HelmChart } from '../../../src/helm/index.js';
import type { Schema } from '../../../src/helm/ir/schema.js';
import { resolved } from '../../../src/helm/schema/schema.js';
import { schemaDocument } from '../../../src/helm/template/values-document.js';
import { coalesce } from '../../../src/helm/values/merge.js';
import { isForbidden } from '../../../src/text/forbidden-text.js';
import { goJson } from '../../../src/text/go-syntax.js';
import { isMap, type Value, type ValueMap } from '../../../src/text/json.js';
import { admits, merged, scalarsOf, texts, withForms } from './documents.js';
import { holding, type TextPlace, textPlaces } from './text-places.js';

/** A document and, for some places, the unique harmless string at each. */
export interface Scene {
  readonly document: Value;
  readonly marks: ReadonlyMap<TextPlace, string>;
}

/**
 * Scenes are found by a search, which sometimes misses a place: it is the same search in every run, and only the
 * strings at the places differ from run to run.
 */
const seed = 5;

const release = { name: 'law-release', namespace: 'law-namespace' };

/** What a chart says about documents. */
export class Reader {
  private readonly validate;

  constructor(private readonly chart: HelmChart) {
    const ajv = new Ajv({ allErrors: true, strict: false });
    this.validate = ajv.compile(JSON.parse(schemaDocument(chart.schema as Schema, chart.metadata.name)));
  }

  /** JSON pointers to what the schema refuses. */
  refused(document: Value): readonly string[] {
    if (this.validate(this.values(document))) return [];
    return (this.validate.errors ?? []).map(({ instancePath }) => instancePath);
  }

  /** The rules' messages, or the objects. */
  evaluated(document: Value) {
    return this.chart.evaluate(this.values(document), release);
  }

  private values(document: Value): ValueMap {
    return coalesce(this.chart.defaults, isMap(document) ? document : {});
  }
}

/** What a chart's rules require of documents, which no search would find. */
export interface ChartKnowledge {
  /** Patterns of values without constraints in their schema, by path. */
  readonly forms?: { readonly [path: string]: string };
  /** The document with whatever else its content requires. */
  readonly completed?: (document: Value) => Value;
}

/**
 * Scenes that the chart accepts, which together contain every place whose string arrives in an object, and the places
 * whose string never does. Places with a name in `nowhere` are not expected to arrive: they are tried separately and
 * less often, since a place that breaks a rule keeps others out of a document.
 */
export function scenesOf(
  chart: HelmChart,
  nowhere: readonly string[],
  { forms = {}, completed = (document) => document }: ChartKnowledge = {},
): {
  readonly scenes: readonly Scene[];
  readonly lost: readonly TextPlace[];
} {
  const stage = new Stage(chart, forms, completed);
  const scenes: Scene[] = [];
  const lost = (places: readonly TextPlace[], rounds: number): readonly TextPlace[] => {
    let left = places;
    for (let round = 0; round < rounds && left.length > 0; round++) {
      const scene = stage.scene(left, round);
      if (scene.marks.size === 0) continue;
      scenes.push(scene);
      left = left.filter((place) => !scene.marks.has(place));
    }
    return left;
  };
  const places = textPlaces(stage.schema).filter(({ choices }) => choices === undefined);
  const isExpected = ({ name }: TextPlace) => !nowhere.includes(name);
  const lostAfterAll = lost(places.filter(isExpected), 200);
  return {
    lost: [
      ...lostAfterAll,
      ...lost(
        places.filter((place) => !isExpected(place)),
        20,
      ),
    ],
    scenes,
  };
}

/** Draws scenes: what breaks the schema or a rule is drawn again, and finally left out. */
class Stage {
  private readonly reader: Reader;
  readonly schema: Schema;
  /** Settings of switches, those with the most objects first; those that need a string come last. */
  private readonly settings: readonly Value[];
  private draws = 0;

  constructor(
    chart: HelmChart,
    forms: { readonly [path: string]: string },
    private readonly completed: (document: Value) => Value,
  ) {
    this.reader = new Reader(chart);
    this.schema = resolved(withForms(chart.schema, forms));
    const drawn = fc
      .sample(switchesOf(this.schema), { seed, numRuns: drawnSettings })
      .map((setting) => ({ setting, objects: this.reader.evaluated(setting).objects.length }));
    this.settings = drawn.sort((one, other) => other.objects - one.objects).map(({ setting }) => setting);
  }

  scene(places: readonly TextPlace[], setting: number): Scene {
    const marks = marksOf(places);
    const part = (place: TextPlace) => this.drawn(holding(this.schema, place, marks.get(place) ?? ''));
    const parts = new Map(places.map((place) => [place, part(place)]));
    const place = setting < 4 ? setting : (4 - 7 * setting) % this.settings.length;
    let around: Value = this.settings.at(place) ?? {};
    for (let tries = 1; parts.size > 0; tries++) {
      const document = this.completed([around, ...parts.values()].reduce(joined));
      const wrong = this.wrong(document);
      if (wrong.length === 0) return { document, marks: this.arrived(document, marks) };
      const pointers = pointersOf(document, marks);
      const concerned = [...parts.keys()].filter((place) => isConcerned(place, pointers.get(place), wrong));
      if (concerned.length === 0) around = this.drawn(fc.constantFrom(...this.settings));
      for (const place of concerned) {
        if (tries < patience) parts.set(place, part(place));
        else if (this.drawn(fc.boolean())) parts.delete(place);
      }
    }
    return { document: {}, marks: new Map() };
  }

  private drawn<T>(arbitrary: fc.Arbitrary<T>): T {
    const [value] = fc.sample(arbitrary, { seed: seed + this.draws++, numRuns: 1 });
    return value as T;
  }

  /** Pointers to what the schema refuses, or else to what the rules concern. */
  private wrong(document: Value): readonly string[] {
    const refused = [...this.reader.refused(document), ...forbiddenIn(document, '')];
    if (refused.length > 0) return refused;
    return this.reader.evaluated(document).problems.flatMap((problem) => pointersOfRule(problem, document));
  }

  private arrived(document: Value, marks: ReadonlyMap<TextPlace, string>): ReadonlyMap<TextPlace, string> {
    const held = pointersOf(document, marks);
    const found = allTexts(this.reader.evaluated(document).objects);
    const isFound = (mark: string) =>
      [mark, goJson(mark).slice(1, -1)].some((text) => found.includes(text.toLowerCase()));
    return new Map([...marks].filter(([place, mark]) => held.has(place) && isFound(mark)));
  }
}

/** Not a multiple of 7, since a place may need several switches at once and the search advances in steps of 7. */
const drawnSettings = 150;

/** How often a part is redrawn. */
const patience = 9;

function forbiddenIn(value: Value, pointer: string): readonly string[] {
  if (typeof value === 'string') return isForbidden(value) ? [pointer] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...(isForbidden(key) || key === '<<' ? [pointer] : []),
    ...forbiddenIn(member, `${pointer}/${escaped(key)}`),
  ]);
}

/** A rule's message begins with the key that it concerns, and may name keys below it that are in the document. */
export function pointersOfRule(message: string, document: Value): readonly string[] {
  const [, key = ''] = /^([\w$-]+(?:[.][\w$-]+)*)[[:]/.exec(message) ?? [];
  if (key === '') return [];
  const at = memberAt(document, key.split('.'));
  const words = new Set(message.slice(key.length).match(/[\w-]+/g));
  const named = isMap(at) ? Object.keys(at).filter((name) => words.has(name)) : [];
  const pointer = `/${key.replaceAll('.', '/')}`;
  return named.length === 0 ? [pointer] : named.map((name) => `${pointer}/${name}`);
}

/**
 * Whether a place may have caused an error: the error is in what belongs only to the place, from the first list or map
 * on, or around it.
 */
export function isConcerned(
  place: TextPlace,
  pointer: string | undefined,
  wrong: readonly string[],
): boolean {
  const known = place.steps.findIndex((step) => typeof step !== 'string');
  const keys = known < 0 ? place.steps : place.steps.slice(0, known);
  const at = pointer ?? `/${keys.join('/')}`;
  const own = at
    .split('/')
    .slice(0, keys.length + 2)
    .join('/');
  return wrong.some((where) => isWithin(own, where) || (where !== '' && isWithin(where, own)));
}

function isWithin(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** All strings of a value, including those in base64, in lower case. */
function allTexts(value: unknown): string {
  const found: string[] = [];
  JSON.stringify(value, (key, member) => {
    found.push(key);
    if (typeof member === 'string') found.push(member, Buffer.from(member, 'base64').toString());
    return member;
  });
  return found.join('\n').toLowerCase();
}

/** Settings of switches and choices outside lists. */
function switchesOf(schema: Schema): fc.Arbitrary<Value> {
  const settings = scalarsOf(schema, []).flatMap(({ path, member }) => {
    const { type, enum: choices } = merged(member);
    if (type !== 'boolean' && choices === undefined) return [];
    const value = choices ? fc.constantFrom(...(choices as readonly Value[])) : fc.boolean();
    return [value.map((one) => path.reduceRight<Value>((inner, key) => ({ [key]: inner }), one))];
  });
  return fc.tuple(...settings).map((chosen) => chosen.reduce<Value>(joined, {}));
}

/** For each place a string that it accepts and that occurs nowhere else. */
function marksOf(places: readonly TextPlace[]): ReadonlyMap<TextPlace, string> {
  const taken: string[] = [];
  return new Map(
    places.map((place, index) => {
      const number = String(index).padStart(3, '0');
      const simple = [`harmless${number}`, `/harmless${number}`, `https://harmless${number}`];
      const fitting = simple.find((text) => admits(place.shape, text)) ?? drawnMark(place, index, taken);
      taken.push(fitting);
      return [place, fitting];
    }),
  );
}

function drawnMark({ shape }: TextPlace, index: number, taken: readonly string[]): string {
  const drawn = fc
    .sample(texts(shape), { seed: seed + index, numRuns: 60 })
    .filter((text) => text.length < 100 && !isForbidden(text))
    .sort((one, other) => other.length - one.length);
  return drawn.find((text) => !taken.some((other) => other.includes(text) || text.includes(other))) ?? '';
}

/** Maps are merged, lists concatenated; of two scalars the second wins. */
function joined(one: Value, other: Value): Value {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  if (!isMap(one) || !isMap(other)) return other;
  const members = Object.entries(other).map(([key, member]) => {
    const known = Object.hasOwn(one, key) ? one[key] : undefined;
    return [key, known === undefined ? member : joined(known, member)] as const;
  });
  return { ...one, ...Object.fromEntries(members) };
}

/** A document in which the choices of a schema are distinguished by markers, which no schema accepts. */
export function choicesOf(chart: HelmChart): Scene {
  const schema = resolved(chart.schema as Schema);
  const places = textPlaces(schema).filter(({ choices }) => choices !== undefined);
  const marks = new Map(places.map((place, index) => [place, `choice${String(index).padStart(3, '0')}`]));
  const parts = places.map((place, index) => {
    const [part = {}] = fc.sample(holding(schema, place, marks.get(place) ?? ''), {
      seed: seed + index,
      numRuns: 1,
    });
    return part;
  });
  return { document: parts.reduce(joined, {}), marks };
}

/** The document with other strings instead of markers. */
export function replaced(value: Value, texts: ReadonlyMap<string, string>): Value {
  if (typeof value === 'string') return texts.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, texts));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [texts.get(key) ?? key, replaced(member, texts)]),
  );
}

function memberAt(value: Value, [key, ...below]: readonly string[]): Value {
  if (key === undefined) return value;
  return isMap(value) && Object.hasOwn(value, key) ? memberAt(value[key] ?? null, below) : null;
}

/** JSON pointers to the markers (for a key, to its map) after other strings have replaced them. */
export function pointersOf(
  document: Value,
  marks: ReadonlyMap<TextPlace, string>,
  texts: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<TextPlace, string> {
  const places = new Map([...marks].map(([place, mark]) => [mark, place]));
  const found = new Map<TextPlace, string>();
  const walk = (value: Value, pointer: string): void => {
    const place = typeof value === 'string' ? places.get(value) : undefined;
    if (place !== undefined) found.set(place, pointer);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      const keyed = places.get(key);
      if (keyed !== undefined) found.set(keyed, pointer);
      walk(member, `${pointer}/${escaped(texts.get(key) ?? key)}`);
    }
  };
  walk(document, '');
  return found;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
