import type { ChartMetadata } from '../helm/authoring.js';

/** The version of the chart, and of the Centaur images that it deploys. */
export const chartMetadata: ChartMetadata = {
  name: 'centaur',
  version: '0.2.0',
  appVersion: '0.1.0',
  description:
    'Centaur: AI agents for a team. Sandboxes hold placeholders, and iron-proxy injects the credentials',
  kubeVersion: '>=1.28.0-0',
  keywords: ['agents', 'egress-proxy', '1password'],
  annotations: {
    'artifacthub.io/license': 'MIT',
    'artifacthub.io/category': 'security',
  },
};

export const introduction = `Sandboxes and the API receive placeholders. iron-proxy resolves the real credentials, from the source that
ironProxy.secretSource selects. One example for each source:

  ironProxy:
    secretSource: onepassword-connect     # production
  onepasswordConnect:
    connect:
      create: true

  ironProxy:
    secretSource: onepassword             # a service account, for local use or a low volume

  ironProxy:
    secretSource: env                     # keys of the infra Secret, for development and CI`;
