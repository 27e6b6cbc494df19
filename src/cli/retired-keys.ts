import type { RetiredKeys } from '../helm/validate.js';

/** Keys that older values files have and that mean nothing to this chart. */
export const retiredKeys: RetiredKeys = {
  'secretManager.backend':
    'set ironProxy.secretSource instead: onepassword-connect, onepassword or env; iron-proxy alone reads secrets now',
  'ironProxy.manager':
    'set ironProxy.secretSource and ironProxy.secretTtl instead; the API itself manages the proxies now',
  laminar: 'install Laminar with its own chart, and remove this section',
  'postgres.auth.password':
    'put the password into the Secret that postgres.auth.existingSecretName names, under the key ' +
    'postgres.auth.existingSecretKey, and remove it here: in the values it would be readable in the release',
};
