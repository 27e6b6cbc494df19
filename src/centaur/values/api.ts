import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { form } from '../../text/form.js';
import { closed, count, extraEnv, flag, gracePeriod, replicas, seconds } from './fields.js';
import { imageSchema } from './image.js';
import { ndots, podKeys } from './pod.js';
import { probe } from './probe.js';
import { scalingKeys } from './scaling.js';

export const apiSchema = closed(
  {
    replicaCount: replicas(),
    image: imageSchema({ repository: 'centaur-api', tag: 'latest' }),
    ...scalingKeys(),
    logLevel: Type.Enum(['debug', 'info', 'warning', 'error', 'DEBUG', 'INFO', 'WARNING', 'ERROR'], {
      description: 'Log level, in small or capital letters.',
      default: 'info',
    }),
    extraEnv: extraEnv(
      'Additional environment variables. They override those that the chart sets, except the ones that decide where credentials come from or what sandboxes get: these have keys of their own. Never put a credential here. Kubernetes replaces $(NAME) with the value of another variable; write $$(NAME) for a literal $(NAME).',
    ),
    terminationGracePeriodSeconds: gracePeriod(
      'Seconds that running work has to finish when a pod stops.',
      35,
    ),
    startupProbe: probe('The startup probe: failures tolerated before the first success.', 30),
    livenessProbe: probe('The liveness probe: failures after which the container is restarted.', 6),
    readinessProbe: probe('The readiness probe: failures after which the pod receives no requests.', 6),
    executionWorkerEnabled: flag('Run agent executions in this process.', false),
    workflowWorkerEnabled: flag('Run workflows in this process.', true),
    warmPoolEnabled: flag('Keep a pool of sandboxes ready in advance.', false),
    slackEtlEnabled: flag('Copy Slack messages into the database.', false),
    victoriaMetricsPushEnabled: flag('Push metrics to VictoriaMetrics.', false),
    slackSyncIntervalSeconds: seconds('Interval between syncs of recent messages, in seconds.', 3600),
    slackBackfillIntervalSeconds: seconds('Interval between backfill runs, in seconds.', 3600),
    slackBackfillChannelBatchLimit: count('Maximum number of channels in one backfill run.', 20),
    slackSyncBackfillLookbackDays: count('Number of days that the backfill covers.', 30),
    slackSyncThreadLookbackDays: count('Number of days for which threads are checked again.', 3),
    companyContextDocumentsIntervalSeconds: seconds(
      'Interval between updates of the company context, in seconds.',
      14400,
    ),
    slackEtlExcludedChannelPatterns: Type.String({
      description: 'Channels that are never copied: comma-separated patterns.',
      default: '',
    }),
    egressDiscovery: closed(
      {
        enabled: flag('Let the API discover Services that lead out of the cluster.', true),
        namespace: kubernetes.dnsLabel({
          description: 'Namespace of these Services. The API may list Services there.',
          default: 'centaur-egress',
        }),
        createNamespace: flag(
          'Create the namespace with the release; it survives an uninstall. Set to false if it exists already.',
          true,
        ),
        clusterDomain: kubernetes.dnsSubdomain({
          description: "The cluster's DNS domain.",
          default: 'cluster.local',
        }),
        tailnetFqdnAnnotation: Type.String({
          maxLength: 317,
          pattern: '^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$',
          ...form("an annotation's name", 'example.com/host'),
          description: 'Annotation that names the host behind a Service.',
          default: 'tailscale.com/tailnet-fqdn',
        }),
      },
      'Discovery of Services that stand for hosts outside the cluster.',
    ),
    ...podKeys({
      user: 1000,
      readOnly: false,
      dnsConfig: ndots,
      resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '2Gi' } },
    }),
  },
  'The control plane. It creates sandboxes and their proxies.',
);
