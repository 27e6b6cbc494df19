import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { serverPatternOrEmpty } from '../../secrets/host.js';
import { form } from '../../text/form.js';
import { closed, flag, name, port, replicas, secretKey } from './fields.js';
import { podKeys, withoutResources } from './pod.js';
import { scalingKeys } from './scaling.js';

/** The user and group that Connect's images are made for. */
export const connectUser = 999;

export const onepasswordConnectSchema = closed(
  {
    connect: closed(
      {
        create: flag(
          'Deploy 1Password Connect with the release. Only in the mode onepassword-connect.',
          false,
        ),
        url: Type.String({
          maxLength: 2048,
          pattern: serverPatternOrEmpty,
          ...form('empty or the URL of a Connect server', 'http://connect.tools.svc:8080'),
          description:
            'A Connect server that exists already, instead of create, with its host in lower case: http://connect.example.internal:8080, or http://connect.tools.svc:8080 in another namespace. Never the API of the release: it would be sent the token.',
          default: '',
        }),
        applicationName: kubernetes.dnsLabel({
          description: 'Name of its Deployment and Service. Each release in a namespace needs its own.',
          default: 'onepassword-connect',
        }),
        credentialsName: name(
          "The Secret with Connect's credentials. It must exist before the installation.",
          'centaur-onepassword-connect-credentials',
        ),
        credentialsKey: secretKey(
          'Key of the JSON file, exactly as downloaded and not base64-encoded once more.',
          '1password-credentials.json',
        ),
        version: kubernetes.imageTag({
          description: 'Tag of both images.',
          default: '1.8.1',
        }),
        imagePullPolicy: Type.Enum(['IfNotPresent', 'Always', 'Never'], {
          description: 'When the kubelet pulls the images.',
          default: 'IfNotPresent',
        }),
        replicas: replicas(),
        ...scalingKeys(),
        api: connectServer('The server that answers lookups.', 'docker.io/1password/connect-api', 8080),
        sync: connectServer(
          "The server that keeps the vaults' items up to date.",
          'docker.io/1password/connect-sync',
          8081,
        ),
        ...withoutResources(podKeys({ user: connectUser, readOnly: true, resources: {} })),
      },
      "A Connect server. Keys have the same names as in 1Password's own chart where they mean the same.",
    ),
  },
  '1Password Connect answers lookups inside the cluster, without the rate limits of a service account.',
);

function connectServer(what: string, image: string, httpPort: number) {
  return closed(
    {
      imageRepository: kubernetes.imageRepository({
        description: 'Registry and repository of the image, without a tag.',
        default: image,
      }),
      httpPort: port('Port of its HTTP server.', httpPort),
      logLevel: Type.Enum(['error', 'warn', 'info', 'debug', 'trace'], {
        description: 'Log level.',
        default: 'info',
      }),
      resources: Type.Optional(
        kubernetes.resources({
          description: 'Resource requests and limits of the container.',
          default: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        }),
      ),
    },
    what,
  );
}
