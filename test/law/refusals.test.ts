/** What a chart can't express is refused at build time, with the place and what to do; nothing is approximated. */
import Type, { type TProperties } from 'typebox';
import { describe, expect, test } from 'vitest';
import {
  base64,
  byteLength,
  comment,
  each,
  entries,
  eq,
  fields,
  fieldsTemplate,
  groupBy,
  HelmChart,
  HelmObject,
  isNonEmpty,
  join,
  kubernetes,
  listOf,
  loadValues,
  mapOf,
  matches,
  not,
  sha256,
  some,
  split,
  spread,
  str,
  stringTemplate,
  stringTemplateOf,
  textTemplate,
  toJson,
  valueTemplate,
  when,
} from '../../src/helm/index.js';

const port = Type.Integer({ minimum: 1, maximum: 65535 });
const properties = {
  name: Type.String(),
  on: Type.Boolean(),
  port,
  labels: Type.Record(Type.String(), Type.String()),
  annotations: Type.Record(Type.String(), Type.String()),
  people: Type.Array(Type.Object({ name: Type.String() })),
};

function chartOf<P extends TProperties>(properties: P) {
  return new HelmChart({
    metadata: { name: 'refusals', version: '0.1.0', appVersion: '1', description: 'What is refused.' },
    values: Type.Object(properties),
  });
}

const { values } = chartOf(properties);

/** Compiles a chart of one object. */
function compiled(body: object, id = 'object'): void {
  const chart = chartOf({});
  new HelmObject(chart, id, { apiVersion: 'v1', kind: 'ConfigMap', ...body });
  chart.compile();
}

describe('a map', () => {
  test('must not have a key twice', () => {
    expect(() => compiled({ a: { x: 1, ...fields(values.on, { x: 2 }) } })).toThrow(/'x' is given twice/);
    expect(() =>
      compiled({ a: { ...fields(values.on, { x: 1 }), ...fields(not(values.on), { x: 2 }) } }),
    ).toThrow("object: the key 'x' is given twice: write one field, with when(condition, value, otherwise)");
  });

  test('must not have a key that a named template also brings', () => {
    const shared = fieldsTemplate('refusals.fields', 'Fields.', {}, () => ({ x: values.name }));
    expect(() => compiled({ a: { ...shared({}), x: 1 } })).toThrow(/'x' is given twice/);
  });

  test('takes over one map of the values, at any depth of conditions', () => {
    expect(() => compiled({ a: { ...spread(values.labels), ...spread(values.annotations) } })).toThrow(
      /two maps are spread into one/,
    );
    expect(() =>
      compiled({ a: { ...spread(values.labels), ...fields(values.on, { ...spread(values.annotations) }) } }),
    ).toThrow(/two maps are spread into one/);
  });

  test('must not have a field next to a template that spreads a map which could contain it', () => {
    const shared = fieldsTemplate('refusals.spread', 'Fields.', {}, () => ({
      x: 1,
      ...spread(values.labels),
    }));
    expect(() => compiled({ a: { ...shared({}), y: 1 } })).toThrow(
      /refusals\.spread spreads a map that may have the key 'y'/,
    );
  });

  test('of computed keys is not written unchanged, where << would merge', () => {
    const groups = groupBy(values.people, (person) => person.name);
    expect(() => compiled({ a: groups })).toThrow(/keys are computed: write it with/);
    expect(() => compiled({ a: mapOf({ b: values.name }) })).toThrow(/keys are computed: write it with/);
    expect(() => compiled({ a: valueTemplate('refusals.groups', 'Groups.', groups) })).toThrow(
      /keys are computed/,
    );
  });
});

describe('a string', () => {
  const forbidden = ['\u007f', '\u0085', '\u2028', '\ufeff', '\uffff', 'x <no value> y'];

  test.each(forbidden)('in an expression is one that every reader of YAML returns unchanged: %j', (text) => {
    expect(() => str`${values.name}${text}`).toThrow(/a constant can't be written/);
    expect(() => mapOf({ [text]: values.name })).toThrow(/can't be written|would delete/);
  });

  test('must not be one of which Helm deletes a part', () => {
    expect(() => compiled({ a: '<no value>' })).toThrow(/Helm would delete "<no value>"/);
    expect(() => compiled({ '<no value>': 1 })).toThrow(/Helm would delete "<no value>"/);
  });

  test.each(['\r', '\u0085', '\u2028', '\ufeff'])('in a comment does not end it: %j', (text) => {
    expect(() => comment(`a${text}b`)).toThrow(/a comment holds what would end it/);
  });

  test('in a comment of a template does not end it either', () => {
    expect(() => compiled({ comment: 'a */ b' })).toThrow(/a comment holds what would end it/);
    expect(() => stringTemplate('refusals.name', 'a */ b', values.name)).toThrow(
      /a comment holds what would end it/,
    );
  });

  test('as a default is one that the chart itself accepts', () => {
    const chart = chartOf({ name: Type.String({ default: 'a\u2028b' }) });
    new HelmObject(chart, 'object', { apiVersion: 'v1', kind: 'ConfigMap', ...{ a: chart.values.name } });
    expect(() => chart.compile()).toThrow(/in the defaults, a string contains a character/);
  });
});

describe('a named template', () => {
  test('has a field that is always present', () => {
    expect(() => fieldsTemplate('refusals.none', 'None.', {}, () => fields(values.on, { a: 1 }))).toThrow(
      /refusals\.none: a named template has a field that is always there/,
    );
    expect(() =>
      textTemplate<{ a?: string }>('refusals.text', 'A text.', { a: when(values.on, 'x') }),
    ).toThrow(/refusals\.text: a named template has a field that is always there/);
  });

  test('with text output contains no list or map whose characters are unknown', () => {
    const labels = { a: values.name, labels: values.labels };
    expect(() => textTemplate<{ a: string; labels: object }>('refusals.raw', 'A text.', labels)).toThrow(
      /refusals\.raw: a list or map is written as it is into a document/,
    );
    const written = { a: values.name, labels: { ...entries(values.labels, (value) => value) } };
    textTemplate<{ a: string; labels: object }>('refusals.written', 'A text.', written);
  });

  test('has a unique name', () => {
    const name = (text: string) => stringTemplate('refusals.twice', 'A name.', str`${values.name}${text}`);
    expect(() => compiled({ a: name('a'), b: name('b') })).toThrow(
      /two named templates are called refusals\.twice/,
    );
  });

  test.each(['root', 'a-b', '1'])('has no parameter called %s', (name) => {
    expect(() =>
      stringTemplateOf('refusals.of', 'A text.', { [name]: Type.String() }, () => values.name),
    ).toThrow(/a parameter is called by a name of Go's/);
  });
});

describe('a value', () => {
  test('that is an integer has bounds, since Helm rounds beyond 2^53', () => {
    const chart = chartOf({ size: Type.Integer({ minimum: 0 }), sizes: Type.Array(Type.Integer()) });
    expect(() => compiled({ a: chart.values.size })).toThrow(
      /\.Values\.size: an integer has a minimum and a maximum/,
    );
    expect(() => compiled({ a: [each(chart.values.sizes, (size) => str`${size}`)] })).toThrow(
      /\$size: an integer has a minimum and a maximum/,
    );
    compiled({ a: toJson(chart.values.size) });
  });

  test('is read from maps whose schema covers every key', () => {
    const chart = chartOf({ sizes: Type.Record(Type.String({ pattern: '^a' }), port) });
    expect(() => each(chart.values.sizes, (size) => str`${size}`)).toThrow(
      /lets other keys in, with any value/,
    );
  });

  test('of a map is checked against its schema under every key, including one with a line break', () => {
    const chart = chartOf({ labels: Type.Record(Type.String(), Type.String(), { default: {} }) });
    new HelmObject(chart, 'object', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      ...{ data: chart.values.labels },
    });
    const loaded = (value: string) =>
      loadValues(chart, { files: [{ file: 'a.yaml', text: `labels: {"a\\nb": ${value}}` }] });
    expect(loaded('text')).not.toHaveProperty('problems');
    expect(loaded('1')).toMatchObject({ problems: [{ message: 'must be a string, but is a number' }] });
  });

  test('is read somewhere', () => {
    const chart = chartOf(properties);
    new HelmObject(chart, 'object', { apiVersion: 'v1', kind: 'ConfigMap', ...{ a: chart.values.name } });
    expect(() => chart.compile()).toThrow(
      'nothing reads these values: on, port, labels, annotations, people',
    );
  });

  test('has a schema that is itself valid', () => {
    const chart = chartOf({ name: Type.Unsafe<string>({ type: 'string', minLength: -1 }) });
    expect(() => chart.compile()).toThrow(
      "the values' schema is not valid: schema/properties/name/minLength must be >= 0",
    );
  });

  test.each([
    [{ format: 'idn-email' }, 'unknown format "idn-email" ignored in schema at path "#/properties/name"'],
    [{ dependentRequired: {} }, 'strict mode: unknown keyword: "dependentRequired"'],
  ])('has no %j, which not every Helm checks', (keyword, why) => {
    const chart = chartOf({ name: Type.Unsafe<string>({ type: 'string', ...keyword }) });
    expect(() => chart.compile()).toThrow(`the values' schema is not valid: ${why}`);
  });

  test('that may be a list or a string is never written', () => {
    const mixed = Type.Unsafe<string | string[]>({ type: ['string', 'array'], items: { type: 'string' } });
    const chart = chartOf({ mixed });
    expect(() => compiled({ a: chart.values.mixed })).toThrow(/yields a scalar, a list or a map/);
    expect(() => compiled({ a: listOf<string | number>([values.name, values.port, 'x']) })).not.toThrow();
  });
});

describe('a value that may be a secret', () => {
  const secret = kubernetes.secretValue({ description: 'A token.' });
  const chart = () =>
    chartOf({
      token: secret,
      pair: Type.Object({ token: secret, name: Type.String() }, { additionalProperties: false }),
      all: Type.Array(secret),
    });
  type Values = ReturnType<typeof chart>['values'];

  function kept(body: (values: Values) => object, kind = 'ConfigMap'): void {
    const made = chart();
    const { token, pair, all } = made.values;
    made.addRules(when(eq(pair.name, str`${byteLength(token)}`), 'token: is as long as its name says'));
    new HelmObject(made, 'kept', {
      apiVersion: 'v1',
      kind: 'Secret',
      ...{ data: { token: base64(token), pair: pair.token, all: join(',', all) } },
    });
    new HelmObject(made, 'object', { apiVersion: 'v1', kind, ...body(made.values) });
    made.compile();
  }

  test.each<readonly [string, (values: Values) => object]>([
    ['as it is', ({ token }) => ({ a: token })],
    ['within a text', ({ token }) => ({ a: str`token ${token}` })],
    ['in base64', ({ token }) => ({ a: base64(token) })],
    ['where it is there', ({ token }) => ({ a: when(token, (given) => given) })],
    ['as one of two', ({ token, pair }) => ({ a: when<string>(eq(pair.name, 'a'), 'x', token) })],
    ['within a map', ({ pair }) => ({ ...spread(pair) })],
    ['as JSON of what it stands in', ({ pair }) => ({ a: toJson(pair) })],
    ['in a list', ({ all }) => ({ a: all })],
    ['from a list', ({ all }) => ({ a: [each(all, (one) => one)] })],
    ['from a computed list', ({ token }) => ({ a: [each(listOf([str`${token}`]), (one) => one)] })],
    ['from a part of it', ({ token }) => ({ a: [each(split('.', token), (one) => one)] })],
    [
      'as the name of a group',
      ({ all }) => ({
        a: {
          ...entries(
            groupBy(all, (one) => one),
            () => 'x',
          ),
        },
      }),
    ],
    [
      'in a named template',
      ({ token }) => ({ a: stringTemplate('refusals.token', 'A token.', str`${token}`) }),
    ],
    [
      'as the argument of a named template',
      ({ token }) => ({
        a: stringTemplateOf(
          'refusals.shown',
          'Shown.',
          { shown: Type.String() },
          ({ shown }) => str`${shown}`,
        )({
          shown: token,
        }),
      }),
    ],
    [
      'in a configuration',
      ({ token }) => ({ a: textTemplate<{ a: string }>('refusals.config', 'Text.', { a: token }) }),
    ],
  ])('is refused %s', (_, body) => {
    expect(() => kept(body)).toThrow(
      /^object: .* may be a secret [(]writeOnly[)]: write it into the data of a Secret/,
    );
  });

  test('is refused outside the data of a Secret', () => {
    expect(() => kept(({ token }) => ({ metadata: { annotations: { token } } }), 'Secret')).toThrow(
      /^object: [.]Values[.]token may be a secret/,
    );
  });

  test('is refused in a rule, and in the notes', () => {
    const ruled = chart();
    ruled.addRules(str`token: ${ruled.values.token} is wrong`);
    expect(() => ruled.compile()).toThrow(/^a rule: [.]Values[.]token may be a secret/);
    const noted = chart();
    noted.addNotes(str`Log in with ${noted.values.pair.token}.`);
    expect(() => noted.compile()).toThrow(/^the notes: [.]Values[.]pair[.]token may be a secret/);
  });

  test('may decide what is written, and show its digest', () => {
    kept(({ token, all }) => ({
      a: when<string>(isNonEmpty(token), 'given'),
      b: sha256(token),
      c: when<string>(
        some(all, (one) => matches('^a+$', one)),
        'x',
      ),
      d: byteLength(token),
    }));
  });
});

describe('a file', () => {
  test.each(['_helpers', '.hidden', 'a b'])('is one that Helm renders: %s', (id) => {
    expect(() => compiled({}, id)).toThrow(/Helm renders no file called/);
  });

  test('contains one object', () => {
    const chart = chartOf({});
    new HelmObject(chart, 'rules', { apiVersion: 'v1', kind: 'ConfigMap' });
    expect(() => chart.compile()).toThrow(/two objects would be written to templates\/rules\.yaml/);
  });

  test('Chart.yaml contains only what Helm keeps', () => {
    const chart = new HelmChart({
      metadata: { name: 'refusals', version: '0.1.0', appVersion: '1\u00ad0', description: '' },
      values: Type.Object({}),
    });
    expect(() => chart.compile()).toThrow(/Helm takes what is not printable ASCII out of Chart\.yaml/);
  });
});
