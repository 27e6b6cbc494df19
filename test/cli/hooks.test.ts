/** Which objects are hooks, and which of them tests: as Helm sees it. */
import Type from 'typebox';
import { afterAll, expect, test } from 'vitest';
import { isHook, isTestHook, type RenderedObject } from '../../src/cli/hooks.js';
import { HelmChart, KubeConfigMap } from '../../src/helm/index.js';
import { helmMajors } from '../judges/helm.js';
import { helmTemplate } from '../judges/judge.js';
import { throwawayFolder } from '../law/throwaway-chart.js';

const annotations: { readonly [name: string]: { readonly [annotation: string]: string } } = {
  plain: {},
  kept: { 'helm.sh/resource-policy': 'keep' },
  weighed: { 'helm.sh/hook-weight': '1' },
  tested: { 'helm.sh/hook': 'test' },
  'tested-as-by-helm-2': { 'helm.sh/hook': 'test-success' },
  'tested-in-capitals': { 'helm.sh/hook': ' Test ' },
  'tested-and-installed': { 'helm.sh/hook': 'post-install, test' },
  installed: { 'helm.sh/hook': 'pre-install,post-upgrade' },
};

const chart = new HelmChart({
  metadata: {
    name: 'hooks',
    version: '0.1.0',
    appVersion: '1',
    description: 'One object for each annotation.',
  },
  values: Type.Object({}),
});
for (const [name, written] of Object.entries(annotations)) {
  new KubeConfigMap(chart, name, { metadata: { name, annotations: { ...written } } });
}
const { objects } = chart.evaluate({});

const folder = throwawayFolder();
const compiled = folder.write(chart.compile());
afterAll(() => folder.remove());

const nameOf = (object: object) => (object as { readonly metadata: { readonly name: string } }).metadata.name;

test.each<[string, (object: RenderedObject) => boolean]>([
  ['--no-hooks', isHook],
  ['--skip-tests', isTestHook],
])('helm template %s leaves out the same objects', async (flag, isLeftOut) => {
  const ours = objects.filter((object) => !isLeftOut(object)).map(({ object }) => nameOf(object));
  for (const major of helmMajors) {
    const theirs = await helmTemplate(major, { chart: compiled, flags: [flag] });
    if (!theirs.ok) throw new Error(theirs.error);
    expect(theirs.objects.map(nameOf).sort()).toEqual(ours.toSorted());
  }
});
