/** Checking a value against a JSON schema, for other files than a chart's values. */
export { type Fault, type FaultFinder, faultFinder, otherMessage } from './schema/faults.js';
export type { FileFormat } from './schema/file-format.js';
export type { SchemaDocument } from './schema/paths.js';
