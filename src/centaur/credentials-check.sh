#!/bin/sh
# Refuses what is not the credentials file of a Connect server: credentials-check.sh SECRET KEY FILE
#
# Kubernetes expands $(NAME) and $$ in a command, so this has neither.
# shellcheck disable=SC2006

set -eu
secret=$1
key=$2
file=$3

refuse() {
  echo "the key $key of the Secret $secret $1" >&2
  exit 1
}

text=`tr -d ' \t\r\n' <"$file"`
case $text in
  "{"*'"version":"2"'*) exit 0 ;;
esac
decoded=`printf %s "$text" | base64 -d 2>/dev/null | tr -d ' \t\r\n\0'`
case $decoded in
  "{"*'"version":"2"'*) refuse "is base64 of the JSON file, and not the file itself: make the Secret with --from-file, or write the base64 below data and not below stringData." ;;
esac
refuse "is not the JSON file that 1Password gives for a Connect server (it has a version 2): put that one there, as it was downloaded."
