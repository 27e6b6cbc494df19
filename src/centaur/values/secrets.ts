import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { madeOf } from '../../text/form.js';
import { closed, name } from './fields.js';

export const secretManagerSchema = closed(
  {
    existingSecretName: name(
      'The infra Secret. It must exist before the installation; the chart never creates it.',
      'centaur-infra-env',
    ),
    envPrefix: Type.String({
      maxLength: 128,
      pattern: '^[A-Za-z0-9._-]*$',
      ...madeOf('letters, digits, ., _ and -', 'CENTAUR_'),
      description: 'Prefix of the keys in the Secret. Environment variables in the pods have no prefix.',
      default: '',
    }),
  },
  "Where the services' own secrets and the token of the secret source come from.",
);

export const secretsSchema = closed(
  {
    bootstrapSecretName: kubernetes.orEmpty(
      kubernetes.dnsSubdomain({
        description: 'Name of a Secret that the API bootstraps sandboxes from. Empty means none.',
        default: '',
      }),
    ),
  },
  'Other Secrets.',
);
