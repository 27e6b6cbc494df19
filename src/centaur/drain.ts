import { secondsUntilUnknown } from './pod.js';

/**
 * What an iron-proxy pod does before it is told to stop: iron-proxy itself ends open tunnels at once, with the requests in
 * them.
 */

/**
 * The script for busybox: `sh -c SCRIPT NAME PORT…` ends when no connection to one of the ports is open, and not before
 * endpoints have forgotten the pod. Kubernetes stops it at the end of the pod's grace period.
 *
 * See proc(5), /proc/net/tcp: local addresses end with the port in hexadecimal digits, and 01 is an established connection.
 */
export const drainScript = `sleep ${secondsUntilUnknown}
while cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '
  BEGIN {
    for (i = 1; i < ARGC; i++) ports[sprintf("%04X", ARGV[i])]
    ARGC = 1
  }
  $4 == "01" && substr($2, length($2) - 3) in ports { open = 1 }
  END { exit !open }
' "$@"; do sleep 1; done
`;
