import { existsSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { commandsOf, page } from './page.js';

const original = new URL('../../../shared/spec/use-1password.txt', import.meta.url);

/** The page as its authors publish it is text without markup: a snippet is the part between two sentences. */
function between(text: string, before: string, after: string): string {
  const start = text.indexOf(before);
  const end = text.indexOf(after, start + before.length);
  if (start < 0 || end < 0) throw new Error(`the original page lacks ${start < 0 ? before : after}`);
  return text
    .slice(start + before.length, end)
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

describe("the project's page has the snippets and commands of the original", () => {
  const given = existsSync(original);
  const text = given ? readFileSync(original, 'utf8') : '';

  beforeEach(({ skip }) => skip(!given, 'skipped: the original page is not next to this clone'));

  it('the values for Connect', () => {
    expect(page.connect.trim()).toBe(
      between(text, 'Configure the chart (Connect, preferred)\n', 'The credentials Secret must contain'),
    );
  });

  it('the values for a service account', () => {
    expect(page.serviceAccount.trim()).toBe(
      between(text, 'Configure the chart (service account)\n', 'The infra Secret must include'),
    );
  });

  it('the declaration of a tool', () => {
    expect(page.declaration.trim()).toBe(
      between(text, 'For the normal tool declaration:\n', 'Create a 1Password item'),
    );
  });

  it('the keys and the reference', () => {
    const lists = [
      ['The infra Secret must include:\n', 'Configure the chart (service account)'],
      ['envPrefix: ""\n\nThe infra Secret must include:\n\nOP_SERVICE', 'It must also include'],
      ['infrastructure secrets such as:\n', 'Those are boot-time'],
      ['iron-proxy resolves:\n', 'The tool sees'],
    ] as const;
    const originals = lists.map(([before, after]) => between(text, before, after));
    expect(page.lists.map((list) => list.trim())).toEqual([
      originals[0],
      `OP_SERVICE${originals[1]}`,
      originals[2],
      originals[3],
    ]);
  });

  it('the credentials of harnesses', () => {
    expect(page.credentials.map((row) => row.join('')).join('\n')).toBe(
      between(text, 'CredentialUsed for\n', 'Each item should live in OP_VAULT'),
    );
  });

  it('the commands under Verify', () => {
    const verify = text.slice(text.indexOf('\nVerify\n'));
    const commands = [
      between(verify, 'received the expected source mode:\n', 'For Connect mode'),
      between(verify, 'verify the Connect pod and token Secret exist:\n', 'Then run a tool'),
    ].flatMap(commandsOf);
    expect(page.commands).toEqual(commands);
  });
});
