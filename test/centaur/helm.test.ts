/** What real Helm renders from the generated chart with the files and snippets that the project ships. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { helmCommand, helmMajors } from '../judges/helm.js';
import { helmTemplate, startJudge } from '../judges/judge.js';
import { execFile } from '../system/processes.js';
import { page } from './page.js';
import { Reader, release, render } from './release.js';

const chart = fileURLToPath(new URL('../../charts/centaur', import.meta.url));
const folder = new URL('../../values/', import.meta.url);

const documents = {
  'the snippet for Connect': page.connect,
  'the snippet for a service account': page.serviceAccount,
  ...Object.fromEntries(
    readdirSync(folder).map((file) => [`values/${file}`, readFileSync(new URL(file, folder), 'utf8')]),
  ),
};

/** Objects by what identifies them, so that their order does not matter. */
function identified(objects: readonly object[]): { readonly [identity: string]: unknown } {
  const entries = objects.map((object) => {
    const reader = new Reader(JSON.parse(JSON.stringify(object)));
    const identity = [
      reader.at('kind'),
      reader.at('metadata', 'namespace') ?? '',
      reader.at('metadata', 'name'),
    ];
    return [identity.join('/'), reader.value] as const;
  });
  expect(new Set(entries.map(([identity]) => identity)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

describe.each(helmMajors)('Helm %i', (major) => {
  it.each(Object.entries(documents))('renders %s into the objects that render yields', async (_, text) => {
    const rendered = await helmTemplate(major, { chart, values: [text], release });
    if (!rendered.ok) throw new Error(rendered.error);
    expect(rendered.warnings).toEqual([]);
    expect(identified(rendered.objects)).toEqual(identified(render(text).objects));
  });

  it.each(Object.entries(documents))('has no complaints about the chart with %s', async (_, text) => {
    const child = execFile(await helmCommand(major), ['lint', '--strict', '--quiet', chart, '--values', '-']);
    child.child.stdin?.end(text);
    const { stdout, stderr } = await child;
    expect(stdout.trim() + stderr.trim()).toBe('');
  });

  it('refuses a typo in secretSource', async () => {
    const rendered = await helmTemplate(major, { chart, values: ['ironProxy: {secretSource: onepasword}'] });
    expect(rendered).toMatchObject({ ok: false, error: expect.stringContaining('secretSource') });
  });

  it('refuses what only a rule can refuse, with the message of the rule', async () => {
    const rendered = await helmTemplate(major, {
      chart,
      values: ['ironProxy: {secretSource: onepassword-connect}'],
    });
    expect(rendered).toMatchObject({
      ok: false,
      error: expect.stringContaining(
        'onepasswordConnect.connect: the mode onepassword-connect needs a Connect server: set create to true to deploy one, or url to one that exists',
      ),
    });
  });
});

describe('the notes after an installation', () => {
  const notes = async (values: string) => {
    const judge = await startJudge();
    try {
      const { 4: rendered } = await judge.render({ chart, values: [values], release, majors: [4] });
      if (!rendered.ok) throw new Error(rendered.error);
      return rendered.notes;
    } finally {
      await judge.stop();
    }
  };

  it("are the page's Verify commands for the page's release", async () => {
    const text = await notes(page.connect);
    for (const command of page.commands) {
      const words = command.replaceAll(/\s+/g, ' ');
      expect(text.replaceAll(/\s+/g, ' ')).toContain(words);
    }
  });

  it('name the Secrets that must exist', async () => {
    const text = await notes(page.connect);
    for (const name of [
      'centaur-infra-env',
      'centaur-firewall-ca',
      'centaur-onepassword-connect-credentials',
    ]) {
      expect(text).toContain(name);
    }
    expect(text).toContain('OP_CONNECT_TOKEN');
    expect(await notes(page.serviceAccount)).not.toContain('OP_CONNECT_TOKEN');
  });

  it('name the credentials that the infra Secret must hold in the mode env, under their prefix', async () => {
    const text = await notes('ironProxy: {secretSource: env}\nsecretManager: {envPrefix: PROD.}');
    expect(text).toContain('    PROD.OPENAI_API_KEY\n');
    expect(text).not.toContain('PROD.OP_');
  });

  it('do not require the Secrets of a CA that the values give', async () => {
    const ca =
      'firewall: {ca: {certPem: "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----", keyPem: "-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----"}}';
    expect(await notes(ca)).not.toContain('ca-cert.pem');
  });

  it('give a command that finds a key with a dot in its prefix', async () => {
    const connect =
      'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {create: true}}';
    expect(await notes(`${connect}\nsecretManager: {envPrefix: PROD.}`)).toContain(
      "-o jsonpath='{.data.PROD\\.OP_CONNECT_TOKEN}'",
    );
  });

  it('end with the warnings', async () => {
    expect(await notes('ironProxy: {allowedHosts: ["*"]}\nharnesses: {codex: {enabled: false}}')).toMatch(
      /\n\nWarnings:\n(?: {2}\S.*\n)* {2}ironProxy\.allowedHosts: "\*" lets .*\n$/,
    );
    const image = 'image: {repository: ghcr.io/example/image, tag: v1}';
    expect(await notes(`api: {${image}}\nsandbox: {${image}}`)).not.toContain('Warnings');
  });
});
