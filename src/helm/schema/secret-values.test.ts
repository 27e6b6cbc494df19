import { describe, expect, test } from 'vitest';
import type { Schema } from '../ir/schema.js';
import { secretKeys } from './secret-values.js';

const secret = { type: 'string', writeOnly: true, description: 'A token.', default: '' };

const closed = (properties: { readonly [key: string]: Schema }) => ({
  type: 'object',
  properties,
  additionalProperties: false,
});

test('the keys that may hold a secret are found wherever they are', () => {
  expect(
    secretKeys({
      ...closed({
        ca: closed({ key: secret, name: { type: 'string', pattern: '^a$' } }),
        registries: { type: 'object', additionalProperties: closed({ password: secret }) },
        hooks: {
          type: 'array',
          items: { anyOf: [closed({ url: { type: 'string' } }), closed({ token: secret })] },
        },
        shared: { $ref: '#/definitions/shared' },
        words: { type: 'object', additionalProperties: secret },
      }),
      definitions: {
        shared: { allOf: [closed({ token: secret, inner: { $ref: '#/definitions/shared' } })] },
      },
    }),
  ).toEqual([
    'ca.key',
    'registries.*.password',
    'hooks[].token',
    'shared.token',
    'shared.inner.token',
    'words.*',
  ]);
});

describe('a secret that Helm would print is refused', () => {
  test.each([
    [
      'by its pattern',
      { ...secret, pattern: '^a$' },
      'ca.key may be a secret (writeOnly): its schema has no pattern',
    ],
    ['by its length', { ...secret, minLength: 1 }, 'its schema has no minLength'],
    ['by its choices', { ...secret, enum: ['a'] }, 'its schema has no enum'],
    ['by a part of it', { allOf: [secret, { pattern: 'a' }] }, 'its schema has no allOf'],
    ['as a number', { ...secret, type: 'integer', default: undefined }, 'it is a string'],
    ['as its own default', { ...secret, default: 'hunter2' }, 'its default must be empty'],
  ])('%s', (_, key, message) => {
    const schema = JSON.parse(JSON.stringify(closed({ ca: closed({ key }) })));
    expect(() => secretKeys(schema)).toThrow(message);
  });

  test('because of another part of the schema', () => {
    const condition = JSON.parse('{"if": {}, "then": {"properties": {"key": {"pattern": "^a$"}}}}');
    expect(() => secretKeys({ ...closed({ key: secret }), allOf: [condition] })).toThrow(
      'key may be a secret (writeOnly): its schema has no pattern',
    );
  });

  test('if it is written one level too high', () => {
    const ca = { anyOf: [{ type: 'string', pattern: '^a$' }, closed({ key: secret })] };
    expect(() => secretKeys(closed({ ca }))).toThrow(
      'ca: a secret may be written here by mistake, and Helm prints what pattern refuses',
    );
  });

  test.each([
    ['additionalProperties', { additionalProperties: { type: 'string', pattern: '^a$' } }],
    ['patternProperties', { patternProperties: { '^x': { anyOf: [{ type: 'number', maximum: 1 }] } } }],
  ])('where its key is misspelt: %s', (_, others) => {
    expect(() => secretKeys({ type: 'object', properties: { key: secret }, ...others })).toThrow(
      'the values: a secret may be written here by mistake',
    );
  });

  test('but other values in the same place are not', () => {
    const name = { type: 'string', pattern: '^a$' };
    expect(secretKeys(closed({ key: secret, name, other: closed({ name }) }))).toEqual(['key']);
  });
});
