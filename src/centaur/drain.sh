#!/bin/sh
# Waits until no connection to one of the ports is open: drain.sh SECONDS PORT...
#
# It does not check before SECONDS have passed, the time for endpoints to drop the pod. Kubernetes stops it at the end of
# the pod's grace period. See proc(5), /proc/net/tcp: a local address ends with the port in hexadecimal digits, and 01 is an
# established connection.

sleep "$1"
shift
while cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '
  BEGIN {
    for (i = 1; i < ARGC; i++) ports[sprintf("%04X", ARGV[i])]
    ARGC = 1
  }
  $4 == "01" && substr($2, length($2) - 3) in ports { open = 1 }
  END { exit !open }
' "$@"; do sleep 1; done
