import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Value } from '../../src/text/json.js';
import { chart, render } from './release.js';
import { releases } from './releases.js';

/** Images of containers, and those in the API's variables, of which it makes sandboxes and their proxies. */
function imagesIn(value: Value): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { image, name = '', value: variable } = { ...value } as { [key: string]: Value | undefined };
  const own = [image, /_IMAGE$/.test(String(name)) ? variable : undefined];
  return [...own.filter((found) => typeof found === 'string'), ...Object.values(value).flatMap(imagesIn)];
}

test('the images in Chart.yaml are those that the releases name', () => {
  const rendered = Object.values(releases).flatMap((values) => render(values).objects.flatMap(imagesIn));
  const { annotations } = parse(chart.compile().get('Chart.yaml') ?? '');
  const listed = parse(annotations['artifacthub.io/images']).map(({ image }: { image: string }) => image);
  expect(listed).toEqual([...new Set(rendered)].sort());
  expect(listed.length).toBeGreaterThan(4);
});
