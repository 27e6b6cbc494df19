import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remedyFor } from './mend.js';

const cidr = (text: string) => /^[0-9a-f.:]+\/[0-9]+$/.test(text);
const address = (text: string) => /^[0-9a-f.:]+$/.test(text) && !text.includes('/');
const duration = (text: string) => /^[0-9]+[smh]$/.test(text);

test.each([
  ['10.0.0.1', cidr, 'Write 10.0.0.1/32.'],
  ['fd00::1', cidr, 'Write fd00::1/128.'],
  ['10.0.0.1/32', address, 'Write 10.0.0.1.'],
  // A range of several addresses does not say which one is meant.
  ['10.0.0.0/8', address, undefined],
  ['300', duration, 'Add a unit: 300s or 300m, for example.'],
  ['2 days', duration, 'Write 48h.'],
  ['10 min', duration, 'Write 10m.'],
  ['soon', duration, undefined],
])('%s is answered with %3$s', (text, accepts, hint) => {
  expect(remedyFor(text, accepts)).toBe(hint);
});

test('nothing is offered that would be refused', () => {
  fc.assert(fc.property(fc.string(), (text) => remedyFor(text, () => false) === undefined));
});

test('no part of what may be a credential is repeated', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9+/_=.@:-]{16,60}$/).filter((text) => /[g-z]/i.test(text));
  fc.assert(
    fc.property(token, (text) => {
      const hint = remedyFor(text, () => true) ?? '';
      for (let start = 0; start + 8 <= text.length; start++)
        expect(hint).not.toContain(text.slice(start, start + 8));
    }),
  );
});
