/** How the time for declarations grows with their number: what `npm run bench` prints are ratios within one run. */
import { bench, describe } from 'vitest';
import { readTools, toolsOf, toolsText } from '../../src/secrets/tools.js';
import { chart } from '../centaur/release.js';

const counts = [250, 1000, 4000];

function toolsFor(count: number) {
  const files = Array.from({ length: count }, (_, index) => ({
    file: `tools/t${index}/pyproject.toml`,
    text: `[tool.centaur]\nsecrets = [{type = "http", name = "KEY_${String(index).padStart(5, '0')}", match_headers = ["X"], hosts = ["h${index}.example.com"]}]`,
  }));
  const read = readTools(files);
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.tools;
}

describe('pyproject.toml files into a values file', () => {
  for (const count of counts) {
    bench(`${count} declarations`, () => {
      toolsText(toolsFor(count));
    });
  }
});

describe('the rules over declarations', () => {
  for (const count of counts) {
    const values = { ...chart.defaults, tools: toolsOf(toolsFor(count)) };
    bench(`${count} declarations`, () => {
      chart.evaluate(values);
    });
  }
});
