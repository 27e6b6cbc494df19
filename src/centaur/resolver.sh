#!/bin/sh
# Writes a resolv.conf without the search domain in which names end in a namespace: resolver.sh ... ... FROM TARGET
#
# The search list is also tried for names that do not exist or that get no answer. The domain is recognized by its
# neighbour in the list, the domain of the pod's own namespace, so that a domain of the node that begins with "svc." stays.
# The first two arguments are those of vault.sh, which runs before this in the same shell.

set -eu
umask 0222
rm -f "$4"
awk '
  # If the last word ends in a carriage return, that is not part of it.
  { gsub(/\r/, " ") }

  $1 == "search" {
    split("", parents)
    for (i = 2; i <= NF; i++) {
      name[i] = tolower($i)
      sub(/[.]$/, "", name[i])
      parents[substr(name[i], index(name[i], ".") + 1)]
    }
    line = $1
    for (i = 2; i <= NF; i++)
      if (name[i] !~ /^svc[.]/ || !(name[i] in parents))
        line = line " " $i
    print line
    next
  }
  { print }
' "$3" > "$4"
