/**
 * What an init container refuses before its pod starts: existing Secrets with the wrong content. The servers would
 * start with them, become ready, and fail at each request. A refused pod gives the reason in its status and is
 * restarted repeatedly, so it starts by itself once the Secret is corrected. The scripts are for busybox.
 */
import type { k8s } from 'cdk8s-plus-28';
import type { Fields, Leaf } from '../helm/authoring.js';
import { shellScript } from '../text/shell-script.js';
import { imageReference } from './pod.js';
import type { Values } from './values/index.js';

/** Checks iron-proxy's CA: `sh -c SCRIPT NAME SECRET FOLDER`. */
export const caScript = shellScript('./ca-check.sh', import.meta.url);

/** Checks the CA that the API and sandboxes get: `sh -c SCRIPT NAME SECRET FILE`. */
export const clientCaScript = shellScript('./client-ca-check.sh', import.meta.url);

/** Checks the credentials file of Connect: `sh -c SCRIPT NAME SECRET KEY FILE`. */
export const credentialsScript = shellScript('./credentials-check.sh', import.meta.url);

/** An init container that runs a script; the end of its output appears in the pod's status if it refuses. */
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
