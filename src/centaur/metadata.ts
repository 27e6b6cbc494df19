import type { ChartMetadata } from '../helm/authoring.js';

/** The chart's own version, and that of the Centaur images that it is made for. */
export const chartMetadata: ChartMetadata = {
  name: 'centaur',
  version: '0.2.0',
  appVersion: '0.1.0',
  description:
    'Centaur: AI agents for a team, whose sandboxes hold placeholders while iron-proxy injects the credentials',
  kubeVersion: '>=1.28.0-0',
  keywords: ['agents', 'egress-proxy', '1password'],
  annotations: {
    'artifacthub.io/license': 'MIT',
    'artifacthub.io/category': 'security',
  },
};

export const introduction = `Sandboxes and the API hold placeholders; iron-proxy resolves the real credentials. ironProxy.secretSource
says where they come from. One example for each mode:

  ironProxy:
    secretSource: onepassword-connect     # production
  onepasswordConnect:
    connect:
      create: true

  ironProxy:
    secretSource: onepassword             # a service account: local or low volume

  ironProxy:
    secretSource: env                     # development and CI`;
