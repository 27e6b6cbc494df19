#!/bin/sh
# Refuses a CA that iron-proxy could not sign with: ca-check.sh SECRET FOLDER
#
# Kubernetes expands $(NAME) and $$ in a command, so this has neither.
# shellcheck disable=SC2006

set -eu
secret=$1
cert=$2/ca-cert.pem
key=$2/ca-key.pem

refuse() {
  echo "the Secret $secret: $1" >&2
  exit 1
}

if ! command -v openssl >/dev/null; then
  echo "this image has no openssl to look at the CA with"
  exit 0
fi

of_cert=`openssl x509 -noout -pubkey -in "$cert" 2>/dev/null` ||
  refuse "ca-cert.pem is not a certificate in PEM."
of_key=`openssl pkey -pubout -passin pass: -in "$key" 2>/dev/null` ||
  refuse "ca-key.pem is not a private key in PEM, or has a passphrase."
[ "$of_cert" = "$of_key" ] ||
  refuse "ca-key.pem is not the key of ca-cert.pem."
openssl x509 -noout -checkend 0 -in "$cert" >/dev/null ||
  refuse "ca-cert.pem has expired, and no client takes what it signs. Put a new CA into both Secrets of the CA."
