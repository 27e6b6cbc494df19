{{/*
The name of the chart's own iron-proxy.
*/}}
{{- define "centaur.ironProxy.fullname" -}}
{{ printf "%s-iron-proxy" (include "centaur.fullname" . | trunc 52 | trimSuffix "-") }}
{{- end }}

{{/*
Where iron-proxy takes a credential from, by its reference; jsonKey is empty, or the member to take of JSON.
*/}}
{{- define "centaur.ironProxy.source" -}}
type: {{ dig
  .root.Values.ironProxy.secretSource
  "env"
  (dict "onepassword-connect" "1password_connect" "onepassword" "1password" "env" "env")
| toJson }}
{{- if eq .root.Values.ironProxy.secretSource "env" }}
var: {{ toJson .reference }}
{{- else }}
secret_ref: {{ ternary
  .reference
  (printf "op://$OP_VAULT/%s/credential" .reference)
  (hasPrefix "op://" .reference)
| toJson }}
ttl: {{ toJson .root.Values.ironProxy.secretTtl }}
{{- end }}
{{- if .jsonKey }}
json_key: {{ toJson .jsonKey }}
{{- end }}
{{- end }}

{{/*
The headers that pass for the sake of what is declared.
*/}}
{{- define "centaur.ironProxy.declaredHeaders" -}}
{{- $headers := list -}}
{{- range $extra := .Values.ironProxy.headerAllowlist.extra -}}
  {{- $headers = append $headers $extra -}}
{{- end -}}
{{- $secrets := include "centaur.secrets.merged" . | fromJsonArray -}}
{{- $secretsByType := dict -}}
{{- range $secret := $secrets -}}
  {{- $secretsByType = set $secretsByType
    $secret.declared.type
    (append (dig $secret.declared.type list $secretsByType) $secret)
  -}}
{{- end -}}
{{- $httpSecrets := dig "http" list $secretsByType -}}
{{- range $httpSecret := $httpSecrets -}}
  {{- range $matchHeader := $httpSecret.declared.match_headers -}}
    {{- $headers = append $headers $matchHeader -}}
  {{- end -}}
{{- end -}}
{{- range $httpSecret := $httpSecrets -}}
  {{- with $httpSecret.declared.inject_header -}}
    {{- $headers = append $headers . -}}
  {{- end -}}
{{- end -}}
{{- $gcpSecrets := dig "gcp_auth" list $secretsByType -}}
{{- $oauthSecrets := dig "oauth_token" list $secretsByType -}}
{{- if or $gcpSecrets $oauthSecrets -}}
  {{- $headers = append $headers "Authorization" -}}
{{- end -}}
{{- $awsSecrets := dig "aws_auth" list $secretsByType -}}
{{- if $awsSecrets -}}
  {{- $headers = append $headers "Authorization" -}}
  {{- $headers = append $headers "/^Amz-Sdk-/" -}}
  {{- $headers = append $headers "/^X-Amz-/" -}}
{{- end -}}
{{ uniq $headers | sortAlpha | toJson }}
{{- end }}

{{/*
The configuration of iron-proxy.
*/}}
{{- define "centaur.ironProxy.config" -}}
dns:
  enabled: false
proxy:
  http_listen: "127.0.0.1:8081"
  https_listen: "127.0.0.1:8443"
  tunnel_listen: {{ printf ":%d" (int64 .Values.ironProxy.service.proxyPort) | toJson }}
  max_request_body_bytes: {{ int64 .Values.ironProxy.maxRequestBodyBytes }}
  upstream_response_header_timeout: {{ toJson .Values.ironProxy.upstreamResponseHeaderTimeout }}
  upstream_deny_cidrs:
    - "127.0.0.0/8"
    - "0.0.0.0/8"
    - "::1/128"
    - "::/128"
    - "169.254.0.0/16"
    - "168.63.129.16/32"
    - "100.100.100.200/32"
    - "100.96.0.96/32"
    - "192.0.0.192/32"
    - "fe80::/10"
    - "fd00:ec2::254/128"
    - "fd00:ec2::23/128"
    - "fd20:ce::254/128"
    - "fd00:c1::a9fe:a9fe/128"
    - "fd00:100::100:200/128"
    - "fd00:a9fe:a9fe::1/128"
    - "fd00:42::42/128"
    {{- range $upstreamDenyCidr := .Values.ironProxy.upstreamDenyCidrs }}
    - {{ toJson $upstreamDenyCidr }}
    {{- end }}
tls:
  mode: mitm
  ca_cert: /etc/iron-proxy-ca/ca-cert.pem
  ca_key: /etc/iron-proxy-ca/ca-key.pem
metrics:
  listen: {{ printf ":%d" (int64 .Values.ironProxy.service.healthPort) | toJson }}
management:
  listen: {{ printf ":%d" (int64 .Values.ironProxy.service.managementPort) | toJson }}
log:
  level: {{ toJson .Values.ironProxy.logLevel }}
transforms:
  - name: allowlist
    config:
      {{- $hosts := list }}
      {{- range $allowedHost := .Values.ironProxy.allowedHosts }}
        {{- $hosts = append $hosts $allowedHost }}
      {{- end }}
      {{- range $toolName, $tool := .Values.tools }}
        {{- range $host := $tool.hosts }}
          {{- $hosts = append $hosts $host }}
        {{- end }}
      {{- end }}
      {{- $secrets := include "centaur.secrets.merged" . | fromJsonArray }}
      {{- range $secret := $secrets }}
        {{- range $host := $secret.hosts }}
          {{- $hosts = append $hosts $host }}
        {{- end }}
      {{- end }}
      {{- $domains := list }}
      {{- range $host := uniq $hosts | sortAlpha }}
        {{- if not (contains "/" $host) }}
          {{- $domains = append $domains $host }}
        {{- end }}
      {{- end }}
      {{- if $domains }}
      domains:
        {{- range $domain := $domains }}
        - {{ toJson $domain }}
        {{- end }}
      {{- else }}
      domains: []
      {{- end }}
      {{- $cidrs := list }}
      {{- range $host := uniq $hosts | sortAlpha }}
        {{- if contains "/" $host }}
          {{- $cidrs = append $cidrs $host }}
        {{- end }}
      {{- end }}
      {{- if $cidrs }}
      cidrs:
        {{- range $cidr := $cidrs }}
        - {{ toJson $cidr }}
        {{- end }}
      {{- end }}
      {{- $urls := list }}
      {{- $secretsByType := dict }}
      {{- range $secret := $secrets }}
        {{- $secretsByType = set $secretsByType
          $secret.declared.type
          (append (dig $secret.declared.type list $secretsByType) $secret)
        }}
      {{- end }}
      {{- $gcpSecrets := dig "gcp_auth" list $secretsByType }}
      {{- if $gcpSecrets }}
        {{- $urls = append $urls "https://oauth2.googleapis.com/token" }}
      {{- end }}
      {{- $oauthSecrets := dig "oauth_token" list $secretsByType }}
      {{- range $oauthSecret := $oauthSecrets }}
        {{- with $oauthSecret.declared.token_endpoint }}
          {{- $urls = append $urls . }}
        {{- end }}
      {{- end }}
      {{- $tokenEndpoints := uniq $urls | sortAlpha }}
      {{- if $tokenEndpoints }}
      rules:
        {{- range $tokenEndpoint := $tokenEndpoints }}
        - host: {{ include "centaur.secrets.hostOf" (dict "root" $ "url" $tokenEndpoint) | toJson }}
          methods:
            - CONNECT
        {{- end }}
        {{- range $tokenEndpoint := $tokenEndpoints }}
        - host: {{ include "centaur.secrets.hostOf" (dict "root" $ "url" $tokenEndpoint) | toJson }}
          paths:
            - {{ default "/" (trimPrefix "https://" $tokenEndpoint
              | trimPrefix (first (trimPrefix "https://" $tokenEndpoint | splitList "/"))
            ) | toJson }}
        {{- end }}
      {{- end }}
  {{- $httpSecrets := dig "http" list $secretsByType }}
  {{- if or (contains "*" (uniq $hosts | sortAlpha | join " ")) $httpSecrets }}
  - name: secrets
    config:
      secrets:
        {{- if contains "*" (uniq $hosts | sortAlpha | join " ") }}
        - source:
            type: env
            var: ADDRESS_WITH_A_ZONE
          rules:
            - host: "*%*"
          replace:
            proxy_value: ADDRESS_WITH_A_ZONE
            match_headers:
              - "/^$/"
            require: true
        {{- end }}
        {{- range $httpSecret := $httpSecrets }}
        - source:
            {{- include "centaur.ironProxy.source" (dict
              "root" $
              "reference" $httpSecret.reference
              "jsonKey" ""
            ) | nindent 12 }}
          {{- with $httpSecret.hosts }}
          rules:
            {{- range $host := . }}
            {{- if contains "/" $host }}
            - cidr: {{ toJson $host }}
            {{- else }}
            - host: {{ toJson $host }}
            {{- end }}
            {{- end }}
          {{- end }}
          {{- if ne (default "replace" $httpSecret.declared.mode) "inject" }}
          replace:
            proxy_value: {{ default $httpSecret.name $httpSecret.declared.replacer | toJson }}
            {{- with $httpSecret.declared.match_headers }}
            match_headers:
              {{- range $matchHeader := . }}
              {{- if hasPrefix "/" $matchHeader }}
              - {{ toJson $matchHeader }}
              {{- else }}
              - {{ title (lower $matchHeader) | toJson }}
              {{- end }}
              {{- end }}
            {{- else }}
            match_headers:
              - "/^$/"
            {{- end }}
            {{- if $httpSecret.declared.match_path }}
            match_path: true
            {{- end }}
            {{- if $httpSecret.declared.match_query }}
            match_query: true
            {{- end }}
          {{- else if or
            $httpSecret.declared.inject_header
            $httpSecret.declared.inject_query_param
            $httpSecret.declared.inject_formatter
          }}
          inject:
            {{- with $httpSecret.declared.inject_header }}
            header: {{ toJson . }}
            {{- end }}
            {{- with $httpSecret.declared.inject_query_param }}
            query_param: {{ toJson . }}
            {{- end }}
            {{- with $httpSecret.declared.inject_formatter }}
            formatter: {{ toJson . }}
            {{- end }}
          {{- end }}
        {{- end }}
  {{- end }}
  {{- range $gcpSecret := $gcpSecrets }}
  - name: gcp_auth
    config:
      keyfile:
        {{- include "centaur.ironProxy.source" (dict
          "root" $
          "reference" $gcpSecret.reference
          "jsonKey" ""
        ) | nindent 8 }}
      {{- with $gcpSecret.declared.scopes }}
      scopes:
        {{- range $scope := . }}
        - {{ toJson $scope }}
        {{- end }}
      {{- else }}
      scopes:
        - "https://www.googleapis.com/auth/cloud-platform"
      {{- end }}
      {{- with $gcpSecret.hosts }}
      rules:
        {{- range $host := . }}
        {{- if contains "/" $host }}
        - cidr: {{ toJson $host }}
        {{- else }}
        - host: {{ toJson $host }}
        {{- end }}
        {{- end }}
      {{- end }}
  {{- end }}
  {{- if $oauthSecrets }}
  - name: oauth_token
    config:
      tokens:
        {{- range $oauthSecret := $oauthSecrets }}
        - grant: {{ toJson $oauthSecret.declared.grant }}
          {{- range $fieldName, $field := $oauthSecret.declared.fields }}
          {{- if kindIs "string" $field }}
          {{ toJson $fieldName }}:
            {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $field "jsonKey" "")
              | nindent 12
            }}
          {{- else }}
          {{ toJson $fieldName }}:
            {{- include "centaur.ironProxy.source" (dict
              "root" $
              "reference" $field.secret_ref
              "jsonKey" (default "" $field.json_key)
            ) | nindent 12 }}
          {{- end }}
          {{- end }}
          token_endpoint: {{ toJson $oauthSecret.declared.token_endpoint }}
          {{- with $oauthSecret.declared.audience }}
          audience: {{ toJson . }}
          {{- end }}
          {{- with $oauthSecret.declared.scopes }}
          scopes:
            {{- range $scope := . }}
            - {{ toJson $scope }}
            {{- end }}
          {{- end }}
          {{- with $oauthSecret.hosts }}
          rules:
            {{- range $host := . }}
            {{- if contains "/" $host }}
            - cidr: {{ toJson $host }}
            {{- else }}
            - host: {{ toJson $host }}
            {{- end }}
            {{- end }}
          {{- end }}
        {{- end }}
  {{- end }}
  {{- $awsSecrets := dig "aws_auth" list $secretsByType }}
  {{- if and .Values.ironProxy.headerAllowlist.enabled $awsSecrets }}
  - name: header_allowlist
    config:
      headers:
        - Accept
        - Accept-Charset
        - Accept-Encoding
        - Accept-Language
        - Cache-Control
        - Content-Disposition
        - Content-Encoding
        - Content-Language
        - Content-Length
        - Content-Location
        - Content-Md5
        - Content-Range
        - Content-Type
        - Expires
        - Pragma
        - Range
        - User-Agent
        - If-Match
        - If-Modified-Since
        - If-None-Match
        - If-Range
        - If-Unmodified-Since
        - Anthropic-Beta
        - Anthropic-Version
        - OpenAI-Beta
        - OpenAI-Organization
        - OpenAI-Project
        - "/^X-Stainless-/"
        - "/^Sec-WebSocket-/"
        {{- range $header := include "centaur.ironProxy.declaredHeaders" . | fromJsonArray }}
        {{- if or
          (hasPrefix "/" $header)
          (not (has
            (title (lower $header))
            (list
              "Connection"
              "Host"
              "Keep-Alive"
              "Proxy-Authenticate"
              "Proxy-Authorization"
              "Proxy-Connection"
              "Te"
              "Trailer"
              "Transfer-Encoding"
              "Upgrade"
            )
          ))
        }}
        - {{ toJson $header }}
        {{- end }}
        {{- end }}
      {{- $awsHosts := list }}
      {{- range $awsSecret := $awsSecrets }}
        {{- range $host := $awsSecret.hosts }}
          {{- $awsHosts = append $awsHosts $host }}
        {{- end }}
      {{- end }}
      {{- with uniq $awsHosts | sortAlpha }}
      rules:
        {{- range $awsHost := . }}
        {{- if contains "/" $awsHost }}
        - cidr: {{ toJson $awsHost }}
        {{- else }}
        - host: {{ toJson $awsHost }}
        {{- end }}
        {{- end }}
      {{- end }}
  {{- end }}
  {{- range $awsSecret := $awsSecrets }}
  - name: aws_auth
    config:
      access_key_id:
        {{- include "centaur.ironProxy.source" (dict
          "root" $
          "reference" $awsSecret.declared.access_key_id
          "jsonKey" ""
        ) | nindent 8 }}
      secret_access_key:
        {{- include "centaur.ironProxy.source" (dict
          "root" $
          "reference" $awsSecret.declared.secret_access_key
          "jsonKey" ""
        ) | nindent 8 }}
      {{- with $awsSecret.declared.allowed_services }}
      allowed_services:
        {{- range $allowedService := . }}
        - {{ toJson $allowedService }}
        {{- end }}
      {{- end }}
      {{- with $awsSecret.declared.allowed_regions }}
      allowed_regions:
        {{- range $allowedRegion := . }}
        - {{ toJson $allowedRegion }}
        {{- end }}
      {{- end }}
      {{- with $awsSecret.hosts }}
      rules:
        {{- range $host := . }}
        {{- if contains "/" $host }}
        - cidr: {{ toJson $host }}
        {{- else }}
        - host: {{ toJson $host }}
        {{- end }}
        {{- end }}
      {{- end }}
  {{- end }}
  {{- if .Values.ironProxy.headerAllowlist.enabled }}
  - name: header_allowlist
    config:
      headers:
        - Accept
        - Accept-Charset
        - Accept-Encoding
        - Accept-Language
        - Cache-Control
        - Content-Disposition
        - Content-Encoding
        - Content-Language
        - Content-Length
        - Content-Location
        - Content-Md5
        - Content-Range
        - Content-Type
        - Expires
        - Pragma
        - Range
        - Te
        - Transfer-Encoding
        - User-Agent
        - If-Match
        - If-Modified-Since
        - If-None-Match
        - If-Range
        - If-Unmodified-Since
        - Anthropic-Beta
        - Anthropic-Version
        - OpenAI-Beta
        - OpenAI-Organization
        - OpenAI-Project
        - "/^X-Stainless-/"
        - Connection
        - Upgrade
        - "/^Sec-WebSocket-/"
        {{- range $header := include "centaur.ironProxy.declaredHeaders" . | fromJsonArray }}
        - {{ toJson $header }}
        {{- end }}
  {{- end }}
{{- $databases := dig "pg_dsn" list $secretsByType }}
{{- if $databases }}
postgres:
  listen: {{ printf ":%d" (int64 .Values.ironProxy.service.pgPortRangeStart) | toJson }}
  client:
    user: app_user
    password_env: PG_PROXY_PASSWORD
  upstreams:
    {{- range $database := $databases }}
    - database: {{ toJson $database.declared.database }}
      dsn:
        {{- include "centaur.ironProxy.source" (dict
          "root" $
          "reference" $database.reference
          "jsonKey" ""
        ) | nindent 8 }}
    {{- end }}
{{- end }}
{{- end }}

{{/*
The keys of the infra Secret that iron-proxy gets, and no others.
*/}}
{{- define "centaur.ironProxy.infraKeys" -}}
{{- $infraKeys := list "IRON_MANAGEMENT_API_KEY" -}}
{{- if ne .Values.ironProxy.secretSource "env" -}}
  {{- $infraKeys = append $infraKeys "OP_VAULT" -}}
{{- end -}}
{{- if eq .Values.ironProxy.secretSource "onepassword-connect" -}}
  {{- $infraKeys = append $infraKeys "OP_CONNECT_TOKEN" -}}
{{- end -}}
{{- if eq .Values.ironProxy.secretSource "onepassword" -}}
  {{- $infraKeys = append $infraKeys "OP_SERVICE_ACCOUNT_TOKEN" -}}
{{- end -}}
{{- if eq (include "centaur.secrets.declaresDatabase" .) "true" -}}
  {{- $infraKeys = append $infraKeys "PG_PROXY_PASSWORD" -}}
{{- end -}}
{{ toJson $infraKeys }}
{{- end }}

{{/*
How long iron-proxy keeps a credential, in milliseconds.
*/}}
{{- define "centaur.ironProxy.secretTtlMilliseconds" -}}
{{ toJson
  (toDate "2006-01-02Z07:00" "1970-01-01Z" | dateModify .Values.ironProxy.secretTtl).UnixMilli
}}
{{- end }}
