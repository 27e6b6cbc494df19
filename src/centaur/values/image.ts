import Type from 'typebox';
import { kubernetes } from '../../helm/authoring.js';
import { closed } from './fields.js';

export function imageSchema(defaults: { readonly repository: string; readonly tag: string }) {
  return closed(
    {
      repository: kubernetes.imageRepository({
        description: 'Registry and repository, without a tag.',
        default: defaults.repository,
      }),
      tag: kubernetes.imageTag({
        description: 'Image tag. Quote a tag that looks like a number: "1.10".',
        default: defaults.tag,
      }),
      digest: kubernetes.orEmpty(
        kubernetes.imageDigest({
          description: 'Digest that pins the image beyond its tag: sha256:<64 hexadecimal digits>.',
          default: '',
        }),
      ),
      pullPolicy: Type.Enum(['IfNotPresent', 'Always', 'Never'], {
        description: 'When the kubelet pulls the image.',
        default: 'IfNotPresent',
      }),
    },
    'The image.',
  );
}
