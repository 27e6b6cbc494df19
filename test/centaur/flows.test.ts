/** The contract's table of flows against what the policies allow: these flows and no others. */
import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/text/json.js';
import { reachability } from './connectivity.js';
import { connect, labelsOf, ownProxy, pod, pods, policiesOf } from './flow-pods.js';
import { allowedBy, besideAnotherRelease, modes, type Pods, questions, variants } from './flow-table.js';
import { page } from './page.js';
import { Reader, render } from './release.js';

function passed(policies: readonly ValueMap[], pods: Pods): readonly string[] {
  const reaches = reachability(policies);
  return questions(pods)
    .filter(({ from, to, port }) => reaches(from, to, port))
    .map(({ words }) => words)
    .sort();
}

describe('the policies allow exactly the flows of the table', () => {
  it.each([...Object.values(modes), ...variants])('$title', (installation) => {
    const present = { ...pods, Connect: installation.hasConnect ? connect : undefined };
    expect(passed(policiesOf(installation), present)).toEqual(allowedBy(installation));
  });

  it('next to another release in the namespace, which shares only the pods that an API creates', () => {
    const values = page.connect.replace(/^( *)create: .*$/m, '$&\n$1applicationName: other-connect');
    const other = { ...modes['onepassword-connect'], values };
    const present = {
      ...pods,
      Connect: connect,
      "other release's API": pod(labelsOf('api', 'other')),
      "other release's iron-proxy": pod({ ...labelsOf('iron-proxy', 'other'), ...ownProxy }),
      "other release's Connect": pod({ ...labelsOf('connect', 'other'), app: 'other-connect' }),
    };
    const policies = [...policiesOf(besideAnotherRelease), ...policiesOf(other, 'other')];
    expect(passed(policies, present)).toEqual(allowedBy(besideAnotherRelease));
  });

  it('reaches a Connect server of another namespace where address blocks do not apply to pods', () => {
    const found = variants.find(({ title }) => title === 'with a Connect server that exists already');
    const policies = found ? policiesOf(found) : [];
    const inNoBlock = { ...pods['API elsewhere'], address: '169.254.1.1' };
    const port = { port: 8444, protocol: 'TCP' } as const;
    expect(reachability(policies)(pods['own iron-proxy'], inNoBlock, port)).toBe(true);
    expect(reachability(policies)(pods.API, inNoBlock, port)).toBe(false);
  });

  it('none if policies are off', () => {
    const kinds = render('networkPolicy: {enabled: false}\n').objects.map((object) =>
      new Reader(object).at('kind'),
    );
    expect(kinds).not.toContain('NetworkPolicy');
  });
});
