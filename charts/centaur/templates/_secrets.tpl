{{/*
Every declaration of a secret, the harnesses' first: who declares it, its hosts, its reference and the secret itself.
*/}}
{{- define "centaur.secrets.declarations" -}}
{{- $declarations := list -}}
{{- if .Values.harnesses.codex.enabled -}}
  {{- $declarations = append $declarations (dict
    "by" "harnesses"
    "hosts" (list "api.openai.com")
    "reference" "OPENAI_API_KEY"
    "secret" (dict "type" "http" "name" "OPENAI_API_KEY" "match_headers" (list "Authorization"))
  ) -}}
{{- end -}}
{{- if .Values.harnesses.amp.enabled -}}
  {{- $declarations = append $declarations (dict
    "by" "harnesses"
    "hosts" (list "ampcode.com")
    "reference" "AMP_API_KEY"
    "secret" (dict "type" "http" "name" "AMP_API_KEY" "match_headers" (list "Authorization"))
  ) -}}
{{- end -}}
{{- if or .Values.harnesses.claudeCode.enabled .Values.harnesses.piMono.enabled -}}
  {{- $declarations = append $declarations (dict
    "by" "harnesses"
    "hosts" (list "api.anthropic.com")
    "reference" "ANTHROPIC_API_KEY"
    "secret" (dict "type" "http" "name" "ANTHROPIC_API_KEY" "match_headers" (list "X-Api-Key"))
  ) -}}
{{- end -}}
{{- range $toolName, $tool := .Values.tools -}}
  {{- range $secretIndex, $secret := $tool.secrets -}}
    {{- if kindIs "string" $secret -}}
      {{- $declarations = append $declarations (dict
        "by" (printf "tools.%s.secrets[%d]" $toolName (int64 $secretIndex))
        "hosts" (default list $tool.hosts)
        "reference" $secret
        "secret" (dict
          "type" "http"
          "name" $secret
          "match_headers" (list
            "Authorization"
            "Api-Key"
            "/^X-([A-Za-z0-9]+-)*(Api-?Key|Auth|Key|Secret|Token)$/"
          )
        )
      ) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $toolName, $tool := .Values.tools -}}
  {{- range $secretIndex, $secret := $tool.secrets -}}
    {{- if not (kindIs "string" $secret) -}}
      {{- $declarations = append $declarations (dict
        "by" (printf "tools.%s.secrets[%d]" $toolName (int64 $secretIndex))
        "hosts" (default
          (ternary
            (list "*.googleapis.com")
            (default list $tool.hosts)
            (eq $secret.type "gcp_auth")
          )
          $secret.hosts
        )
        "reference" (default $secret.name $secret.secret_ref)
        "secret" $secret
      ) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{ toJson $declarations }}
{{- end }}

{{/*
Every declared secret once, with the hosts of all its declarations.
*/}}
{{- define "centaur.secrets.merged" -}}
{{- $declarationsByName := dict -}}
{{- range $declaration := include "centaur.secrets.declarations" . | fromJsonArray -}}
  {{- $declarationsByName = set $declarationsByName
    $declaration.secret.name
    (append (dig $declaration.secret.name list $declarationsByName) $declaration)
  -}}
{{- end -}}
{{- $secrets := list -}}
{{- range $name, $declarations := $declarationsByName -}}
  {{- $hosts := list -}}
  {{- range $declaration := $declarations -}}
    {{- range $host := $declaration.hosts -}}
      {{- $hosts = append $hosts $host -}}
    {{- end -}}
  {{- end -}}
  {{- $secrets = append $secrets (dict
    "name" $name
    "by" (last $declarations).by
    "hosts" (uniq $hosts | sortAlpha)
    "reference" (first $declarations).reference
    "declared" (first $declarations).secret
  ) -}}
{{- end -}}
{{ toJson $secrets }}
{{- end }}

{{/*
Whether a tool declares a database.
*/}}
{{- define "centaur.secrets.declaresDatabase" -}}
{{- $secrets := list -}}
{{- range $secret := include "centaur.secrets.merged" . | fromJsonArray -}}
  {{- if eq $secret.declared.type "pg_dsn" -}}
    {{- $secrets = append $secrets $secret -}}
  {{- end -}}
{{- end -}}
{{ not (empty $secrets) }}
{{- end }}

{{/*
The host of an https URL.
*/}}
{{- define "centaur.secrets.hostOf" -}}
{{ first (first (trimPrefix "https://" .url | splitList "/") | splitList ":") }}
{{- end }}

{{/*
The references that a secret is made of: one, or for some types several.
*/}}
{{- define "centaur.secrets.referencesOf" -}}
{{- $references := list -}}
{{- if not (has .secret.declared.type (list "oauth_token" "aws_auth")) -}}
  {{- $references = append $references .secret.reference -}}
{{- end -}}
{{- range $fieldName, $field := .secret.declared.fields -}}
  {{- if kindIs "string" $field -}}
    {{- $references = append $references $field -}}
  {{- end -}}
{{- end -}}
{{- range $fieldName, $field := .secret.declared.fields -}}
  {{- if not (kindIs "string" $field) -}}
    {{- $references = append $references $field.secret_ref -}}
  {{- end -}}
{{- end -}}
{{- with .secret.declared.access_key_id -}}
  {{- $references = append $references . -}}
{{- end -}}
{{- with .secret.declared.secret_access_key -}}
  {{- $references = append $references . -}}
{{- end -}}
{{ toJson $references }}
{{- end }}

{{/*
The references of all secrets, one for each place that names one: iron-proxy looks each of them up.
*/}}
{{- define "centaur.secrets.references" -}}
{{- $references := list -}}
{{- range $secret := include "centaur.secrets.merged" . | fromJsonArray -}}
  {{- range $reference := include "centaur.secrets.referencesOf" (dict "root" $ "secret" $secret)
    | fromJsonArray
  -}}
    {{- $references = append $references $reference -}}
  {{- end -}}
{{- end -}}
{{ toJson $references }}
{{- end }}

{{/*
Whether two hosts of declarations may mean the same one: by their beginnings and ends where they have a *, and as address ranges.
*/}}
{{- define "centaur.secrets.hostsOverlap" -}}
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

{{/*
Names that no credential of a tool may have: keys that are the services' own, and variables of programs.
*/}}
{{- define "centaur.secrets.reservedNames" -}}
{{ concat
  (include "centaur.infraSecret.keys" . | fromJsonArray)
  (list
    "ALL_PROXY"
    "all_proxy"
    "HTTP_PROXY"
    "http_proxy"
    "HTTPS_PROXY"
    "https_proxy"
    "NO_PROXY"
    "no_proxy"
    "GODEBUG"
    "GOGC"
    "GOMAXPROCS"
    "GOMEMLIMIT"
    "GOTRACEBACK"
    "ZONEINFO"
    "HOME"
    "IFS"
    "PATH"
    "SSL_CERT_DIR"
    "SSL_CERT_FILE"
    "TMPDIR"
    "TZ"
    "PGAPPNAME"
    "PGCHANNELBINDING"
    "PGCONNECT_TIMEOUT"
    "PGDATABASE"
    "PGHOST"
    "PGMAXPROTOCOLVERSION"
    "PGMINPROTOCOLVERSION"
    "PGOPTIONS"
    "PGPASSFILE"
    "PGPASSWORD"
    "PGPORT"
    "PGREQUIREAUTH"
    "PGSERVICE"
    "PGSERVICEFILE"
    "PGSSLCERT"
    "PGSSLKEY"
    "PGSSLMODE"
    "PGSSLNEGOTIATION"
    "PGSSLPASSWORD"
    "PGSSLROOTCERT"
    "PGSSLSNI"
    "PGTARGETSESSIONATTRS"
    "PGTZ"
    "PGUSER"
  )
| default list | toJson }}
{{- end }}
