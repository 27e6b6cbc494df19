import type { Hints } from '../helm/load-values.js';
import { mendHost } from '../secrets/host.js';

/** Keys of older values files that this chart does not use. */
const retired = {
  'secretManager.backend':
    'Set ironProxy.secretSource instead, to onepassword-connect, onepassword or env: iron-proxy alone reads credentials.',
  'ironProxy.manager':
    'Set ironProxy.secretSource and ironProxy.secretTtl instead: the API manages the proxies itself.',
  laminar: 'Install Laminar with its own chart, and remove this section.',
  'postgres.auth.password':
    'Put the password into the Secret that postgres.auth.existingSecretName names, under the key ' +
    'postgres.auth.existingSecretKey, and remove it here: in the values it would be readable in the release.',
};

export const hints: Hints = { retired, hint: mendHost };
