/** Sandboxes are created by the API, not by the chart; the chart gives them their policy, images and settings. */

/** The label of every sandbox pod. */
export const sandboxLabels = { 'centaur.ai/managed': 'true' };
