import { shellScript } from '../text/shell-script.js';

/**
 * How the vault's name gets into references. OP_VAULT is a key of the infra Secret, which nobody reads before the pod
 * starts, and iron-proxy's configuration expands no variables: so the chart writes {@link vaultPlaceholder}, and the
 * pod's init container puts the name in its place.
 */

/**
 * Stands for the vault in a reference. No declared reference can hold it (they take no `$`), and the script looks for
 * it only where a line begins a reference: a text from the values never begins a line.
 */
export const vaultPlaceholder = '$OP_VAULT';

/** Writes the configuration with the vault's name: `sh -c SCRIPT NAME TEMPLATE TARGET`, for busybox. */
export const vaultScript = shellScript('./vault.sh', import.meta.url);
