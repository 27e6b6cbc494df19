import { Construct } from 'constructs';
import {
  and,
  type Expr,
  KubeHorizontalPodAutoscaler,
  KubePodDisruptionBudget,
  type Symbolic,
} from '../helm/authoring.js';
import type { ScalingKeys } from './values/index.js';

type Labels = { readonly [label: string]: string | Expr<string> };

interface ScalingProps {
  /** The Deployment's name. */
  readonly name: Expr<string>;
  readonly labels: Labels;
  /** The selector of its pods. */
  readonly selector: Labels;
  readonly keys: Symbolic<ScalingKeys>;
  /** Whether the Deployment exists; always if omitted. */
  readonly when?: Expr<boolean>;
}

/** How many pods a Deployment has under load, and how many may be unavailable. */
export class Scaling extends Construct {
  constructor(scope: Construct, id: string, { name, labels, selector, keys, when }: ScalingProps) {
    super(scope, id);
    const enabled = (flag: Expr<boolean>) => (when === undefined ? flag : and(when, flag));

    new KubePodDisruptionBudget(this, 'pod-disruption-budget', {
      when: enabled(keys.podDisruptionBudget.enabled),
      metadata: { name, labels },
      spec: {
        maxUnavailable: keys.podDisruptionBudget.maxUnavailable,
        selector: { matchLabels: selector },
      },
    });

    new KubeHorizontalPodAutoscaler(this, 'autoscaler', {
      when: enabled(keys.autoscaling.enabled),
      metadata: { name, labels },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: keys.autoscaling.minReplicas,
        maxReplicas: keys.autoscaling.maxReplicas,
        metrics: [
          {
            type: 'Resource',
            resource: {
              name: 'cpu',
              target: {
                type: 'Utilization',
                averageUtilization: keys.autoscaling.targetCPUUtilizationPercentage,
              },
            },
          },
        ],
      },
    });
  }
}
