import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  and,
  each,
  type Fields,
  fieldsTemplate,
  KubeDeployment,
  KubeService,
  type Member,
  not,
  release,
  spread,
  str,
  when,
} from '../helm/authoring.js';
import type { Platform } from './platform.js';
import { podFields } from './pod.js';
import { Scaling } from './scaling.js';
import { credentialsScript, startCheck } from './start-checks.js';
import type { Values } from './values/index.js';

const selectorTemplate = fieldsTemplate(
  'centaur.connect.selectorLabels',
  "The labels by which Connect's pods are found. They never change on upgrade.",
  {},
  () => ({
    'app.kubernetes.io/name': 'connect',
    'app.kubernetes.io/instance': release.Name,
    'app.kubernetes.io/component': 'connect',
  }),
);

/** The labels that select Connect's pods. */
export const connectSelector = { ...selectorTemplate({}) };

/** Where Connect's two servers talk to each other, on the pod's own loopback. */
export const busPorts = { api: 11220, sync: 11221 };

const credentialsFile = '/home/opuser/.op/1password-credentials.json';

const credentialsMount = {
  name: 'credentials',
  mountPath: credentialsFile,
  subPath: '1password-credentials.json',
  readOnly: true,
};

/** 1Password Connect: two servers that share a folder of encrypted items. */
export class Connect extends Construct {
  constructor(scope: Construct, id: string, { values, names, mode }: Platform) {
    super(scope, id);
    const { connect } = values.onepasswordConnect;
    const enabled = and(connect.create, mode('onepassword-connect'));
    const podLabels = { ...connectSelector, app: connect.applicationName };
    const labels = fieldsTemplate('centaur.connect.labels', "The labels of Connect's objects.", {}, () => ({
      ...podLabels,
      ...names.chartLabels,
    }));
    const metadata = { name: connect.applicationName, labels: { ...labels({}) } };

    new KubeService(this, 'service', {
      when: enabled,
      metadata,
      spec: {
        selector: connectSelector,
        ports: [{ name: 'connect-api', port: connect.api.httpPort, targetPort: 'connect-api' }],
      },
    });

    new KubeDeployment(this, 'deployment', {
      when: enabled,
      metadata,
      spec: {
        replicas: when(not(connect.autoscaling.enabled), connect.replicas),
        selector: { matchLabels: connectSelector },
        template: {
          metadata: {
            labels: { ...podLabels, ...spread(connect.podLabels) },
            annotations: when(connect.podAnnotations, (annotations) => annotations),
          },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            ...podFields(connect, values),
            initContainers: [
              startCheck(
                values,
                credentialsScript,
                [connect.credentialsName, connect.credentialsKey, credentialsFile],
                {
                  name: 'credentials',
                  resources: when(connect.api.resources, (amounts) => amounts),
                  securityContext: when(connect.containerSecurityContext, (context) => context),
                  volumeMounts: [credentialsMount],
                },
              ),
            ],
            containers: [
              server(values, {
                name: 'connect-api',
                keys: 'api',
                busPort: busPorts.api,
                peerPort: busPorts.sync,
              }),
              server(values, {
                name: 'connect-sync',
                keys: 'sync',
                busPort: busPorts.sync,
                peerPort: busPorts.api,
              }),
            ],
            volumes: [
              { name: 'data', emptyDir: {} },
              {
                name: 'credentials',
                secret: {
                  secretName: connect.credentialsName,
                  items: [{ key: connect.credentialsKey, path: '1password-credentials.json' }],
                },
              },
              each(connect.extraVolumes, (volume) => volume),
            ],
          },
        },
      },
    });

    new Scaling(this, 'scaling', { ...metadata, selector: connectSelector, keys: connect, when: enabled });
  }
}

interface Server {
  readonly name: string;
  readonly keys: 'api' | 'sync';
  readonly busPort: number;
  readonly peerPort: number;
}

function server(
  { onepasswordConnect: { connect } }: Values,
  { name, keys, busPort, peerPort }: Server,
): Fields<k8s.Container> {
  const { imageRepository, httpPort, logLevel, resources } = connect[keys];
  const mounts: readonly Member<k8s.VolumeMount>[] = [
    { name: 'data', mountPath: '/home/opuser/.op/data' },
    credentialsMount,
    each(connect.extraVolumeMounts, (mount) => mount),
  ];
  return {
    name,
    image: str`${imageRepository}:${connect.version}`,
    imagePullPolicy: connect.imagePullPolicy,
    env: [
      { name: 'OP_SESSION', value: credentialsFile },
      { name: 'OP_HTTP_PORT', value: str`${httpPort}` },
      { name: 'OP_BUS_PORT', value: String(busPort) },
      { name: 'OP_BUS_PEERS', value: `localhost:${peerPort}` },
      { name: 'OP_LOG_LEVEL', value: logLevel },
    ],
    ports: [{ name, containerPort: httpPort }],
    readinessProbe: { httpGet: { path: '/health', port: name }, initialDelaySeconds: 5, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/heartbeat', port: name }, periodSeconds: 30, failureThreshold: 3 },
    resources: when(resources, (amounts) => amounts),
    securityContext: when(connect.containerSecurityContext, (context) => context),
    volumeMounts: mounts,
  };
}
