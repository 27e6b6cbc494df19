import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  block,
  each,
  type Fields,
  KubeConfigMap,
  KubeDeployment,
  KubeService,
  type Member,
  not,
  sha256,
  spread,
  str,
  when,
} from '../helm/authoring.js';
import { caFolder, proxyConfig } from '../secrets/proxy-config.js';
import { vaultScript } from '../secrets/vault.js';
import { drainScript } from './drain.js';
import { caKeys } from './firewall-ca.js';
import { infraVariable } from './infra-secret.js';
import type { Platform } from './platform.js';
import { caChecksum, imageReference, podFields, secondsUntilUnknown } from './pod.js';
import { resolverFile, resolverScript, wholeNamesFirst } from './resolver.js';
import { Scaling } from './scaling.js';
import { caScript, startCheck } from './start-checks.js';

/**
 * Labels by which the API and the policies find proxies: the chart's own, and those that the API creates per sandbox.
 */
export const proxyLabels = { 'centaur.ai/iron-proxy': 'true' };

/** Identifies the owner of a proxy; the chart's own has this instead of a sandbox's id. */
const sandboxIdLabel = 'centaur.ai/sandbox-id';
const ownSandboxId = 'api';

const template = '/etc/iron-proxy/iron-proxy.yaml';
const config = '/run/iron-proxy/iron-proxy.yaml';
const resolver = '/run/iron-proxy/resolv.conf';

const initScript = vaultScript + resolverScript;

/** The egress proxy of the API and the Slackbot: only it holds what resolves credentials. */
export class IronProxy extends Construct {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const { values, names, secrets, usesOnePassword } = platform;
    const { ironProxy, firewall } = values;
    const { proxyPort, managementPort, healthPort, pgPortRangeStart } = ironProxy.service;
    const metadata = { name: names.ironProxy, labels: names.labels('iron-proxy') };
    const configText = proxyConfig(values);

    new KubeConfigMap(this, 'config', {
      comment:
        'The proxy expands nothing in its configuration: the name of the vault is put into the references when the pod starts.',
      metadata,
      data: { 'iron-proxy.yaml': block(configText) },
    });

    new KubeService(this, 'service', {
      metadata,
      spec: {
        selector: names.selectorLabels('iron-proxy'),
        ports: [
          { name: 'proxy', port: proxyPort, targetPort: 'proxy' },
          { name: 'management', port: managementPort, targetPort: 'management' },
          { name: 'health', port: healthPort, targetPort: 'health' },
          when(secrets.declaresDatabase, {
            name: 'postgres',
            port: pgPortRangeStart,
            targetPort: 'postgres',
          }),
        ],
      },
    });

    new KubeDeployment(this, 'deployment', {
      metadata,
      spec: {
        replicas: when(not(ironProxy.autoscaling.enabled), ironProxy.replicas),
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: { matchLabels: names.selectorLabels('iron-proxy') },
        template: {
          metadata: {
            labels: {
              ...names.selectorLabels('iron-proxy'),
              ...proxyLabels,
              [sandboxIdLabel]: ownSandboxId,
              ...spread(ironProxy.podLabels),
            },
            annotations: {
              'checksum/config': sha256(configText),
              ...caChecksum(values),
              ...spread(ironProxy.podAnnotations),
            },
          },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: ironProxy.terminationGracePeriodSeconds,
            ...podFields(ironProxy, values),
            dnsConfig: wholeNamesFirst(ironProxy),
            initContainers: [
              {
                name: 'config',
                image: imageReference({ image: ironProxy.image }),
                imagePullPolicy: ironProxy.image.pullPolicy,
                command: ['/bin/sh', '-c', initScript, 'config', template, config, resolverFile, resolver],
                terminationMessagePolicy: 'FallbackToLogsOnError',
                env: when(usesOnePassword, [infraVariable(values, 'OP_VAULT')]),
                resources: when(ironProxy.resources, (resources) => resources),
                securityContext: when(ironProxy.containerSecurityContext, (context) => context),
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/iron-proxy', readOnly: true },
                  { name: 'run', mountPath: '/run/iron-proxy' },
                ],
              },
              startCheck(values, caScript, [firewall.existingCaKeySecretName, caFolder], {
                name: 'ca',
                resources: when(ironProxy.resources, (resources) => resources),
                securityContext: when(ironProxy.containerSecurityContext, (context) => context),
                volumeMounts: [caMount],
              }),
            ],
            containers: [
              {
                name: 'iron-proxy',
                image: imageReference({ image: ironProxy.image }),
                imagePullPolicy: ironProxy.image.pullPolicy,
                args: ['-config', config],
                terminationMessagePolicy: 'FallbackToLogsOnError',
                env: environment(platform),
                ports: [
                  { name: 'proxy', containerPort: proxyPort },
                  { name: 'management', containerPort: managementPort },
                  { name: 'health', containerPort: healthPort },
                  when(secrets.declaresDatabase, { name: 'postgres', containerPort: pgPortRangeStart }),
                ],
                startupProbe: { ...health, periodSeconds: 1, failureThreshold: 60 },
                livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
                readinessProbe: { ...health, periodSeconds: 5, failureThreshold: 2 },
                lifecycle: {
                  preStop: {
                    exec: {
                      command: [
                        '/bin/sh',
                        '-c',
                        drainScript,
                        'drain',
                        `${secondsUntilUnknown}`,
                        str`${proxyPort}`,
                        when(secrets.declaresDatabase, str`${pgPortRangeStart}`),
                      ],
                    },
                  },
                },
                resources: when(ironProxy.resources, (resources) => resources),
                securityContext: when(ironProxy.containerSecurityContext, (context) => context),
                volumeMounts: [
                  { name: 'run', mountPath: '/run/iron-proxy', readOnly: true },
                  { name: 'run', mountPath: resolverFile, subPath: 'resolv.conf', readOnly: true },
                  caMount,
                  { name: 'tmp', mountPath: '/tmp' },
                  each(ironProxy.extraVolumeMounts, (mount) => mount),
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: names.ironProxy } },
              { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
              { name: 'ca', secret: { secretName: firewall.existingCaKeySecretName, items: caFiles } },
              { name: 'tmp', emptyDir: {} },
              each(ironProxy.extraVolumes, (volume) => volume),
            ],
          },
        },
      },
    });

    new Scaling(this, 'scaling', {
      ...metadata,
      selector: names.selectorLabels('iron-proxy'),
      keys: ironProxy,
    });
  }
}

const health: Fields<k8s.Probe> = { httpGet: { path: '/healthz', port: 'health' }, timeoutSeconds: 5 };

const caMount = { name: 'ca', mountPath: caFolder, readOnly: true };

const caFiles: Fields<k8s.KeyToPath>[] = [
  { key: caKeys.certificate, path: 'ca-cert.pem' },
  { key: caKeys.privateKey, path: 'ca-key.pem' },
];

/** What the proxy needs to resolve credentials in its mode and to cache them, and nothing else. */
function environment(platform: Platform): readonly Member<k8s.EnvVar>[] {
  const { values, mode, secrets, connectServer, infraKeys } = platform;
  return [
    each(infraKeys['iron-proxy'], (key) => infraVariable(values, key)),
    when(mode('onepassword-connect'), { name: 'OP_CONNECT_HOST', value: connectServer.url }),
    // For a DSN without an sslmode. The driver's own default continues without TLS if a server offers none.
    when(secrets.declaresDatabase, { name: 'PGSSLMODE', value: 'verify-full' }),
    when(
      mode('env'),
      each(secrets.credentialKeys, ({ key, optional }) =>
        infraVariable(values, key, { optional: when(optional, true) }),
      ),
    ),
  ];
}
