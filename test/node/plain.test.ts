/** Plain manifests: rendered without Helm, and applied with kubectl by the commands in docs/gitops.md. */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type SecretSource, secretSourceNames } from '../../src/secrets/source.js';
import { builtCommand } from '../cli/command.js';
import { printed } from './cluster/command.js';
import { useNode } from './cluster/fixture.js';
import { created, versionsOf } from './release/objects.js';
import {
  expectedOfTheInfraSecret,
  ofTheInfraSecret,
  pageNamespace,
  prepareNamespace,
} from './release/operator.js';
import { importImages, releaseOn, snippets } from './release/release.js';

const page = readFileSync(new URL('../../docs/gitops.md', import.meta.url), 'utf8');
const [, commands = ''] = /^## Plain manifests with kubectl\n+```sh\n(.*?)^```$/ms.exec(page) ?? [];
const [renders = '', applies = ''] = commands.split('\n');

/** The values of a mode, with every kind of object, and an egress namespace that belongs to this release alone. */
function values(mode: SecretSource, namespace: string): string {
  const { ironProxy, ...others } = parse(snippets[mode]);
  return JSON.stringify({
    ...others,
    api: { autoscaling: { enabled: true }, egressDiscovery: { namespace: `egress-${namespace}` } },
    ironProxy: { ...ironProxy, podDisruptionBudget: { enabled: true } },
  });
}

describe('plain manifests', () => {
  let command: string;
  const node = useNode(async (node) => {
    command = builtCommand();
    await importImages(node);
  });

  describe.concurrent.each(secretSourceNames)('in the mode %s', (mode) => {
    const namespace = `plain-${mode}`;
    const inNamespace = ['--namespace', namespace];
    const folder = () => path.join(node().folder, namespace);
    const release = () => releaseOn(node(), { major: 4, namespace });

    /** Runs a command of the page for this namespace. */
    const tried = (line: string, ...flags: readonly string[]) => {
      const here = line
        .replace(/^centaur-chart /, `'${process.execPath}' '${command}' `)
        .replaceAll(pageNamespace, namespace);
      return node().run('sh', ['-euc', [here, ...flags].join(' ')], { cwd: folder() });
    };
    const runs = async (line: string, ...flags: readonly string[]) =>
      printed(await tried(line, ...flags), [line, ...flags]);
    const manifest = () => readFile(path.join(folder(), 'centaur.yaml'), 'utf8');
    const replicas = (component: string) =>
      node().kubectl(
        ...['get', 'deploy', `centaur-centaur-${component}`, ...inNamespace],
        ...['--output', 'jsonpath={.spec.replicas}'],
      );

    test.sequential('give a release whose pods are ready, and have what is their own', async () => {
      await prepareNamespace(node(), namespace);
      await mkdir(folder());
      await writeFile(path.join(folder(), 'values.yaml'), values(mode, namespace));
      await runs(renders);
      await runs(applies);
      const available = ['wait', '--for=condition=Available', 'deploy', '--all', '--timeout=120s'];
      await node().kubectl(...available, ...inNamespace);
      await release().podsOf(mode);
      for (const component of ['api', 'iron-proxy'] as const) {
        const { environment } = await release().report(component);
        expect(ofTheInfraSecret(environment)).toEqual(expectedOfTheInfraSecret(component, mode));
      }
    });

    test.sequential('leave out the pod of helm test, which passes if it is created', async () => {
      const withHooks = renders.replace(' --no-hooks', '').replace(/ > .*/, '');
      expect(withHooks).not.toBe(renders);
      const isPod = (object: { readonly kind: string }) => object.kind === 'Pod';
      const objectsIn = (text: string) => parseAllDocuments(text).map((document) => document.toJS());
      expect(objectsIn(await manifest()).filter(isPod)).toEqual([]);
      await created(node(), objectsIn(await runs(withHooks)).filter(isPod));
      const passed = ['wait', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s'];
      await node().kubectl(...passed, ...inNamespace, 'pod/centaur-centaur-test');
      await node().kubectl('delete', ...inNamespace, 'pod/centaur-centaur-test');
    });

    test.sequential('applied again, modify no object', async () => {
      const before = await versionsOf(node(), await manifest(), namespace);
      expect(before.size).toBeGreaterThan(15);
      await runs(renders);
      await runs(applies);
      expect(await versionsOf(node(), await manifest(), namespace)).toEqual(before);
    });

    test.sequential('leave the number of replicas to the autoscaler, and report who else has changed one', async () => {
      for (const component of ['api', 'iron-proxy']) {
        await node().kubectl('scale', '--replicas=2', ...inNamespace, `deploy/centaur-centaur-${component}`);
      }
      const { code, stderr } = await tried(applies);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/conflict with "kubectl".*\.spec\.replicas/s),
      });
      expect(stderr).not.toContain('centaur-centaur-api');
      await runs(applies, '--force-conflicts');
      expect([await replicas('api'), await replicas('iron-proxy')]).toEqual(['2', '1']);
    });
  });
});
