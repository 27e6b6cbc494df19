/** Types of fields that several components have. */
import Type, { type TProperties } from 'typebox';
import { kubernetes } from '../../helm/authoring.js';

/** An object without unknown keys: a misspelt one is refused. */
export function closed<P extends TProperties>(properties: P, description: string) {
  return Type.Object(properties, { additionalProperties: false, description });
}

export function flag(description: string, value: boolean) {
  return Type.Boolean({ description, default: value });
}

export function port(description: string, value: number) {
  return kubernetes.unprivilegedPort({ description, default: value });
}

export function replicas() {
  return Type.Integer({ minimum: 0, maximum: 1000, description: 'The number of pods.', default: 1 });
}

export function seconds(description: string, value: number) {
  return Type.Integer({ minimum: 1, maximum: 31_536_000, description, default: value });
}

export function gracePeriod(description: string, value: number) {
  return Type.Integer({ minimum: 0, maximum: 3600, description, default: value });
}

export function count(description: string, value: number) {
  return Type.Integer({ minimum: 1, maximum: 1_000_000, description, default: value });
}

export function name(description: string, value: string) {
  return kubernetes.dnsSubdomain({ description, default: value });
}

/** A release or component name: a valid Service name. */
export const nameOrEmpty = (description: string) =>
  kubernetes.orEmpty(kubernetes.dnsLabel({ description, default: '' }));

export function secretKey(description: string, value: string) {
  return kubernetes.dataKey({ description, default: value });
}

export const extraEnv = (description: string) => kubernetes.environment({ description, default: {} });
