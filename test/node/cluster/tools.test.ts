import { expect, test, vi } from 'vitest';
import { builtTool } from './tools.js';
import { NodeUnavailable } from './unavailable.js';

test('without a Go toolchain there can be no node, and the reason is reported', async () => {
  vi.stubEnv('PATH', '/nowhere');
  await expect(builtTool('double')).rejects.toThrow(
    new NodeUnavailable('there is no Go toolchain on the PATH to build the parts of a node with'),
  );
  await expect(builtTool('double')).rejects.toBeInstanceOf(NodeUnavailable);
  vi.unstubAllEnvs();
});
