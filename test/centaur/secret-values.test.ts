/**
 * Which values may be secrets: each key that sounds like one is classified here, so that new ones are not overlooked.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SchemaDocument } from '../../src/helm/schema/paths.js';
import { secretKeys } from '../../src/helm/schema/secret-values.js';
import { secretForms } from './secret-forms.js';

const file = new URL('../../charts/centaur/values.schema.json', import.meta.url);
const schema: SchemaDocument = JSON.parse(readFileSync(file, 'utf8'));

/** The schema of each key that it names. */
const keys = new Map(keysBelow(schema, ''));

function keysBelow(at: SchemaDocument, above: string): readonly (readonly [string, SchemaDocument])[] {
  return Object.entries(at.properties ?? {}).flatMap(([key, member]) => [
    [above + key, member] as const,
    ...keysBelow(member, `${above}${key}.`),
  ]);
}

/** Keys that sound like secrets but are not, with what they contain. */
const decided = {
  'names of Secrets, which exist before the install': [
    'global.imagePullSecrets',
    'secretManager.existingSecretName',
    'firewall.existingCaSecretName',
    'firewall.existingCaKeySecretName',
    'onepasswordConnect.connect.credentialsName',
    'secrets.bootstrapSecretName',
  ],
  'names of keys in them': ['secretManager.envPrefix', 'onepasswordConnect.connect.credentialsKey'],
  'what iron-proxy does with credentials': [
    'ironProxy.secretTtl',
    'ironProxy.allowedHosts',
    'ironProxy.upstreamDenyCidrs',
  ],
  'names and references of secrets, which the declarations of tools hold': ['tools'],
  'variables, of which rules refuse credentials by their names': ['api.extraEnv', 'sandbox.extraEnv'],
  'a URL without a user': ['onepasswordConnect.connect.url'],
};

test('a key that sounds like a secret is one, or is listed as an exception', () => {
  const sounding = [...keys].filter(([path, { type, properties, description }]) => {
    const holdsText =
      type === 'string' || type === 'array' || (type === 'object' && properties === undefined);
    const words = `${path.split('.').at(-1)} ${description}`;
    return holdsText && /secret|token|key|passw|passphrase|credential|pem|private|cert|auth/i.test(words);
  });
  const names = sounding.map(([path]) => path);
  expect(names.toSorted()).toEqual([...secretKeys(schema), ...Object.values(decided).flat()].toSorted());
});

test('each secret has a form that a rule requires', () => {
  expect(secretKeys(schema)).toEqual(Object.keys(secretForms));
});

test.each([
  'api.extraEnv',
  'sandbox.extraEnv',
])('Helm prints no value of %s, where a credential may stand by mistake', (key) => {
  expect(Object.values(keys.get(key)?.patternProperties ?? {})).toEqual([{ type: 'string' }]);
});
