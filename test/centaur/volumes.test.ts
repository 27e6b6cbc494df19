/** Volumes and mounts that the values add, compared with those of the pods. */
import { describe, expect, test } from 'vitest';
import { ownVolumes } from '../../src/centaur/workload-rules.js';
import { page } from './page.js';
import { refusal, render } from './release.js';

const deployments = {
  api: 'centaur-centaur-api',
  ironProxy: 'centaur-centaur-iron-proxy',
  'onepasswordConnect.connect': 'onepassword-connect',
} as const;

const extra = (keys: string, volumes: string, mounts: string) => {
  const added = `extraVolumes: ${volumes}, extraVolumeMounts: ${mounts}`;
  return keys.startsWith('one') ? `onepasswordConnect: {connect: {${added}}}` : `${keys}: {${added}}`;
};

describe.each(Object.entries(ownVolumes))('%s', (keys, own) => {
  test('has the volumes and mounts of the table', () => {
    const deployment = render(page.connect).get('Deployment', deployments[keys as keyof typeof deployments]);
    const pod = deployment.in('spec', 'template', 'spec');
    expect(pod.list('volumes').map((volume) => volume.at('name'))).toEqual(own.volumes);
    const paths = pod
      .list('containers')
      .flatMap((container) => container.list('volumeMounts').map((mount) => mount.at('mountPath')));
    expect([...new Set(paths)].sort()).toEqual([...own.mounts].sort());
  });

  test('accepts a volume with another name, at another path', () => {
    const added = extra(keys, '[{name: extra, emptyDir: {}}]', '[{name: extra, mountPath: /extra}]');
    expect(() => render(added)).not.toThrow();
  });

  test.each(own.volumes)('refuses another volume named %s', (name) => {
    expect(refusal(extra(keys, `[{name: ${name}, emptyDir: {}}]`, '[]'))).toContain(
      `${keys}.extraVolumes: the pod has two volumes named ${name}: rename one`,
    );
  });

  test.each(own.mounts)('refuses another mount at %s', (mountPath) => {
    for (const written of [mountPath, `${mountPath}/`]) {
      const added = extra(keys, '[{name: extra, emptyDir: {}}]', `[{name: extra, mountPath: "${written}"}]`);
      expect(refusal(added)).toContain(
        `${keys}.extraVolumeMounts: two volumes are mounted at ${mountPath}: choose another mountPath for one`,
      );
    }
  });

  test('refuses a mount of a volume that does not exist', () => {
    expect(refusal(extra(keys, '[]', '[{name: extra, mountPath: /extra}]'))).toContain(
      `${keys}.extraVolumeMounts: the pod has no volume named extra: add it to ${keys}.extraVolumes`,
    );
  });
});
