#!/bin/sh
# Writes iron-proxy's configuration with the vault's name in it: vault.sh TEMPLATE TARGET ...
#
# TARGET is readable only by its owner, and is written completely or not at all. Any vault name that a reference may
# contain is accepted, and written in double quotes as YAML requires. Another name ends the script with status 1 and a
# message that does not show it. For a service account fewer names are accepted, since 1Password's SDK parses its
# references strictly. A template without references to the vault needs no OP_VAULT.
#
# Kubernetes expands $(NAME) and $$ in a command, so this has neither.
# shellcheck disable=SC2006

set -eu
template=$1
target=$2
umask 0377
rm -f "$target.new"

# The bytes of the name as hexadecimal digits, so that its characters can be checked one by one in any locale.
hex=`printf %s "${OP_VAULT-}" | od -A n -v -t x1`
export hex

awk '
  function refuse(why) {
    print "OP_VAULT " why > "/dev/stderr"
    exit 1
  }

  function check(hex) {
    gsub(/[ \n]/, "", hex)
    if (hex == "")
      refuse("is empty: put the name or the id of the vault into the infra Secret, under the key OP_VAULT.")
    if (index(ENVIRON["OP_VAULT"], "/"))
      refuse("has a / in it, which ends the name of a vault in a reference: use the id of the vault.")
    # UTF-8 without control characters, and without what YAML interprets as a line break or does not allow.
    if (hex !~ /^(2.|[3-6].|7[0-9a-e]|c2[ab].|(c[3-9a-f]|d.)[89ab].|(e0[ab].|e[1-9abcef][89ab].|ed[89].)[89ab].|(f0[9ab].|f[123][89ab].|f48.)[89ab].[89ab].)+$/ ||
        hex ~ /e280a[89]|efbbbf|efbfb[ef]/)
      refuse("has a line break in it, or another character that is no text. Often it is a line break at the end: make the Secret with --from-literal, or with printf instead of echo.")
    return hex
  }

  # A reference to the vault: its key begins the line.
  match($0, /^ *secret_ref: "op:\/\/\$OP_VAULT\//) {
    if (!checked++) {
      hex = check(ENVIRON["hex"])
      # What 1Password accepts in a reference of a service account: ASCII letters and digits, space, - . and _
      if (before ~ /^ *type: "1password"$/ && hex !~ /^(2[0de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])+$/)
        refuse("has other characters in it than letters from A to Z, digits, spaces, _, - and . which 1Password does not take in the reference of a service account: use the id of the vault.")
      vault = ENVIRON["OP_VAULT"]
      gsub(/["\\]/, "\\\\&", vault)
    }
    print substr($0, 1, RLENGTH - length("$OP_VAULT/")) vault substr($0, RLENGTH)
    next
  }
  { before = $0; print }
' "$template" > "$target.new" || { rm -f "$target.new"; exit 1; }

mv "$target.new" "$target"
