{{/*
Whether two hosts of declarations may mean the same one: by their beginnings and ends where they have a *, and as address ranges.
*/}}
{{- define "centaur.hosts.overlap" -}}
{{ or
  (eq .one .other)
  (and
    (or
      (hasPrefix
        (first (printf ".%s" .one | splitList "*"))
        (first (printf ".%s" .other | splitList "*"))
      )
      (hasPrefix
        (first (printf ".%s" .other | splitList "*"))
        (first (printf ".%s" .one | splitList "*"))
      )
    )
    (or
      (hasSuffix
        (last (printf ".%s" .one | splitList "*"))
        (last (printf ".%s" .other | splitList "*"))
      )
      (hasSuffix
        (last (printf ".%s" .other | splitList "*"))
        (last (printf ".%s" .one | splitList "*"))
      )
    )
  )
  (and
    (or (contains "/" .one) (contains "/" .other))
    (or (contains ":" .one) (contains (last (splitList "." .one) | trunc 1) "0123456789"))
    (or (contains ":" .other) (contains (last (splitList "." .other) | trunc 1) "0123456789"))
    (eq (contains ":" .one) (contains ":" .other))
  )
}}
{{- end }}
