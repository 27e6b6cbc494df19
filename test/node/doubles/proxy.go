package main

import (
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
)

// Stands in for iron-proxy where the real one is not at hand: it takes the same config as strictly, listens where that
// says, and lets CONNECT through to allowed hosts. It opens no TLS and so replaces nothing.
func ironProxy(peers *peers, args []string) error {
	flags := flag.NewFlagSet("iron-proxy", flag.ContinueOnError)
	file := flags.String("config", "", "the config `FILE`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := readProxyConfig(*file)
	if err != nil {
		return err
	}
	if _, err := tls.LoadX509KeyPair(config.TLS.CACert, config.TLS.CAKey); err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	allowed := atomic.Pointer[allowlist]{}
	allowed.Store(config.allowed)
	reload := func() error {
		next, err := readProxyConfig(*file)
		if err == nil {
			allowed.Store(next.allowed)
		}
		return err
	}
	problems := []error{
		peers.listen(orDefault(config.Proxy.HTTPListen, ":80"), hangUp),
		peers.listen(orDefault(config.Proxy.HTTPSListen, ":443"), hangUp),
	}
	if address := config.Proxy.TunnelListen; address != "" {
		problems = append(problems, peers.serve(address, tunnel(&allowed)))
	}
	if address := config.Metrics.Listen; address != "" {
		health := http.NewServeMux()
		health.HandleFunc("/healthz", answerOK)
		problems = append(problems, peers.serve(address, health))
	}
	if address := config.Management.Listen; address != "" {
		variable := orDefault(config.Management.APIKeyEnv, "IRON_MANAGEMENT_API_KEY")
		key := os.Getenv(variable)
		problems = append(problems, required(variable, key), peers.serve(address, management(key, reload)))
	}
	if config.Postgres != nil {
		problems = append(problems, peers.listen(config.Postgres.Listen, hangUp))
	}
	return errors.Join(problems...)
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func tunnel(allowed *atomic.Pointer[allowlist]) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodConnect {
			http.Error(response, "the tunnel takes CONNECT", http.StatusMethodNotAllowed)
			return
		}
		if !allowed.Load().allows(request.URL.Hostname()) {
			http.Error(response, request.URL.Hostname()+" is not in the allowlist", http.StatusForbidden)
			return
		}
		upstream, err := net.DialTimeout("tcp", request.Host, patience)
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadGateway)
			return
		}
		defer upstream.Close()
		response.WriteHeader(http.StatusOK)
		client, buffered, err := http.NewResponseController(response).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		go func() {
			io.Copy(upstream, buffered)
			upstream.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(client, upstream)
	})
}

func management(key string, reload func() error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/reload", func(response http.ResponseWriter, request *http.Request) {
		given := request.Header.Get("Authorization")
		if subtle.ConstantTimeCompare([]byte(given), []byte("Bearer "+key)) != 1 {
			http.Error(response, "the management API key is wrong", http.StatusUnauthorized)
			return
		}
		if err := reload(); err != nil {
			http.Error(response, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		answerOK(response, request)
	})
	return mux
}
