package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

func TestTunnelLeadsToAllowedHostsAlone(t *testing.T) {
	upstream, proxy := upstreamAndProxy(t)

	if status, _ := through(t, proxy, "other.example.com:443"); status != http.StatusForbidden {
		t.Errorf("a host outside the allowlist gets %d", status)
	}
	if status, _ := through(t, proxy, "127.0.0.1:1"); status != http.StatusBadGateway {
		t.Errorf("a host that does not listen gets %d", status)
	}
	status, tunnelled := through(t, proxy, upstream.Listener.Addr().String())
	if status != http.StatusOK {
		t.Fatalf("an allowed host gets %d", status)
	}
	fmt.Fprint(tunnelled, "GET / HTTP/1.0\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(tunnelled), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(response.Body); string(body) != `{"status":"ok"}` {
		t.Errorf("the upstream answers %q", body)
	}
}

// upstreamAndProxy starts a host and a proxy that leads to it and to no other one.
func upstreamAndProxy(t *testing.T) (upstream, proxy *httptest.Server) {
	upstream = httptest.NewServer(http.HandlerFunc(answerOK))
	t.Cleanup(upstream.Close)
	allowed := atomic.Pointer[allowlist]{}
	allowed.Store(&allowlist{Domains: []string{"127.0.0.1"}})
	proxy = httptest.NewServer(tunnel(&allowed))
	t.Cleanup(proxy.Close)
	return upstream, proxy
}

func through(t *testing.T, proxy *httptest.Server, host string) (int, net.Conn) {
	connection, err := net.Dial("tcp", proxy.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	fmt.Fprintf(connection, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", host, host)
	request := &http.Request{Method: http.MethodConnect}
	response, err := http.ReadResponse(bufio.NewReader(connection), request)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, connection
}

func TestManagementReloads(t *testing.T) {
	var refused error
	server := httptest.NewServer(management("key", func() error { return refused }))
	defer server.Close()
	reload := func(authorization string) int {
		request, _ := http.NewRequest(http.MethodPost, server.URL+"/v1/reload", nil)
		request.Header.Set("Authorization", authorization)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	if status := reload("Bearer wrong"); status != http.StatusUnauthorized {
		t.Errorf("the wrong key gets %d", status)
	}
	if status := reload("Bearer key"); status != http.StatusOK {
		t.Errorf("the right key gets %d", status)
	}
	refused = errors.New("field nope not found")
	if status := reload("Bearer key"); status != http.StatusUnprocessableEntity {
		t.Errorf("a config that does not load gets %d", status)
	}
}
