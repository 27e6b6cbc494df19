import { Construct } from 'constructs';
import { KubePod, str, when } from '../helm/authoring.js';
import { shellScript } from '../text/shell-script.js';
import { apiPort } from './api.js';
import type { Platform } from './platform.js';
import { imageReference, podFields } from './pod.js';

/**
 * `helm test`: the API and iron-proxy answer through their Services, from a pod in their namespace. The pod may run
 * wherever the API's pods may: on the same nodes, under the same quotas and as the same user. Their anti-affinity is
 * not copied, since there may be no further node to run on.
 */
export class ReleaseTest extends Construct {
  constructor(scope: Construct, id: string, { values, names }: Platform) {
    super(scope, id);
    const { api, ironProxy } = values;
    const { topologySpreadConstraints: _, ...scheduling } = podFields(api, values);

    new KubePod(this, 'connection', {
      folder: 'tests',
      comment: 'helm test: the API and iron-proxy answer.',
      metadata: {
        name: names.test,
        labels: { ...names.labels('test') },
        annotations: {
          'helm.sh/hook': 'test',
          'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
        },
      },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        ...scheduling,
        affinity: when(api.affinity, ({ nodeAffinity }) => ({
          nodeAffinity: when(nodeAffinity, (affinity) => affinity),
        })),
        containers: [
          {
            name: 'connection',
            image: imageReference({ image: ironProxy.image }),
            imagePullPolicy: ironProxy.image.pullPolicy,
            command: ['/bin/sh', '-c', script],
            env: [
              { name: 'API', value: str`${names.api}:${apiPort}` },
              { name: 'IRON_PROXY', value: str`${names.ironProxy}:${ironProxy.service.healthPort}` },
            ],
            resources: when(api.resources, (resources) => resources),
            securityContext: when(api.containerSecurityContext, (context) => context),
          },
        ],
      },
    });
  }
}

const script = shellScript('./helm-test.sh', import.meta.url);
