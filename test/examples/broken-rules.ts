import type { BrokenRules } from '../law/rules.js';

/** A document for each rule of the example's. */
export const brokenRules: BrokenRules = [
  ['autoscaling.maxReplicas: … is less than minReplicas', 'autoscaling: {enabled: true, minReplicas: 11}'],
  ['ingress.hosts: an Ingress without a host', 'ingress: {enabled: true}'],
  [
    'ingress.tls: a certificate is given for …',
    'ingress: {hosts: [a.example.com], tls: [{hosts: [a.example.com, b.example.com]}]}',
  ],
  [
    "extraPorts: … has the name or the number of the service's own port",
    'extraPorts: [{name: http, port: 9090}]',
  ],
];
