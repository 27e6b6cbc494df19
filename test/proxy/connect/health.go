package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"centaur-chart/test/proxy/double"
)

// Version is the Connect release whose answers the double gives.
const Version = "1.7.3"

// healthPaths answers the kubelet's probes as both containers do, without a token.
func healthPaths(role, busPeer string) http.Handler {
	name := map[string]string{"api": "1Password Connect API", "sync": "1Password Connect Sync"}[role]
	mux := http.NewServeMux()
	mux.HandleFunc("GET /heartbeat", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, ".")
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		double.WriteJSON(w, http.StatusOK, map[string]any{
			"name":    name,
			"version": Version,
			"dependencies": []map[string]string{
				{"service": "sqlite", "status": "ACTIVE", "message": "Connected to the double's memory"},
				{"service": "bus", "status": peerStatus(busPeer)},
			},
		})
	})
	return mux
}

func peerStatus(peer string) string {
	if peer == "" {
		return "TOKEN_NEEDED"
	}
	connection, err := net.DialTimeout("tcp", peer, time.Second)
	if err != nil {
		return "UNAVAILABLE"
	}
	_ = connection.Close()
	return "ACTIVE"
}
