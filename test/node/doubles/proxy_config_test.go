package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const minimal = `
dns: {enabled: false}
tls: {mode: mitm, ca_cert: /ca-cert.pem, ca_key: /ca-key.pem}
`

func read(t *testing.T, text string) error {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := readProxyConfig(file)
	return err
}

func TestTakesEveryDocumentedField(t *testing.T) {
	t.Setenv("PG_PROXY_PASSWORD", "password")
	err := read(t, `
dns: {enabled: false}
proxy:
  http_listen: ":8081"
  https_listen: ":8443"
  tunnel_listen: ":8080"
  max_request_body_bytes: 1048576
  upstream_response_header_timeout: 5m
  upstream_deny_cidrs: [169.254.0.0/16]
tls: {mode: mitm, ca_cert: /ca-cert.pem, ca_key: /ca-key.pem}
metrics: {listen: ":9090"}
management: {listen: ":9092", api_key_env: KEY}
log: {level: info}
transforms:
  - {name: allowlist, config: {domains: [a.example.com], cidrs: [10.0.0.0/8], rules: [{host: b.example.com, methods: [GET], paths: [/]}], warn: true}}
  - name: secrets
    config:
      secrets:
        - source: {type: 1password_connect, secret_ref: op://vault/item/section/field, ttl: 10m, failure_ttl: 1m, json_key: key}
          rules: [{cidr: 10.0.0.0/8}]
          replace: {proxy_value: KEY, match_headers: [Authorization, /^X-/], match_body: true, match_path: true, match_query: true, require: true}
        - {source: {type: env, var: KEY}, rules: [{host: "*"}], inject: {header: X-Key, formatter: "Bearer {{ .Value | base64 }}", require: true}}
  - {name: gcp_auth, config: {keyfile: {type: env, var: KEYFILE}, scopes: [all], rules: [{host: "*.googleapis.com"}], subject: me}}
  - name: oauth_token
    config:
      tokens:
        - grant: jwt_bearer
          issuer: {type: env, var: ISSUER}
          private_key: {type: env, var: KEY}
          audience: them
          token_endpoint: https://login.example.com
          scopes: [read]
          header: Authorization
          value_prefix: "Bearer "
          token_endpoint_headers: {X-Tenant: us}
          require: true
          rules: [{host: api.example.com}]
  - name: aws_auth
    config:
      access_key_id: {type: env, var: ID}
      secret_access_key: {type: env, var: KEY}
      allowed_regions: [eu-west-1]
      allowed_services: [s3]
      unsigned_payload: true
      rules: [{host: logs.*.amazonaws.com}]
  - {name: header_allowlist, config: {headers: [Accept, /^X-/], rules: [{host: "*"}]}}
postgres:
  listen: ":5432"
  client: {user: app_user, password_env: PG_PROXY_PASSWORD}
  upstreams: [{database: reports, dsn: {type: env, var: DSN}, role: reader, settings: [{name: a, value: b}]}]
`)
	if err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	secret := func(fields string) string {
		return minimal + "transforms: [{name: secrets, config: {secrets: [{" + fields + "}]}}]"
	}
	for name, wrong := range map[string]struct{ config, says string }{
		"an unknown key":                  {minimal + "nope: 1", "field nope not found"},
		"an unknown key in a transform":   {minimal + "transforms: [{name: allowlist, config: {domain: []}}]", "field domain not found"},
		"an unknown transform":            {minimal + "transforms: [{name: judge}]", "no such transform"},
		"the DNS server without its IP":   {strings.Replace(minimal, "dns: {enabled: false}", "", 1), "dns.proxy_ip"},
		"no CA":                           {"dns: {enabled: false}\ntls: {mode: mitm}", "tls.ca_cert"},
		"a timeout that is no duration":   {minimal + "proxy: {upstream_response_header_timeout: 300}", "missing unit"},
		"a body size that is no integer":  {minimal + "proxy: {max_request_body_bytes: 1MiB}", "cannot unmarshal"},
		"an env source with a ttl":        {secret("source: {type: env, var: A, ttl: 1m}, inject: {header: A}"), "takes var"},
		"a reference with two segments":   {secret("source: {type: 1password, secret_ref: op://a/b}, inject: {header: A}"), "is no op://"},
		"a reference with an empty vault": {secret("source: {type: 1password, secret_ref: op:///a/b}, inject: {header: A}"), "is no op://"},
		"both replace and inject":         {secret("source: {type: env, var: A}, replace: {proxy_value: A}, inject: {header: A}"), "exactly one of replace"},
		"both host and cidr":              {secret("source: {type: env, var: A}, rules: [{host: a, cidr: 10.0.0.0/8}], inject: {header: A}"), "exactly one of host"},
		"a password that is not set":      {minimal + "postgres: {listen: ':5432', client: {user: u, password_env: NOT_SET}}", "NOT_SET"},
	} {
		t.Run(name, func(t *testing.T) {
			err := read(t, wrong.config)
			if err == nil || !strings.Contains(err.Error(), wrong.says) {
				t.Errorf("says %v, not %q", err, wrong.says)
			}
		})
	}
}

func TestHostPatterns(t *testing.T) {
	for _, each := range []struct {
		pattern, host string
		matches       bool
	}{
		{"api.example.com", "API.example.com", true},
		{"api.example.com", "other.example.com", false},
		{"*", "anything.example.com", true},
		{"*.example.com", "a.b.example.com", true},
		{"*.example.com", "example.com", true},
		{"*.example.com", "badexample.com", false},
		{"logs.*.amazonaws.com", "logs.eu-west-1.amazonaws.com", true},
		{"logs.*.amazonaws.com", "logs.a.b.amazonaws.com", false},
	} {
		if hostMatches(each.pattern, each.host) != each.matches {
			t.Errorf("%s and %s: not %v", each.pattern, each.host, each.matches)
		}
	}
}
