import path from 'node:path';
import { projectRoot } from '../../system/project.js';

/** The sources of the node, whether this runs from them or compiled. */
export const nodeSources = path.join(projectRoot, 'test/node');

/** What is created once for all nodes: programs, compiled sources, and the logs of nodes that failed. */
export const nodeCache = path.join(projectRoot, '.cache/node');
