import { readFile } from 'node:fs/promises';
import { parseDocument, visit, type YAMLMap } from 'yaml';
import { credentials, infraSecret, vaultSources } from './declared.js';

/** Where the proxy gets the values of declared secrets from, as named by `ironProxy.secretSource`. */
export type SecretSource = 'onepassword-connect' | 'onepassword' | 'env';

/** The container of an iron-proxy pod as the kubelet would start it. */
export interface ProxyContainer {
  /** The content of the config file, with the vault's name already in its references. */
  readonly configYaml: string;
  /** Arguments after the image's entry point, including `-config FILE`. */
  readonly args: readonly string[];
  /** Its environment, with each `secretKeyRef` already looked up. */
  readonly env: Readonly<Record<string, string>>;
}

/** Creates the container for a mode, from the declarations of testdata/tools.yaml and the Secret of declared.ts. */
export type ContainerOf = (mode: SecretSource) => Promise<ProxyContainer>;

/** The container whose config, testdata/config.yaml, was written by hand. */
export const handWritten: ContainerOf = async (mode) => {
  const config = await readFile(new URL('testdata/config.yaml', import.meta.url), 'utf8');
  const { IRON_MANAGEMENT_API_KEY, PG_PROXY_PASSWORD } = infraSecret;
  return {
    configYaml: mode === 'env' ? config : withReferences(config, vaultSources[mode].type),
    args: ['-config', '/etc/iron-proxy/config.yaml'],
    env: {
      IRON_MANAGEMENT_API_KEY,
      PG_PROXY_PASSWORD,
      ...(mode === 'env' ? credentials : vaultSources[mode].env),
    },
  };
};

/** The same config with each variable replaced by a reference to the item of that name. */
function withReferences(configYaml: string, type: string): string {
  const document = parseDocument(configYaml);
  visit(document, {
    Map: (_, source: YAMLMap) => {
      if (source.get('type') !== 'env') return;
      source.set('type', type);
      source.set('secret_ref', `op://${infraSecret.OP_VAULT}/${source.get('var')}/credential`);
      source.set('ttl', '10m');
      source.delete('var');
    },
  });
  return document.toString();
}
