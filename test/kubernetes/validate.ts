/** Judges a rendered object by the schemas of Kubernetes and the Gateway API, strictly. */

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { wordKeywords } from '../../src/text/form.js';
import { gatewayTypes, kubernetesTypes } from './documents.js';

const types = [await kubernetesTypes(), await gatewayTypes()];
const kinds = new Map(types.flatMap((one) => [...one.kinds]));
const definitions = Object.assign({}, ...types.map((one) => one.definitions));

const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
  keywords: [...wordKeywords],
});
ajv.addSchema({ $id: 'types', definitions });
const validators = new Map<string, ValidateFunction>();

/** The problems of an object, each a sentence that begins with the place; empty for a valid one. */
export function validateObject(object: unknown): readonly string[] {
  if (!isMap(object)) return [`not an object: ${JSON.stringify(object)}`];
  const kind = `${object.apiVersion} ${object.kind}`;
  const name = kinds.get(kind);
  if (name === undefined) return [`Kubernetes has no kind ${kind}`];
  const validate = validatorOf(kind, name);
  return validate(object) ? [] : (validate.errors ?? []).map(sentence);
}

/** Compiled when the first object of a kind is validated. */
function validatorOf(kind: string, type: string): ValidateFunction {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const made = ajv.compile({
    allOf: [{ $ref: `types#/definitions/${type}` }],
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    properties: { metadata: { type: 'object', required: ['name'] } },
  });
  validators.set(kind, made);
  return made;
}

function sentence({ instancePath, keyword, params, message, data }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/') || 'the object';
  if (keyword === 'additionalProperties') return `${place}: there is no field '${params.additionalProperty}'`;
  return `${place}: ${message}, not ${JSON.stringify(data)}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
