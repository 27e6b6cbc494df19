/** The toolkit: charts written as typed constructs, evaluated to plain manifests and compiled to Helm charts. */

export * from './authoring.js';
export {
  type Hints,
  type Loaded,
  loadValues,
  type Problem,
  type Setting,
  type ValuesInput,
} from './load-values.js';
