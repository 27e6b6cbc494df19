/**
 * How the vault's name gets into references. OP_VAULT is a key of the infra Secret, which nobody reads before the pod
 * starts, and iron-proxy's configuration expands no variables: so the chart writes {@link vaultPlaceholder}, and the
 * pod's init container puts the name in its place.
 */

/**
 * Stands for the vault in a reference. No declared reference can hold it (they take no `$`), and the script below
 * looks for it only where a line begins a reference.
 */
export const vaultPlaceholder = '$OP_VAULT';
