import type { BrokenRules } from '../law/rules.js';

/** A document for each rule of the example's. */
export const brokenRules: BrokenRules = [
  ['autoscaling.maxReplicas: … is less than minReplicas', 'autoscaling: {enabled: true, minReplicas: 11}'],
  ['…: the request of … is above its limit', 'resources: {limits: {memory: 127Mi}}'],
  ['…: … is requested without a limit', 'resources: {requests: {example.com/gpu: 1}}'],
  [
    'resources: autoscaling compares the usage of cpu',
    'autoscaling: {enabled: true}\nresources: {requests: {cpu: null}}',
  ],
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
