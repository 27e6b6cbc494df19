/** Sandboxes are created by the API, not by the chart; the chart gives them their policy, images and settings. */
import type { Expr } from '../helm/authoring.js';
import type { Values } from './values/index.js';

/** The label of every sandbox pod. */
export const sandboxLabels = { 'centaur.ai/managed': 'true' };

/** A Secret that sandboxes can read: one key of it, or all of them. */
export interface SandboxSecret {
  /** Its name; empty if there is none. */
  readonly secret: Expr<string>;
  readonly key?: string;
}

/** The Secrets that the API's settings make it give to every sandbox. */
export function sandboxSecrets({ firewall, secrets }: Values): readonly SandboxSecret[] {
  return [
    { secret: firewall.existingCaSecretName, key: 'ca-cert.pem' },
    { secret: secrets.bootstrapSecretName },
  ];
}
