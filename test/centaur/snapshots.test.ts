import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { page } from './page.js';
import { render } from './release.js';

const modes = {
  'onepassword-connect': page.connect,
  onepassword: page.serviceAccount,
  env: readFileSync(new URL('../../values/env.yaml', import.meta.url), 'utf8'),
};

describe.each(Object.entries(modes))('all objects of a release in the mode %s', (mode, values) => {
  it('are as reviewed', async () => {
    const manifests = render(values).objects.map((object) => stringify(object, { lineWidth: 0 }));
    await expect(manifests.join('---\n')).toMatchFileSnapshot(`snapshots/${mode}.yaml`);
  });
});
