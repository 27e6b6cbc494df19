/** Finds what a JSON schema refuses in values. */

import { Ajv, type ErrorObject } from 'ajv';
import { wordKeywords } from '../../text/form.js';
import { isList, samePath, showPath, type Value, type ValuePath, valueAt } from '../../text/json.js';
import { memoize } from '../../text/memoize.js';
import {
  choiceFault,
  choicesOf,
  type Fault,
  keywordFaults,
  ownDescription,
  type SchemaError,
  typeFault,
} from './fault-words.js';
import { type FileFormat, yaml } from './file-format.js';
import { keysAt, partsOf, type SchemaDocument } from './paths.js';

/** Finds the faults of values; `formatAt` says how the value at a path was written, if that differs. */
export type FaultFinder = (
  values: Value,
  formatAt?: (path: ValuePath) => FileFormat | undefined,
) => readonly Fault[];

type FormatAt = (path: ValuePath) => FileFormat;

const options = {
  allErrors: true,
  verbose: true,
  strict: true,
  // Words for people: see src/text/form.ts.
  keywords: [...wordKeywords],
  strictTypes: false,
  strictRequired: false,
  validateSchema: false,
  // Optimizing code that runs for a few documents would take most of the time.
  code: { optimize: false },
};

let judge: Ajv | undefined;

/**
 * @throws {TypeError} for a schema that is not valid in draft-07, or has a keyword or a `format` that some Helms check
 * and others ignore
 */
export function assertSchema(schema: object): void {
  judge ??= new Ajv();
  const why = judge.validateSchema(schema)
    ? strictFault(schema)
    : judge.errorsText(judge.errors, { dataVar: 'schema' });
  if (why !== undefined) throw new TypeError(`the values' schema is not valid: ${why}`);
}

function strictFault(schema: object): string | undefined {
  try {
    new Ajv(options).compile(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * @param schema draft-07, with the `definitions` that it refers to; a valid one, see {@link assertSchema}
 * @param format of the file that contains the values
 * @throws {Error} for an unknown keyword, which would never be checked
 */
export function faultFinder(schema: object, format = yaml): FaultFinder {
  const root: SchemaDocument = JSON.parse(JSON.stringify(schema));
  const ajv = new Ajv(options);
  /** A part of the schema needs the definitions of the whole. */
  const validatorOf = memoize((schema: SchemaDocument) => {
    const { definitions = {} } = root;
    return ajv.compile(schema === root ? root : { definitions, allOf: [schema] });
  });

  function errorsOf(schema: SchemaDocument, value: Value, above: ValuePath): readonly SchemaError[] {
    const validator = validatorOf(schema);
    if (validator(value)) return [];
    return (validator.errors ?? []).map((error) => {
      const below = pathOf(error, value);
      const accepts = (mended: string) => validatorOf(partOf(error))(mended);
      return { error, below, path: [...above, ...below], value: valueAt(value, below) ?? null, accepts };
    });
  }

  function faultsOf(errors: readonly SchemaError[], formatAt: FormatAt): readonly Fault[] {
    const unions = errors.filter(isUnion);
    return errors.flatMap((found) => {
      if (unions.some((union) => isInside(found, union))) return [];
      return isUnion(found) ? unionFaults(found, formatAt) : keywordFaults(found, root, formatAt(found.path));
    });
  }

  /** What is wrong with a value that may have one of several shapes, judged by the shape that was probably meant. */
  function unionFaults({ error, value, path, accepts }: SchemaError, formatAt: FormatAt): readonly Fault[] {
    const shapes: readonly SchemaDocument[] = error.parentSchema?.[error.keyword] ?? [];
    const tried = shapes.map((shape) => ({ shape, errors: errorsOf(shape, value, path) }));
    const similar = tried.filter(({ errors }) => !errors.some(isOtherKind));
    if (similar.length === 0) {
      const choices = shapes.flatMap((shape) => choicesOf(shape.const, shape.enum));
      if (choices.length > 0) return [choiceFault(path, value, choices, ownDescription(error))];
      const types = shapes.flatMap((shape) => partsOf(shape, root)).flatMap(({ type }) => type ?? []);
      const keys = keysAt(root, path);
      return [
        typeFault(path, value, types, { keys, hint: ownDescription(error), format: formatAt(path), accepts }),
      ];
    }
    const marked = similar.filter(({ errors }) => !errors.some(isMark));
    const [mark, ...others] =
      marked.length > 0 || similar.length === 1
        ? []
        : similar.flatMap(({ errors }) => errors.find(isMark) ?? []);
    if (mark !== undefined && others.every(({ path: at }) => samePath(at, mark.path))) {
      const choices = [mark, ...others].flatMap(({ error: { parentSchema } }) =>
        choicesOf(parentSchema?.const, parentSchema?.enum),
      );
      return [choiceFault(mark.path, mark.value, choices, ownDescription(mark.error))];
    }
    const candidates = marked.length > 0 ? marked : similar;
    const [meant] = candidates.toSorted((left, right) => left.errors.length - right.errors.length);
    return meant === undefined ? [] : faultsOf(meant.errors, formatAt);
  }

  return (values, otherAt) =>
    distinct(faultsOf(errorsOf(root, values, []), (path) => otherAt?.(path) ?? format));
}

/** The part of the schema that refuses a value. */
function partOf({ parentSchema }: ErrorObject): SchemaDocument {
  return (parentSchema ?? {}) as SchemaDocument;
}

function isUnion({ error: { keyword } }: SchemaError): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

/** Whether a value has an entirely different type than the shape that it was checked against. */
function isOtherKind({ below, error: { keyword, propertyName } }: SchemaError): boolean {
  const decisive = keyword === 'type' || keyword === 'const' || keyword === 'enum';
  return decisive && below.length === 0 && propertyName === undefined;
}

/** Whether an error concerns the key that distinguishes the shapes, such as `type: http`. */
function isMark({ below, error: { keyword, propertyName } }: SchemaError): boolean {
  return propertyName === undefined && below.length === 1 && (keyword === 'const' || keyword === 'enum');
}

/** Whether an error was found while one of a union's shapes was tried, in the shape itself or through a reference. */
function isInside(found: SchemaError, union: SchemaError): boolean {
  if (found === union) return false;
  const { instancePath, schemaPath } = union.error;
  if (!`${found.error.instancePath}/`.startsWith(`${instancePath}/`)) return false;
  const around = schemaPath.slice(0, schemaPath.lastIndexOf('/') + 1);
  return found.error.schemaPath.startsWith(`${schemaPath}/`) || !found.error.schemaPath.startsWith(around);
}

/** The location of an error. ajv writes it as a JSON pointer, in which a list index looks like a key. */
function pathOf({ instancePath }: ErrorObject, value: Value): ValuePath {
  const steps = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: Value | undefined = value;
  return steps.map((step) => {
    const key = isList(at) ? Number(step) : step;
    at = valueAt(at, [key]);
    return key;
  });
}

/** A schema may state a constraint twice, and one key may break two rules about keys. */
function distinct(faults: readonly Fault[]): readonly Fault[] {
  const first = new Map<string, Fault>();
  for (const fault of faults) {
    const key = `${showPath(fault.path)}: ${fault.kind === 'unknown key' ? fault.kind : fault.message}`;
    if (!first.has(key)) first.set(key, fault);
  }
  return [...first.values()];
}
