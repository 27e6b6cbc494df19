/** The run of the mutations takes long: here is noticed at once where the source has changed under one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../system/project.js';
import { mutations } from './table.js';

test.each(mutations)('the source has exactly one place for "$does"', ({ file, from }) => {
  const source = readFileSync(path.join(projectRoot, 'src', file), 'utf8');
  expect(source.split(from).length - 1).toBe(1);
});
