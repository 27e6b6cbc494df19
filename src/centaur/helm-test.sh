#!/bin/sh
# Asks the API and iron-proxy through their Services, whose addresses are in API and IRON_PROXY, each HOST:PORT.
#
# A request through iron-proxy would leave the cluster, so only its health is checked. Each request is retried, since a
# network that enforces NetworkPolicies lets a new pod connect only once it knows the pod's address: kube-router, which k3s
# uses, refuses the first connections.

set -e
tries() {
  left=10
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}
tries wget -q -O /dev/null -T 10 "http://$API/health/ready"
echo "the API is ready at $API"
tries wget -q -O /dev/null -T 10 "http://$IRON_PROXY/healthz"
echo "iron-proxy is healthy at $IRON_PROXY"
