import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { form } from '../../text/form.js';
import { closed, extraEnv } from './fields.js';
import { imageSchema } from './image.js';

export const sandboxSchema = closed(
  {
    image: imageSchema({ repository: 'centaur-agent', tag: 'latest' }),
    runtimeClassName: kubernetes.orEmpty(
      kubernetes.dnsSubdomain({
        description: "Name of a RuntimeClass, such as gVisor's. Empty means the cluster's default.",
        default: '',
      }),
    ),
    reposPath: kubernetes.absolutePath({
      description: 'Path of the repositories, in the API and in sandboxes.',
      default: '/repos',
    }),
    extraEnv: extraEnv(
      "Additional environment variables for sandboxes, taken literally. Never put a credential here, only its placeholder: a sandbox is not trusted. For a declared database, give iron-proxy's address: postgresql://app_user@HOST:PORT/DATABASE.",
    ),
    resources: closed(
      {
        requests: sandboxResources('Resources that a sandbox requests.', {
          cpu: '100m',
          memory: '512Mi',
        }),
        limits: sandboxResources('Maximum resources of a sandbox. Empty means no limit.', {
          cpu: '',
          memory: '',
        }),
      },
      'Resource requests and limits of a sandbox.',
    ),
  },
  'What each sandbox gets that the API creates.',
);

function sandboxResources(description: string, defaults: { readonly cpu: string; readonly memory: string }) {
  const amount = (what: string, value: string) =>
    Type.String({
      pattern: '^([0-9]+([.][0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?)?$',
      ...form('empty or a quantity', '500m', '1.5', '2Gi'),
      maxLength: 32,
      description: what,
      default: value,
    });
  return closed(
    {
      cpu: amount('CPU as a string, such as "500m" or "2".', defaults.cpu),
      memory: amount('Memory, such as "512Mi".', defaults.memory),
    },
    description,
  );
}
