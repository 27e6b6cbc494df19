/** A release of the chart, evaluated from the content of a values file. */
import { centaurChart } from '../../src/centaur/index.js';
import { loadValues } from '../../src/helm/load-values.js';
import type { Value, ValueMap } from '../../src/text/json.js';

export const chart = centaurChart();

/** As the operator's page installs it. */
export const release = { name: 'centaur', namespace: 'centaur-system' };

export interface Rendered {
  readonly objects: readonly ValueMap[];
  /** The one object of a kind and name. */
  get(kind: string, name: string): Reader;
  find(kind: string, name: string): Reader | undefined;
}

/** Renders, or throws with the problems of the values. */
export function render(
  text: string,
  options: { readonly set?: readonly string[]; readonly release?: typeof release } = {},
): Rendered {
  const target = options.release ?? release;
  const input = { files: [{ file: 'values.yaml', text }], set: options.set ?? [], release: target };
  const loaded = loadValues(chart, input);
  if ('problems' in loaded)
    throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const { objects } = chart.evaluate(loaded.values, target);
  const found = objects.map(({ object }) => object);
  const find = (kind: string, name: string) => {
    const object = found.find((candidate) => {
      const reader = new Reader(candidate);
      return reader.at('kind') === kind && reader.at('metadata', 'name') === name;
    });
    return object && new Reader(object);
  };
  return {
    objects: found,
    find,
    get(kind, name) {
      const object = find(kind, name);
      if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
      return object;
    },
  };
}

/** The problems of values, as one string. */
export function refusal(text: string, set: readonly string[] = []): string {
  const loaded = loadValues(chart, { files: [{ file: 'values.yaml', text }], set, release });
  return 'problems' in loaded
    ? loaded.problems.map(({ path, message, hint }) => `${path}: ${message} ${hint ?? ''}`).join('\n')
    : '';
}

/** Reads members of an object by their path. */
export class Reader {
  constructor(readonly value: Value | undefined) {}

  at(...path: readonly (string | number)[]): Value | undefined {
    return path.reduce<Value | undefined>((value, key) => {
      if (Array.isArray(value)) return value[Number(key)];
      return typeof value === 'object' && value !== null ? (value as ValueMap)[key] : undefined;
    }, this.value);
  }

  in(...path: readonly (string | number)[]): Reader {
    return new Reader(this.at(...path));
  }

  list(...path: readonly (string | number)[]): readonly Reader[] {
    const value = this.at(...path);
    return Array.isArray(value) ? value.map((item: Value) => new Reader(item)) : [];
  }

  /** The pod template of a workload. */
  get pod(): Reader {
    return this.in('spec', 'template', 'spec');
  }

  container(name: string): Reader {
    const found = [...this.pod.list('containers'), ...this.pod.list('initContainers')].find(
      (container) => container.at('name') === name,
    );
    if (found === undefined) throw new Error(`there is no container ${name}`);
    return found;
  }

  /** A container's environment: values as they are, keys of Secrets as `secret/key`. */
  get env(): { readonly [name: string]: string } {
    return Object.fromEntries(
      this.list('env').map((variable) => {
        const reference = variable.in('valueFrom', 'secretKeyRef');
        const value = variable.at('value') ?? `${reference.at('name')}/${reference.at('key')}`;
        return [String(variable.at('name')), String(value)];
      }),
    );
  }
}
