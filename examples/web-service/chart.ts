/** A web service: a Deployment and its Service, and where the values ask for them an Ingress and an autoscaler. */
import {
  and,
  autoscalerRules,
  block,
  chartInfo,
  containerResources,
  defaultIfAbsent,
  defaultIfEmpty,
  each,
  eq,
  fieldsTemplate,
  HelmChart,
  includes,
  isNonEmpty,
  KubeConfigMap,
  KubeDeployment,
  KubeHorizontalPodAutoscaler,
  KubeIngress,
  KubeService,
  not,
  or,
  release,
  resourceRules,
  sha256,
  spread,
  str,
  stringTemplate,
  textTemplate,
  trimSuffix,
  trunc,
  when,
} from 'centaur-chart/helm';
import { valuesSchema } from './values.js';

/** What the service reads when it starts. */
interface Config {
  readonly listen: string;
  readonly log: { readonly level: string };
  readonly upstreams: readonly { readonly name: string; readonly url: string }[];
}

export function webService(): HelmChart<typeof valuesSchema> {
  const chart = new HelmChart({
    metadata: {
      name: 'web-service',
      version: '0.1.0',
      appVersion: '1.0.0',
      description: 'A web service behind an Ingress',
      kubeVersion: '>=1.28.0-0',
    },
    values: valuesSchema,
    introduction:
      'A Deployment with its Service, and where the values ask for them an Ingress and an autoscaler.',
  });
  const { values } = chart;
  const { image, autoscaling, ingress } = values;

  const name = stringTemplate(
    'web-service.fullname',
    'What the objects of a release are called: the release, cut to what a Service may be called.',
    trimSuffix('-', trunc(63, release.Name)),
  );

  const selectorLabels = fieldsTemplate(
    'web-service.selectorLabels',
    'The labels by which the pods are found. They never change on upgrade.',
    {},
    () => ({
      'app.kubernetes.io/name': chartInfo.Name,
      'app.kubernetes.io/instance': release.Name,
    }),
  );

  const metadata = {
    name,
    labels: {
      ...selectorLabels({}),
      'app.kubernetes.io/version': chartInfo.AppVersion,
      'app.kubernetes.io/managed-by': release.Service,
    },
  };

  const config = textTemplate<Config>('web-service.config', "The service's configuration file.", {
    listen: str`:${values.port}`,
    log: { level: values.config.logLevel },
    upstreams: [each(values.config.upstreams, (url, name) => ({ name, url }))],
  });

  new KubeConfigMap(chart, 'config', {
    metadata,
    data: { 'config.yaml': block(config) },
  });

  new KubeDeployment(chart, 'deployment', {
    metadata,
    spec: {
      replicas: when(not(autoscaling.enabled), values.replicaCount),
      selector: { matchLabels: selectorLabels({}) },
      template: {
        metadata: {
          labels: metadata.labels,
          annotations: {
            // A new configuration makes new pods.
            'checksum/config': sha256(config),
            ...spread(values.podAnnotations),
          },
        },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'web',
              image: str`${image.repository}:${defaultIfEmpty(image.tag, chartInfo.AppVersion)}`,
              imagePullPolicy: image.pullPolicy,
              args: ['--config=/etc/web-service/config.yaml'],
              env: [each(values.extraEnv, (value, name) => ({ name, value }))],
              ports: [
                { name: 'http', containerPort: values.port },
                each(values.extraPorts, (port) => ({
                  name: port.name,
                  containerPort: port.port,
                  protocol: defaultIfAbsent(port.protocol, 'TCP'),
                })),
              ],
              readinessProbe: { httpGet: { path: '/health', port: 'http' } },
              resources: when(values.resources, (resources) => resources),
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'config', mountPath: '/etc/web-service', readOnly: true }],
            },
          ],
          volumes: [{ name: 'config', configMap: { name } }],
        },
      },
    },
  });

  new KubeService(chart, 'service', {
    metadata,
    spec: {
      type: values.service.type,
      selector: selectorLabels({}),
      ports: [
        { name: 'http', port: values.service.port, targetPort: 'http' },
        each(values.extraPorts, (port) => ({
          name: port.name,
          port: port.port,
          targetPort: port.name,
          protocol: defaultIfAbsent(port.protocol, 'TCP'),
        })),
      ],
    },
  });

  new KubeIngress(chart, 'ingress', {
    when: ingress.enabled,
    metadata: { ...metadata, annotations: { ...spread(ingress.annotations) } },
    spec: {
      ingressClassName: when(ingress.className, (className) => className),
      tls: [each(ingress.tls, (tls) => tls)],
      rules: [
        each(ingress.hosts, (host) => ({
          host,
          http: {
            paths: [
              {
                path: ingress.path,
                pathType: 'Prefix',
                backend: { service: { name, port: { name: 'http' } } },
              },
            ],
          },
        })),
      ],
    },
  });

  new KubeHorizontalPodAutoscaler(chart, 'autoscaler', {
    when: autoscaling.enabled,
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: autoscaling.minReplicas,
      maxReplicas: autoscaling.maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: autoscaling.targetCPUUtilizationPercentage },
          },
        },
      ],
    },
  });

  const container = containerResources('resources', values.resources);
  chart.addRules(
    ...resourceRules(container),
    ...autoscalerRules({ key: 'autoscaling', autoscaling, resource: 'cpu', containers: [container] }),
    when(
      and(ingress.enabled, not(isNonEmpty(ingress.hosts))),
      'ingress.hosts: an Ingress without a host would take the traffic of every host: name at least one',
    ),
    each(ingress.tls, (tls) =>
      when(tls.hosts, (hosts) =>
        each(hosts, (host) =>
          when(
            not(includes(ingress.hosts, host)),
            str`ingress.tls: a certificate is given for ${host}, which is not one of ingress.hosts: add it there, or remove it here`,
          ),
        ),
      ),
    ),
    each(values.extraPorts, (port) =>
      when(
        or(eq(port.name, 'http'), eq(port.port, values.port), eq(port.port, values.service.port)),
        str`extraPorts: ${port.name} has the name or the number of the service's own port: choose others`,
      ),
    ),
  );

  chart.addNotes(
    str`${chartInfo.Name} ${chartInfo.AppVersion} runs as ${name} in ${release.Namespace}.`,
    when(
      ingress.enabled,
      each(ingress.hosts, (host) => str`  https://${host}${ingress.path}`),
    ),
    when(
      not(ingress.enabled),
      str`  kubectl port-forward -n ${release.Namespace} service/${name} ${values.port}:${values.service.port}`,
    ),
  );
  return chart;
}
