/**
 * Describes faults to the person who wrote the values: what is wrong, and what to do. A refused string or number may be
 * a misplaced credential, and messages end up in logs: they say where it is and what type it has, and don't repeat it.
 */

import type { ErrorObject } from 'ajv';
import { firstForeign, placedCharacter } from '../../text/character.js';
import { counted } from '../../text/counted.js';
import { isList, samePath, showPath, type Value, type ValuePath } from '../../text/json.js';
import { nearest } from '../../text/nearest.js';
import type { Schema } from '../ir/schema.js';
import type { FileFormat } from './file-format.js';
import { type Accepts, remedyFor } from './mend.js';
import { descriptionAt, keysAt, pathsBelow, type SchemaDocument, schemasAt } from './paths.js';

/** One thing that a schema refuses. */
export interface Fault {
  readonly kind: 'unknown key' | 'missing key' | 'value';
  readonly path: ValuePath;
  readonly message: string;
  /** What a correct value looks like, if this one has another type or is not one of the choices. */
  readonly needed?: string;
  /** What to do, or what the value is for. */
  readonly hint?: string | undefined;
}

/** One error from ajv. */
export interface SchemaError {
  readonly error: ErrorObject;
  /** The location: in the document, and relative to the checked value. */
  readonly path: ValuePath;
  readonly below: ValuePath;
  readonly value: Value;
  /** Whether the part of the schema that refuses the value would accept another string. */
  readonly accepts: Accepts;
}

/** The faults of a value that violates one keyword of the schema. */
export function keywordFaults(
  { error, path, value, accepts }: SchemaError,
  root: SchemaDocument,
  format: FileFormat,
): readonly Fault[] {
  const { keyword, params, propertyName } = error;
  if (propertyName !== undefined) return [keyFault([...path, propertyName], error, root)];
  const description = ownDescription(error) ?? descriptionAt(root, path);
  const fault = (message: string, hint = description): readonly Fault[] => [
    { kind: 'value', path, message, hint },
  ];
  switch (keyword) {
    case 'if':
    case 'propertyNames':
      // Errors inside are reported separately.
      return [];
    case 'additionalProperties': {
      const key = [...path, String(params.additionalProperty)];
      if (error.parentSchema?.patternProperties !== undefined) return [badKey(key, error, description)];
      return [unknownKey(key, Object.keys(error.parentSchema?.properties ?? {}), root)];
    }
    case 'required': {
      const missing = [...path, String(params.missingProperty)];
      return [
        {
          kind: 'missing key',
          path: missing,
          message: 'this key is missing',
          hint: aim(root, missing, format),
        },
      ];
    }
    case 'type': {
      const types = [params.type].flat().map(String);
      const hint = isList(value) && areEntries(error) ? format.entries : (formHint(error) ?? description);
      return [typeFault(path, value, types, { keys: keysAt(root, path), hint, format, accepts })];
    }
    case 'enum':
      return [choiceFault(path, value, params.allowedValues, description)];
    case 'const':
      return [choiceFault(path, value, [params.allowedValue], description)];
    case 'pattern':
      return fault(
        formMessage(error, String(value)),
        remedyFor(String(value), accepts) ?? description ?? patternHint(error),
      );
    case 'minLength':
    case 'maxLength':
      return value === ''
        ? fault('must not be empty')
        : fault(amountMessage(keyword, params.limit, [...String(value)].length));
    case 'minItems':
    case 'maxItems':
      return fault(amountMessage(keyword, params.limit, isList(value) ? value.length : 0));
    case 'minProperties':
    case 'maxProperties':
      return fault(amountMessage(keyword, params.limit, Object.keys(Object(value)).length));
    case 'uniqueItems':
      return fault(`its members ${params.j} and ${params.i}, counted from 0, are the same`);
    case 'minimum':
      return fault(`must be at least ${params.limit}`);
    case 'maximum':
      return fault(`must be at most ${params.limit}`);
    case 'exclusiveMinimum':
      return fault(`must be more than ${params.limit}`);
    case 'exclusiveMaximum':
      return fault(`must be less than ${params.limit}`);
    case 'multipleOf':
      return fault(`must be a multiple of ${params.multipleOf}`);
    case 'false schema':
      return [refusedKey(path, error, root)];
    case 'not':
      return fault('this value is not allowed here');
    default:
      return fault(error.message ?? `breaks the schema's "${keyword}"`);
  }
}

/** What the part of the schema that refuses a value says about it. */
export function ownDescription({ parentSchema }: ErrorObject): string | undefined {
  const description: unknown = parentSchema?.description;
  return typeof description === 'string' ? description : undefined;
}

/** A key that must not be set, in this map or together with its other keys. */
function refusedKey(path: ValuePath, { schemaPath }: ErrorObject, root: SchemaDocument): Fault {
  const siblings = keysAt(root, path.slice(0, -1));
  // The pattern of the refused keys, in a JSON pointer in a URI.
  const [, encoded] = /\/patternProperties\/([^/]*)\/false schema$/.exec(schemaPath) ?? [];
  if (encoded !== undefined && siblings.includes(String(path.at(-1)))) {
    const refused = new RegExp(decodeURIComponent(encoded).replaceAll('~1', '/').replaceAll('~0', '~'), 'u');
    return unknownKey(
      path,
      siblings.filter((key) => !refused.test(key)),
      root,
    );
  }
  const hint = descriptionAt(root, path.slice(0, -1));
  return { kind: 'value', path, message: 'this key is not allowed here', hint };
}

function unknownKey(path: ValuePath, siblings: readonly string[], root: SchemaDocument): Fault {
  const key = String(path.at(-1));
  const around = path.slice(0, -1);
  const fault = (hint?: string, message = 'this key is not known'): Fault => ({
    kind: 'unknown key',
    path,
    message,
    hint,
  });
  const owner = around.length === 0 ? 'The keys are' : `The keys of ${showPath(around)} are`;
  const others = siblings.filter((sibling) => sibling !== key);
  const list = others.length === 0 ? undefined : `${owner} ${listed(others, 'and')}.`;
  if (keysAt(root, around).includes(key))
    return fault(list, 'this key is not allowed together with the others here');

  const all = pathsBelow(root).filter((other) => !samePath(other, path));
  const named = (name: string) => all.filter((other) => other.at(-1) === name);

  const sibling = nearest(key, others);
  if (sibling !== undefined) return fault(`Did you mean ${showPath([...around, sibling])}?`);
  // A name that many maps have, such as enabled, says nothing about where it was meant to be.
  const names = all.map((other) => String(other.at(-1)));
  const name = names.includes(key) ? key : nearest(key, names);
  const [elsewhere, ...more] = name === undefined ? [] : named(name);
  if (elsewhere === undefined || more.length > 0) return fault(list);
  return name === key
    ? fault(`There is a key of this name elsewhere: ${showPath(elsewhere)}.`)
    : fault(`Did you mean ${showPath(elsewhere)}?`);
}

/** A key that breaks a rule about keys. */
function keyFault(path: ValuePath, error: ErrorObject, root: SchemaDocument): Fault {
  const { keyword, params } = error;
  if (keyword === 'enum') return unknownKey(path, params.allowedValues, root);
  const hint = descriptionAt(root, path.slice(0, -1));
  if (keyword === 'pattern') return badKey(path, error, hint);
  const message =
    keyword === 'maxLength'
      ? `a key may have at most ${counted(params.limit, 'character')} here`
      : 'this key is not allowed here';
  return { kind: 'value', path, message, hint };
}

function badKey(path: ValuePath, { parentSchema }: ErrorObject, hint: string | undefined): Fault {
  const needed = parentSchema?.keyErrorMessage ?? 'does not have the required form';
  return { kind: 'value', path, message: `this key ${needed}`, hint };
}

/** What form a string must have, and the first character that it can't contain. */
function formMessage({ parentSchema, params }: ErrorObject, value: string): string {
  const needed = parentSchema?.patternErrorMessage ?? 'does not have the required form';
  const foreign = firstForeign(value, params.pattern);
  return foreign < 0 ? needed : `${needed}; ${placedCharacter(value, foreign)} is not allowed`;
}

/** The pattern itself, where the schema says nothing better. */
function patternHint({ parentSchema, params }: ErrorObject): string | undefined {
  return parentSchema?.patternErrorMessage === undefined ? params.pattern : undefined;
}

/** Whether a map has strings by names of the user's choice. */
function areEntries({ parentSchema }: ErrorObject): boolean {
  const [members]: readonly Schema[] = Object.values(parentSchema?.patternProperties ?? {});
  return members?.type === 'string';
}

/** The form of the strings that the schema's part admits, if it describes it. */
function formHint({ parentSchema }: ErrorObject): string | undefined {
  const message: unknown = parentSchema?.patternErrorMessage;
  return typeof message === 'string' ? `It ${message}.` : undefined;
}

/** What the value of a missing key is for, and what it must be. */
function aim(root: SchemaDocument, path: ValuePath, format: FileFormat): string | undefined {
  const [form] = schemasAt(root, path).flatMap(({ patternErrorMessage, enum: choices }) => {
    const needed = patternErrorMessage ?? (choices && `must be ${choicesInWords(choices)}`);
    return needed === undefined ? [] : [`It ${needed}.`];
  });
  const keys = keysAt(root, path);
  const map = keys.length > 0 ? format.map(listed(keys, 'and')) : undefined;
  const said = [descriptionAt(root, path), form ?? map].filter((sentence) => sentence !== undefined);
  return said.length > 0 ? said.join(' ') : undefined;
}

/** A value of another type than required. */
export function otherMessage(needed: string, found: string): string {
  return `must be ${needed}, but is ${found}`;
}

/** A value that is not one of the choices. */
export function choiceFault(
  path: ValuePath,
  value: Value,
  choices: readonly unknown[],
  hint: string | undefined,
): Fault {
  const meant = typeof value === 'string' ? nearest(value, choices.map(choiceInWords)) : undefined;
  const needed = choicesInWords(choices);
  return {
    kind: 'value',
    path,
    message: otherMessage(needed, meant === undefined ? otherChoice(value) : JSON.stringify(value)),
    needed,
    hint: meant === undefined ? hint : `Did you mean ${meant}?`,
  };
}

function choicesInWords(choices: readonly unknown[]): string {
  return listed(choices.map(choiceInWords), 'or');
}

function choiceInWords(choice: unknown): string {
  return typeof choice === 'string' && /^[\w.-]+$/.test(choice) ? choice : JSON.stringify(choice);
}

function otherChoice(value: Value): string {
  if (value === '') return 'empty';
  return typeof value === 'string' ? 'another string' : kindInWords(value);
}

/** A value of another type than the schema requires. */
export function typeFault(
  path: ValuePath,
  value: Value,
  types: readonly string[],
  {
    keys,
    hint,
    format,
    accepts,
  }: {
    readonly keys: readonly string[];
    /** What to say if the value gives no better hint. */
    readonly hint: string | undefined;
    readonly format: FileFormat;
    readonly accepts: Accepts;
  },
): Fault {
  const needed = listed([...new Set(types.map((type) => typeWords[type] ?? type))], 'or');
  return {
    kind: 'value',
    path,
    message: otherMessage(needed, kindInWords(value)),
    needed,
    hint: typeHint(path, value, types, { format, accepts }) ?? mapHint(value, types, keys, format) ?? hint,
  };
}

const typeWords: { readonly [type: string]: string } = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a map',
  string: 'a string',
};

function kindInWords(value: Value): string {
  if (value === null) return 'empty (null)';
  if (isList(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return 'a string';
  return Number.isInteger(value) ? 'a number' : 'a number with a fraction';
}

/** What to do about a value that is nearly right. */
function typeHint(
  path: ValuePath,
  value: Value,
  types: readonly string[],
  { format, accepts }: { readonly format: FileFormat; readonly accepts: Accepts },
): string | undefined {
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    // Quotes alone are no remedy for a duration without its unit.
    return accepts(String(value)) ? format.string(path.at(-1)) : remedyFor(String(value), accepts);
  }
  if (typeof value === 'string') {
    // YAML turns other forms into a different number, and `--set` turns them into a string without quotes.
    const numeric = types.includes('number')
      ? /^-?(?:0|[1-9]\d{0,14})(?:[.]\d+)?$/
      : /^-?(?:0|[1-9]\d{0,14})$/;
    const isNumber = (types.includes('integer') || types.includes('number')) && numeric.test(value);
    const isBoolean = types.includes('boolean') && (value === 'true' || value === 'false');
    if (isNumber || isBoolean) return 'Remove the quotes.';
  }
  if (types.includes('array') && value !== null) return format.list;
  return undefined;
}

function mapHint(
  value: Value,
  types: readonly string[],
  keys: readonly string[],
  format: FileFormat,
): string | undefined {
  if (!types.includes('object')) return undefined;
  if (typeof value === 'string' && /^[\w.-]+(?::\S| *=)/.test(value)) return format.assignment;
  if (keys.length === 0) return undefined;
  return format.map(listed(keys, 'and'));
}

/** The values that a `const` or an `enum` admits. */
export function choicesOf(constant: unknown, choices: readonly unknown[] = []): readonly unknown[] {
  return constant === undefined ? choices : [constant];
}

/** For `minLength` and similar keywords. */
function amountMessage(keyword: string, limit: number, amount: number): string {
  const noun = keyword.endsWith('Length') ? 'character' : keyword.endsWith('Items') ? 'member' : 'key';
  return keyword.startsWith('min')
    ? `must have at least ${counted(limit, noun)}, but has ${amount}`
    : `must have at most ${counted(limit, noun)}, but has ${amount}`;
}

function listed(words: readonly string[], joint: string): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${joint} ${last}`;
}
