/**
 * How the time for declarations grows with their number: `npm run bench` prints ratios within one run, which hold on
 * any machine. Ten times the declarations take about ten times as long, and the command for 3,000 of them takes a few
 * times as long as for none.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, bench, describe } from 'vitest';
import { readTools, type ToolFile, toolsOf, toolsText } from '../../src/secrets/tool-declarations.js';
import { chart } from '../centaur/release.js';
import { builtCommand } from '../cli/command.js';
import { execFileSync } from '../system/processes.js';

const counts = [300, 1000, 3000];

/** What differs between the secrets of a tree of tools; all else is the same. */
type Shape = (index: number) => { readonly name: string; readonly host: string };

const plain: Shape = (index) => ({ name: padded(index), host: `h${index}.example.com` });

const shapes: { readonly [description: string]: Shape } = {
  'each for a host of its own': plain,
  'all for one host': (index) => ({ name: padded(index), host: 'api.example.com' }),
  'each for a domain of its own': (index) => ({ name: padded(index), host: `*.h${index}.example.com` }),
  'with names that are part of others': (index) => ({ name: String(index), host: `h${index}.example.com` }),
};

function padded(index: number): string {
  return String(index).padStart(5, '0');
}

function filesFor(count: number, shape: Shape): readonly ToolFile[] {
  return Array.from({ length: count }, (_, index) => {
    const { name, host } = shape(index);
    const secret = `{type = "http", name = "KEY_${name}", match_headers = ["X"], hosts = ["${host}"]}`;
    return { file: `t${index}/pyproject.toml`, text: `[tool.centaur]\nsecrets = [${secret}]\n` };
  });
}

function toolsFor(files: readonly ToolFile[]) {
  const read = readTools(files);
  if (read.problems.length > 0) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.tools;
}

describe('pyproject.toml files into a values file', () => {
  for (const count of counts) {
    const files = filesFor(count, plain);
    bench(`${count} declarations`, () => {
      toolsText(toolsFor(files));
    });
  }
});

describe.each(Object.entries(shapes))('the rules over declarations, %s', (_, shape) => {
  for (const count of counts) {
    const values = { ...chart.defaults, tools: toolsOf(toolsFor(filesFor(count, shape))) };
    bench(`${count} declarations`, () => {
      chart.problems(values);
    });
  }
});

describe('the whole command', () => {
  const command = builtCommand();
  const folder = mkdtempSync(path.join(tmpdir(), 'tools-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const count of [0, ...counts]) {
    const tree = path.join(folder, String(count));
    mkdirSync(tree);
    for (const { file, text } of filesFor(count, plain)) {
      mkdirSync(path.join(tree, path.dirname(file)));
      writeFileSync(path.join(tree, file), text);
    }
    bench(`${count} declarations`, () => {
      execFileSync(process.execPath, [command, 'tools', tree], { maxBuffer: 2 ** 26 });
    });
  }
});
