/**
 * What an init container refuses before its pod starts: Secrets that are there and hold the wrong thing. The servers would
 * start with them, be ready, and fail at each request. A refused pod says why in its status, and is tried again and
 * again, so that it starts by itself once the Secret is right.
 *
 * The scripts are for busybox; Kubernetes expands `$(NAME)` and `$$` in a command, so they have neither.
 */
import type { k8s } from 'cdk8s-plus-28';
import type { Fields, Leaf } from '../helm/authoring.js';
import { imageReference } from './pod.js';
import type { Values } from './values.js';

/** Looks at iron-proxy's CA: `sh -c SCRIPT NAME SECRET FOLDER`. */
export const caScript = `set -eu
secret=$1
cert=$2/ca-cert.pem
key=$2/ca-key.pem

refuse() {
  echo "the Secret $secret: $1" >&2
  exit 1
}

if ! command -v openssl >/dev/null; then
  echo "this image has no openssl to look at the CA with"
  exit 0
fi

of_cert=\`openssl x509 -noout -pubkey -in "$cert" 2>/dev/null\` ||
  refuse "ca-cert.pem is no certificate in PEM."
of_key=\`openssl pkey -pubout -passin pass: -in "$key" 2>/dev/null\` ||
  refuse "ca-key.pem is no private key in PEM, or has a passphrase."
[ "$of_cert" = "$of_key" ] ||
  refuse "ca-key.pem is not the key of ca-cert.pem."
openssl x509 -noout -checkend 0 -in "$cert" >/dev/null ||
  refuse "ca-cert.pem has expired, and no client takes what it signs. Put a new CA into both Secrets of the CA."
`;

/** Looks at the credentials file of Connect: `sh -c SCRIPT NAME SECRET KEY FILE`. */
export const credentialsScript = `set -eu
secret=$1
key=$2
file=$3

refuse() {
  echo "the key $key of the Secret $secret $1" >&2
  exit 1
}

text=\`tr -d ' \\t\\r\\n' <"$file"\`
case $text in
  "{"*'"version":"2"'*) exit 0 ;;
esac
decoded=\`printf %s "$text" | base64 -d 2>/dev/null | tr -d ' \\t\\r\\n\\0'\`
case $decoded in
  "{"*'"version":"2"'*) refuse "is base64 of the JSON file, and not the file itself: make the Secret with --from-file, or write the base64 below data and not below stringData." ;;
esac
refuse "is not the JSON file that 1Password gives for a Connect server (it has a version 2): put that one there, as it was downloaded."
`;

/** An init container that runs a script; its last words stand in the pod's status when it refuses. */
export function startCheck(
  { ironProxy }: Values,
  script: string,
  args: readonly Leaf<string>[],
  { name, ...container }: Fields<k8s.Container>,
): Fields<k8s.Container> {
  return {
    name,
    image: imageReference({ image: ironProxy.image }),
    imagePullPolicy: ironProxy.image.pullPolicy,
    command: ['/bin/sh', '-c', script, name, ...args],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...container,
  };
}
