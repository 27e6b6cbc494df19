/** The values of the chart: their types, defaults and meaning, from which all else that speaks of them is made. */
import { kubernetes } from 'centaur-chart/helm';
import Type, { type TProperties, type TSchemaOptions } from 'typebox';

/** A map whose keys are known: a misspelt one is refused. */
const keys = <P extends TProperties>(properties: P, options: TSchemaOptions = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

const extraPort = keys({
  name: Type.String({
    description: 'Unique in the pod; "http" is taken.',
    pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
    maxLength: 15,
  }),
  port: kubernetes.port({ description: 'The port of the Service, and of the container.' }),
  protocol: Type.Optional(Type.Enum(['TCP', 'UDP'], { description: 'TCP where it is left out.' })),
});

export const valuesSchema = keys({
  image: keys(
    {
      repository: kubernetes.imageRepository({
        description: 'The image without its tag.',
        default: 'registry.example.com/web-service',
      }),
      tag: kubernetes.orEmpty(
        kubernetes.imageTag({
          description: "The image's tag; empty means the chart's appVersion.",
          default: '',
        }),
      ),
      pullPolicy: Type.Enum(['Always', 'IfNotPresent', 'Never'], {
        description: 'When the node pulls the image.',
        default: 'IfNotPresent',
      }),
    },
    { description: 'What runs.' },
  ),

  replicaCount: Type.Integer({
    description: 'How many pods run while autoscaling is off.',
    minimum: 0,
    maximum: 1000,
    default: 2,
  }),

  port: kubernetes.unprivilegedPort({ description: 'Where the service listens.', default: 8080 }),

  extraPorts: Type.Array(extraPort, {
    description:
      'More ports, each on the container and on the Service:\n  - name: metrics\n    port: 9090\n    protocol: TCP',
    default: [],
  }),

  extraEnv: kubernetes.environment({
    description: 'Environment variables, the value by the name:\n  HTTP_TIMEOUT: "30"',
    default: {},
  }),

  config: keys(
    {
      logLevel: Type.Enum(['debug', 'info', 'warn', 'error'], {
        description: 'What is logged: this level and those above it.',
        default: 'info',
      }),
      upstreams: Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
        Type.String({ pattern: '^https?://' }),
        {
          description:
            'Services that this one asks, the URL by the name:\n  users: http://users.default.svc:8080',
          additionalProperties: false,
          default: {},
        },
      ),
    },
    { description: "The service's configuration file, config.yaml. Pods are replaced when it changes." },
  ),

  service: keys(
    {
      type: Type.Enum(['ClusterIP', 'NodePort', 'LoadBalancer'], {
        description: 'How the Service is reached.',
        default: 'ClusterIP',
      }),
      port: kubernetes.port({ description: "The Service's port.", default: 80 }),
    },
    { description: 'The address inside the cluster.' },
  ),

  ingress: keys(
    {
      enabled: Type.Boolean({ description: 'Whether there is an Ingress.', default: false }),
      className: Type.String({
        description: "The IngressClass; empty means the cluster's default one.",
        default: '',
      }),
      annotations: kubernetes.annotations({
        description: 'What the ingress controller is to know.',
        default: {},
      }),
      hosts: Type.Array(kubernetes.wildcardHost(), {
        description: 'The hosts under which the service is reached.',
        default: [],
      }),
      path: Type.String({
        description: 'The prefix of the paths that lead here.',
        pattern: '^/',
        default: '/',
      }),
      tls: Type.Array(kubernetes.ingressTls(), {
        description:
          'The certificates, each for some of the hosts:\n  - hosts: [web.example.com]\n    secretName: web-tls',
        default: [],
      }),
    },
    { description: 'The address outside of the cluster.' },
  ),

  autoscaling: keys(
    {
      enabled: Type.Boolean({ description: 'Whether the number of pods follows the load.', default: false }),
      minReplicas: Type.Integer({ description: 'The fewest pods.', minimum: 1, maximum: 1000, default: 2 }),
      maxReplicas: Type.Integer({ description: 'The most pods.', minimum: 1, maximum: 1000, default: 10 }),
      targetCPUUtilizationPercentage: Type.Integer({
        description: 'The share of the requested CPU that pods are to use on average.',
        minimum: 1,
        maximum: 100,
        default: 80,
      }),
    },
    { description: 'Needs resources.requests.cpu, and a metrics server in the cluster.' },
  ),

  resources: Type.Optional(
    kubernetes.resources({
      description: 'What the container asks for and may use.',
      default: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '128Mi' } },
    }),
  ),

  podAnnotations: kubernetes.annotations({ description: 'Annotations of the pods.', default: {} }),
});
