/** Manifests that nobody thought of, from everything that a chart's source may contain. */
import Type from 'typebox';
import {
  add,
  and,
  base64,
  block,
  byteLength,
  chartInfo,
  comment,
  concat,
  contains,
  count,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  entries,
  eq,
  fields,
  fieldsTemplate,
  filter,
  flatMap,
  get,
  groupBy,
  hasKey,
  ifElse,
  includes,
  isNonEmpty,
  isPresent,
  join,
  keys,
  listOf,
  lt,
  type Member,
  map,
  mapOf,
  ne,
  not,
  omit,
  or,
  release,
  replace,
  type Symbolic,
  sha256,
  some,
  sort,
  split,
  spread,
  str,
  stringTemplate,
  stringTemplateOf,
  textTemplate,
  toJson,
  trimSuffix,
  trunc,
  uniq,
  valueTemplate,
  valueTemplateOf,
  when,
} from '../../../src/helm/index.js';
import { holdsForbiddenText } from '../../../src/text/forbidden-text.js';
import { hostileStrings } from './arbitrary-values.js';
import type { Tape } from './tape.js';
import type { Host, Person, World } from './world.js';

type Texts = { readonly [key: string]: string };

/** What can be read at a place in a manifest. */
interface Known {
  readonly values: Symbolic<World>;
  readonly texts: readonly Expr<string>[];
  readonly flags: readonly Expr<boolean>[];
  readonly integers: readonly Expr<number>[];
  readonly scalars: readonly Expr<string | number>[];
  readonly lists: readonly Expr<readonly string[]>[];
  readonly people: readonly Expr<readonly Person[]>[];
  readonly maps: readonly Expr<Texts>[];
  readonly maybeTexts: readonly Expr<string | undefined>[];
  readonly maybeIntegers: readonly Expr<number | undefined>[];
  /** Inside `each`: a named template sees none of its variables. */
  readonly bound: boolean;
}

export function known(values: Symbolic<World>): Known {
  return {
    values,
    texts: [
      values.text,
      values.word,
      values.mode,
      values.YAML,
      values.Table,
      release.Name,
      chartInfo.AppVersion,
    ],
    flags: [values.flag, values.other],
    integers: [values.port],
    scalars: [values.size],
    lists: [values.words, values['extra-words'], values.fewWords],
    people: [values.people],
    maps: [values.labels],
    maybeTexts: [values.maybeText],
    maybeIntegers: [values.maybePort],
    bound: false,
  };
}

function withPerson(at: Known, person: Symbolic<Person>): Known {
  return {
    ...at,
    bound: true,
    texts: [person.name, ...at.texts],
    flags: [person.adult, ...at.flags],
    integers: [person.age, ...at.integers],
    lists: [person.tags, ...at.lists],
    maps: [person.labels, ...at.maps],
    maybeTexts: [person.nick, ...at.maybeTexts],
  };
}

function withHost(at: Known, host: Symbolic<Host>, name: Expr<string>): Known {
  return {
    ...at,
    bound: true,
    texts: [name, ...at.texts],
    flags: [host.on, ...at.flags],
    integers: [host.port, ...at.integers],
    lists: [host.paths, ...at.lists],
    maybeTexts: [host.note, ...at.maybeTexts],
  };
}

const withIndex = (at: Known, index: Expr<number>): Known => ({
  ...at,
  bound: true,
  integers: [index, ...at.integers],
});

const withText = (at: Known, ...texts: Expr<string>[]): Known => ({
  ...at,
  bound: true,
  texts: [...texts, ...at.texts],
});

const oddKeys = [
  'a b',
  'yes',
  '1',
  'null',
  '',
  'a.b/c',
  '{{ x }}',
  'ü😀',
  'a: b',
  '- a',
  '#',
  '"',
  "'",
  '\n',
  '\u0085',
  '~',
  '<<',
  '=',
];

const constants = ['x', ...hostileStrings.filter((text) => !holdsForbiddenText(text))];

/** Draws pieces of one manifest. */
export class Author {
  private serial = 0;

  constructor(
    private readonly tape: Tape,
    /** Whether a list or map of the values may be written unchanged, which text can't contain. */
    private readonly containers = true,
  ) {}

  private pick<T>(list: readonly T[]): T {
    const [first, ...others] = list;
    if (first === undefined) throw new RangeError('nothing to pick from');
    return this.tape.of([first, ...others]);
  }

  private get name(): string {
    return `law.t${this.serial++}`;
  }

  // ------------------------------------------------------------------------------------------------- expressions

  text(at: Known, depth: number): Expr<string> {
    const t = this.tape;
    if (depth <= 0) return this.pick(at.texts);
    const inner = () => this.text(at, depth - 1);
    return t.make<Expr<string>>([
      () => this.pick(at.texts),
      () => str`${inner()}-${this.integer(at, depth - 1)}${this.constant()}%s`,
      () => str`${inner()}`,
      () => defaultIfEmpty(this.pick(at.maybeTexts), inner()),
      () => defaultIfAbsent(this.pick(at.maybeTexts), this.constant()),
      () => ifElse(this.flag(at, depth - 1), inner(), t.chance() ? this.constant() : inner()),
      () => join(this.constant(), this.list(at, depth - 1)),
      () => toJson(this.anything(at, depth - 1)),
      () => trimSuffix('a', inner()),
      () => replace('a', '{{', inner()),
      () => sha256(inner()),
      () => base64(inner()),
      () => get(this.pick(at.maps), this.constant(), this.constant()),
      () => trunc(5, sha256(inner())),
      () => this.sharedText(at, depth - 1),
    ]);
  }

  private sharedText(at: Known, depth: number): Expr<string> {
    if (!this.tape.chance()) return stringTemplate(this.name, 'A text.', this.text(known(at.values), depth));
    const parameters = {
      who: Type.String(),
      many: Type.Integer(),
      list: Type.Array(Type.String()),
      maybe: Type.Optional(Type.String()),
    };
    const template = stringTemplateOf(
      this.name,
      'A text of arguments.',
      parameters,
      ({ who, many, list, maybe }) => {
        const inner = known(at.values);
        return this.text(
          {
            ...inner,
            texts: [who, ...inner.texts],
            integers: [many, ...inner.integers],
            lists: [list, ...inner.lists],
            maybeTexts: [maybe],
          },
          depth,
        );
      },
    );
    return template({
      who: this.text(at, depth),
      many: this.integer(at, depth),
      list: this.list(at, depth),
      maybe: this.pick(at.maybeTexts) as Expr<string>,
    });
  }

  private constant(): string {
    return this.pick(constants);
  }

  flag(at: Known, depth: number): Expr<boolean> {
    const t = this.tape;
    if (depth <= 0) return this.pick(at.flags);
    const inner = () => this.flag(at, depth - 1);
    return t.make<Expr<boolean>>([
      () => this.pick(at.flags),
      () => not(inner()),
      () => and(inner(), inner()),
      () => or(inner(), inner(), inner()),
      () => eq(this.pick(at.texts), this.constant()),
      () => ne(this.text(at, depth - 1), this.text(at, depth - 1)),
      () => eq(this.integer(at, depth - 1), this.pick([0, 1, 80, -1])),
      () => lt(this.integer(at, depth - 1), this.integer(at, depth - 1)),
      () =>
        isPresent(
          this.pick([...at.maybeTexts, ...at.maybeIntegers, at.values.maybeTeam, at.values.maybeLabels]),
        ),
      () =>
        isNonEmpty(
          this.pick([...at.maybeTexts, at.values.maybeWords, at.values.maybeLabels, at.values.maybePeople]),
        ),
      () => isNonEmpty(this.list(at, depth - 1)),
      () => some(this.peopleOf(at, depth - 1), (person) => this.flag(withPerson(at, person), depth - 1)),
      () => some(this.list(at, depth - 1), (word) => this.flag(withText(at, word), depth - 1)),
      () => includes(this.list(at, depth - 1), this.text(at, depth - 1)),
      () => hasKey(this.pick(at.maps), this.constant()),
      () => contains(this.text(at, depth - 1), this.text(at, depth - 1)),
      () => ifElse(inner(), inner(), inner()),
      () => defaultIfAbsent(at.values.maybeFlag, t.chance()),
      () => valueTemplate(this.name, 'A condition.', this.flag(known(at.values), depth - 1)),
      () => this.sharedFlag(at, depth - 1),
    ]);
  }

  private sharedFlag(at: Known, depth: number): Expr<boolean> {
    const template = valueTemplateOf(
      this.name,
      'A condition on an argument.',
      { word: Type.String() },
      ({ word }) => this.flag(withText(known(at.values), word), depth),
    );
    return template({ word: this.text(at, depth) });
  }

  integer(at: Known, depth: number): Expr<number> {
    if (depth <= 0) return this.pick(at.integers);
    const inner = () => this.integer(at, depth - 1);
    return this.tape.make<Expr<number>>([
      () => this.pick(at.integers),
      () => count(this.list(at, depth - 1)),
      () => count(this.pick(at.maps)),
      () => add(count(this.list(at, depth - 1)), this.pick([0, 1, -5, 1_000_000])),
      () => ifElse(this.flag(at, depth - 1), inner(), this.pick([0, 3, 1_000_000])),
      () => defaultIfAbsent(this.pick(at.maybeIntegers), 5),
      () => get(at.values.ports, this.constant(), 1_000_000),
      () => byteLength(this.text(at, depth - 1)),
      () => valueTemplate(this.name, 'An integer.', this.integer(known(at.values), depth - 1)),
    ]);
  }

  list(at: Known, depth: number): Expr<readonly string[]> {
    if (depth <= 0) return this.pick(at.lists);
    const inner = () => this.list(at, depth - 1);
    const t = this.tape;
    return t.make<Expr<readonly string[]>>([
      () => this.pick(at.lists),
      () => filter(inner(), (word) => this.flag(withText(at, word), depth - 1)),
      () => map(this.peopleOf(at, depth - 1), (person) => this.text(withPerson(at, person), depth - 1)),
      () => map(this.pick(at.maps), (value, key) => this.text(withText(at, value, key), depth - 1)),
      () => flatMap(this.peopleOf(at, depth - 1), (person) => this.list(withPerson(at, person), depth - 1)),
      () => flatMap(at.values.hosts, (host, name) => this.list(withHost(at, host, name), depth - 1)),
      () =>
        listOf<string>([
          this.text(at, depth - 1),
          when(this.flag(at, depth - 1), this.text(at, depth - 1)),
          each(inner(), (word) => when(this.flag(withText(at, word), depth - 1), word)),
          when(this.pick(at.maybeTexts), (text) => text),
          this.constant(),
        ]),
      () => keys(this.pick(at.maps)),
      () => split(',', this.text(at, depth - 1)),
      () => concat(inner(), inner()),
      () => uniq(inner()),
      () => sort(inner()),
      () => defaultIfAbsent(at.values.maybeWords, ['a', 'b']),
      () => map(omit(this.pick(at.maps), this.constant(), 'a'), (value) => value),
      () => valueTemplate(this.name, 'A list.', this.list(known(at.values), depth - 1)),
    ]);
  }

  private peopleOf(at: Known, depth: number): Expr<readonly Person[]> {
    if (depth <= 0) return this.pick(at.people);
    return this.tape.make<Expr<readonly Person[]>>([
      () => this.pick(at.people),
      () => filter(this.peopleOf(at, depth - 1), (person) => this.flag(withPerson(at, person), depth - 1)),
      () => concat(this.peopleOf(at, depth - 1), at.values.people),
      () =>
        listOf<Person>([
          at.values.team.lead,
          each(this.peopleOf(at, depth - 1), (person) => person),
        ] as never),
      () =>
        flatMap(
          groupBy(at.values.people, (person) => person.name),
          (group) => group,
        ),
    ]);
  }

  /** Any expression, for operators that accept all of them. */
  private anything(at: Known, depth: number): Expr<NonNullable<unknown>> {
    return this.tape.make<Expr<NonNullable<unknown>>>([
      () => this.text(at, depth),
      () => this.integer(at, depth),
      () => this.flag(at, depth),
      () => at.values.ratio,
      () => at.values.size,
      () => this.list(at, depth),
      () => this.peopleOf(at, depth),
      () => this.pick(at.maps),
      () => at.values.open,
      () => at.values.ports,
      () => at.values.team,
    ]);
  }

  // --------------------------------------------------------------------------------------------------- manifests

  /** Anything that may be the value of a field or the member of a list. */
  value(at: Known, depth: number): unknown {
    const leaves: [() => unknown, ...(() => unknown)[]] = [
      () => 'x',
      () => this.pick([0, 1, -1, 1_000_000, 1e21, 0.5, true, false, null, ...constants]),
      () => this.text(at, depth),
      () => this.integer(at, depth),
      () => this.flag(at, depth),
      () => at.values.ratio,
      () => this.pick(at.scalars),
      () => defaultIfAbsent(at.values.maybeSize, this.pick<string | number>([5, 'no'])),
    ];
    if (this.containers) leaves.push(() => this.container(at, depth));
    if (depth <= 0 || this.tape.below(3) === 0) return this.tape.make(leaves);
    return this.tape.make([
      () => this.map(at, depth - 1),
      () => this.elements(at, depth - 1),
      () =>
        when<never>(
          this.flag(at, depth - 1),
          this.value(at, depth - 1) as never,
          this.value(at, depth - 1) as never,
        ),
      () =>
        when(
          this.pick(at.maybeTexts),
          (text) => this.value(withText(at, text), depth - 1) as never,
          this.value(at, depth - 1) as never,
        ),
    ]);
  }

  private container(at: Known, depth: number): Expr<unknown> {
    return this.tape.make<Expr<unknown>>([
      () => this.list(at, depth),
      () => this.pick(at.maps),
      () => this.peopleOf(at, depth),
      () => at.values.open,
      () => at.values.hosts,
      () => at.values.numbers,
      () => at.values.ports,
      () => at.values.team,
      () => omit(this.pick(at.maps), this.constant()),
      () => map(at.values.numbers, (number) => number),
      () =>
        listOf<unknown>([
          this.text(at, depth - 1),
          this.integer(at, depth - 1),
          at.values.ratio,
          when<never>(this.flag(at, depth - 1), this.flag(at, depth - 1) as never),
          1_000_000,
        ] as never),
    ]);
  }

  /** A map's entries. `taken` contains its keys, so that each occurs once. */
  map(at: Known, depth: number, taken = new Set<string>()): object {
    const parts = this.tape.many(6, () => this.entry(at, depth, taken));
    return Object.assign({}, ...parts);
  }

  private key(taken: Set<string>): string {
    const odd = this.tape.below(4) === 3 ? this.pick(oddKeys) : undefined;
    const key = odd === undefined || taken.has(odd) ? `k${taken.size}` : odd;
    taken.add(key);
    return key;
  }

  private entry(at: Known, depth: number, taken: Set<string>): object {
    const spreads = () => {
      const first = !taken.has('\0spread');
      taken.add('\0spread');
      return first;
    };
    return this.tape.make<object>([
      () => ({ [this.key(taken)]: this.value(at, depth) }),
      () => ({ [this.key(taken)]: when<never>(this.flag(at, depth), this.value(at, depth) as never) }),
      () => ({
        [this.key(taken)]: when(
          this.pick(at.maybeTexts),
          (text) => this.value(withText(at, text), depth) as never,
        ),
      }),
      () => ({
        [this.key(taken)]: when(
          at.values.maybeTeam,
          (team) => this.value(withPerson(at, team.lead), depth) as never,
        ),
      }),
      () => fields(this.flag(at, depth), this.map(at, depth - 1, taken)),
      () => fields(at.values.maybeLabels, (labels) => this.map({ ...at, maps: [labels] }, depth - 1, taken)),
      () => comment(`why: {{ x }} # ${this.pick(['a', 'b\nc', '- "', "'"])}`),
      () => (spreads() ? spread(this.pick([...at.maps, at.values.maybeLabels])) : {}),
      () =>
        spreads()
          ? entries(at.values.hosts, (host, name) => this.value(withHost(at, host, name), depth) as never)
          : {},
      () =>
        spreads()
          ? entries(
              groupBy(at.values.people, (person) => this.text(withPerson(at, person), depth - 1)),
              (group, key) => this.value({ ...withText(at, key), people: [group] }, depth) as never,
            )
          : {},
      () => (spreads() ? spread(this.computedMap(at, depth)) : {}),
      () => this.sharedFields(at, depth, taken),
    ]);
  }

  private computedMap(at: Known, depth: number): Expr<Texts> {
    return mapOf({
      a: this.text(at, depth - 1),
      [this.constant()]: when(this.flag(at, depth - 1), this.text(at, depth - 1)),
      ...entries(this.pick(at.maps), (value, key) => this.text(withText(at, value, key), depth - 1)),
    });
  }

  private sharedFields(at: Known, depth: number, taken: Set<string>): object {
    const parameters = { who: Type.String(), many: Type.Integer() };
    const first = this.key(taken);
    const template = fieldsTemplate(this.name, 'Fields.', parameters, ({ who, many }) => {
      const inner = known(at.values);
      const within = { ...inner, texts: [who, ...inner.texts], integers: [many, ...inner.integers] };
      taken.add('\0spread');
      return { [first]: this.text(within, depth - 1), ...this.map(within, depth - 1, taken) };
    });
    return template({ who: this.text(at, depth - 1), many: this.integer(at, depth - 1) });
  }

  /** A list's members. */
  elements(at: Known, depth: number): readonly unknown[] {
    return this.tape.many(4, () => this.element(at, depth));
  }

  private element(at: Known, depth: number): unknown {
    const more = (inner: Known) =>
      (depth <= 0 ? this.value(inner, 0) : this.element(inner, depth - 1)) as never;
    return this.tape.make([
      () => this.value(at, depth),
      () => when<never>(this.flag(at, depth), more(at)),
      () => each(this.list(at, depth), (word) => more(withText(at, word))),
      () => each(this.peopleOf(at, depth), (person) => more(withPerson(at, person))),
      () =>
        each(this.pick([at.values.people, at.values.maybePeople]), (person, index) =>
          more(withIndex(withPerson(at, person), index)),
        ),
      () =>
        each(this.pick([at.values.labels, at.values.maybeLabels]), (value, key) =>
          more(withText(at, value, key)),
        ),
      () => each(at.values.hosts, (host, name) => more(withHost(at, host, name))),
      () =>
        each(this.pick([at.values.maybePeople, at.values.maybePeople]), (person) =>
          more(withPerson(at, person)),
        ),
      () => when(this.pick(at.maybeTexts), (text) => more(withText(at, text))),
      () => when(at.values.maybeTeam, (team) => each(team.lead.tags, (tag) => more(withText(at, tag)))),
    ]);
  }

  /** Lines under conditions. */
  messages(at: Known, depth: number): readonly Member<string>[] {
    return this.tape.many(3, () =>
      this.tape.make<Member<string>>([
        () => when(this.flag(at, depth), this.text(at, depth)),
        () =>
          each(this.peopleOf(at, depth), (person) => {
            const inner = withPerson(at, person);
            return when(this.flag(inner, depth), this.text(inner, depth));
          }),
        () => each(this.list(at, depth), (word, index) => str`${index}: ${word}`),
        () => each(this.list(at, depth), (word) => when(eq(word, this.constant()), str`not ${word}`)),
        () =>
          when(this.pick(at.maybeTexts), (text) =>
            when(this.flag(at, depth), str`${text}: ${this.text(at, depth)}`),
          ),
      ]),
    );
  }

  /** A YAML string in a field, and its hash. */
  document(at: Known, depth: number): object {
    const taken = new Set<string>();
    const key = this.key(taken);
    const text = () => this.text(at, depth);
    const first = this.tape.chance() ? when(this.flag(at, depth), text(), text()) : text();
    const document = textTemplate(this.name, 'A document.', {
      [key]: first,
      ...this.map(at, depth, taken),
    } as never);
    return { text: block(document), hash: sha256(document), again: document };
  }
}
