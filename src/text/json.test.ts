import { expect, test } from 'vitest';
import { showPath } from './json.js';

test('a path is shown as people write it', () => {
  expect(showPath(['api', 'extraEnv', 0, 'name'])).toBe('api.extraEnv[0].name');
  expect(showPath(['a.b', 'c-d', ''])).toBe('["a.b"].c-d[""]');
  expect(showPath([])).toBe('');
});
