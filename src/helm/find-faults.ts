/** Checks a value against a JSON schema, for files other than a chart's values. */

export { type Fault, otherMessage } from './schema/fault-words.js';
export { faultFinder } from './schema/faults.js';
export type { FileFormat } from './schema/file-format.js';
export type { SchemaDocument } from './schema/paths.js';
