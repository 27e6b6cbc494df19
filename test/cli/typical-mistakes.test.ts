/** What people are told about typical mistakes: the place, the form that is needed, and what to do. */
import { describe, expect, test } from 'vitest';
import { centaurChart } from '../../src/centaur/index.js';
import { hints } from '../../src/centaur/upgrade-hints.js';
import { problemText } from '../../src/cli/problem-text.js';
import { loadValues, type Problem } from '../../src/helm/load-values.js';
import { typicalMistakes } from './typical-mistakes.js';

const chart = centaurChart();
const file = 'values.yaml';

function found(text: string): readonly Problem[] {
  const loaded = loadValues(chart, { files: [{ file, text }], hints });
  return 'problems' in loaded ? loaded.problems : loaded.unread;
}

describe('typical mistakes', () => {
  test('are a hundred or more, and all different', () => {
    const titles = new Set(typicalMistakes.map(({ title }) => title));
    expect(titles.size).toBe(typicalMistakes.length);
    expect(titles.size).toBeGreaterThanOrEqual(100);
  });

  test.each(typicalMistakes)('$title: the line is named, and what to do', ({ line, text }) => {
    const [problem] = found(text);
    expect(problem).toMatchObject({ file, line });
    // A rule's message ends with what to do.
    expect(problem?.hint ?? problem?.message.split(': ').at(-1)).toMatch(/.{10}/);
  });

  test.each([
    'api: {replicas: 2}',
    'onepasswordConnect: {enabled: true}',
  ])('%s: a name that many maps have is not looked for in them', (text) => {
    expect(found(text)).toMatchObject([{ hint: expect.stringMatching(/^The keys of /) }]);
  });

  test('all messages, for people to read', async () => {
    const plain = { bold: (text: string) => text, faint: (text: string) => text };
    const table = typicalMistakes.map(({ title, text }) => {
      const messages = found(text).map((problem) => problemText(problem, plain));
      return `## ${title}\n\n${text.replaceAll(/^/gm, '    ').trimEnd()}\n\n${messages.join('')}`;
    });
    await expect(`${table.join('\n')}`).toMatchFileSnapshot('typical-mistakes.txt');
  });
});
