import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Node, type NodeOptions, prepareNode, startNode } from './node.js';
import { NodeUnavailable } from './unavailable.js';

/** A first build of all programs takes minutes. */
const patience = 60 * 60 * 1000;

/**
 * Prepares this machine for the tests of a suite that start nodes. If no node can run they are skipped with the reason,
 * but under CI they fail.
 */
export function needNodes(prepare: () => Promise<unknown> = prepareNode): void {
  let unavailable = '';
  beforeAll(async () => {
    try {
      await prepare();
    } catch (error) {
      if (!(error instanceof NodeUnavailable) || process.env.CI) throw error;
      unavailable = error.message;
    }
  }, patience);
  beforeEach((test) => test.skip(unavailable !== '', unavailable));
}

/**
 * A node for the tests of a suite: started and prepared before the first, removed after the last; its logs are kept if
 * one fails. See {@link needNodes} for machines without.
 */
export function useNode(prepare: (node: Node) => Promise<void>, options: NodeOptions = {}): () => Node {
  let node: Node | undefined;
  let failed = true;
  needNodes(async () => {
    node = await startNode(options);
    await prepare(node);
    failed = false;
  });
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    if (failed && node && existsSync(node.folder))
      console.error(`the node's logs are in ${await node.keepLogs()}`);
    await node?.stop();
  });
  return () => {
    if (!node) throw new Error('the node is there in tests alone');
    return node;
  };
}
