import { Construct } from 'constructs';
import { KubePod, str, when } from '../helm/authoring.js';
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
            command: ['/bin/sh', '-ec', script],
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

/**
 * A listener that takes the connection is enough for the proxy: a request through it would leave the cluster. Each is tried
 * again, since an enforcer of NetworkPolicies lets others take a new pod's connections only once it knows the pod's address:
 * kube-router, which k3s has, refuses the first ones.
 */
const script = `tries() {
  left=10
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}
tries wget -q -O /dev/null -T 10 "http://$API/health/ready"
echo "the API is ready at $API"
tries nc -z -w 10 "\${IRON_PROXY%:*}" "\${IRON_PROXY##*:}"
echo "iron-proxy listens at $IRON_PROXY"
`;
