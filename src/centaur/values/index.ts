/**
 * The values of the chart, one file a component. This definition generates the JSON schema, the TypeScript type,
 * `values.yaml` with its comments, the table in the chart's README, and the expressions that the components read.
 */
import Type, { type Static } from 'typebox';
import { kubernetes, type Symbolic } from '../../helm/authoring.js';
import { harnessesSchema, toolsSchema } from '../../secrets/proxy-values.js';
import { apiSchema } from './api.js';
import { closed, nameOrEmpty } from './fields.js';
import { firewallSchema } from './firewall.js';
import { ironProxySchema } from './iron-proxy.js';
import { networkPolicySchema } from './network-policy.js';
import { onepasswordConnectSchema } from './onepassword-connect.js';
import { sandboxSchema } from './sandbox.js';
import { secretManagerSchema, secretsSchema } from './secrets.js';

export { imageSchema } from './image.js';
export type { PodKeys } from './pod.js';
export type { ProbeKeys } from './probe.js';
export type { ScalingKeys } from './scaling.js';

export const valuesSchema = Type.Object(
  {
    nameOverride: nameOrEmpty("Replaces the chart's name in object names and labels."),
    fullnameOverride: nameOrEmpty('Replaces <release>-<name> in object names.'),
    global: closed(
      {
        imagePullSecrets: Type.Optional(
          Type.Array(kubernetes.imagePullSecret(), {
            description:
              'Registry Secrets for every pod, each as a name or as {name: …}. The API also passes them on to sandboxes.',
            default: [],
          }),
        ),
      },
      'Settings for every component.',
    ),
    secretManager: secretManagerSchema,
    firewall: firewallSchema,
    ironProxy: ironProxySchema,
    onepasswordConnect: onepasswordConnectSchema,
    tools: toolsSchema,
    harnesses: harnessesSchema,
    secrets: secretsSchema,
    api: apiSchema,
    sandbox: sandboxSchema,
    networkPolicy: networkPolicySchema,
  },
  { additionalProperties: false },
);

export type Values = Symbolic<Static<typeof valuesSchema>>;
