/**
 * The first law: each row of the operator table means in Helm what it means in TypeScript. The test is generated from
 * the table.
 */
import { describe, expect, test } from 'vitest';
import { operators } from '../../src/helm/expressions/operators.js';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { type Answer, operatorAnswers } from './operator-answers.js';
import { patience, runs, seed } from './seed.js';

/** Random calls of each row; edge cases come in addition. */
const many = runs(2000);

/** Edge cases for which a row is undefined, regardless of its other arguments. */
const meaningless: { readonly [row: string]: readonly string[] } = {
  trunc: ['length: -1', 'length: -9007199254740991'],
  replace: ['old: ""'],
  split: ['separator: ""'],
  first: ['list: []'],
  last: ['list: []'],
};

let answers: Promise<ReadonlyMap<string, Answer>> | undefined;

describe(`operators, seed ${seed}`, { timeout: patience }, () => {
  test.each(operators.map(({ name }) => [name] as const))('%s', async (name) => {
    answers ??= ask();
    const answer = (await answers).get(name);
    expect(answer?.differences).toEqual([]);
    expect(answer?.missed).toEqual(meaningless[name] ?? []);
    expect(answer?.compared).toBeGreaterThanOrEqual(many);
  });
});

async function ask(): Promise<ReadonlyMap<string, Answer>> {
  const helms = helmMajors.map(async (major) => [`Helm ${major}`, await helmCommand(major)] as const);
  return operatorAnswers(new Map(await Promise.all(helms)), many);
}
