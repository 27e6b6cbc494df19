import type { VaultData } from '../../proxy/double.js';

import { builtDouble } from '../../proxy/doubles.js';
import { programImage } from './doubles.js';
import type { Image } from './image.js';
import type { Entry } from './tar.js';

/** An image of the double of 1Password Connect, as one of its two servers; `data` is its content of 1Password. */
export async function connectImage(role: 'api' | 'sync', name: string, data: VaultData): Promise<Image> {
  const image = await programImage(name, await builtDouble('connect'), 'connect');
  const stored: Entry = { name: '1password.json', content: Buffer.from(JSON.stringify(data)), mode: 0o644 };
  // The folder that both servers share must be writable for them, or they don't start.
  const flags = ['-role', role, '-state', '/home/opuser/.op/data', '-data', `/${stored.name}`];
  return { ...image, entries: [...image.entries, stored], entrypoint: ['connect', ...flags] };
}
