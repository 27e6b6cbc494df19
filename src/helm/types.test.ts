/**
 * Mistakes in a chart's source that `tsc` finds: each follows an `@ts-expect-error`, which would itself be an error if
 * the mistake went unnoticed. If the source may come from JavaScript, building the chart refuses it as well.
 */
import Type from 'typebox';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  block,
  count,
  defaultIfAbsent,
  type Expr,
  each,
  entries,
  eq,
  HelmChart,
  ifElse,
  includes,
  KubeConfigMap,
  KubeDeployment,
  KubeService,
  map,
  type Symbolic,
  some,
  str,
  stringTemplateOf,
  textTemplate,
  trunc,
  when,
} from './index.js';

const port = Type.Integer({ minimum: 1, maximum: 65535 });
const chart = new HelmChart({
  metadata: { name: 'types', version: '0.1.0', appVersion: '1', description: 'What the types say.' },
  values: Type.Object({
    name: Type.String(),
    mode: Type.Enum(['a', 'b']),
    enabled: Type.Boolean(),
    replicas: port,
    image: Type.Object({ repository: Type.String(), tag: Type.String() }),
    ports: Type.Array(Type.Object({ name: Type.String(), port })),
    labels: Type.Record(Type.String(), Type.String()),
    tls: Type.Optional(
      Type.Object({ secret: Type.String(), hosts: Type.Optional(Type.Array(Type.String())) }),
    ),
    nodeName: Type.Optional(Type.String()),
  }),
});
const { values } = chart;

/** Source that is checked and never run. */
function written(_: () => unknown): void {}

/** Source that is refused by the compiler, and at run time as well. */
function refused(build: () => unknown, message: RegExp): void {
  expect(build).toThrow(message);
}

describe('paths into the values', () => {
  test('have the types of the schema', () => {
    expectTypeOf(values.image.tag).toEqualTypeOf<Symbolic<string>>();
    expectTypeOf(values.mode).toEqualTypeOf<Symbolic<'a' | 'b'>>();
    expectTypeOf(values.nodeName).toEqualTypeOf<Symbolic<string | undefined>>();
    expectTypeOf(values.image).toExtend<Expr<{ repository: string; tag: string }>>();
  });

  test('exist', () => {
    // @ts-expect-error: a misspelt key
    refused(() => values.image.tga, /\.Values\.image has no key 'tga'; it has repository, tag/);
    // @ts-expect-error: a key of a string
    refused(() => values.name.first, /\.Values\.name has no key 'first'/);
  });

  test('lead through an optional value only after a check for its presence', () => {
    // @ts-expect-error: `tls` may be omitted
    written(() => values.tls.secret);
    written(() => when(values.tls, (tls) => tls.secret));
    // @ts-expect-error: `hosts` may be omitted, even if `tls` is present
    written(() => when(values.tls, (tls) => count(tls.hosts)));
  });

  test('do not lead into the members of a list or an open map', () => {
    // @ts-expect-error: elements are read with each
    refused(() => values.ports[0], /\.Values\.ports has no key '0'/);
    // @ts-expect-error: a label is read with get, since it may be missing
    refused(() => values.labels.app, /\.Values\.labels has no key 'app'/);
  });
});

describe("Kubernetes' fields", () => {
  test('exist', () => {
    written(
      () =>
        new KubeService(chart, 'a', {
          spec: {
            // @ts-expect-error: a misspelt field
            selectr: { app: 'x' },
          },
        }),
    );
    written(
      () =>
        new KubeDeployment(chart, 'b', {
          spec: {
            selector: {},
            // @ts-expect-error: a field of a pod in a pod template
            template: { spec: { containers: [] }, nodeName: 'x' },
          },
        }),
    );
  });

  test('are present where Kubernetes requires them', () => {
    // @ts-expect-error: a container must have a name
    written(() => new KubeDeployment(chart, 'c', podWith({ image: 'x' })));
    // @ts-expect-error: and unconditionally
    written(() => new KubeDeployment(chart, 'd', podWith({ name: when(values.enabled, 'x') })));
    written(() => new KubeDeployment(chart, 'e', podWith({ name: 'x', image: when(values.enabled, 'y') })));
  });

  test('take values of their type, constants and expressions', () => {
    const { spec } = podWith({ name: 'x' });
    // @ts-expect-error: a string for a number
    written(() => new KubeDeployment(chart, 'f', { spec: { ...spec, replicas: '3' } }));
    // @ts-expect-error: an expression that yields a string for a number
    written(() => new KubeDeployment(chart, 'g', { spec: { ...spec, replicas: values.name } }));
    // @ts-expect-error: a number for a string
    written(() => new KubeConfigMap(chart, 'h', { data: { a: values.replicas } }));
    // @ts-expect-error: a string that may be absent
    written(() => new KubeDeployment(chart, 'i', podWith({ name: values.nodeName })));
    // @ts-expect-error: a list of strings for a list of ports
    written(() => new KubeService(chart, 'j', { spec: { ports: values.labels } }));
    // @ts-expect-error: in a list as well
    written(() => new KubeService(chart, 'k', ports(each(values.ports, (item) => ({ port: item.name })))));
    written(() => new KubeService(chart, 'l', ports(each(values.ports, (item) => ({ port: item.port })))));
  });
});

describe('conditions', () => {
  test('are booleans', () => {
    // @ts-expect-error: a string is not a condition without a function of its value
    refused(() => when(values.name, 'x'), /a condition is a boolean, not a string/);
    // @ts-expect-error: neither is a number
    refused(() => new KubeService(chart, 'm', { when: values.replicas }), /'when' is not a boolean/);
    // @ts-expect-error: a condition on an element
    written(() => some(values.ports, (each) => each.name));
  });

  test('compare what can be compared', () => {
    // @ts-expect-error: an unknown mode
    written(() => eq(values.mode, 'c'));
    // @ts-expect-error: a number and a string
    refused(() => eq(values.replicas, '3'), /eq: a integer is not compared with a string/);
    const names = map(values.ports, (item) => item.name);
    // @ts-expect-error: a list of strings contains no numbers
    refused(() => includes(names, 3), /includes takes a string/);
  });

  test('choose between two values of one type', () => {
    // @ts-expect-error: a string or a number
    written(() => ifElse(values.enabled, 'x', 3));
    // @ts-expect-error: a fallback of another type
    written(() => defaultIfAbsent(values.nodeName, 3));
  });
});

describe('lists and maps', () => {
  test('are walked by each and entries', () => {
    // @ts-expect-error: a string
    refused(() => each(values.name, (item) => item), /each walks a list or a map, not a string/);
    // @ts-expect-error: a number
    refused(() => map(values.replicas, (item) => item), /each walks a list or a map, not a integer/);
    // @ts-expect-error: a list
    refused(() => entries(values.ports, (item) => item), /entries walks a map, not a list/);
    // @ts-expect-error: an element has the members of the schema
    refused(() => each(values.ports, (item) => ({ port: item.number })), /has no key 'number'/);
  });
});

describe('strings', () => {
  test('are composed of strings and integers', () => {
    // @ts-expect-error: a boolean
    refused(() => str`${values.enabled}`, /takes a string or integer as its 'part', not a boolean/);
    refused(() => `${values.name}`, /is an expression, not a string: compose strings with str/);
  });

  test('are cut at a known length', () => {
    // @ts-expect-error: Go accepts no other integers there
    refused(() => trunc(values.replicas, values.name), /trunc takes a constant/);
  });

  test('are written as a block only if they are known to stay inside it', () => {
    refused(() => block(values.name), /block takes the text of a textTemplate, not \.Values\.name/);
    written(() => block(textTemplate<{ a: string }>('types.text', 'A text.', { a: values.name })));
    // @ts-expect-error: a text template has the fields of its type
    written(() => textTemplate<{ a: string }>('types.other', 'A text.', { b: values.name }));
  });
});

describe('named templates', () => {
  test('take the arguments that they declare', () => {
    const image = stringTemplateOf(
      'types.image',
      'An image.',
      { name: Type.String(), port },
      ({ name }) => name,
    );
    written(() => image({ name: values.name, port: values.replicas }));
    // @ts-expect-error: one is missing
    written(() => image({ name: values.name }));
    // @ts-expect-error: one is of another type
    written(() => image({ name: values.name, port: values.name }));
  });
});

/** A service with these ports. */
function ports<P>(port: P) {
  return { spec: { ports: [port] } };
}

/** A deployment around one container, whose type is that of the constructor's argument. */
function podWith<C>(container: C) {
  return { spec: { selector: {}, template: { spec: { containers: [container] } } } };
}
