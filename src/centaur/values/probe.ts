import type { Static } from 'typebox';
import { kubernetes } from '../../helm/authoring.js';

export function probe(description: string, failureThreshold: number) {
  return kubernetes.probeThresholds(
    { failureThreshold, periodSeconds: 10, timeoutSeconds: 5 },
    { description },
  );
}

const probeSchema = probe('', 1);
export type ProbeKeys = Static<typeof probeSchema>;
