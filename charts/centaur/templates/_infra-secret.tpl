{{/*
The keys of the infra Secret that are the services' own.
*/}}
{{- define "centaur.infraSecret.keys" -}}
{{ list
  "DATABASE_URL"
  "SLACKBOT_API_KEY"
  "SLACK_SIGNING_SECRET"
  "SLACK_BOT_TOKEN"
  "SANDBOX_SIGNING_KEY"
  "IRON_MANAGEMENT_API_KEY"
  "OP_VAULT"
  "OP_CONNECT_TOKEN"
  "OP_SERVICE_ACCOUNT_TOKEN"
  "PG_PROXY_PASSWORD"
  "POSTGRES_PASSWORD"
| toJson }}
{{- end }}
