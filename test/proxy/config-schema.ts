import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const schema = JSON.parse(readFileSync(new URL('config.schema.json', import.meta.url), 'utf8'));

const validate = new Ajv({ allErrors: true, strictRequired: false, formats: { regex: isRegExp } }).compile(
  schema,
);

/** The faults of a config of iron-proxy according to config.schema.json; empty for a valid one. */
export function configFaults(configYaml: string): readonly string[] {
  if (validate(parse(configYaml))) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath || '/', message, params.additionalProperty].filter(Boolean).join(' '),
  );
}

function isRegExp(text: string): boolean {
  try {
    return Boolean(new RegExp(text, 'i'));
  } catch {
    return false;
  }
}
