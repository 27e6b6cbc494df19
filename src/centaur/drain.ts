import { shellScript } from '../text/shell-script.js';

/**
 * What an iron-proxy pod does before it is told to stop: `sh -c SCRIPT NAME SECONDS PORT…`, for busybox. iron-proxy
 * itself closes open tunnels at once, interrupting their requests.
 */
export const drainScript = shellScript('./drain.sh', import.meta.url);
