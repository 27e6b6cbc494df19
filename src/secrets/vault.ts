import { shellScript } from '../text/shell-script.js';
import type { SecretSource } from './source.js';

/**
 * How the vault's name gets into references. OP_VAULT is a key of the infra Secret, which must not be read before the
 * pod starts, and iron-proxy's configuration expands no variables. So the chart writes {@link vaultPlaceholder}, and
 * the pod's init container replaces it with the name.
 */

/**
 * Stands for the vault in a reference. A declared reference cannot contain it (`$` is not allowed), and the script
 * looks for it only where a line begins a reference: a string from the values never begins a line.
 */
export const vaultPlaceholder = '$OP_VAULT';

/** Writes the configuration with the vault's name: `sh -c SCRIPT NAME TEMPLATE TARGET`, for busybox. */
export const vaultScript = shellScript('./vault.sh', import.meta.url);

/** Characters that vault.sh refuses: controls, and what YAML takes for a line break or does not allow. */
const unprintable = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u;

/** What the script refuses about a vault's name, in a few words that do not show it; undefined for a name that it accepts. */
export function vaultProblem(vault: string, source: SecretSource): string | undefined {
  if (vault === '') return 'is empty: set the name or the id of the vault';
  if (vault.includes('/'))
    return 'has a / in it, which ends the name of a vault in a reference: use the id of the vault';
  if (unprintable.test(vault))
    return 'has a line break in it, or another character that is no text: set it without';
  if (source === 'onepassword' && !/^[A-Za-z0-9 ._-]+$/.test(vault)) {
    return 'has other characters in it than letters from A to Z, digits, spaces, _, - and . which 1Password does not take in the reference of a service account: use the id of the vault';
  }
  return undefined;
}
