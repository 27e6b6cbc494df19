import { builtDouble } from '../../proxy/doubles.js';
import { programImage } from './doubles.js';
import type { Image } from './image.js';

/** An image of the double of 1Password Connect, as one of its two servers. */
export async function connectImage(role: 'api' | 'sync', name: string): Promise<Image> {
  const image = await programImage(name, await builtDouble('connect'), 'connect');
  // The folder that both servers share is theirs to write, else they don't start.
  return { ...image, entrypoint: ['connect', '-role', role, '-state', '/home/opuser/.op/data'] };
}
