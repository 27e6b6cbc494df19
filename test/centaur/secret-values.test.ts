/** Which values may be secrets: each key that sounds like one is decided here, so that a new one is thought of. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { partsOf, pathsBelow, type SchemaDocument, schemasAt } from '../../src/helm/schema/paths.js';
import { secretKeys } from '../../src/helm/schema/secret-values.js';
import { secretForms } from './secret-forms.js';

const file = new URL('../../charts/centaur/values.schema.json', import.meta.url);
const schema: SchemaDocument = JSON.parse(readFileSync(file, 'utf8'));

/** Keys that sound like secrets and hold none, by what they hold. */
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
  'variables, of which rules refuse credentials by their names': ['sandbox.extraEnv'],
};

test('a key that sounds like a secret is one, or was decided to be none', () => {
  const sounding = pathsBelow(schema).filter((path) => {
    const parts = schemasAt(schema, path);
    const words = [path.at(-1), ...parts.map(({ description }) => description)].join(' ');
    const isText = parts.some(({ type, properties }) =>
      [type].flat().some((one) => one === 'string' || one === 'array' || (one === 'object' && !properties)),
    );
    return isText && /secret|token|key|passw|passphrase|credential|pem|private|cert|auth/i.test(words);
  });
  const names = sounding.map((path) => path.join('.'));
  expect(names.toSorted()).toEqual([...secretKeys(schema), ...Object.values(decided).flat()].toSorted());
});

test('each secret has a form that a rule asks for', () => {
  expect(secretKeys(schema)).toEqual(Object.keys(secretForms));
});

test.each([
  'api.extraEnv',
  'sandbox.extraEnv',
])('Helm prints no value of %s, where a credential may stand by mistake', (key) => {
  const values = schemasAt(schema, [...key.split('.'), 'NAME']).flatMap((part) => partsOf(part, schema));
  expect(values.flatMap(Object.keys)).toEqual(['type']);
});
