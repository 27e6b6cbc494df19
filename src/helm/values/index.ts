export { type Refusal, ValuesError, type ValuesProblem } from './error.js';
export { coalesce, mergeFiles } from './merge.js';
export { readValuesFile, type ValuesFile } from './read.js';
export { applySet, setName } from './set.js';
export { emptyMap, isMap, showPath, type Value, type ValuePath, type ValuesMap } from './value.js';
