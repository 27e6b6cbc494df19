{{/*
What the chart is called in labels: the chart, unless nameOverride says otherwise.
*/}}
{{- define "centaur.name" -}}
{{ default .Chart.Name .Values.nameOverride }}
{{- end }}

{{/*
What the release is called: <release>-<name>. The release name is never folded in, so release "centaur" gives "centaur-centaur".
*/}}
{{- define "centaur.fullname" -}}
{{ default (printf "%s-%s" .Release.Name (include "centaur.name" .)) .Values.fullnameOverride
  | trunc 63
  | trimSuffix "-"
}}
{{- end }}

{{/*
A component's labels.
*/}}
{{- define "centaur.labels" -}}
app.kubernetes.io/name: {{ include "centaur.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (replace "+" "_" .root.Chart.Version)
  | trunc 63
  | trimSuffix "-"
  | quote
}}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
{{- end }}

{{/*
The labels by which a component's pods are found. They never change on upgrade.
*/}}
{{- define "centaur.selectorLabels" -}}
app.kubernetes.io/name: {{ include "centaur.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}

{{/*
The reference of an image: repository:tag, with the digest where one is given.
*/}}
{{- define "centaur.image" -}}
{{ printf "%s:%s%s"
  .image.repository
  .image.tag
  (ternary (printf "@%s" .image.digest) "" (not (empty .image.digest)))
}}
{{- end }}

{{/*
Every declaration of a secret, the harnesses' first: who declares it, its hosts, its reference and the secret itself.
*/}}
{{- define "centaur.declarations" -}}
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
{{ toJson $declarations }}
{{- end }}

{{/*
Every declared secret once, with the hosts of all its declarations.
*/}}
{{- define "centaur.secrets" -}}
{{- $declarationsByName := dict -}}
{{- range $declaration := include "centaur.declarations" . | fromJsonArray -}}
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
The references of all secrets, one for each place that names one: iron-proxy looks each of them up.
*/}}
{{- define "centaur.references" -}}
{{- $references := list -}}
{{- range $secret := include "centaur.secrets" . | fromJsonArray -}}
  {{- $references2 := list -}}
  {{- if not (has $secret.declared.type (list "oauth_token" "aws_auth")) -}}
    {{- $references2 = append $references2 $secret.reference -}}
  {{- end -}}
  {{- range $fieldName, $field := $secret.declared.fields -}}
    {{- if kindIs "string" $field -}}
      {{- $references2 = append $references2 $field -}}
    {{- end -}}
  {{- end -}}
  {{- range $fieldName, $field := $secret.declared.fields -}}
    {{- if not (kindIs "string" $field) -}}
      {{- $references2 = append $references2 $field.secret_ref -}}
    {{- end -}}
  {{- end -}}
  {{- with $secret.declared.access_key_id -}}
    {{- $references2 = append $references2 . -}}
  {{- end -}}
  {{- with $secret.declared.secret_access_key -}}
    {{- $references2 = append $references2 . -}}
  {{- end -}}
  {{- range $reference := $references2 -}}
    {{- $references = append $references $reference -}}
  {{- end -}}
{{- end -}}
{{ toJson $references }}
{{- end }}

{{/*
Hosts that are the release's own: what each is called, who listens there, and by what parts of a host it is found.
*/}}
{{- define "centaur.ownHosts" -}}
{{- $ownHosts := list
  (dict
    "name" (printf "%s.%s.svc.%s"
      (include "centaur.api.fullname" .)
      .Release.Namespace
      .Values.api.egressDiscovery.clusterDomain
    )
    "who" "the API itself"
    "closed" false
    "marks" (list
      (printf ".%s.\n" (include "centaur.api.fullname" .))
      (printf ".%s.%s.\n" (include "centaur.api.fullname" .) .Release.Namespace)
      (printf ".%s.%s.svc." (include "centaur.api.fullname" .) .Release.Namespace)
      (printf ".*.%s.svc." .Release.Namespace)
      (printf ".%s.*." (include "centaur.api.fullname" .))
      (printf ".%s.%s.*." (include "centaur.api.fullname" .) .Release.Namespace)
    )
  )
  (dict
    "name" (printf "%s.%s.svc.%s"
      (include "centaur.ironProxy.fullname" .)
      .Release.Namespace
      .Values.api.egressDiscovery.clusterDomain
    )
    "who" "iron-proxy itself"
    "closed" true
    "marks" (list
      (printf ".%s.\n" (include "centaur.ironProxy.fullname" .))
      (printf ".%s.%s.\n" (include "centaur.ironProxy.fullname" .) .Release.Namespace)
      (printf ".%s.%s.svc." (include "centaur.ironProxy.fullname" .) .Release.Namespace)
      (printf ".*.%s.svc." .Release.Namespace)
      (printf ".%s.*." (include "centaur.ironProxy.fullname" .))
      (printf ".%s.%s.*." (include "centaur.ironProxy.fullname" .) .Release.Namespace)
    )
  )
-}}
{{- if .Values.onepasswordConnect.connect.create -}}
  {{- $ownHosts = append $ownHosts (dict
    "name" (printf "%s.%s.svc.%s"
      .Values.onepasswordConnect.connect.applicationName
      .Release.Namespace
      .Values.api.egressDiscovery.clusterDomain
    )
    "who" "the Connect server itself"
    "closed" true
    "marks" (list
      (printf ".%s.\n" .Values.onepasswordConnect.connect.applicationName)
      (printf ".%s.%s.\n" .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
      (printf ".%s.%s.svc." .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
      (printf ".*.%s.svc." .Release.Namespace)
      (printf ".%s.*." .Values.onepasswordConnect.connect.applicationName)
      (printf ".%s.%s.*." .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
    )
  ) -}}
{{- end -}}
{{- $ownHosts = append $ownHosts (dict
  "name" (printf "pod.%s" .Values.api.egressDiscovery.clusterDomain)
  "who" "where every address has a name, also that of the API"
  "closed" true
  "marks" (list
    ".pod.\n"
    (printf ".pod.%s.\n" .Values.api.egressDiscovery.clusterDomain)
    (printf ".%s.pod." .Release.Namespace)
  )
) -}}
{{ toJson $ownHosts }}
{{- end }}

{{/*
Whether a Secret holds what a part of the release must not read.
*/}}
{{- define "centaur.isWithheld" -}}
{{ or
  (hasPrefix "sh.helm.release." .secret)
  (hasPrefix (printf "%s-token-" (include "centaur.api.fullname" .root)) .secret)
  (eq .secret .root.Values.secretManager.existingSecretName)
  (and (eq .secret .root.Values.onepasswordConnect.connect.credentialsName) (ne .from "connect"))
  (and (eq .secret .root.Values.firewall.existingCaKeySecretName) (ne .from "iron-proxy"))
}}
{{- end }}

{{/*
What may stand in a variable for a credential: by the name of the secret, and by each reference that it is made of.
*/}}
{{- define "centaur.placeholders" -}}
{{- $placeholders := list -}}
{{- range $secret := include "centaur.secrets" . | fromJsonArray -}}
  {{- $names := list $secret.name -}}
  {{- $references := list -}}
  {{- if not (has $secret.declared.type (list "oauth_token" "aws_auth")) -}}
    {{- $references = append $references $secret.reference -}}
  {{- end -}}
  {{- range $fieldName, $field := $secret.declared.fields -}}
    {{- if kindIs "string" $field -}}
      {{- $references = append $references $field -}}
    {{- end -}}
  {{- end -}}
  {{- range $fieldName, $field := $secret.declared.fields -}}
    {{- if not (kindIs "string" $field) -}}
      {{- $references = append $references $field.secret_ref -}}
    {{- end -}}
  {{- end -}}
  {{- with $secret.declared.access_key_id -}}
    {{- $references = append $references . -}}
  {{- end -}}
  {{- with $secret.declared.secret_access_key -}}
    {{- $references = append $references . -}}
  {{- end -}}
  {{- range $reference := $references -}}
    {{- $names = append $names $reference -}}
  {{- end -}}
  {{- range $name := uniq $names -}}
    {{- $texts := list (default $secret.name $secret.declared.replacer) -}}
    {{- if eq $secret.declared.type "pg_dsn" -}}
      {{- $texts = append $texts "postgresql://app_user@…" -}}
    {{- end -}}
    {{- range $text := $texts -}}
      {{- $placeholders = append $placeholders (dict "name" $name "text" $text) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $placeholdersByName := dict -}}
{{- range $placeholder := $placeholders -}}
  {{- $placeholdersByName = set $placeholdersByName
    $placeholder.name
    (append (dig $placeholder.name list $placeholdersByName) $placeholder)
  -}}
{{- end -}}
{{ toJson $placeholdersByName }}
{{- end }}

{{/*
How long iron-proxy keeps a credential, in milliseconds.
*/}}
{{- define "centaur.secretTtlMilliseconds" -}}
{{ toJson
  (toDate "2006-01-02Z07:00" "1970-01-01Z" | dateModify .Values.ironProxy.secretTtl).UnixMilli
}}
{{- end }}
