package main

import (
	"net/url"
	"strings"
	"testing"
)

func TestAClientAsksThroughAProxy(t *testing.T) {
	upstream, proxy := upstreamAndProxy(t)
	ask := func(target string) (string, error) {
		address, _ := url.Parse(target)
		return askThrough(proxy.Listener.Addr().String(), address, nil)
	}

	if answer, err := ask(upstream.URL); answer != `{"status":"ok"}` || err != nil {
		t.Errorf("an allowed host answers %q, %v", answer, err)
	}
	if _, err := ask("http://other.example.com/"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a host outside the allowlist: %v", err)
	}
}
