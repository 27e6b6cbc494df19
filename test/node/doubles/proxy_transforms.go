package main

import (
	"errors"
	"fmt"
	"net"
	"path"
	"regexp"
	"strings"
	"text/template"
	"time"

	"go.yaml.in/yaml/v3"
)

var transforms = map[string]func() checked{
	"allowlist":        func() checked { return &allowlist{} },
	"secrets":          func() checked { return &secrets{} },
	"gcp_auth":         func() checked { return &gcpAuth{} },
	"oauth_token":      func() checked { return &oauthToken{} },
	"aws_auth":         func() checked { return &awsAuth{} },
	"header_allowlist": func() checked { return &headerAllowlist{} },
}

type allowlist struct {
	Domains []string `yaml:"domains"`
	CIDRs   []cidr   `yaml:"cidrs"`
	Rules   []rule   `yaml:"rules"`
	Warn    bool     `yaml:"warn"`
}

func (a *allowlist) check() error { return all(a.Rules) }

type secrets struct {
	Secrets []secret `yaml:"secrets"`
}

func (s *secrets) check() error { return all(s.Secrets) }

type secret struct {
	Source  *source  `yaml:"source"`
	Rules   []rule   `yaml:"rules"`
	Replace *replace `yaml:"replace"`
	Inject  *inject  `yaml:"inject"`
}

func (s secret) check() error {
	if (s.Replace == nil) == (s.Inject == nil) {
		return errors.New("exactly one of replace and inject is required")
	}
	var place error
	if s.Replace != nil {
		place = s.Replace.check()
	} else {
		place = s.Inject.check()
	}
	return errors.Join(s.Source.check(), all(s.Rules), place)
}

type replace struct {
	ProxyValue   string   `yaml:"proxy_value"`
	MatchHeaders []header `yaml:"match_headers"`
	MatchBody    bool     `yaml:"match_body"`
	MatchPath    bool     `yaml:"match_path"`
	MatchQuery   bool     `yaml:"match_query"`
	Require      bool     `yaml:"require"`
}

func (r *replace) check() error {
	return errors.Join(required("proxy_value", r.ProxyValue), all(r.MatchHeaders))
}

type inject struct {
	Header     string `yaml:"header"`
	QueryParam string `yaml:"query_param"`
	Formatter  string `yaml:"formatter"`
	Require    bool   `yaml:"require"`
}

func (i *inject) check() error {
	if (i.Header == "") == (i.QueryParam == "") {
		return errors.New("exactly one of header and query_param is required")
	}
	functions := template.FuncMap{"base64": func(value string) string { return value }}
	_, err := template.New("formatter").Funcs(functions).Parse(i.Formatter)
	return err
}

type gcpAuth struct {
	Keyfile *source  `yaml:"keyfile"`
	Scopes  []string `yaml:"scopes"`
	Rules   []rule   `yaml:"rules"`
	Subject string   `yaml:"subject"`
}

func (g *gcpAuth) check() error {
	if len(g.Scopes) == 0 {
		return errors.New("at least one scope is required")
	}
	return errors.Join(g.Keyfile.check(), all(g.Rules))
}

type oauthToken struct {
	Tokens []token `yaml:"tokens"`
}

func (o *oauthToken) check() error { return all(o.Tokens) }

type token struct {
	Grant                string            `yaml:"grant"`
	TokenEndpoint        string            `yaml:"token_endpoint"`
	Scopes               []string          `yaml:"scopes"`
	Audience             string            `yaml:"audience"`
	Header               string            `yaml:"header"`
	ValuePrefix          string            `yaml:"value_prefix"`
	TokenEndpointHeaders map[string]string `yaml:"token_endpoint_headers"`
	Require              bool              `yaml:"require"`
	Rules                []rule            `yaml:"rules"`

	RefreshToken *source `yaml:"refresh_token"`
	ClientID     *source `yaml:"client_id"`
	ClientSecret *source `yaml:"client_secret"`
	Username     *source `yaml:"username"`
	Password     *source `yaml:"password"`
	Issuer       *source `yaml:"issuer"`
	PrivateKey   *source `yaml:"private_key"`
	Subject      *source `yaml:"subject"`
	PrivateKeyID *source `yaml:"private_key_id"`
}

// The fields that each grant takes, true where it needs them.
var grants = map[string]map[string]bool{
	"refresh_token":      {"refresh_token": true, "client_id": true, "client_secret": false},
	"client_credentials": {"client_id": true, "client_secret": true},
	"password":           {"username": true, "password": true, "client_id": true, "client_secret": false},
	"jwt_bearer":         {"issuer": true, "private_key": true, "subject": false, "private_key_id": false},
}

func (t token) check() error {
	takes, known := grants[t.Grant]
	if !known {
		return fmt.Errorf("there is no grant %q", t.Grant)
	}
	problems := []error{required("token_endpoint", t.TokenEndpoint), all(t.Rules)}
	if len(t.Rules) == 0 {
		problems = append(problems, errors.New("at least one rule is required"))
	}
	if t.Grant == "jwt_bearer" {
		problems = append(problems, required("audience", t.Audience))
	}
	given := map[string]*source{
		"refresh_token": t.RefreshToken, "client_id": t.ClientID, "client_secret": t.ClientSecret,
		"username": t.Username, "password": t.Password, "issuer": t.Issuer, "private_key": t.PrivateKey,
		"subject": t.Subject, "private_key_id": t.PrivateKeyID,
	}
	for field, source := range given {
		needed, taken := takes[field]
		switch {
		case source == nil && needed:
			problems = append(problems, fmt.Errorf("grant %s needs %s", t.Grant, field))
		case source != nil && !taken:
			problems = append(problems, fmt.Errorf("grant %s takes no %s", t.Grant, field))
		case source != nil:
			problems = append(problems, source.check())
		}
	}
	return errors.Join(problems...)
}

type awsAuth struct {
	AccessKeyID     *source  `yaml:"access_key_id"`
	SecretAccessKey *source  `yaml:"secret_access_key"`
	AllowedRegions  []string `yaml:"allowed_regions"`
	AllowedServices []string `yaml:"allowed_services"`
	UnsignedPayload bool     `yaml:"unsigned_payload"`
	Rules           []rule   `yaml:"rules"`
}

func (a *awsAuth) check() error {
	return errors.Join(a.AccessKeyID.check(), a.SecretAccessKey.check(), all(a.Rules))
}

type headerAllowlist struct {
	Headers []header `yaml:"headers"`
	Rules   []rule   `yaml:"rules"`
}

func (h *headerAllowlist) check() error { return errors.Join(all(h.Headers), all(h.Rules)) }

// Where a value comes from.
type source struct {
	Type       string    `yaml:"type"`
	Var        string    `yaml:"var"`
	SecretRef  string    `yaml:"secret_ref"`
	TTL        *duration `yaml:"ttl"`
	FailureTTL *duration `yaml:"failure_ttl"`
	JSONKey    string    `yaml:"json_key"`
}

var reference = regexp.MustCompile(`^op://[^/]+/[^/]+/([^/]+/)?[^/]+$`)

func (s *source) check() error {
	if s == nil {
		return errors.New("a source is required")
	}
	switch s.Type {
	case "env":
		if s.SecretRef != "" || s.TTL != nil || s.FailureTTL != nil {
			return errors.New("a source of type env takes var and json_key alone")
		}
		return required("var", s.Var)
	case "1password", "1password_connect":
		if s.Var != "" {
			return fmt.Errorf("a source of type %s takes no var", s.Type)
		}
		if !reference.MatchString(s.SecretRef) {
			return fmt.Errorf("%q is no op://vault/item/[section/]field", s.SecretRef)
		}
		return nil
	}
	return fmt.Errorf("there is no source of type %q", s.Type)
}

// Which requests a transform is for.
type rule struct {
	Host    string   `yaml:"host"`
	CIDR    cidr     `yaml:"cidr"`
	Methods []string `yaml:"methods"`
	Paths   []string `yaml:"paths"`
}

func (r rule) check() error {
	if (r.Host == "") == (r.CIDR == "") {
		return errors.New("a rule has exactly one of host and cidr")
	}
	return nil
}

// A header's name, or names as /regex/.
type header string

func (h header) check() error {
	if inner, is := strings.CutPrefix(string(h), "/"); is {
		_, err := regexp.Compile("(?i)" + strings.TrimSuffix(inner, "/"))
		return err
	}
	return required("a header's name", string(h))
}

type cidr string

func (c *cidr) UnmarshalYAML(node *yaml.Node) error {
	_, _, err := net.ParseCIDR(node.Value)
	*c = cidr(node.Value)
	return err
}

type duration time.Duration

func (d *duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	*d = duration(parsed)
	return err
}

// Whether requests to a host, without its port, may pass. Without an allowlist all may.
func (a *allowlist) allows(host string) bool {
	if a == nil || a.Warn {
		return true
	}
	for _, domain := range a.Domains {
		if hostMatches(domain, host) {
			return true
		}
	}
	for _, network := range a.CIDRs {
		if network.contains(host) {
			return true
		}
	}
	for _, rule := range a.Rules {
		if hostMatches(rule.Host, host) || rule.CIDR.contains(host) {
			return true
		}
	}
	return false
}

func (c cidr) contains(host string) bool {
	_, network, err := net.ParseCIDR(string(c))
	return err == nil && network.Contains(net.ParseIP(host))
}

// Exact, `*` for all, `*.example.com` for it and whatever is below, or a glob of one label.
func hostMatches(pattern, host string) bool {
	pattern, host = strings.ToLower(pattern), strings.ToLower(host)
	if parent, is := strings.CutPrefix(pattern, "*."); is && !strings.Contains(parent, "*") {
		return host == parent || strings.HasSuffix(host, "."+parent)
	}
	if pattern == "*" {
		return true
	}
	matched, _ := path.Match(strings.ReplaceAll(pattern, ".", "/"), strings.ReplaceAll(host, ".", "/"))
	return matched
}
