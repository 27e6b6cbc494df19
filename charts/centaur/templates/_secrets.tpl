{{/*
Every declaration of a secret, the harnesses' first: who declares it, its hosts, its reference and the secret itself.
*/}}
{{- define "centaur.secrets.declarations" -}}
{{- $declarations := list -}}
{{- if .Values.harnesses.codex.enabled -}}
  {{- $declarations = append $declarations (dict
    "by" "harnesses"
    "optional" false
    "hosts" (list "api.openai.com")
    "reference" "OPENAI_API_KEY"
    "secret" (dict "type" "http" "name" "OPENAI_API_KEY" "match_headers" (list "Authorization"))
  ) -}}
{{- end -}}
{{- if .Values.harnesses.amp.enabled -}}
  {{- $declarations = append $declarations (dict
    "by" "harnesses"
    "optional" false
    "hosts" (list "ampcode.com")
    "reference" "AMP_API_KEY"
    "secret" (dict "type" "http" "name" "AMP_API_KEY" "match_headers" (list "Authorization"))
  ) -}}
{{- end -}}
{{- if or .Values.harnesses.claudeCode.enabled .Values.harnesses.piMono.enabled -}}
  {{- $declarations = append $declarations (dict
    "by" "harnesses"
    "optional" false
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
        "optional" false
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
        "optional" false
        "hosts" (ternary
          (ternary
            (list "*.googleapis.com")
            (default list $tool.hosts)
            (eq $secret.type "gcp_auth")
          )
          $secret.hosts
          (kindIs "invalid" $secret.hosts)
        )
        "reference" (default $secret.name $secret.secret_ref)
        "secret" $secret
      ) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $toolName, $tool := .Values.tools -}}
  {{- range $optionalSecretIndex, $optionalSecret := $tool.optional_secrets -}}
    {{- if kindIs "string" $optionalSecret -}}
      {{- $declarations = append $declarations (dict
        "by" (printf "tools.%s.optional_secrets[%d]" $toolName (int64 $optionalSecretIndex))
        "optional" true
        "hosts" (default list $tool.hosts)
        "reference" $optionalSecret
        "secret" (dict
          "type" "http"
          "name" $optionalSecret
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
  {{- range $optionalSecretIndex, $optionalSecret := $tool.optional_secrets -}}
    {{- if not (kindIs "string" $optionalSecret) -}}
      {{- $declarations = append $declarations (dict
        "by" (printf "tools.%s.optional_secrets[%d]" $toolName (int64 $optionalSecretIndex))
        "optional" true
        "hosts" (ternary
          (ternary
            (list "*.googleapis.com")
            (default list $tool.hosts)
            (eq $optionalSecret.type "gcp_auth")
          )
          $optionalSecret.hosts
          (kindIs "invalid" $optionalSecret.hosts)
        )
        "reference" (default $optionalSecret.name $optionalSecret.secret_ref)
        "secret" $optionalSecret
      ) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{ toJson $declarations }}
{{- end }}

{{/*
The name of a secret and how it is used, without its hosts: equal for two declarations exactly if they mean the same.
*/}}
{{- define "centaur.secrets.formOf" -}}
{{- $headers := list -}}
{{- range $matchHeader := .declaration.secret.match_headers -}}
  {{- if hasPrefix "/" $matchHeader -}}
    {{- $headers = append $headers $matchHeader -}}
  {{- end -}}
{{- end -}}
{{- range $matchHeader := .declaration.secret.match_headers -}}
  {{- if not (hasPrefix "/" $matchHeader) -}}
    {{- $headers = append $headers (title (lower $matchHeader)) -}}
  {{- end -}}
{{- end -}}
{{- $sources := list -}}
{{- range $fieldName, $field := .declaration.secret.fields -}}
  {{- if kindIs "string" $field -}}
    {{- $sources = append $sources (list $fieldName $field "" | toJson) -}}
  {{- end -}}
{{- end -}}
{{- range $fieldName, $field := .declaration.secret.fields -}}
  {{- if not (kindIs "string" $field) -}}
    {{- $sources = append $sources (list $fieldName $field.secret_ref (default "" $field.json_key)
      | toJson
    ) -}}
  {{- end -}}
{{- end -}}
{{ printf "%s %s" .declaration.secret.name (list
  .declaration.reference
  (default "replace" .declaration.secret.mode)
  (default .declaration.secret.name .declaration.secret.replacer)
  (uniq $headers | sortAlpha | toJson)
  (title (lower (default "" .declaration.secret.inject_header)))
  (ternary false .declaration.secret.match_path (kindIs "invalid" .declaration.secret.match_path)
    | toJson
  )
  (ternary false .declaration.secret.match_query (kindIs "invalid" .declaration.secret.match_query)
    | toJson
  )
  (ternary
    (dig
      .declaration.secret.type
      list
      (dict "gcp_auth" (list "https://www.googleapis.com/auth/cloud-platform"))
    )
    .declaration.secret.scopes
    (kindIs "invalid" .declaration.secret.scopes)
  | uniq | sortAlpha | toJson)
  (ternary
    list
    .declaration.secret.allowed_services
    (kindIs "invalid" .declaration.secret.allowed_services)
  | uniq | sortAlpha | toJson)
  (ternary
    list
    .declaration.secret.allowed_regions
    (kindIs "invalid" .declaration.secret.allowed_regions)
  | uniq | sortAlpha | toJson)
  (uniq $sources | sortAlpha | toJson)
  (omit
    .declaration.secret
    "hosts"
    "secret_ref"
    "mode"
    "replacer"
    "match_path"
    "match_query"
    "inject_header"
    "fields"
    "match_headers"
    "scopes"
    "allowed_services"
    "allowed_regions"
  | toJson)
| toJson) }}
{{- end }}

{{/*
Every use of a secret once, with the hosts of all its declarations.
*/}}
{{- define "centaur.secrets.merged" -}}
{{- $formedDeclarations := list -}}
{{- range $declaration := include "centaur.secrets.declarations" . | fromJsonArray -}}
  {{- $formedDeclarations = append $formedDeclarations (dict
    "form" (include "centaur.secrets.formOf" (dict "root" $ "declaration" $declaration))
    "declaration" $declaration
  ) -}}
{{- end -}}
{{- $declarationsByForm := dict -}}
{{- range $formedDeclaration := $formedDeclarations -}}
  {{- $declarationsByForm = set $declarationsByForm
    $formedDeclaration.form
    (append (dig $formedDeclaration.form list $declarationsByForm) $formedDeclaration)
  -}}
{{- end -}}
{{- $secrets := list -}}
{{- range $form, $declarations := $declarationsByForm -}}
  {{- $declarations2 := list -}}
  {{- range $one := $declarations -}}
    {{- $declarations2 = append $declarations2 $one.declaration -}}
  {{- end -}}
  {{- $declarations3 := list -}}
  {{- range $declaration := $declarations2 -}}
    {{- if not $declaration.optional -}}
      {{- $declarations3 = append $declarations3 $declaration -}}
    {{- end -}}
  {{- end -}}
  {{- $hosts := list -}}
  {{- range $declaration := $declarations2 -}}
    {{- range $host := $declaration.hosts -}}
      {{- $hosts = append $hosts $host -}}
    {{- end -}}
  {{- end -}}
  {{- $secrets = append $secrets (dict
    "name" (first $declarations2).secret.name
    "by" (last $declarations2).by
    "optional" (empty $declarations3)
    "form" $form
    "hosts" (uniq $hosts | sortAlpha)
    "reference" (first $declarations2).reference
    "declared" (first $declarations2).secret
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
The references of all secrets, each once, and whether its value may be missing.
*/}}
{{- define "centaur.secrets.credentialKeys" -}}
{{- $uses := list -}}
{{- range $secret := include "centaur.secrets.merged" . | fromJsonArray -}}
  {{- range $reference := include "centaur.secrets.referencesOf" (dict "root" $ "secret" $secret)
    | fromJsonArray
  -}}
    {{- $uses = append $uses (dict "key" $reference "optional" $secret.optional) -}}
  {{- end -}}
{{- end -}}
{{- $usesByKey := dict -}}
{{- range $use := $uses -}}
  {{- $usesByKey = set $usesByKey $use.key (append (dig $use.key list $usesByKey) $use) -}}
{{- end -}}
{{- $credentialKeys := list -}}
{{- range $key, $uses2 := $usesByKey -}}
  {{- $uses3 := list -}}
  {{- range $use := $uses2 -}}
    {{- if not $use.optional -}}
      {{- $uses3 = append $uses3 $use -}}
    {{- end -}}
  {{- end -}}
  {{- $credentialKeys = append $credentialKeys (dict "key" $key "optional" (empty $uses3)) -}}
{{- end -}}
{{ toJson $credentialKeys }}
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
