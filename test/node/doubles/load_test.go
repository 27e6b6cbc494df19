package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAClientAsksThroughAProxy(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(answerOK))
	defer upstream.Close()
	allowed := atomic.Pointer[allowlist]{}
	allowed.Store(&allowlist{Domains: []string{"127.0.0.1"}})
	proxy := httptest.NewServer(tunnel(&allowed))
	defer proxy.Close()
	ask := func(target string) (string, error) {
		address, _ := url.Parse(target)
		return askThrough(proxy.Listener.Addr().String(), address)
	}

	if answer, err := ask(upstream.URL); answer != `{"status":"ok"}` || err != nil {
		t.Errorf("an allowed host answers %q, %v", answer, err)
	}
	if _, err := ask("http://other.example.com/"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a host outside the allowlist: %v", err)
	}
}
