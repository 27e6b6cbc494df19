#!/bin/sh
# Refuses a file for clients of iron-proxy that holds a private key: client-ca-check.sh SECRET FILE
#
# Kubernetes expands $(NAME) and $$ in a command, so this has neither.

set -eu
secret=$1
file=$2

if grep -q 'PRIVATE KEY-----' "$file"; then
  echo "the Secret $secret: ${file##*/} holds a private key, which the API and sandboxes would read. Make a new CA, keep only certificates here, and put the key into the Secret that iron-proxy alone mounts." >&2
  exit 1
fi
