import { certificatesPattern, privateKeyPattern } from '../../src/centaur/firewall-ca-rules.js';

/** What rules ask of values that may be secrets, by their paths. Their schema says nothing, since Helm would print them. */
export const secretForms: { readonly [path: string]: string } = {
  'firewall.ca.certPem': certificatesPattern,
  'firewall.ca.keyPem': privateKeyPattern,
};
