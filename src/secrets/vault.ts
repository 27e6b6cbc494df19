import { shellScript } from '../text/shell-script.js';

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
