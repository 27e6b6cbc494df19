package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"
)

// The documented config of iron-proxy 0.45.0, as far as a release may use it: what is not here is refused, as the proxy
// itself refuses what it does not know.
type proxyConfig struct {
	DNS struct {
		Enabled *bool  `yaml:"enabled"`
		ProxyIP string `yaml:"proxy_ip"`
	} `yaml:"dns"`
	Proxy struct {
		HTTPListen                    string    `yaml:"http_listen"`
		HTTPSListen                   string    `yaml:"https_listen"`
		TunnelListen                  string    `yaml:"tunnel_listen"`
		MaxRequestBodyBytes           *int64    `yaml:"max_request_body_bytes"`
		UpstreamResponseHeaderTimeout *duration `yaml:"upstream_response_header_timeout"`
		UpstreamDenyCIDRs             []cidr    `yaml:"upstream_deny_cidrs"`
	} `yaml:"proxy"`
	TLS struct {
		Mode   string `yaml:"mode"`
		CACert string `yaml:"ca_cert"`
		CAKey  string `yaml:"ca_key"`
	} `yaml:"tls"`
	Metrics struct {
		Listen string `yaml:"listen"`
	} `yaml:"metrics"`
	Management struct {
		Listen    string `yaml:"listen"`
		APIKeyEnv string `yaml:"api_key_env"`
	} `yaml:"management"`
	Log struct {
		Level string `yaml:"level"`
	} `yaml:"log"`
	Transforms []struct {
		Name   string    `yaml:"name"`
		Config yaml.Node `yaml:"config"`
	} `yaml:"transforms"`
	Postgres *postgresConfig `yaml:"postgres"`

	allowed *allowlist
}

type postgresConfig struct {
	Listen string `yaml:"listen"`
	Client struct {
		User        string `yaml:"user"`
		PasswordEnv string `yaml:"password_env"`
	} `yaml:"client"`
	Upstreams []struct {
		Database string  `yaml:"database"`
		DSN      *source `yaml:"dsn"`
		Role     string  `yaml:"role"`
		Settings []struct {
			Name  string `yaml:"name"`
			Value string `yaml:"value"`
		} `yaml:"settings"`
	} `yaml:"upstreams"`
}

// A part of the config that its kind alone does not make right.
type checked interface{ check() error }

func readProxyConfig(file string) (*proxyConfig, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	config := &proxyConfig{}
	if err := decodeStrictly(content, config); err != nil {
		return nil, err
	}
	return config, config.check()
}

func decodeStrictly(content []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}

func (c *proxyConfig) check() error {
	problems := []error{
		oneOf("tls.mode", c.TLS.Mode, "mitm"),
		oneOf("log.level", c.Log.Level, "", "debug", "info", "warn", "error"),
		required("tls.ca_cert", c.TLS.CACert),
		required("tls.ca_key", c.TLS.CAKey),
	}
	if c.DNS.Enabled == nil || *c.DNS.Enabled {
		problems = append(problems, required("dns.proxy_ip", c.DNS.ProxyIP))
	}
	for index := range c.Transforms {
		if err := c.checkTransform(index); err != nil {
			problems = append(problems, fmt.Errorf("transforms[%d] %s: %w", index, c.Transforms[index].Name, err))
		}
	}
	if c.Postgres != nil {
		problems = append(problems, c.Postgres.check())
	}
	return errors.Join(problems...)
}

func (c *proxyConfig) checkTransform(index int) error {
	transform := c.Transforms[index]
	create, known := transforms[transform.Name]
	if !known {
		return errors.New("there is no such transform")
	}
	config := create()
	// A yaml.Node decodes without strictness, so it is written out again for a decoder that has it.
	content, err := yaml.Marshal(&transform.Config)
	if err != nil {
		return err
	}
	if err := decodeStrictly(content, config); err != nil {
		return err
	}
	if allowed, is := config.(*allowlist); is {
		c.allowed = allowed
	}
	return config.check()
}

func (p *postgresConfig) check() error {
	problems := []error{required("postgres.listen", p.Listen), required("postgres.client.user", p.Client.User)}
	if os.Getenv(p.Client.PasswordEnv) == "" {
		problems = append(problems, fmt.Errorf("postgres.client.password_env: %q is not set", p.Client.PasswordEnv))
	}
	databases := map[string]bool{}
	for _, upstream := range p.Upstreams {
		if databases[upstream.Database] {
			problems = append(problems, fmt.Errorf("postgres.upstreams: database %q is there twice", upstream.Database))
		}
		databases[upstream.Database] = true
		problems = append(problems, required("postgres.upstreams.database", upstream.Database), upstream.DSN.check())
	}
	return errors.Join(problems...)
}

func required(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s is required", name)
	}
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is none of %q", name, value, allowed)
}

func all[Item checked](items []Item) error {
	problems := make([]error, len(items))
	for index, item := range items {
		problems[index] = item.check()
	}
	return errors.Join(problems...)
}
