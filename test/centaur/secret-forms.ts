import { certificatesPattern, privateKeyPattern } from '../../src/centaur/firewall-ca-rules.js';

/** What rules require of values that may be secrets, by path. Their schema is silent, since Helm would print them. */
export const secretForms: { readonly [path: string]: string } = {
  'firewall.ca.certPem': certificatesPattern,
  'firewall.ca.keyPem': privateKeyPattern,
};
