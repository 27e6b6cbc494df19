import Type, { type Static } from 'typebox';
import { form } from '../../text/form.js';
import { closed } from './fields.js';

/** How many pods a workload has, and how many may be unavailable. */
export function scalingKeys() {
  return {
    podDisruptionBudget: closed(
      {
        enabled: Type.Boolean({
          description: 'Keep a minimum number of pods running while nodes are drained.',
          default: false,
        }),
        maxUnavailable: Type.Unsafe<number | string>({
          type: ['integer', 'string'],
          minimum: 0,
          pattern: '^(100|[1-9]?[0-9])%$',
          ...form('a number, or a percentage', '"50%"'),
          description: 'Maximum number of unavailable pods: a number, or a percentage such as "50%".',
          default: 1,
        }),
      },
      'A PodDisruptionBudget.',
    ),
    autoscaling: closed(
      {
        enabled: Type.Boolean({
          description: 'Let Kubernetes choose the number of pods by their CPU usage.',
          default: false,
        }),
        minReplicas: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Minimum number of pods.',
          default: 1,
        }),
        maxReplicas: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Maximum number of pods.',
          default: 5,
        }),
        targetCPUUtilizationPercentage: Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Target average CPU usage, in percent of the requested CPU. Above it, pods are added.',
          default: 80,
        }),
      },
      'A HorizontalPodAutoscaler, which replaces the fixed number of pods.',
    ),
  };
}

const scalingSchema = Type.Object(scalingKeys());
export type ScalingKeys = Static<typeof scalingSchema>;
