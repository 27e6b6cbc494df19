import { Construct } from 'constructs';
import { KubePod, str, when } from '../helm/authoring.js';
import { shellScript } from '../text/shell-script.js';
import { apiPort } from './api.js';
import type { Platform } from './platform.js';
import { imageReference } from './pod.js';

/** `helm test`: the API and iron-proxy answer through their Services, from a pod of their namespace. */
export class ReleaseTest extends Construct {
  constructor(scope: Construct, id: string, { values, names }: Platform) {
    super(scope, id);
    const { ironProxy } = values;

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
        imagePullSecrets: when(values.global.imagePullSecrets, (secrets) => secrets),
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'connection',
            image: imageReference({ image: ironProxy.image }),
            imagePullPolicy: ironProxy.image.pullPolicy,
            command: ['/bin/sh', '-c', script],
            env: [
              { name: 'API', value: str`${names.api}:${apiPort}` },
              { name: 'IRON_PROXY', value: str`${names.ironProxy}:${ironProxy.service.proxyPort}` },
            ],
            resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    });
  }
}

const script = shellScript('./helm-test.sh', import.meta.url);
